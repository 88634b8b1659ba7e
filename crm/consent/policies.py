"""Policies as rows: proposed by one colleague, decided by another, never changed afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, literal, not_, or_, select
from sqlalchemy.orm import Session

from crm.consent import store
from crm.consent.errors import OwnProposal, PolicyMissing, PurposeMissing
from crm.consent.policy import Book, NewPolicy, Policy, Population
from crm.consent.tables import PolicyRow, PopulationRow
from crm.foundation.columns import Instant, Word
from crm.foundation.database import hold
from crm.people import selects as people
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, PersonId, PolicyId

MINOR_FOR_DAYS = 5 * 366
"""How long "I am 13 to 17" is believed: nobody who said so is younger than 18 after that."""
_RULE, _MEMBER = PolicyRow.__table__.c, PopulationRow.__table__.c
_IN_FORCE = select(PolicyRow.__table__).where(_RULE.is_approved, _RULE.valid_from_on <= bindparam("day"))
_POPULATIONS = select(_MEMBER.person_id, _MEMBER.population).where(
    _MEMBER.person_id.in_(bindparam("ids", expanding=True)),
    or_(_MEMBER.population != Population.MINORS, _MEMBER.since_at > bindparam("since")),
)
SET_BY_ROOMS = frozenset({Population.BUYERS, Population.DONORS, Population.MEMBERS})


def propose(session: Session, new: NewPolicy, *, by: AccountId | None, at: datetime) -> Policy:
    """Writes a policy that waits for a second person. Raises `PurposeMissing`, `Invalid` (with the field to mend)."""
    if not store.has_purpose(session, new.purpose):
        raise PurposeMissing
    if not new.reason.strip():
        raise Invalid("a reason, for whoever reads it in ten years", field="reason")
    if new.valid_until_on is not None and new.valid_until_on < new.valid_from_on:
        raise Invalid("it ends before it begins", field="valid_until_on")
    if new.longest_days is not None and new.longest_days < 1:
        raise Invalid("at least one day", field="longest_days")
    row = PolicyRow(
        purpose=new.purpose,
        channel=new.channel,
        population=new.population,
        need=new.need,
        legal_basis=new.legal_basis,
        longest_days=new.longest_days,
        valid_from_on=new.valid_from_on,
        valid_until_on=new.valid_until_on,
        reason=new.reason.strip(),
        proposed_by=by,
        proposed_at=at,
        is_approved=False,
    )
    session.add(row)
    session.flush()
    return _policy(row)


def decide(session: Session, policy_id: PolicyId, *, approve: bool, by: AccountId, at: datetime) -> Policy:
    """A second person agrees or not. Raises `PolicyMissing` (also once decided), `OwnProposal`."""
    hold(session, f"policy {policy_id}")
    row = session.get(PolicyRow, policy_id, populate_existing=True)
    if row is None or row.decided_at is not None:
        raise PolicyMissing
    if row.proposed_by is not None and row.proposed_by == by:
        raise OwnProposal
    row.is_approved, row.decided_by, row.decided_at = approve, by, at
    session.flush()
    return _policy(row)


def policies(session: Session) -> tuple[Policy, ...]:
    """Every policy ever proposed, by purpose and channel, the newest first."""
    order = (PolicyRow.purpose, PolicyRow.channel, PolicyRow.population, PolicyRow.valid_from_on.desc())
    return tuple(_policy(row) for row in session.scalars(select(PolicyRow).order_by(*order, PolicyRow.id.desc())))


def book_at(reading: Session | Connection, at: datetime) -> Book:
    """What is asked of whom on the day of an instant."""
    day = brussels_day(at)
    return Book.of([_policy(one) for one in reading.execute(_IN_FORCE, {"day": day})], day)


def populations_of(
    session: Session, person_ids: Collection[PersonId], at: datetime
) -> dict[PersonId, frozenset[Population]]:
    """What populations each belongs to, as the rooms above said; minors by their own word of the last five years."""
    found: dict[PersonId, set[Population]] = {}
    facts = {"ids": list(person_ids), "since": at - timedelta(days=MINOR_FOR_DAYS)}
    for person_id, population in session.execute(_POPULATIONS, facts):
        found.setdefault(PersonId(person_id), set()).add(population)
    return {person_id: frozenset(several) for person_id, several in found.items()}


def put_population(session: Session, person_id: PersonId, population: Population, *, since: datetime) -> None:
    """A room above says that someone belongs to one of `SET_BY_ROOMS`; the earliest day stays."""
    if population not in SET_BY_ROOMS:
        raise Invalid("a population that rooms may set", field="population")
    row = session.get(PopulationRow, (person_id, population))
    if row is None:
        session.add(PopulationRow(person_id=person_id, population=population, since_at=since))
    else:
        row.since_at = min(row.since_at, since)
    session.flush()


def settle_population(
    session: Session, population: Population, belongs: Select[*tuple[Any, ...]], *, at: datetime
) -> tuple[int, int]:
    """A room above says who belongs to one of `SET_BY_ROOMS`, by a select of `person_id`; how many came and left.

    Set-wise; who belonged already keeps their day. Nobody merged, and nobody who was forgotten, belongs to anything.
    """
    if population not in SET_BY_ROOMS:
        raise Invalid("a population that rooms may set", field="population")
    hold(session, f"population {population}")
    row, wanted = PopulationRow, belongs.subquery("wanted")
    people_of = select(wanted.c.person_id).where(not_(people.merged(wanted.c.person_id)))
    here = select(row.person_id).where(row.population == population)
    left = session.execute(
        delete(row)
        .where(row.population == population, row.person_id.not_in(people_of))
        .returning(row.person_id)
        .execution_options(synchronize_session=False)
    )
    gone = len(left.all())
    new = people_of.where(wanted.c.person_id.not_in(here)).distinct().subquery("new")
    facts = (literal(population, Word(Population)), literal(at, Instant()))
    came = session.execute(
        insert(row)
        .from_select(["person_id", "population", "since_at"], select(new.c.person_id, *facts))
        .returning(row.person_id)
    )
    return len(came.all()), gone


def say_age(session: Session, person_id: PersonId, *, is_minor: bool, at: datetime) -> None:
    """Somebody said of themself that they are 13 to 17, or eighteen. A day of birth that we know weighs more."""
    row = session.get(PopulationRow, (person_id, Population.MINORS))
    if is_minor and row is None:
        session.add(PopulationRow(person_id=person_id, population=Population.MINORS, since_at=at))
    elif row is not None and not is_minor:
        session.delete(row)
    session.flush()


def leave_population(session: Session, person_ids: Iterable[PersonId], population: Population) -> None:
    """They belong to it no longer."""
    session.execute(
        delete(PopulationRow).where(
            PopulationRow.person_id.in_(list(person_ids)), PopulationRow.population == population
        )
    )


def _policy(row: Any) -> Policy:
    return Policy(
        id=PolicyId(row.id),
        purpose=row.purpose,
        channel=row.channel,
        population=row.population,
        need=row.need,
        legal_basis=row.legal_basis,
        longest_days=row.longest_days,
        valid_from_on=row.valid_from_on,
        valid_until_on=row.valid_until_on,
        reason=row.reason,
        proposed_by=None if row.proposed_by is None else AccountId(row.proposed_by),
        proposed_at=row.proposed_at,
        decided_by=None if row.decided_by is None else AccountId(row.decided_by),
        decided_at=row.decided_at,
        is_approved=row.is_approved,
    )
