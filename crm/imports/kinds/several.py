"""Several e-mail addresses or phone numbers in one cell, however they are put apart."""

from __future__ import annotations

import re

from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.folding import folded
from crm.values.phone_number import PhoneNumber

MOST = 10
"""Ways to reach one person that a cell may hold; more is a list that slipped into a cell."""
FEWEST_DIGITS = 8
"""Of a number that stands beside another: fewer are a part of one."""
_BETWEEN_EMAILS = re.compile(r"[;,|/#\s]+")  # « a@x.be#mailto:a@x.be# » is how Access writes a link
_BETWEEN_PHONES = re.compile(r"[;,|\n\r\t]+")
_PERHAPS_BETWEEN = re.compile(r"\s(?:/|-|ou|et|of|en|or|and)\s", re.IGNORECASE)
_WITHIN_PHONES = re.compile(r"[\s/]+")
_BEGINS = re.compile(r"[+0(]")


_NO_WORDS = "n/a na neant inconnu inconnue onbekend geen aucun aucune pas nihil none null nul"
_NONE = frozenset(("/", "-", "--", ".", "?", "x", *_NO_WORDS.split()))


def is_none(text: str) -> bool:
    """Whether a cell says, in a word, that there is none."""
    return folded(text) in _NONE


def emails_in(text: str) -> tuple[EmailAddress, ...] | None:
    """Each address once, in the order of the cell; None where something of it is none, or there are too many."""
    one = None if "#" in text else _email(text)
    if one is not None:
        return (one,)
    found: dict[str, EmailAddress] = {}
    for part in _BETWEEN_EMAILS.split(text):
        if part and (email := _email(part)) is not None:
            found.setdefault(email.normal, email)
        elif part:
            return None
    return tuple(found.values()) if 0 < len(found) <= MOST else None


def phones_in(text: str) -> tuple[PhoneNumber, ...] | None:
    """The same of numbers; what stands within one (« 0470/12.34.56 ») does not put two apart."""
    one = _phone(text)
    if one is not None:
        return (one,)
    found: dict[str, PhoneNumber] = {}
    for part in filter(None, map(str.strip, _BETWEEN_PHONES.split(text))):
        one = _phone(part)
        several = [(one,)] if one else [_apart(piece.strip()) for piece in _PERHAPS_BETWEEN.split(part)]
        if not all(several):
            return None
        found.update((number.e164, number) for numbers in several for number in numbers)
    return tuple(found.values()) if 0 < len(found) <= MOST else None


def _email(text: str) -> EmailAddress | None:
    try:
        return EmailAddress.parse(text.removeprefix("mailto:").strip("<> ;,"))
    except Invalid:
        return None


def _phone(text: str) -> PhoneNumber | None:
    if not text:
        return None
    try:
        # A spreadsheet that took « 0470… » for a number has eaten its nought.
        return PhoneNumber.parse(f"0{text}" if text[0] in "23456789" and len(text) in (8, 9) else text)
    except Invalid:
        return None


def _apart(text: str) -> tuple[PhoneNumber, ...]:
    """The numbers of a text that nothing but spaces and strokes puts apart: each begins as one; none in doubt."""
    if (one := _phone(text)) is not None:
        return (one,)
    words = [word for word in _WITHIN_PHONES.split(text) if word]
    if len(words) > 6 * MOST:
        return ()
    found: list[PhoneNumber] = []
    start = 0
    while start < len(words):
        for end in range(start + 1, len(words) + 1):
            part = " ".join(words[start:end])
            follows = words[end] if end < len(words) else "0"
            if _BEGINS.match(part) and sum(c.isdigit() for c in part) >= FEWEST_DIGITS and _BEGINS.match(follows):
                number = _phone(part)
                if number is not None:
                    found.append(number)
                    start = end
                    break
        else:
            return ()
    return tuple(found)
