"""Decisions about legacies: which stages end a file, what may follow what, what a colleague may write. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from crm.legacies.model import Facts, Stage

OVER = frozenset({Stage.CLOSED, Stage.FALLEN})
"""Nothing is awaited from these any more."""
NAME = 200
ADDRESS = 500
PHONE = 40
NOTE = 4000
WHY = 500
MOST = 10**11
"""A thousand million euro, in cents."""


def why_not(steps: Sequence[Stage], stage: Stage, reached_on: date, *, today: date, last_on: date | None) -> str | None:
    """Why a file cannot be at that stage, in one word: `day` to come, `before` the last step, `same` as it stands.

    Any other stage may follow: a will is changed, an estate turns out to be in debt, a colleague mistook one.
    """
    if reached_on > today:
        return "day"
    if last_on is not None and reached_on < last_on:
        return "before"
    return "same" if steps and steps[-1] is stage else None


def too_much(facts: Facts) -> str | None:
    """The field that is longer, or larger, than a file holds; None where all fit."""
    notary = facts.notary
    sizes = (("notary", notary.name, NAME), ("address", notary.address, ADDRESS), ("phone", notary.phone, PHONE))
    for field, text, most in (*sizes, ("note", facts.note, NOTE)):
        if len(text) > most:
            return field
    expected = facts.expected_cents
    return "expected" if expected is not None and not 0 <= expected < MOST else None
