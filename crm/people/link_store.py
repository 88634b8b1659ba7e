"""SQL of what ties people to other things: systems, keys, tags, households, each other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from crm.foundation import presence
from crm.foundation.bulk import texts
from crm.people import selects
from crm.people.errors import ExternalIdTaken
from crm.people.model import ExternalId, Household, HouseholdMember, Position, Sensitivity, Tag, Tie, TieKind
from crm.people.tables import (
    ExternalIdRow,
    HouseholdMemberRow,
    HouseholdRow,
    PersonKeyRow,
    PersonRow,
    PersonTagRow,
    TagRow,
    TieRow,
)
from crm.values.folding import folded
from crm.values.identifiers import HouseholdId, PersonId, TagId, TieId
from crm.values.languages import Language

_NAMED_ELSEWHERE, _AT_HOME = presence.watch(ExternalIdRow.person_id), presence.watch(HouseholdMemberRow.person_id)
_TIED, _TAGGED = presence.watch(TieRow.person_id, TieRow.other_person_id), presence.watch(PersonTagRow.person_id)


def add_external_id(session: Session, person_id: int, external: ExternalId) -> None:
    """Remembers how another system calls someone. Raises `ExternalIdTaken` where it calls another person so."""
    holder = person_of_external_id(session, external.system, external.value)
    if holder == person_id:
        return
    if holder is not None:
        raise ExternalIdTaken
    session.add(ExternalIdRow(person_id=person_id, system=external.system, value=external.value))
    session.flush()


def drop_external_id(session: Session, person_id: int, external: ExternalId) -> None:
    """Forgets how another system calls someone."""
    row = ExternalIdRow
    session.execute(
        delete(row).where(row.person_id == person_id, row.system == external.system, row.value == external.value)
    )


def person_of_external_id(session: Session, system: str, value: str) -> int | None:
    """Whom another system calls so."""
    return session.scalar(
        select(ExternalIdRow.person_id).where(ExternalIdRow.system == system, ExternalIdRow.value == value)
    )


def systems(session: Session) -> tuple[str, ...]:
    """Every system that calls somebody something."""
    return tuple(session.scalars(_SYSTEMS))


def _each_system() -> Select[str]:
    """As many looks into the index as there are systems, however many people they name."""
    column = ExternalIdRow.system
    first = select(func.min(column).label("word")).cte("systems", recursive=True)
    following = select(func.min(column)).where(column > first.c.word).scalar_subquery()
    words = first.union_all(select(following).select_from(first).where(first.c.word.is_not(None)))
    return select(words.c.word).where(words.c.word.is_not(None)).order_by(words.c.word)


_SYSTEMS = _each_system()


def external_ids(session: Session, person_id: int) -> tuple[ExternalId, ...]:
    """How other systems call someone."""
    if presence.nothing(session, _NAMED_ELSEWHERE, person_id):
        return ()
    query = select(ExternalIdRow).where(ExternalIdRow.person_id == person_id).order_by(ExternalIdRow.id)
    return tuple(ExternalId(system=row.system, value=row.value) for row in session.scalars(query))


def remember_keys(session: Session, kind: str, pairs: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Adds (person, key) by which someone can be found, again is once; those that were not there."""
    row = PersonKeyRow
    theirs = select(row.person_id, row.key).where(row.kind == kind, row.person_id.in_({one for one, _ in pairs}))
    new = set(pairs) - {(person_id, key) for person_id, key in session.execute(theirs)}
    session.add_all(PersonKeyRow(kind=kind, key=key, person_id=person_id) for person_id, key in sorted(new))
    session.flush()
    return new


def forget_keys(session: Session, kind: str, pairs: Collection[tuple[int, str]]) -> None:
    """Takes keys away."""
    row = PersonKeyRow
    these = tuple_(row.person_id, row.key).in_(pairs)
    session.execute(delete(row).where(row.kind == kind, these).execution_options(synchronize_session="fetch"))


def ids_by_key(session: Session, kind: str, key: str) -> list[int]:
    """Unmerged people who have that key, longest known first."""
    return list(
        session.scalars(
            select(PersonRow.id)
            .join(PersonKeyRow, PersonKeyRow.person_id == PersonRow.id)
            .where(PersonKeyRow.kind == kind, PersonKeyRow.key == key, PersonRow.merged_into_id.is_(None))
            .order_by(PersonRow.id)
        )
    )


