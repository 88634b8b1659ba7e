"""Households: who shares a letter box, what stands on the envelope, how the letter opens."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.foundation.forgetting import leave_own_name
from crm.people import link_store, rules, selects, store
from crm.people.errors import HouseholdMissing, PersonMissing
from crm.people.model import Household, Person, Position, Together
from crm.people.rules import envelope_name, household_greeting, single_spaced, together
from crm.people.tables import HouseholdMemberRow
from crm.values.errors import Invalid
from crm.values.identifiers import HouseholdId, PersonId

AT_ONCE = 2000


def found(session: Session, person_ids: Sequence[PersonId], *, at: datetime) -> Household:
    """Puts people into a new household: the first is its head, the others share it. Raises `PersonMissing`."""
    people = store.load(session, person_ids)
    if not person_ids or len(people) != len(set(person_ids)):
        raise PersonMissing
    household_id = link_store.add_household(session, language=people[person_ids[0]].language, at=at)
    for rank, person_id in enumerate(person_ids):
        position = Position.HEAD if rank == 0 else Position.PARTNER if rank == 1 else Position.OTHER
        link_store.put_member(session, household_id, person_id, position=position, is_on_envelope=rank < 2, at=at)
    return get(session, HouseholdId(household_id))


def unite(session: Session, person_ids: Sequence[PersonId], *, at: datetime) -> tuple[Household, tuple[PersonId, ...]]:
    """Puts people into one household, the oldest that one of them belongs to, else a new one; which, and who joined it.

    Whatever else they belong to stays. Raises `PersonMissing`.
    """
    homes = {home for person_id in person_ids for home in link_store.households_of(session, person_id)}
    if not homes:
        return found(session, person_ids, at=at), tuple(person_ids)
    oldest = HouseholdId(min(homes))
    there = {member.person_id for member in get(session, oldest).members}
    joining = tuple(one for one in dict.fromkeys(person_ids) if one not in there)
    for person_id in joining:
        few = len(there) < 2
        position = Position.PARTNER if len(there) == 1 else Position.OTHER
        put(session, oldest, person_id, position=position, is_on_envelope=few, at=at)
        there.add(person_id)
    return get(session, oldest), joining


def get(session: Session, household_id: HouseholdId) -> Household:
    """One household. Raises `HouseholdMissing`."""
    household = link_store.find_household(session, household_id)
    if household is None:
        raise HouseholdMissing
    return household


def of(session: Session, person_id: PersonId) -> tuple[Household, ...]:
    """The households someone belongs to (a child of two homes has two)."""
    return link_store.households(session, link_store.households_of(session, person_id))


def put(
    session: Session,
    household_id: HouseholdId,
    person_id: PersonId,
    *,
    position: Position,
    is_on_envelope: bool,
    at: datetime,
) -> None:
    """Adds someone, or changes what they are in it. Raises `HouseholdMissing`, `PersonMissing`.

    What was written by hand ends where it would name others than those on the envelope from now on.
    """
    hold(session, f"household {household_id}")
    before = get(session, household_id)
    person_id = PersonId(store.hold_living(session, person_id))
    if person_id not in store.load(session, [person_id]):
        raise PersonMissing
    link_store.put_member(session, household_id, person_id, position=position, is_on_envelope=is_on_envelope, at=at)
    if is_on_envelope != _is_named(before, person_id):
        _end_line(session, before)


def take(session: Session, household_id: HouseholdId, person_id: PersonId, *, at: datetime) -> None:
    """Takes someone out, and with one of the envelope what was written on it by hand; a household of nobody ends."""
    hold(session, f"household {household_id}")
    before = get(session, household_id)
    link_store.take_member(session, household_id, person_id)
    if _is_named(before, person_id):
        _end_line(session, before)
    if not get(session, household_id).members:
        link_store.change_household(session, household_id, {"ended_at": at, "known_as": None})


def names_others(household: Household, person_id: PersonId, *, is_on_envelope: bool) -> bool:
    """Whether what was written by hand ends once somebody is, or is not, on the envelope."""
    return is_by_hand(household) and is_on_envelope != _is_named(household, person_id)


def is_by_hand(household: Household) -> bool:
    """Whether somebody wrote what stands on its envelope, or how its letter opens."""
    return bool(household.envelope_name or household.greeting)


def _is_named(household: Household, person_id: PersonId) -> bool:
    return any(member.person_id == person_id and member.is_on_envelope for member in household.members)


def _end_line(session: Session, household: Household) -> None:
    if is_by_hand(household):
        link_store.change_household(session, household.id, {"envelope_name": "", "greeting": ""})


def name(session: Session, household_id: HouseholdId, *, on_envelope: str, greeting: str) -> None:
    """Says by hand what is written; empty texts let it be computed again. Raises `Invalid`."""
    get(session, household_id)
    for field, text in (("envelope_name", on_envelope), ("greeting", greeting)):
        if len(text) > 200 or any(c in "<>{}" or not c.isprintable() for c in text):
            raise Invalid("one short line of words", field=field)
    values = {"envelope_name": single_spaced(on_envelope), "greeting": single_spaced(greeting)}
    link_store.change_household(session, household_id, values)
    if any(values.values()):
        link_store.name_nobody_twice(session, household_id)


def addressed(session: Session, household: Household) -> tuple[str, str]:
    """(what stands on its envelope, how its letter opens): as decided by hand, else from its living members.

    What was decided by hand names the dead: it does not count while somebody on the envelope has died.
    """
    return written(household, store.load(session, [member.person_id for member in household.members]))


def written(household: Household, people: Mapping[PersonId, Person]) -> tuple[str, str]:
    """The same, of members that are loaded already."""
    named = [people[member.person_id] for member in household.members if member.is_on_envelope]
    living = [one for one in named if not one.is_deceased]
    by_hand = (household.envelope_name, household.greeting) if len(living) == len(named) else ("", "")
    return (
        by_hand[0] or envelope_name(living, household.language),
        by_hand[1] or household_greeting(living, household.language),
    )


def dead_on_envelope(household: Household, people: Mapping[PersonId, Person]) -> tuple[Person, ...]:
    """The dead for whose sake what was written by hand does not count: somebody has to write it anew."""
    if not is_by_hand(household):
        return ()
    named = (people[member.person_id] for member in household.members if member.is_on_envelope)
    return tuple(one for one in named if one.is_deceased)


def leave_names(session: Session, row: Any, since: datetime, *where: ColumnElement[bool]) -> None:
    """Takes the names of those who died since then off the lines that were made for whom they lived with (`row`)."""
    dead = session.execute(selects.mourned(since)).all()
    if dead:
        near = row.person_id.in_(selects.neighbours([one.person_id for one in dead]))
        names = {f"{one.first_name} {one.last_name}".strip() for one in dead}
        leave_own_name(session, row, names, near, *where)


def leave_unwilling(
    session: Session, row: Any, since: datetime, unwilling: Select[int], *where: ColumnElement[bool]
) -> None:
    """Takes those who asked not to be written to, or died since then, off the lines made for whom they live with.

    Where one name is left, it stands alone. The rows (`row`) have `first_name`, `last_name`, `organisation`, `lines`.
    """
    dead = selects.mourned(since).subquery("dead")
    near = or_(*(row.person_id.in_(selects.named_with(gone)) for gone in (unwilling, select(dead.c.person_id))))
    own = func.trim(row.first_name.concat(" ").concat(row.last_name)).concat("\n")
    shared = func.substr(row.lines, 1, func.length(own)) != own
    query = select(row).where(near, shared, *where).execution_options(populate_existing=True)
    several = session.scalars(query).all()
    silent = set(session.scalars(unwilling)) if several else set()
    names: dict[PersonId, Together] = {}
    for first in range(0, len(several), AT_ONCE):
        names |= homes_of(session, {one.person_id for one in several[first : first + AT_ONCE]})
    for one in several:
        alone, (top, *below) = f"{one.first_name} {one.last_name}".strip(), one.lines.split("\n")
        home = names.get(one.person_id)
        name = (home and rules.shared_envelope(rules.willing(home, silent), one.person_id)) or alone
        if name and top not in (name, one.organisation):
            one.lines = "\n".join((name, *below))
    session.flush()


def homes_of(session: Session, people: Collection[PersonId]) -> dict[PersonId, Together]:
    """How the household of each is written to, in one query; who shares none is not among them."""
    home = selects.living_together().where(HouseholdMemberRow.person_id.in_(people)).subquery("home")
    names = selects.household_names(select(home.c.household_id)).subquery("names")
    query = select(home.c.person_id, *names.c).join(names, names.c.household_id == home.c.household_id)
    return {
        row.person_id: together(
            envelope_name=row.envelope_name, greeting=row.greeting, language=row.language, named=row.named
        )
        for row in session.execute(query)
    }
