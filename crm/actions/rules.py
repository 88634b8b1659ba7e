"""The decisions of actions: what may stand as a call or a comment, and until when one may act."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from crm.actions.model import LONGEST_CODE, LONGEST_COMMENT, LONGEST_TITLE, Call, CallKind, NewCall
from crm.values.errors import Invalid
from crm.values.folding import folded
from crm.values.web_address import web_address


@dataclass(frozen=True, slots=True)
class Word:
    """A yes or a no to handing a name over, and when it was said."""

    at: datetime
    allowed: bool


CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_UNPRINTABLE = frozenset({"Cc", "Cf", "Co", "Cs"})
_IN_COMMENTS = frozenset("\n\t\r\u200c\u200d") | {chr(tag) for tag in range(0xE0020, 0xE0080)}
"""What may stand in a comment beside what is printed: new lines, and what joins signs into one (🏳️‍🌈, Persian)."""


def tidy_call(new: NewCall) -> NewCall:
    """The call as it is kept. Raises `Invalid` with the field to mend."""
    code = new.code.strip().lower()
    if not CODE.match(code) or len(code) > LONGEST_CODE:
        raise Invalid("a code of small letters, digits and hyphens, 80 at most", field="code")
    title = " ".join(unicodedata.normalize("NFC", new.title).split())
    if not title or len(title) > LONGEST_TITLE or any(unicodedata.category(c) in _UNPRINTABLE for c in title):
        raise Invalid("a title of 1 to 300 characters", field="title")
    if new.starts_on and new.ends_on and new.ends_on < new.starts_on:
        raise Invalid("an event ends on the day it starts, or later", field="ends_on")
    url = web_address(new.url, field="url") if new.url.strip() else ""
    return replace(new, code=code, title=title, url=url, place=" ".join(new.place.split())[:200])


def code_from(title: str, number: int) -> str:
    """A code for a thing that has none: its title in plain letters, and its number so that no two are the same."""
    plain = re.sub(r"[^a-z0-9]+", "-", folded(title).encode("ascii", "ignore").decode()).strip("-")
    return f"{plain[:60].rstrip('-')}-{number}".strip("-")


def tidy_comment(text: str) -> str:
    """A comment as it was written, without what cannot be printed. Raises `Invalid` for more than 2 000 characters."""
    if len(text) > LONGEST_COMMENT:
        raise Invalid("a comment of at most 2000 characters", field="comment")
    if any(unicodedata.category(c) in _UNPRINTABLE and c not in _IN_COMMENTS for c in text):
        raise Invalid("a comment has letters and signs that can be printed", field="comment")
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def is_open(call: Call, day: date) -> bool:
    """True where one can act on it on that Belgian day: a petition not closed, an event not over."""
    match call.kind:
        case CallKind.PETITION | CallKind.URGENT_ACTION:
            return call.closes_on is None or day <= call.closes_on
        case CallKind.EVENT:
            last = call.ends_on or call.starts_on
            return last is None or day <= last


def one_line(text: str) -> str:
    """A name that somebody typed, on one line, without what cannot be printed."""
    plain = "".join(c if unicodedata.category(c) not in _UNPRINTABLE else " " for c in text)
    return " ".join(unicodedata.normalize("NFC", plain).split())


def standing_word(words: Sequence[Word], *, as_signed: bool) -> bool | None:
    """The last of them; at one instant the more careful. None where it is what was said in signing and no more.

    False therefore means that a yes was taken back.
    """
    if not words:
        return None
    last = max(words, key=lambda one: (one.at, not one.allowed)).allowed
    was_allowed = not last and any(one.allowed for one in words)
    return None if last == as_signed and not was_allowed else last