def known_by(session: Session, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, ...]]:
    """The unmerged people of each (kind, key), longest known first."""
    found: dict[tuple[str, str], tuple[int, ...]] = {}
    for kind in sorted({kind for kind, _ in keys}):
        listed = texts(session, {key for other, key in keys if other == kind})
        query = (
            select(PersonKeyRow.key, PersonRow.id)
            .join(PersonRow, PersonKeyRow.person_id == PersonRow.id)
            .where(
                PersonKeyRow.kind == kind,
                PersonKeyRow.key.in_(select(listed.c.value)),
                PersonRow.merged_into_id.is_(None),
            )
        )
        for key, person_id in session.execute(query.order_by(PersonKeyRow.key, PersonRow.id)):
            found[(kind, key)] = (*found.get((kind, key), ()), person_id)
    return found


def add_household(session: Session, *, language: Language, at: datetime) -> int:
    """An empty household."""
    row = HouseholdRow(envelope_name="", greeting="", language=language, created_at=at, known_as=None)
    session.add(row)
    session.flush()
    return row.id


def find_household(session: Session, household_id: int) -> Household | None:
    """One household with its members, heads first."""
    return next(iter(households(session, [household_id])), None)


def households(session: Session, household_ids: Collection[int]) -> tuple[Household, ...]:
    """Those of them that have not ended, with their members, heads first; two queries however many they are.

    Who lives on in another record is no member of their own, and what was written by hand for both does not count.
    """
    if not household_ids:
        return ()
    rows = session.scalars(_HOUSEHOLDS, {"ids": list(household_ids)}).all()
    order = {position: rank for rank, position in enumerate(Position)}
    members: dict[int, list[HouseholdMemberRow]] = {row.id: [] for row in rows}
    twice = set[int]()
    for member, is_merged in session.execute(_MEMBERS, {"ids": list(members)}):
        if not is_merged:
            members[member.household_id].append(member)
        elif member.is_on_envelope:
            twice.add(member.household_id)
    return tuple(
        Household(
            id=HouseholdId(row.id),
            envelope_name="" if row.id in twice else row.envelope_name,
            greeting="" if row.id in twice else row.greeting,
            language=row.language,
            members=tuple(
                HouseholdMember(
                    person_id=PersonId(member.person_id),
                    position=member.position,
                    is_on_envelope=member.is_on_envelope,
                )
                for member in sorted(members[row.id], key=lambda one: (order[one.position], one.person_id))
            ),
        )
        for row in rows
    )


_HOUSEHOLDS = (
    select(HouseholdRow)
    .where(HouseholdRow.id.in_(bindparam("ids", expanding=True)), HouseholdRow.ended_at.is_(None))
    .order_by(HouseholdRow.id)
)
_MEMBERS = select(HouseholdMemberRow, selects.merged(HouseholdMemberRow.person_id)).where(
    HouseholdMemberRow.household_id.in_(bindparam("ids", expanding=True))
)


def households_of(session: Session, person_id: int) -> list[int]:
    """The households someone belongs to."""
    if presence.nothing(session, _AT_HOME, person_id):
        return []
    return list(
        session.scalars(
            select(HouseholdRow.id)
            .join(HouseholdMemberRow, HouseholdMemberRow.household_id == HouseholdRow.id)
            .where(HouseholdMemberRow.person_id == person_id, HouseholdRow.ended_at.is_(None))
            .order_by(HouseholdRow.id)
        )
    )


def change_household(session: Session, household_id: int, values: Mapping[str, Any]) -> None:
    """Writes columns of one household."""
    row = session.get_one(HouseholdRow, household_id)
    for column, value in values.items():
        setattr(row, column, value)
    session.flush()


def put_member(
    session: Session, household_id: int, person_id: int, *, position: Position, is_on_envelope: bool, at: datetime
) -> None:
    """Adds someone to a household, or changes what they are in it."""
    row = session.get(HouseholdMemberRow, (household_id, person_id))
    if row is None:
        row = HouseholdMemberRow(household_id=household_id, person_id=person_id, since_at=at)
        session.add(row)
    row.position, row.is_on_envelope = position, is_on_envelope
    session.flush()


def name_nobody_twice(session: Session, household_id: int) -> None:
    """Takes those off its envelope who live on in another record: what is written from now on is not of them."""
    member = HouseholdMemberRow
    mine = (member.household_id == household_id, member.is_on_envelope, selects.merged(member.person_id))
    session.execute(update(member).where(*mine).values(is_on_envelope=False))
    session.expire_all()


def take_member(session: Session, household_id: int, person_id: int) -> None:
    """Takes someone out of a household."""
    session.execute(
        delete(HouseholdMemberRow).where(
            HouseholdMemberRow.household_id == household_id, HouseholdMemberRow.person_id == person_id
        )
    )


