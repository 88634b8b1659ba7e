"""The nouns of rendering: a mail with slots, the letters we know, and what a look at a mail finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crm.values.languages import Language
from mailing.composition.model import Severity


class Slot(StrEnum):
    """What differs from reader to reader. Everything else in a mail is the same for all and encoded once."""

    FIRST_NAME = "first_name"
    ADDRESS = "address"
    UNSUBSCRIBE_URL = "unsubscribe_url"
    PREFERENCES_URL = "preferences_url"
    WEB_URL = "web_url"
    CONFIRM_URL = "confirm_url"
    SOURCE_CODE = "source_code"
    """The code of an appeal's cell, the same for all of it: in links to pages where one gives."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedEmail:
    """A finished mail in one language: the words of all readers, with slot marks where theirs differ.

    `html` has its styles inlined. Marks look like `zqslot-first-name-qz` and survive every tool on the way; they may
    stand in `subject` too. `first_name_fallback` is what a reader without a first name is called; the marks carry it
    along, so that whoever fills them may give an empty first name.
    """

    language: Language
    subject: str
    preheader: str
    html: str
    text: str
    first_name_fallback: str = ""


class LetterKind(StrEnum):
    """The mails the house owes one person; each is a folder of `templates/mail/`."""

    CONFIRM = "confirm"
    ALREADY = "already"
    WELCOME = "welcome"
    GOODBYE = "goodbye"
    INVITATION = "invitation"
    RESET = "reset"
    AGAIN = "again"
    ANCHOR = "anchor"
    VISIT = "visit"
    RECEIPT = "receipt"
    THANKS = "thanks"
    PAYMENT = "payment"
    NOTICE = "notice"
    ORIGIN = "origin"
    STILL = "still"
    ISSUE = "issue"
    NUMBER = "number"
    ATTESTATION = "attestation"
    FEE = "fee"
    ASSEMBLY = "assembly"
    SERIES = "series"


class FindingCode(StrEnum):
    """What can be wrong with a mail."""

    SUBJECT_EMPTY = "subject-empty"
    SUBJECT_LONG = "subject-long"
    PREHEADER_EMPTY = "preheader-empty"
    TEXT_EMPTY = "text-empty"
    TOO_HEAVY = "too-heavy"
    LANGUAGE_MISSING = "language-missing"
    TITLE_MISSING = "title-missing"
    ALT_MISSING = "alt-missing"
    LINK_EMPTY = "link-empty"
    LINK_NOWHERE = "link-nowhere"
    LINK_UNSAFE = "link-unsafe"
    HEADING_ORDER = "heading-order"
    TABLE_ROLE = "table-role"
    SMALL_TYPE = "small-type"
    NO_UNSUBSCRIBE = "no-unsubscribe"
    PLACEHOLDER_LEFT = "placeholder-left"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is wrong with a mail: an error must be mended first. `detail` shows where, in the mail's words."""

    code: FindingCode
    severity: Severity
    detail: str = ""
