"""The ciphers: AES-256-GCM for what the database may hold but not tell, AES-256-XTS for a hash under one more key."""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as Block
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import XTS
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from crm.foundation.keys import Keyring
from crm.values.errors import Unavailable

_NONCE = 12


class Undecipherable(Unavailable):
    """No key of ours opens this: it was changed, moved to another place, or its key file is missing."""

    def __init__(self) -> None:
        super().__init__("something encrypted cannot be read: it was changed, or its key file is missing")


@dataclass(frozen=True, slots=True)
class Cipher:
    """Encrypts with the newest key of its keyring, reads with all of them.

    `context` says where a text belongs (`totp 7`): what was encrypted for one place cannot be read in another. A nonce
    is drawn for each text; 2^32 texts a key are safe.
    """

    keyring: Keyring

    def encrypt(self, plain: str, *, context: str) -> str:
        """`<key id>:<base64>` of a text. Two encryptions of one text differ."""
        key_id, key = self.keyring.newest
        nonce = os.urandom(_NONCE)
        sealed = AESGCM(key).encrypt(nonce, plain.encode(), _bound(key_id, context))
        return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"

    def decrypt(self, text: str, *, context: str) -> str:
        """What was encrypted for that place. Raises `Undecipherable`."""
        number, _, encoded = text.partition(":")
        key = self.keyring.key(int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
        if key is None:
            raise Undecipherable
        try:
            raw = base64.b64decode(encoded, validate=True)
            if base64.b64encode(raw).decode() != encoded:  # the last letter has bits that base64 does not read
                raise Undecipherable
            return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], _bound(int(number), context)).decode()
        except (InvalidTag, ValueError, binascii.Error) as error:
            raise Undecipherable from error


def wrap_hash(key: bytes, digest: bytes) -> bytes:
    """A keyed hash of 16 or 32 bytes under one more key: as long as before, equal for equal hashes, and to be undone.

    Hashes are as good as drawn by lot, which is what lets one encrypt them without a nonce. The first half of the
    longer one gives the first half of the answer.
    """
    encryptor = _xts(key).encryptor()
    return encryptor.update(digest) + encryptor.finalize()


def unwrap_hash(key: bytes, wrapped: bytes) -> bytes:
    """What `wrap_hash` was given."""
    decryptor = _xts(key).decryptor()
    return decryptor.update(wrapped) + decryptor.finalize()


@lru_cache(maxsize=16)
def _xts(key: bytes) -> Block[XTS]:
    own = HKDFExpand(algorithm=SHA512(), length=64, info=b"portevoix.wrap").derive(key)
    return Block(AES(own), XTS(b"portevoix hashes"))


def _bound(key_id: int, context: str) -> bytes:
    return f"portevoix {key_id} {context}".encode()
