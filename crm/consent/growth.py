"""How many say yes to a purpose, and how that moved: figures for people who decide, never for a send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from crm.consent import gate, selects
from crm.consent.model import Act, Channel, Movement
from crm.consent.tables import ConsentStandingRow


def allowed_count(session: Session, purpose: str, channel: Channel = Channel.EMAIL, *, at: datetime) -> int:
    """How many people may be written to for a purpose, as things stand."""
    allowed = selects.allowed(purpose, channel, moment=gate.moment(session, at)).subquery()
    return session.scalar(select(func.count()).select_from(allowed)) or 0


def movements(
    session: Session, purpose: str, bounds: Sequence[datetime], channel: Channel = Channel.EMAIL
) -> tuple[Movement, ...]:
    """Yeses and leavings between each bound and the next, by everybody's latest word; one query.

    `bounds` ascend; n bounds make n - 1 spans.
    """
    spans = list(pairwise(bounds))
    if not spans:
        return ()
    since = ConsentStandingRow.since_at
    found = session.execute(
        select(
            *(
                func.coalesce(
                    func.sum(case(((since >= a) & (since < b) & (ConsentStandingRow.act == act), 1), else_=0)), 0
                )
                for a, b in spans
                for act in (Act.GIVEN, Act.WITHDRAWN)
            )
        ).where(
            ConsentStandingRow.purpose == purpose,
            ConsentStandingRow.channel == channel,
            since >= bounds[0],
            since < bounds[-1],
        )
    ).one()
    return tuple(
        Movement(since=a, until=b, gained=int(found[2 * i]), lost=int(found[2 * i + 1]))
        for i, (a, b) in enumerate(spans)
    )
