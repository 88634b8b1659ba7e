"""The folds of the event tables as SQL: what the standing tables must hold. The twin of `rules.standing`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import CompoundSelect, Select, and_, case, func, or_, select, union_all
from sqlalchemy.orm import aliased

from crm.consent.model import Act, Way
from crm.consent.rules import CAREFULNESS
from crm.consent.tables import ConsentEventRow, SuppressionEventRow

STREAM = ("person_id", "purpose", "channel", "address_key")


def standings(among: Collection[int] | None = None) -> CompoundSelect[Any]:
    """Where everybody stands (or those people), from their events alone.

    Columns: person_id, purpose, channel, address_key, act, way, since_at, event_id.
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
    ranked = (
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
        .cte("ranked")
    )
    decided, asked, imported = ranked.alias("decided"), ranked.alias("asked"), ranked.alias("imported")
    same = and_(
        *(decided.c[name] == asked.c[name] for name in STREAM),
        decided.c.rank == 0,
        asked.c.rank == 1,
        decided.c.place == 1,
        asked.c.place == 1,
    )
    own = and_(*(decided.c[name] == imported.c[name] for name in STREAM), decided.c.rank == 0)
    older = and_(*(imported.c[name] == asked.c[name] for name in STREAM), imported.c.rank == 2)
    undecided = ~select(decided.c.event_id).where(same).exists()
    reopened = and_(decided.c.act != Act.GIVEN, asked.c.since_at > decided.c.since_at)
    columns = (*STREAM, "act", "way", "since_at", "event_id")
    return union_all(
        select(*(decided.c[name] for name in columns)).where(
            decided.c.rank == 0,
            decided.c.place == 1,
            ~select(asked.c.event_id).where(same, reopened).exists(),
        ),
        select(*(asked.c[name] for name in columns)).where(
            asked.c.rank == 1,
            asked.c.place == 1,
            ~select(decided.c.event_id).where(same, ~reopened).exists(),
            ~and_(undecided, select(imported.c.event_id).where(older).exists()),
        ),
        select(*(imported.c[name] for name in columns)).where(
            imported.c.rank == 2,
            imported.c.place == 1,
            ~select(decided.c.event_id).where(own).exists(),
        ),
    )


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
