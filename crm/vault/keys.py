"""What opens the vault: key files outside the database, read anew at each use, so that a rotation is seen at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crm.foundation import keys
from crm.foundation.encryption import Cipher
from crm.foundation.keys import Keyring
from crm.foundation.signing import ContentHasher
from crm.values.national_number import NationalNumber

USE = "vault"


@dataclass(frozen=True, slots=True)
class Lock:
    """The keys of the vault at one moment."""

    keyring: Keyring

    @property
    def newest(self) -> int:
        """The id of the key that seals."""
        return self.keyring.newest[0]

    def seal(self, number: NationalNumber, uid: str) -> str:
        """The number, sealed for the row of that `uid`."""
        return Cipher(self.keyring).encrypt(number.digits, context=_context(uid))

    def open(self, sealed: str, uid: str) -> NationalNumber:
        """What was sealed for that row. Raises `Undecipherable`."""
        return NationalNumber(Cipher(self.keyring).decrypt(sealed, context=_context(uid)))

    def key_of(self, number: NationalNumber) -> str:
        """By which the vault, and nobody else, knows a number again."""
        return ContentHasher(self.keyring).key_of(USE, number.digits)

    def keys_of(self, number: NationalNumber) -> tuple[str, ...]:
        """The same under every key there is: rows of both stand side by side while a rotation goes on."""
        return ContentHasher(self.keyring).keys_of(USE, number.digits)


@dataclass(frozen=True, slots=True)
class Vault:
    """Where the key files lie."""

    folder: Path

    def lock(self) -> Lock:
        """The keys as they are now."""
        return Lock(keys.open_keyring(self.folder, USE))

    def add_key(self) -> Lock:
        """One more key, which seals from now on; the old ones stay, for what lies under them and for backups."""
        keys.add_key(self.folder, USE)
        return self.lock()


def _context(uid: str) -> str:
    return f"national number {uid}"
