"""Secret keys: files outside the database, made on first use, readable by their owner only."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from crm.values.errors import Invalid, Unavailable


class KeyTaken(Unavailable):
    """Somebody else added a key at the same moment: what was done with ours must not stay."""

    def __init__(self, name: str) -> None:
        super().__init__(f"key file {name} was written by somebody else at the same moment")


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of one use, oldest first; the last one signs, all of them verify.

    `keys` maps a key id (1, 2, ...) to 32 random bytes. A rotation adds a file; old ones stay.
    """

    use: str
    keys: tuple[tuple[int, bytes], ...]

    @property
    def newest(self) -> tuple[int, bytes]:
        return self.keys[-1]

    def key(self, key_id: int) -> bytes | None:
        """The key of that id, or None where this installation never had it."""
        return dict(self.keys).get(key_id)


class WatchedKeyring:
    """A keyring read anew when its folder changes, so that a rotation is seen at once by every process."""

    def __init__(self, folder: Path, use: str) -> None:
        self._folder, self._use = folder, use
        self._read, self._seen = open_keyring(folder, use), -1

    @property
    def keys(self) -> tuple[tuple[int, bytes], ...]:
        """As `Keyring.keys`."""
        changed = self._folder.stat().st_mtime_ns
        if changed != self._seen:
            self._read, self._seen = open_keyring(self._folder, self._use), changed
        return self._read.keys


def open_keyring(folder: Path, use: str) -> Keyring:
    """Reads `<use>.<n>.key` files in `folder`; makes the first where there is none.

    Two processes starting at once agree: the first file that appears under the name wins.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not list(folder.glob(f"{use}.*.key")):
        _create(folder / f"{use}.1.key", secrets.token_bytes(32))
    found = []
    for path in folder.glob(f"{use}.*.key"):
        number = path.name.split(".")[-2]
        try:
            found.append((int(number), bytes.fromhex(path.read_text().strip())))
        except ValueError as error:
            raise Invalid(f"key file {path.name} is damaged: 64 hexadecimal digits expected") from error
    if any(len(key) != 32 for _, key in found):
        raise Invalid(f"a key file of {use} is damaged: 64 hexadecimal digits expected")
    return Keyring(use=use, keys=tuple(sorted(found)))


def add_key(folder: Path, use: str) -> int:
    """Makes the next key file of a keyring, from then on the newest; its id."""
    number, secret = draw_key(folder, use)
    keep_key(folder, use, number, secret)
    return number


def draw_key(folder: Path, use: str) -> tuple[int, bytes]:
    """What would be the next key of a keyring: its id and 32 random bytes, kept nowhere yet."""
    return open_keyring(folder, use).newest[0] + 1, secrets.token_bytes(32)


def keep_key(folder: Path, use: str, number: int, secret: bytes) -> None:
    """Writes a drawn key down, whole or not at all. Raises `KeyTaken` where another was written under that number."""
    path = folder / f"{use}.{number}.key"
    _create(path, secret)
    if bytes.fromhex(path.read_text().strip()) != secret:
        raise KeyTaken(path.name)


def _create(path: Path, secret: bytes) -> None:
    draft = path.with_suffix(f".{secrets.token_hex(4)}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
