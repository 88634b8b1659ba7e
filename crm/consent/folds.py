"""The folds of the event tables as SQL: what the standing tables hold. The twin of `rules.standing` and its wish."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from crm.consent.model import Act, Way
from crm.consent.rules import CAREFULNESS
from crm.consent.tables import ConsentEventRow, SuppressionEventRow

STREAM = ("person_id", "purpose", "channel", "address_key")
COLUMNS = (*STREAM, "act", "way", "since_at", "event_id", "asked_id")
"""What a standing is made of, in this order."""


def standings(among: Collection[int] | None = None) -> Select[Any]:
    """Where everybody stands (or those people), from their events alone.

    Columns: `COLUMNS`.
    """
    event = aliased(ConsentEventRow)
    annulment = aliased(ConsentEventRow)
    counts = and_(event.act != Act.ANNULLED, ~select(annulment.id).where(annulment.annuls_id == event.id).exists())
    if among is not None:
        counts = and_(counts, event.person_id.in_(among))
    rank = case((event.act == Act.REQUESTED, 1), (event.act == Act.IMPORTED, 2), else_=0)
    last = func.row_number().over(
        partition_by=(event.person_id, event.purpose, event.channel, event.address_key, rank),
        order_by=(
            event.occurred_at.desc(),
            case({act.value: rank for act, rank in CAREFULNESS.items()}, value=event.act).desc(),
            case((event.way == Way.CONFIRMATION, 0), else_=1).desc(),
            event.id,
        ),
    )
    said = (
        select(
            event.person_id,
            event.purpose,
            event.channel,
            event.address_key,
            event.act,
            event.way,
            event.occurred_at.label("since_at"),
            event.id.label("event_id"),
            rank.label("rank"),
            last.label("place"),
        )
        .where(counts)
        .subquery("said")
    )

    # Windows, not joins of the rows with themselves: without statistics, PostgreSQL would go through all for each.
    def of(rank: int, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.max(case((said.c.rank == rank, column))).over(partition_by=[said.c[name] for name in STREAM])

    lasts = (
        select(
            *(said.c[name] for name in (*COLUMNS[:-1], "rank")),
            of(0, said.c.act).label("decided"),
            of(0, said.c.since_at).label("decided_at"),
            of(1, said.c.since_at).label("asked_at"),
            of(1, said.c.event_id).label("asked_id"),
            of(2, said.c.since_at).label("imported_at"),
        )
        .where(said.c.place == 1)
        .subquery("lasts")
    )
    waits = or_(lasts.c.decided.is_(None), and_(lasts.c.decided != Act.GIVEN, lasts.c.asked_at > lasts.c.decided_at))
    winner = case((lasts.c.decided.is_not(None), 0), (lasts.c.imported_at.is_not(None), 2), else_=1)
    asked_id = case((waits, lasts.c.asked_id)).label("asked_id")
    return select(*(lasts.c[name] for name in COLUMNS[:-1]), asked_id).where(lasts.c.rank == winner)


def suppressions(among: Collection[str] | None = None) -> Select[Any]:
    """What is suppressed (or of those addresses), from the events alone.

    Per address and cause the latest word; at equal instants the no.

    Columns: address_key, cause, since_at.
    """
    event = aliased(SuppressionEventRow)
    last = func.row_number().over(
        partition_by=(event.address_key, event.cause),
        order_by=(event.occurred_at.desc(), event.suppressed.desc(), event.id),
    )
    every = select(
        event.address_key, event.cause, event.occurred_at.label("since_at"), event.suppressed, last.label("place")
    )
    ranked = (every if among is None else every.where(event.address_key.in_(among))).subquery("ranked")
    return select(ranked.c.address_key, ranked.c.cause, ranked.c.since_at).where(
        ranked.c.place == 1, or_(ranked.c.suppressed)
    )
