"""SQL of ties, households and tags of many people at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Table, cast, delete, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from crm.foundation import bulk
from crm.foundation.columns import Base
from crm.people.model import Position, Sensitivity, TieKind
from crm.people.tables import HouseholdMemberRow, HouseholdRow, PersonTagRow, TagRow, TieRow
from crm.values.folding import folded
from crm.values.languages import Language


def _table(row: type[Base]) -> Table:
    return row.metadata.tables[row.__tablename__]


_TIE, _HOME, _TAG = _table(TieRow), _table(HouseholdRow), _table(TagRow)
_MEMBER, _TAGGED = _table(HouseholdMemberRow), _table(PersonTagRow)


def ties_from(session: Session, person_ids: Collection[int]) -> set[tuple[int, int, TieKind]]:
    """What those people are to others."""
    query = select(_TIE.c.person_id, _TIE.c.other_person_id, _TIE.c.kind).where(_TIE.c.person_id.in_(person_ids))
    return {(a, b, c) for a, b, c in session.execute(query)} if person_ids else set()


def ties_to(session: Session, person_ids: Collection[int]) -> set[tuple[int, int]]:
    """Who is anything to those: (person, other), ended ties left out."""
    query = select(_TIE.c.person_id, _TIE.c.other_person_id).where(
        _TIE.c.other_person_id.in_(person_ids), _TIE.c.until_on.is_(None)
    )
    return {(a, b) for a, b in session.execute(query)} if person_ids else set()


def homes_called(session: Session, names: Collection[str]) -> dict[str, tuple[int, str]]:
    """Number and envelope of the households that another system calls so."""
    if not names:
        return {}
    query = select(_HOME.c.known_as, _HOME.c.id, _HOME.c.envelope_name)
    listed = bulk.among(session, _HOME.c.known_as, names)
    return {name: (number, envelope) for name, number, envelope in session.execute(query.where(listed))}


def homes_of(session: Session, person_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """The households of each that have not ended: number, what another system calls it."""
    found: dict[int, list[tuple[int, str]]] = {}
    if person_ids:
        query = (
            select(_MEMBER.c.person_id, _HOME.c.id, _HOME.c.known_as)
            .join(_HOME, _HOME.c.id == _MEMBER.c.household_id)
            .where(_MEMBER.c.person_id.in_(person_ids), _HOME.c.ended_at.is_(None))
            .order_by(_HOME.c.id)
        )
        for person_id, number, name in session.execute(query):
            found.setdefault(person_id, []).append((number, name or ""))
    return found


def tagged(session: Session, person_ids: Collection[int]) -> set[tuple[int, str]]:
    """The tags of each, by folded name."""
    query = select(_TAGGED.c.person_id, _TAG.c.folded_name).join(_TAG, _TAG.c.id == _TAGGED.c.tag_id)
    query = query.where(_TAGGED.c.person_id.in_(person_ids))
    return {(person_id, name) for person_id, name in session.execute(query)} if person_ids else set()


def tags_named(session: Session, names: Collection[str]) -> dict[str, tuple[int, Sensitivity]]:
    """Number and sensitivity of the tags of those folded names."""
    query = select(_TAG.c.folded_name, _TAG.c.id, _TAG.c.sensitivity).where(_TAG.c.folded_name.in_(names))
    return {name: (number, sensitivity) for name, number, sensitivity in session.execute(query)} if names else {}


def members_counted(session: Session, home_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """How many belong to each household, and how many are on its envelope."""
    named = func.sum(cast(_MEMBER.c.is_on_envelope, Integer))
    query = select(_MEMBER.c.household_id, func.count(), named).where(_MEMBER.c.household_id.in_(home_ids))
    rows = session.execute(query.group_by(_MEMBER.c.household_id)) if home_ids else ()
    return {number: (several, on_envelope) for number, several, on_envelope in rows}


def insert_ties(session: Session, several: Sequence[tuple[int, int, TieKind]], at: datetime) -> list[int]:
    """Writes ties that are not there; their ids, in the same order."""
    return _insert(
        session,
        _TIE,
        [
            {"person_id": a, "other_person_id": b, "kind": kind, "since_on": None, "until_on": None, "created_at": at}
            for a, b, kind in several
        ],
    )


def insert_homes(session: Session, several: Sequence[tuple[str, Language]], at: datetime) -> list[int]:
    """Writes empty households; their ids, in the same order."""
    bare: dict[str, Any] = {"envelope_name": "", "greeting": "", "created_at": at, "ended_at": None}
    return _insert(session, _HOME, [bare | {"known_as": name, "language": language} for name, language in several])


def insert_tags(session: Session, names: Sequence[str], at: datetime) -> list[int]:
    """Writes ordinary tags; their ids, in the same order."""
    facts: dict[str, Any] = {"sensitivity": Sensitivity.ORDINARY, "created_at": at}
    return _insert(session, _TAG, [{"name": name, "folded_name": folded(name)} | facts for name in names])


def _insert(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> list[int]:
    if not rows:
        return []
    ids = bulk.reserve(session, table, len(rows))
    bulk.pour_rows(session, table, [{"id": number} | row for number, row in zip(ids, rows, strict=True)])
    return ids


def insert_members(session: Session, several: Sequence[tuple[int, int, Position, bool]], at: datetime) -> None:
    """Puts people into households."""
    rows = [
        {"household_id": a, "person_id": b, "position": position, "is_on_envelope": is_named, "since_at": at}
        for a, b, position, is_named in several
    ]
    if rows:
        session.execute(insert(_MEMBER), rows)


def insert_tagged(session: Session, several: Sequence[tuple[int, int]], source: str, at: datetime) -> None:
    """Puts tags on people."""
    rows = [{"person_id": a, "tag_id": b, "source": source, "since_at": at} for a, b in several]
    if rows:
        session.execute(insert(_TAGGED), rows)


def call_home(session: Session, number: int, name: str | None) -> None:
    """Writes what another system calls a household."""
    session.execute(update(_HOME).where(_HOME.c.id == number).values(known_as=name))


def name_home(session: Session, number: int, envelope: str) -> None:
    """Writes what stands on the envelope of a household."""
    session.execute(update(_HOME).where(_HOME.c.id == number).values(envelope_name=envelope))


def ties_numbered(session: Session, ids: Collection[int]) -> dict[int, tuple[Any, ...]]:
    """Those ties: person, other, kind, first and last day."""
    own = _TIE.c
    query = select(own.id, own.person_id, own.other_person_id, own.kind, own.since_on, own.until_on)
    return {row[0]: tuple(row[1:]) for row in session.execute(query.where(own.id.in_(ids)))}


def tagged_by(session: Session, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Whence those tags of those people came."""
    own = _TAGGED.c
    query = select(own.person_id, own.tag_id, own.source).where(tuple_(own.person_id, own.tag_id).in_(pairs))
    return {(a, b): source for a, b, source in session.execute(query)}


