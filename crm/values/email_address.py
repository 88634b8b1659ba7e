"""An e-mail address that has been checked once, at the door."""

from __future__ import annotations

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from crm.values.errors import Invalid

LONGEST_LOCAL_PART = 64
"""Octets before the at sign (RFC 5321, 4.5.3.1.1); a relay refuses more."""


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """A syntactically valid address: `text` as it is written to, `normal` as it is compared.

    `normal` is NFC, with the domain in lower case and the whole case-folded: two spellings that reach
    the same mailbox everywhere in practice compare equal. Only `parse` makes one (and `kept` makes it again).
    """

    text: str
    normal: str

    @classmethod
    def parse(cls, text: str, *, field: str = "email") -> EmailAddress:
        """Raises `Invalid` (with `field`) where `text` is not an address one can write to."""
        try:
            found = validate_email(
                text.strip(), check_deliverability=False, test_environment=text.strip().endswith(".test")
            )
        except EmailNotValidError as error:
            raise Invalid("not an e-mail address", field=field) from error
        if len(found.local_part.encode()) > LONGEST_LOCAL_PART:
            raise Invalid("not an e-mail address", field=field)
        return cls(text=found.normalized, normal=found.normalized.casefold())

    @classmethod
    def kept(cls, text: str) -> EmailAddress:
        """An address that `parse` made before and that was kept as its `text`; nothing is checked again."""
        return cls(text=text, normal=text.casefold())

    @property
    def domain(self) -> str:
        """The part after the at sign, in lower case."""
        return self.normal.rpartition("@")[2]

    @property
    def masked(self) -> str:
        """Enough to recognise, not enough to write to: `m…@exemple.be`."""
        local, _, domain = self.text.rpartition("@")
        return f"{local[:1]}…@{domain}"

    def __str__(self) -> str:
        return self.text
