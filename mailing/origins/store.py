"""SQL of origins: who waits, how they can be reached, whom we told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, Subquery, and_, case, func, insert, literal, select
from sqlalchemy.orm import Session

from crm.foundation.columns import Instant, Word
from crm.people import selects as people
from crm.values.calendar import brussels_day
from mailing.origins.model import ToldBy
from mailing.origins.rules import OWN
from mailing.origins.tables import KnownOriginRow, OriginNoticeRow


def _owed() -> Subquery:
    """Everybody who came from elsewhere and was not told."""
    came = people.brought_by_others(OWN).subquery("came")
    told = select(literal(1)).where(OriginNoticeRow.person_id == came.c.person_id).exists()
    return select(came).where(~told).subquery("owed")


def _mail_reaches(owed: Subquery, on: date) -> Any:
    point = people.reachable(on, f"{on:%m-%d}").subquery("point")
    return select(literal(1)).select_from(point).where(point.c.person_id == owed.c.person_id).exists()


def _post_reaches(owed: Subquery, on: date) -> Any:
    home = people.reachable_by_post(on, f"{on:%m-%d}").subquery("home")
    return select(literal(1)).select_from(home).where(home.c.person_id == owed.c.person_id).exists()


def waiting(session: Session, on: date) -> list[tuple[str, datetime, int, int, int]]:
    """By source: when the first of them came, how many by mail, only by post, by neither."""
    owed = _owed()
    way = case((_mail_reaches(owed, on), 1), (_post_reaches(owed, on), 2), else_=3).label("way")
    each = select(owed.c.source, owed.c.created_at, way).subquery("each")
    rows = session.execute(
        select(
            each.c.source,
            func.min(each.c.created_at, type_=Instant()),
            *(func.count().filter(each.c.way == one) for one in (1, 2, 3)),
        ).group_by(each.c.source)
    )
    return [tuple(row) for row in rows]


def readers(sources: Collection[str], on: date) -> Select[*tuple[Any, ...]]:
    """Who of those sources is to be told by mail, at one address each.

    Columns: person_id, contact_point_id, address, address_key, language, source.
    """
    owed, point = _owed(), people.reachable(on, f"{on:%m-%d}").subquery("point")
    first = func.row_number().over(
        partition_by=point.c.person_id,
        order_by=(point.c.is_seasonal.desc(), point.c.is_primary.desc(), point.c.contact_point_id),
    )
    names = ("person_id", "contact_point_id", "address", "address_key", "language")
    ranked = (
        select(*(point.c[name] for name in names), owed.c.source, first.label("first"))
        .join(owed, owed.c.person_id == point.c.person_id)
        .where(owed.c.source.in_(sorted(sources)))
        .subquery("ranked")
    )
    return select(*(ranked.c[name] for name in (*names, "source"))).where(ranked.c.first == 1)


def remember_mailed(session: Session, sources: Collection[str], *, told_as: str, at: datetime) -> int:
    """Writes for each of `readers` that they were told; how many."""
    told = readers(sources, brussels_day(at)).subquery("told")
    return _remember(session, told, told_as=told_as, way=ToldBy.MAIL, at=at)


def by_post(sources: Collection[str], on: date, limit: int) -> Select[*tuple[Any, ...]]:
    """Who of those sources can be told by a letter only, in order: person_id, source."""
    owed = _owed()
    return (
        select(owed.c.person_id, owed.c.source)
        .where(and_(owed.c.source.in_(sorted(sources)), ~_mail_reaches(owed, on), _post_reaches(owed, on)))
        .order_by(owed.c.person_id)
        .limit(limit)
    )


def remember_lettered(
    session: Session, sources: Collection[str], on: date, limit: int, *, told_as: str, at: datetime
) -> int:
    """Writes for each of `by_post` that they were told; how many."""
    told = by_post(sources, on, limit).subquery("told")
    return _remember(session, told, told_as=told_as, way=ToldBy.LETTER, at=at)


def _remember(session: Session, told: Subquery, *, told_as: str, way: ToldBy, at: datetime) -> int:
    made = {
        "recorded_person_id": told.c.person_id,
        "person_id": told.c.person_id,
        "source": told.c.source,
        "told_as": literal(told_as),
        "way": literal(way, Word(ToldBy)),
        "told_at": literal(at, Instant()),
    }
    chosen = select(*(column.label(name) for name, column in made.items()))
    before = session.scalar(select(func.count()).select_from(OriginNoticeRow)) or 0
    session.execute(insert(OriginNoticeRow).from_select(list(made), chosen))
    return (session.scalar(select(func.count()).select_from(OriginNoticeRow)) or 0) - before


def known(session: Session) -> list[KnownOriginRow]:
    """Origins whose people know already, by name."""
    return list(session.scalars(select(KnownOriginRow).order_by(KnownOriginRow.name)))
