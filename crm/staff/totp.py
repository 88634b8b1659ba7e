"""Authenticator apps: the secret they share with us, its picture, and the codes of RFC 6238."""

from __future__ import annotations

from datetime import datetime

import pyotp

from crm.foundation import qr

STEP = 30
"""Seconds a code lasts; one before and one after are taken too, since clocks differ."""


def new_secret() -> str:
    """160 random bits in base32, as apps read them."""
    return pyotp.random_base32()


def address(secret: str, *, account: str, issuer: str) -> str:
    """The `otpauth:` address that apps keep."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def picture(otpauth: str) -> str:
    """The address as a QR code: an SVG in a `data:` address, black on white whatever the page's colours."""
    return qr.data_address(otpauth)


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The half minute since 1970 whose code that is, or None. Compares in constant time."""
    present = int(at.timestamp()) // STEP
    made = pyotp.TOTP(secret)
    matching = [step for step in (present - 1, present, present + 1) if _same(made.at(step * STEP), code)]
    return matching[-1] if matching else None


def _same(expected: str, typed: str) -> bool:
    return pyotp.utils.strings_equal(expected, typed)
