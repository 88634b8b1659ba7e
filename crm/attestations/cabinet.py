"""Where papers lie: sealed files below the home folder, named after nobody."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from crm.attestations.keys import Seal
from crm.foundation.encryption import Cipher, Undecipherable


@dataclass(frozen=True, slots=True)
class Cabinet:
    """Papers by year and `uid`; one that is there is never written over by another's."""

    folder: Path

    def put(self, seal: Seal, year: int, uid: str, paper: bytes) -> str:
        """Lays a paper in, whole or not at all; the keyed print of what lies there: of two, the first stays."""
        text = base64.b64encode(paper).decode()
        sealed = Cipher(seal.keyring).encrypt(text, context=_context(uid))
        path = self._path(year, uid)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(f".{secrets.token_hex(4)}.new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            try:
                text = Cipher(seal.keyring).decrypt(path.read_text(), context=_context(uid))
            except (Undecipherable, UnicodeDecodeError):
                draft.replace(path)
        draft.unlink(missing_ok=True)
        return seal.print_of(text)

    def take(self, seal: Seal, year: int, uid: str, known: str) -> bytes | None:
        """The paper, where it lies there as it was made; else None. Raises `Undecipherable`."""
        path = self._path(year, uid)
        if not path.is_file():
            return None
        text = Cipher(seal.keyring).decrypt(path.read_text(), context=_context(uid))
        return base64.b64decode(text) if seal.is_print_of(text, known) else None

    def uids(self, year: int) -> set[str]:
        """The names of the papers of a year that lie there."""
        return {path.name.partition(".")[0] for path in (self.folder / str(year)).glob("*.pdf.sealed")}

    def empty(self, year: int) -> bool:
        """Removes every paper of a year; whether there was one."""
        drawer = self.folder / str(year)
        if not drawer.is_dir():
            return False
        shutil.rmtree(drawer)
        return True

    def _path(self, year: int, uid: str) -> Path:
        return self.folder / str(year) / f"{uid}.pdf.sealed"


def _context(uid: str) -> str:
    return f"attestation paper {uid}"
