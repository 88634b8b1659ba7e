"""One person's attestation by itself: of a closed year at any time, of an open one when nothing more can come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from crm.attestations import gathering, locking, rules, store
from crm.attestations.errors import NotApproved, NothingOwed, YearOpen
from crm.attestations.locking import House
from crm.attestations.model import Attestation, Findings, Stage
from crm.attestations.tables import RunRow
from crm.audit import service as audit
from crm.foundation.database import hold
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, PersonId


def issue(
    session: Session,
    house: House,
    year: int,
    person_id: PersonId,
    *,
    has_left: bool = False,
    at: datetime,
    by: AccountId | None,
) -> Attestation:
    """Gives one person the number of their paper; the press makes it, as any other.

    Of the year that runs only where they died, or `has_left`: they told us that nothing more will come. Raises
    PersonMissing, YearOpen, NotApproved, InstitutionIncomplete, and NothingOwed with the reasons.
    """
    hold(session, f"attestations {year}")
    person = people.find_person(session, person_id)
    if person is None:
        raise PersonMissing
    this = brussels_day(at).year
    if year > this or (year == this and not (person.is_deceased or has_left)):
        raise YearOpen
    in_force = store.rules_in_force(session, year) or rules.by_default(year)
    if in_force.approved_from_on is None:
        raise NotApproved
    declared = store.identity_row(session, person_id)
    if declared is not None and declared.given_to_id is not None:
        raise NothingOwed(frozenset())
    found = gathering.of_one(session, in_force, person_id)
    owed = tuple(one for one in found.owed if one.identity.person_id == person_id)
    if not owed:
        raise NothingOwed(frozenset(one.reason for one in found.excluded))
    run = RunRow(
        year=year,
        stage=Stage.LOCKED,
        count=len(owed),
        cents=owed[0].cents,
        opened_at=at,
        opened_by=by,
        checked_at=at,
        locked_at=at,
        locked_by=by,
        handed_at=at,
        handed_by=by,
    )
    session.add(run)
    session.flush()
    only = Findings(year=year, owed=owed, excluded=())
    locking.number(session, house, run, only, in_force, at=at, by=by, asked=select(literal(int(person_id))))
    audit.record(
        session,
        house.sealer,
        at=at,
        account_id=by,
        action="attestation.single",
        subject="attestations",
        subject_id=year,
        facts={"cents": run.cents, "open": year == this},
    )
    return next(one for one in store.of_person(session, person_id) if one.run_id == run.id)
