"""Decisions about collections: what is asked and when, in which sequence, what a bank's reason leads to. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from collections.abc import Sequence as Several
from datetime import date, timedelta

from crm.collections.model import Deed, Errand, LeftOut, ReasonRule, Schema, Sequence
from crm.plans.model import Due, Mandate
from crm.plans.rules import is_usable
from crm.values import target_days
from crm.values.folding import called

LATE_DAYS = 45
"""An instalment that was not asked for so long is left alone: nobody pays for our silence."""
SOONEST = 1
"""So many open days lie at least between making a file and its day: banks want CORE files a day before."""
FARTHEST = timedelta(days=45)
RETRY_DAYS = 10
"""When an account was empty, the same instalment is tried once more, so many days later."""
TRIES = 2

_ALWAYS = date(2010, 1, 1)
_TABLE: tuple[tuple[Deed, Errand, str], ...] = (
    (Deed.RETRY, Errand.NONE, "AM04 MS03"),
    (Deed.ASK, Errand.CALL, "AC01 AC04 AC06 AC13 MS02 RC01 SL01 BE06"),
    (Deed.STOP, Errand.NEW_MANDATE, "MD01 MD02"),
    (Deed.STOP, Errand.DECEASED, "MD07"),
    (Deed.LET_GO, Errand.CALL, "MD06"),
    (Deed.RETRY, Errand.OURS, "AG01 AG02 AM05 BE05 CNOR DNOR DT01 ED05 FF01 FF05 RC07 RR01 RR02 RR03 RR04 TM01"),
    (Deed.LET_GO, Errand.NONE, "FOCR CUST DUPL TECH FRAD"),
)
"""What each reason of the SEPA Core rulebook leads to, as its code list of 2010 and after has them."""
REASONS: tuple[ReasonRule, ...] = tuple(
    ReasonRule(code=code, deed=deed, errand=errand, valid_from_on=_ALWAYS)
    for deed, errand, codes in _TABLE
    for code in codes.split()
)
UNKNOWN = ReasonRule(code="", deed=Deed.ASK, errand=Errand.CALL, valid_from_on=_ALWAYS)
"""A reason that nobody has heard of: a person asks."""


def rule_for(code: str, on: date, rules: Iterable[ReasonRule] = REASONS) -> ReasonRule:
    """What a reason leads to on a day: the latest rule of that code that is in force."""
    found = [one for one in rules if one.code == code.upper() and one.valid_from_on <= on]
    return max(found, key=lambda one: one.valid_from_on, default=UNKNOWN)


NO_REASON = "MS03"
"""What a bank that gives no reason says: it is shown, and followed, as the reason that says as much."""


def is_own(holder: str, name: str) -> bool:
    """Whether the holder of an account is somebody of that name: the same words, in any order."""
    said, known = called(holder), called(name)
    return bool(said) and sorted(said) == sorted(known)


def deed_after(rule: ReasonRule, *, number: int) -> Deed:
    """What is done after the bank was asked `number` times: an instalment is tried twice and no more."""
    return Deed.LET_GO if rule.deed is Deed.RETRY and number >= TRIES else rule.deed


def retry_on(returned_on: date) -> date:
    """When the same instalment is asked again."""
    return returned_on + timedelta(days=RETRY_DAYS)


def ask_on(due: Due, *, notice_days: int) -> date | None:
    """The day on which an instalment may be asked: its own, or, where they were told later, the end of the notice.

    None where nobody was told.
    """
    if due.announced_on is None:
        return None
    return target_days.from_day(max(due.due_on, due.announced_on + timedelta(days=notice_days)))


def verdict(
    due: Due, mandate: Mandate, *, has_account: bool, collect_on: date, notice_days: int, is_deceased: bool = False
) -> LeftOut | None:
    """Why an instalment is not asked on a day; None where it is."""
    if is_deceased:
        return LeftOut.DECEASED
    asked_on = ask_on(due, notice_days=notice_days)
    if asked_on is None:
        return LeftOut.NOT_ANNOUNCED
    if asked_on > collect_on:
        return LeftOut.TOO_SOON
    if not is_usable(mandate, collect_on):
        return LeftOut.MANDATE_OVER
    return None if has_account else LeftOut.NO_ACCOUNT


def sequence(schema: Schema, *, has_served: bool, is_new_account: bool) -> Sequence:
    """How the file calls a collection. Files of before 2016's rulebook call the first one so, others need not."""
    is_first = schema is Schema.V02 and (not has_served or is_new_account)
    return Sequence.FIRST if is_first else Sequence.RECURRENT


def is_collecting_day(day: date, *, today: date) -> bool:
    """Whether a file of today may ask for a day: banks are open, and it is neither too near nor too far."""
    return target_days.is_open(day) and target_days.after(today, SOONEST) <= day <= today + FARTHEST


_NAMED = re.compile(r"(PV-\d{8}-\d{6})(?:-(FRST|RCUR))?(?![-\d])")


def files_named(text: str) -> tuple[tuple[str, Sequence | None], ...]:
    """The files of ours that a bank names in a text, each with the block of it where it says which."""
    return tuple((name, Sequence(block) if block else None) for name, block in _NAMED.findall(text))


_PERIOD = re.compile(r"(?<![\d-])20\d\d-(?:0[1-9]|1[0-2])(?![\d-])")


def periods_named(text: str) -> frozenset[str]:
    """The periods of instalments in a text: our files say them to whoever is debited, and banks repeat them."""
    return frozenset(_PERIOD.findall(text))


def meant(
    several: Several[tuple[frozenset[str], date | None]], *, periods: frozenset[str], on: date | None
) -> tuple[int, ...]:
    """The places of those of several equal instalments that a line means, each given as (its periods, its day).

    By the periods it names, where any of them has one; then, where several are left, by the day of the collection.
    """
    left = list(range(len(several)))
    if periods and any(named for named, _ in several):
        left = [at for at in left if several[at][0] & periods]
    if len(left) > 1 and on is not None:
        left = [at for at in left if several[at][1] == on] or left
    return tuple(left)


_LATIN = str.maketrans({"ß": "ss", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l",
                        "Đ": "D", "đ": "d", "ð": "d", "Þ": "Th", "þ": "th", "’": "'", "‘": "'", "–": "-", "—": "-",
                        "&": "+", "_": "-"})  # fmt: skip
_OUTSIDE = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]+")


def sepa_text(text: str, *, longest: int) -> str:
    """A text in the letters that every bank of SEPA takes: accents go, what has no likeness becomes a space."""
    plain = unicodedata.normalize("NFKD", text.translate(_LATIN))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(_OUTSIDE.sub(" ", bare).split())[:longest].strip()
