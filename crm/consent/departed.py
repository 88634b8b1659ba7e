"""People who left every letter of ours and of whom nothing else is known: forgotten by age, as no ground is left.

What they had allowed and withdrew stays as proof for its term. Their mailbox is silenced on the day they are forgotten:
an old file that still says yes in their name reaches nobody, and a confirmation of their own opens it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, aliased

from crm.consent import service
from crm.consent.model import Act, SuppressionCause, Way
from crm.consent.tables import ConsentEventRow, ConsentStandingRow
from crm.consent.unconfirmed import OF_A_WISH, alone
from crm.contracts.personal_data import Term
from crm.foundation.translation import N_
from crm.privacy import erasing
from crm.privacy.erasing import Holdings
from crm.values.identifiers import PersonId

CODE = "left-us"
NO_MORE = frozenset({Act.EXPIRED, Act.REFUSED, Act.WITHDRAWN, Act.OBJECTED})
OF_A_READER = OF_A_WISH | {
    "contact_failure",
    "duplicate_pair",
    "external_id",
    "last_letter",
    "origin_notice",
    "pace",
    "pace_event",
    "permission_question",
}
"""Tables in which a reader leaves rows besides: what was sent, at which pace, how another system called them."""


@dataclass(kw_only=True, slots=True)
class Departed:
    """The keeper of that term (`crm.contracts.personal_data.TermKeeper`)."""

    holdings: Holdings
    clock: Callable[[], datetime]
    TERMS: tuple[Term, ...] = (
        Term(
            code=CODE,
            what=N_("Personnes qui ont quitté toutes nos lettres, et dont nous ne savons rien d’autre"),
            months=12,
        ),
    )

    def forget_older(self, session: Session, code: str, before: datetime) -> int:
        """Forgets whoever said their last no before an instant and stands on nothing else; how many people."""
        done = 0
        for person_id in alone(session, session.scalars(_left(before)).all(), OF_A_READER):
            subject = self.holdings.find(session, person_id)
            own = subject.own_emails if subject else ()
            gone = erasing.forget(
                session, self.holdings, person_id, still=_is_still(session, person_id, before), at=self.clock()
            )
            done += gone
            for email in own if gone else ():
                key = self.holdings.addresses.key_of(email)
                service.suppress(
                    session, address_key=key, cause=SuppressionCause.LISTED, way=Way.RETENTION, at=self.clock()
                )
        return done


def _left(before: datetime, *among: ColumnElement[bool]) -> Select[int]:
    """Whoever stands on nothing but words of leaving, and wishes that nobody confirmed, the latest of them before."""
    row, asked = ConsentStandingRow, aliased(ConsentEventRow)
    is_open = func.sum(case((row.act.in_([*NO_MORE, Act.REQUESTED]), 0), else_=1))
    is_closed = func.sum(case((row.act.in_(NO_MORE), 1), else_=0))
    only_left = (
        select(row.person_id)
        .outerjoin(asked, asked.id == row.asked_id)
        .where(*among)
        .group_by(row.person_id)
        .having(
            is_open == 0,
            is_closed > 0,
            func.max(row.since_at) < before,
            func.max(func.coalesce(asked.occurred_at, row.since_at)) < before,
        )
    )
    return only_left.order_by(row.person_id)


def _is_still(session: Session, person_id: PersonId, before: datetime) -> Callable[[], bool]:
    def ask() -> bool:
        left = session.scalars(_left(before, ConsentStandingRow.person_id == person_id)).all()
        return list(alone(session, left, OF_A_READER)) == [person_id]

    return ask
