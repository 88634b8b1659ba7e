"""What seals attestations: key files of their own, outside the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from crm.attestations.model import Fiche
from crm.foundation.encryption import Cipher
from crm.foundation.keys import Keyring, open_keyring
from crm.foundation.signing import ContentHasher

USE = "attestations"
_WRITTEN = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Seal:
    """Seals what an attestation says, and tells whether it is still the same."""

    keyring: Keyring

    def close(self, fiche: Fiche, uid: str) -> tuple[str, str]:
        """The sealed text of a fiche for the attestation of that `uid`, and its keyed print."""
        plain = _WRITTEN.encode({"zones": fiche.zones, "page": fiche.page})
        return Cipher(self.keyring).encrypt(plain, context=f"attestation {uid}"), self.print_of(plain)

    def open(self, sealed: str, uid: str) -> Fiche:
        """What was sealed for that attestation. Raises `Undecipherable`."""
        whole = json.loads(self.plain(sealed, uid))
        return Fiche(zones=whole["zones"], page=whole["page"])

    def plain(self, sealed: str, uid: str) -> str:
        """The very text that was sealed."""
        return Cipher(self.keyring).decrypt(sealed, context=f"attestation {uid}")

    def close_picture(self, drawn: str, uid: str) -> str:
        """The sealed text of a picture, for the signature of that `uid`."""
        return Cipher(self.keyring).encrypt(drawn, context=f"attestation signature {uid}")

    def picture(self, sealed: str, uid: str) -> str:
        """What was sealed for that signature. Raises `Undecipherable`."""
        return Cipher(self.keyring).decrypt(sealed, context=f"attestation signature {uid}")

    def print_of(self, content: str) -> str:
        """A keyed print of some text."""
        return ContentHasher(self.keyring).key_of(USE, content)

    def is_print_of(self, content: str, known: str) -> bool:
        """Whether that print, under whichever key, is of this text."""
        return known in ContentHasher(self.keyring).keys_of(USE, content)


def open_seal(folder: Path) -> Seal:
    """The seal of this installation, as its key files are now."""
    return Seal(open_keyring(folder, USE))
