"""Addresses that somebody typed and nobody ever confirmed: forgotten by age, for their holder may never have known.

Only those of whom the house knows nothing else go: any row of any room that speaks of them keeps them, a table of a
room to come included. Nobody asked to be forgotten: their identity is not kept from coming in again, and no line is
written to the journal of erasures, since a restored backup forgets them by the same term.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from crm.consent.model import Act
from crm.consent.tables import ConsentStandingRow
from crm.contracts.personal_data import Term
from crm.foundation.columns import Base
from crm.foundation.translation import N_
from crm.privacy import erasing
from crm.privacy.erasing import Holdings
from crm.values.identifiers import PersonId

CODE = "never-confirmed"
AT_ONCE = 500
OF_A_WISH = frozenset(
    {
        "contact_point",
        "person_key",
        "search_word",
        "search_text",
        "consent_event",
        "consent_standing",
        "delivery",
        "population_member",
    }
)
"""Tables in which a wish leaves a row: a letter to confirm it among them, and that they said to be under eighteen."""


@dataclass(kw_only=True, slots=True)
class Unconfirmed:
    """The keeper of that term (`crm.contracts.personal_data.TermKeeper`)."""

    holdings: Holdings
    clock: Callable[[], datetime]
    TERMS: tuple[Term, ...] = (Term(code=CODE, what=N_("Inscriptions que personne n’a confirmées"), months=3),)

    def forget_older(self, session: Session, code: str, before: datetime) -> int:
        """Forgets whoever was typed in before an instant and never confirmed anything; how many people."""
        done = 0
        for person_id in alone(session, session.scalars(_wished(before)).all(), OF_A_WISH):
            done += erasing.forget(
                session, self.holdings, person_id, still=_is_still(session, person_id, before), at=self.clock()
            )
        return done


def _wished(before: datetime, *among: ColumnElement[bool]) -> Select[int]:
    """Whoever stands on nothing but requests, the latest of which came before."""
    row = ConsentStandingRow
    said_more = func.sum(case((row.act == Act.REQUESTED, 0), else_=1))
    only_asked = (
        select(row.person_id)
        .where(*among)
        .group_by(row.person_id)
        .having(said_more == 0, func.max(row.since_at) < before)
    )
    return only_asked.order_by(row.person_id)


def _is_still(session: Session, person_id: PersonId, before: datetime) -> Callable[[], bool]:
    def ask() -> bool:
        wished = session.scalars(_wished(before, ConsentStandingRow.person_id == person_id)).all()
        return list(alone(session, wished, OF_A_WISH)) == [person_id]

    return ask


def alone(session: Session, person_ids: Sequence[int], known: Collection[str]) -> Iterable[PersonId]:
    """Those of them of whom no table but those that are known knows anything."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in known]
    columns = [
        column
        for table in tables
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys)
    ]
    for start in range(0, len(person_ids), AT_ONCE):
        left = set(person_ids[start : start + AT_ONCE])
        for column in columns:
            left -= set(session.scalars(select(column).where(column.in_(left)))) if left else set()
        yield from (PersonId(one) for one in sorted(left))
