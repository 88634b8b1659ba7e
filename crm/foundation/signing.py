"""The one signer: links that cannot be forged, and keyed marks of content."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from itsdangerous import BadSignature, Signer, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from crm.foundation.encryption import unwrap_hash, wrap_hash
from crm.foundation.keys import Keyring, WatchedKeyring


class TokenPurpose(StrEnum):
    """What a token may be used for; a token of one purpose is worthless for another."""

    CONFIRM = "confirm"
    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    WEB_VERSION = "web-version"
    BOUNCE = "bounce"
    FORM = "form"
    PREVIEW = "preview"
    ACCOUNT = "account"
    PASSKEY = "passkey"
    VISIT = "visit"
    NATIONAL_NUMBER = "national-number"
    ATTESTATION = "attestation"


@dataclass(frozen=True, slots=True)
class LinkSigner:
    """Signs small JSON values for links. Old keys keep verifying after a rotation; nothing expires by itself."""

    keyring: Keyring

    def sign(self, purpose: TokenPurpose, value: Any) -> str:
        """An opaque URL-safe token for `value`; nothing personal belongs in it, since links travel.

        Written out here, in the serializer's own format: it would first try to compress, at 20 times the cost.
        """
        payload = base64_encode(json.dumps(value, separators=(",", ":")).encode())
        seal = hmac.digest(_derived(self.keyring.newest[1], purpose), payload, "sha256")
        return (payload + b"." + base64_encode(seal)).decode()

    def read(self, purpose: TokenPurpose, token: str) -> Any | None:
        """What was signed for that purpose, or None where the token is not ours, whole and of that purpose."""
        try:
            value = self._serializer(purpose).loads(token)
        except (BadSignature, ValueError, RecursionError):
            return None
        # Base64 has several spellings of the same bytes; only the one we wrote is ours.
        mark = token.rpartition(".")[2]
        return value if base64_encode(base64_decode(mark)).decode("ascii") == mark else None

    def short_mark(self, purpose: TokenPurpose, text: str) -> str:
        """26 lower-case characters (128 bits) that only we can compute for `text`; fits a mail address."""
        return _short(self.keyring.newest[1], purpose, text)

    def verifies(self, purpose: TokenPurpose, text: str, mark: str) -> bool:
        """True where `mark` is the short mark of `text` under any key we ever had. Constant time per key."""
        given = mark.lower().encode(errors="replace")
        return any(hmac.compare_digest(_short(key, purpose, text).encode(), given) for _, key in self.keyring.keys)

    def _serializer(self, purpose: TokenPurpose) -> URLSafeSerializer:
        return URLSafeSerializer(
            [key for _, key in self.keyring.keys],
            salt=f"portevoix.{purpose.value}",
            signer=Signer,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )


@lru_cache(maxsize=64)
def _derived(key: bytes, purpose: TokenPurpose) -> bytes:
    return hmac.digest(key, f"portevoix.{purpose.value}".encode(), "sha256")


def _short(key: bytes, purpose: TokenPurpose, text: str) -> str:
    digest = hmac.digest(key, f"{purpose.value}\0{text}".encode(), "sha256")[:16]
    return base64.b32encode(digest).decode("ascii").rstrip("=").lower()


def is_signed(content: bytes, signature: str, secret: str) -> bool:
    """Whether another house's program signed these bytes (hex HMAC-SHA256) with a secret that it shares with us."""
    ours = hmac.digest(secret.encode(), content, "sha256").hex()
    return bool(secret) and hmac.compare_digest(ours.encode(), signature.lower().encode(errors="replace"))


_KEY = re.compile(r"([0-9]{1,9}):([0-9a-f]{32}|[0-9a-f]{64})(\|.*)?")
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


