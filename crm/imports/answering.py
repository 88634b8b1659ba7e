"""What a person says of a row in doubt: whom it may mean, and what becomes of it before and after the file goes in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.foundation.signing import AddressHasher, Sealer
from crm.imports import applying, deciding, store
from crm.imports.checking import row_of_plan
from crm.imports.earlier import Nobody
from crm.imports.model import Reason, Row, RowVerdict, Run, Told
from crm.imports.planning import plans
from crm.imports.wish import Decided, Wish
from crm.people import recognising
from crm.people.model import Person
from crm.values.languages import Language

ASKED = "asked"
"""In a kept row that was decided before its file went in: why it waited, to wait for that again."""


def possible(session: Session, addresses: AddressHasher, rows: Collection[Row]) -> dict[int, tuple[Person, ...]]:
    """Of each row that leaves open who it is about, whom it may mean."""
    asking = [(row.number, Wish.of_json(row.given)) for row in rows if row.verdict is RowVerdict.REVIEW]
    asking = [(number, wish) for number, wish in asking if wish.arrival is not None]
    found = recognising.candidates(
        session,
        addresses,
        [wish.arrival for _, wish in asking if wish.arrival],
        at_home=[place for place, (_, wish) in enumerate(asking) if wish.is_at_home],
    )
    return {
        number: tuple(known.person for known in several if not known.person.is_deceased)
        for (number, _), several in zip(asking, found, strict=True)
    }


def write(
    session: Session,
    addresses: AddressHasher,
    sealer: Sealer,
    run: Run,
    row: Row,
    *,
    said: Decided,
    at: datetime,
    language: Language,
) -> None:
    """Writes a row of an import that is in, as it was decided."""
    given = _given(row, said)
    store.give_row(session, run.id, row.number, given)
    applying.apply(session, addresses, sealer, run, [replace(row, given=given)], at=at, language=language)


def keep(
    session: Session, addresses: AddressHasher, run: Run, row: Row, *, said: Decided, at: datetime, language: Language
) -> None:
    """Keeps the word for when the file goes in, and says what the row comes to then. Nothing else is written."""
    given = _given(row, said)
    wish = Wish.of_json(given)
    [plan] = plans(session, addresses, run.id, [(row.number, wish)], at=at, language=language, before=Nobody())
    if plan.verdict is RowVerdict.CREATE and deciding.asks_another_gift(row):
        # Somebody whom an earlier row of this file brings: alone, the row does not see them.
        plan = replace(plan, verdict=RowVerdict.UPDATE, reasons=((Reason.ROW_BEFORE, ""), *plan.reasons))
    answered = row_of_plan(plan)
    if not deciding.answers(answered, said):  # what else it leaves open may be asked next
        given |= {ASKED: [list(one) for one in asked(row)]}
    store.give_row(session, run.id, row.number, given)
    store.change_rows(session, run.id, [answered])


def ask_again(session: Session, run: Run, row: Row) -> None:
    """The row waits for a person's word as it did."""
    reasons = asked(row)
    given = {name: one for name, one in row.given.items() if name not in {"decided", ASKED}}
    store.give_row(session, run.id, row.number, given)
    waiting = replace(row, given=given, verdict=RowVerdict.REVIEW, reasons=reasons, person_id=None)
    store.change_rows(session, run.id, [waiting])


def is_decided(row: Row) -> bool:
    """Whether a person said already what becomes of a row that waited."""
    return isinstance(row.given, dict) and ASKED in row.given


def asked(row: Row) -> tuple[Told, ...]:
    """Why a row waits, or waited before it was decided."""
    if not is_decided(row):
        return row.reasons
    return tuple((Reason(why), what) for why, what in row.given[ASKED])


def _given(row: Row, said: Decided) -> dict[str, Any]:
    wish = Wish.of_json(row.given)
    return replace(wish, decided=said.after(wish.decided)).as_json()
