"""Argon2id: slow on purpose, and as slow for an account that does not exist."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()


def hashed(password: str) -> str:
    """An argon2id hash with its own salt and parameters. Takes some 50 ms: never call it inside a transaction."""
    return _HASHER.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """True where the hash was made of that password. Always takes the time of one hash."""
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def nobody() -> str:
    """The hash of a password nobody knows, made once a process."""
    import secrets

    return hashed(secrets.token_urlsafe(32))