def tags(session: Session) -> tuple[Tag, ...]:
    """Every tag of the house, by name."""
    return tuple(_tag(row) for row in session.scalars(select(TagRow).order_by(TagRow.folded_name)))


def find_tag(session: Session, tag_id: int) -> Tag | None:
    """One tag."""
    row = session.get(TagRow, tag_id)
    return None if row is None else _tag(row)


def put_tag(session: Session, name: str, sensitivity: Sensitivity, at: datetime) -> Tag:
    """The tag of that name, made where there is none; a sensitivity only ever rises."""
    row = session.scalar(select(TagRow).where(TagRow.folded_name == folded(name)))
    if row is None:
        row = TagRow(name=name, folded_name=folded(name), sensitivity=sensitivity, created_at=at)
        session.add(row)
    elif sensitivity is Sensitivity.SENSITIVE:
        row.sensitivity = sensitivity
    session.flush()
    return _tag(row)


def tags_of(session: Session, person_ids: Collection[int]) -> dict[PersonId, tuple[Tag, ...]]:
    """The tags of each, by name."""
    found: dict[PersonId, list[Tag]] = {PersonId(person_id): [] for person_id in person_ids}
    if all(presence.nothing(session, _TAGGED, person_id) for person_id in person_ids):
        return dict.fromkeys(found, ())
    query = (
        select(PersonTagRow.person_id, TagRow)
        .join(TagRow, TagRow.id == PersonTagRow.tag_id)
        .where(PersonTagRow.person_id.in_(person_ids))
        .order_by(TagRow.folded_name)
    )
    for person_id, row in session.execute(query):
        found[PersonId(person_id)].append(_tag(row))
    return {person_id: tuple(several) for person_id, several in found.items()}


def tag_person(session: Session, person_id: int, tag_id: int, *, source: str, at: datetime) -> bool:
    """Puts a tag on someone; True if they had it not."""
    if session.get(PersonTagRow, (person_id, tag_id)) is not None:
        return False
    session.add(PersonTagRow(person_id=person_id, tag_id=tag_id, source=source, since_at=at))
    session.flush()
    return True


def untag_person(session: Session, person_id: int, tag_id: int) -> bool:
    """Takes a tag off someone; True if they had it."""
    row = session.get(PersonTagRow, (person_id, tag_id))
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def tagged_count(session: Session, tag_id: int) -> int:
    """How many people have a tag."""
    tagged = select(func.count()).select_from(PersonTagRow)
    return session.scalar(tagged.where(PersonTagRow.tag_id == tag_id, ~selects.merged(PersonTagRow.person_id))) or 0


def put_tie(
    session: Session,
    *,
    person_id: int,
    other_id: int,
    kind: TieKind,
    since_on: date | None,
    until_on: date | None,
    at: datetime,
) -> Tie:
    """A tie of one kind between two, made or changed."""
    row = session.scalar(
        select(TieRow).where(TieRow.person_id == person_id, TieRow.other_person_id == other_id, TieRow.kind == kind)
    )
    if row is None:
        row = TieRow(person_id=person_id, other_person_id=other_id, kind=kind, created_at=at)
        session.add(row)
    row.since_on, row.until_on = since_on, until_on
    session.flush()
    return _tie(row)


def ties_of(session: Session, person_id: int) -> tuple[Tie, ...]:
    """The ties of someone, from either side, with people who stand for themselves."""
    if presence.nothing(session, _TIED, person_id):
        return ()
    return tuple(_tie(row) for row in session.scalars(_TIES_OF, {"person_id": person_id}))


_TIES_OF = (
    select(TieRow)
    .where(
        or_(
            and_(TieRow.person_id == bindparam("person_id"), ~selects.merged(TieRow.other_person_id)),
            and_(TieRow.other_person_id == bindparam("person_id"), ~selects.merged(TieRow.person_id)),
        )
    )
    .order_by(TieRow.id)
)


def end_tie(session: Session, tie_id: int, *, until_on: date) -> None:
    """Writes the last day of a tie."""
    session.get_one(TieRow, tie_id).until_on = until_on
    session.flush()


def drop_tie(session: Session, tie_id: int) -> None:
    """Takes a tie away that was noted by mistake."""
    session.execute(delete(TieRow).where(TieRow.id == tie_id))


def _tag(row: TagRow) -> Tag:
    return Tag(id=TagId(row.id), name=row.name, sensitivity=row.sensitivity)


def _tie(row: TieRow) -> Tie:
    return Tie(
        id=TieId(row.id),
        person_id=PersonId(row.person_id),
        other_id=PersonId(row.other_person_id),
        kind=row.kind,
        since_on=row.since_on,
        until_on=row.until_on,
    )