@dataclass(frozen=True, slots=True)
class Sealer:
    """Keyed marks for ledger rows: whoever changes a row without the key is found out."""

    keyring: Keyring
    addresses: AddressHasher

    def mark(self, content: Mapping[str, Any]) -> tuple[int, str]:
        """(key id, hex MAC) of a row's content, in one canonical JSON form."""
        key_id, key = self.keyring.newest
        return key_id, self._mac(key, content)

    def lasting(self, content: Mapping[str, Any]) -> Mapping[str, Any]:
        """The content as it reads under the first key of addresses: a rotation changes no mark."""
        if "address_key" not in content:
            return content
        return {**content, "address_key": self.addresses.original(content["address_key"])}

    def holds(self, content: Mapping[str, Any], key_id: int, mark: str) -> bool:
        """True where `mark` is the mark of exactly this content."""
        key = self.keyring.key(key_id)
        return key is not None and hmac.compare_digest(self._mac(key, content).encode(), mark.encode())

    def _mac(self, key: bytes, content: Mapping[str, Any]) -> str:
        return hmac.digest(key, _CANONICAL.encode(self.lasting(content)).encode(), "sha256").hex()


@dataclass(frozen=True, slots=True)
class AddressHasher:
    """Keyed hashes of addresses, so that rows can be compared in SQL without holding the address.

    A hash under the first key is laid under each later one in turn: nobody needs the address to bring a row to the
    newest key (`foundation.rekeying`), and whoever has some of the keys learns nothing.
    """

    keyring: Keyring | WatchedKeyring

    def still(self) -> AddressHasher:
        """The same with the keys of this moment, for thousands of addresses: looking anew each time costs more."""
        return AddressHasher(Keyring(use="addresses", keys=self.keyring.keys))

    def key_of(self, normal_address: str) -> str:
        """`<id of the newest key>:<64 hex digits>` of an address in its normal form."""
        return _key_of(self.keyring.keys, normal_address)

    def current(self, key: str) -> str:
        """A key as `key_of` said it once, as it says it now; any other text as it is.

        So too the short form of a key (its first half), and what follows either after a bar.
        """
        return self._brought(key, self.keyring.keys[-1][0])

    def original(self, key: str) -> str:
        """The same as it was, or would have been, under the first key of all."""
        return self._brought(key, self.keyring.keys[0][0])

    def _brought(self, key: str, to: int) -> str:
        found = _KEY.fullmatch(key)
        if not found:
            return key
        at, digest = int(found[1]), bytes.fromhex(found[2])
        for key_id, secret in self.keyring.keys:
            if at < key_id <= to:
                digest = wrap_hash(secret, digest)
        for key_id, secret in reversed(self.keyring.keys):
            if to < key_id <= at:
                digest = unwrap_hash(secret, digest)
        return f"{to}:{digest.hex()}{found[3] or ''}"


@dataclass(frozen=True, slots=True)
class ContentHasher:
    """Keyed hashes of what is compared but never told (a national number, a line of the bank). Nothing is remembered.

    `use` keeps hashes of one thing apart from those of another.
    """

    keyring: Keyring

    def key_of(self, use: str, content: str) -> str:
        """`<key id>:<64 hex digits>` under the newest key."""
        return _content_key(*self.keyring.newest, use, content)

    def keys_of(self, use: str, content: str) -> tuple[str, ...]:
        """The same under every key, the newest first."""
        return tuple(_content_key(key_id, key, use, content) for key_id, key in reversed(self.keyring.keys))


def _content_key(key_id: int, key: bytes, use: str, content: str) -> str:
    own = _own_key(key, use)
    return f"{key_id}:{hmac.digest(own, content.encode(), 'sha256').hex()}"


@lru_cache(maxsize=64)
def _own_key(key: bytes, use: str) -> bytes:
    return hmac.digest(key, f"portevoix.content.{use}".encode(), "sha256")


@lru_cache(maxsize=4096)
def _key_of(keys: tuple[tuple[int, bytes], ...], normal_address: str) -> str:
    (key_id, first), *later = keys
    digest = hmac.digest(first, normal_address.encode(), "sha256")
    for key_id, secret in later:  # noqa: B007 - the last one names the hash
        digest = wrap_hash(secret, digest)
    return f"{key_id}:{digest.hex()}"