def members_at(session: Session, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], tuple[str, bool]]:
    """What those people are in those households, and whether its envelope names them."""
    own = _MEMBER.c
    query = select(own.household_id, own.person_id, own.position, own.is_on_envelope)
    rows = session.execute(query.where(tuple_(own.household_id, own.person_id).in_(pairs)))
    return {(a, b): (position.value, is_named) for a, b, position, is_named in rows}


def homes_numbered(session: Session, ids: Collection[int]) -> dict[int, Any]:
    """Those households."""
    return {row.id: row for row in session.execute(select(_HOME).where(_HOME.c.id.in_(ids)))}


def tags_numbered(session: Session, ids: Collection[int]) -> dict[int, tuple[str, Sensitivity]]:
    """Name and sensitivity of those tags."""
    query = select(_TAG.c.id, _TAG.c.name, _TAG.c.sensitivity).where(_TAG.c.id.in_(ids))
    return {number: (name, sensitivity) for number, name, sensitivity in session.execute(query)}


def delete_ties(session: Session, ids: Collection[int]) -> None:
    """Deletes ties."""
    session.execute(delete(_TIE).where(_TIE.c.id.in_(ids)))


def delete_tagged(session: Session, pairs: Sequence[tuple[int, int]]) -> None:
    """Takes tags off people."""
    session.execute(delete(_TAGGED).where(tuple_(_TAGGED.c.person_id, _TAGGED.c.tag_id).in_(pairs)))


def delete_members(session: Session, pairs: Sequence[tuple[int, int]]) -> None:
    """Takes people out of households."""
    session.execute(delete(_MEMBER).where(tuple_(_MEMBER.c.household_id, _MEMBER.c.person_id).in_(pairs)))


def delete_tags(session: Session, ids: Collection[int]) -> None:
    """Deletes tags that nobody has."""
    session.execute(delete(_TAG).where(_TAG.c.id.in_(ids)))


def delete_homes(session: Session, ids: Collection[int]) -> None:
    """Deletes households of nobody."""
    session.execute(delete(_HOME).where(_HOME.c.id.in_(ids)))
