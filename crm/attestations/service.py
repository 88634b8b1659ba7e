"""The door of attestations: what holds in a year, who somebody is for the administration, check, lock, look up.

A run goes draft, checked, locked, issued, filed. Its lock gives gapless numbers in one transaction and freezes what
each attestation says; papers (`issuing`) and files (`filing`) are made from what is frozen, never from the donor anew.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.attestations import gathering, locking, rules, store
from crm.attestations.errors import (
    FourEyes,
    NotApproved,
    RulesMissing,
    RunChanged,
    RunElsewhere,
    RunMissing,
    YearOpen,
)
from crm.attestations.model import (
    Attestation,
    Declared,
    Findings,
    Identity,
    Progress,
    Proposal,
    Run,
    Stage,
    Status,
    YearRules,
)
from crm.attestations.tables import FiscalIdentityRow, RunRow, YearRulesRow
from crm.audit import service as audit
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.values.calendar import brussels_day
from crm.values.enterprise_number import enterprise_number
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, AttestationId, GiftId, PersonId, RunId

House = locking.House
LONGEST_NAME = 100


def propose_rules(session: Session, new: YearRules, *, at: datetime, by: AccountId) -> Proposal:
    """Proposes what holds for the gifts of a year; somebody else decides. Raises RulesInvalid."""
    return store.proposal(store.add_rules(session, rules.sound(new), at=at, by=by))


def decide_rules(session: Session, proposal_id: int, *, accepts: bool, at: datetime, by: AccountId) -> Proposal:
    """Accepts or refuses them. Raises RulesMissing, and FourEyes for whoever proposed them."""
    hold(session, f"attestation rules {proposal_id}")
    row = session.get(YearRulesRow, proposal_id, populate_existing=True)
    if row is None or row.decided_at is not None:
        raise RulesMissing
    if row.proposed_by == by:
        raise FourEyes
    row.decided_at, row.decided_by, row.is_accepted = at, by, accepts
    session.flush()
    return store.proposal(row)


def rules_of(session: Session, year: int) -> YearRules:
    """What holds for the gifts of that year."""
    return store.rules_in_force(session, year) or rules.by_default(year)


def proposals(session: Session, year: int) -> tuple[Proposal, ...]:
    """All rules ever proposed for a year, the newest first."""
    return store.proposals(session, year)


def identify(
    session: Session, sealer: Sealer, person_id: PersonId, said: Declared, *, at: datetime, by: AccountId | None
) -> None:
    """Says who somebody is for the administration where that differs; an empty part is as we know it.

    With `given_to` their gifts go on the paper of their partner. A chain of such choices is refused.
    """
    hold(session, "fiscal identities")
    given_to = said.given_to
    wanted = {person_id} | ({given_to} if given_to else set())
    if len(people.people(session, wanted)) != len(wanted):
        raise PersonMissing
    if given_to == person_id or (given_to and store.is_chained(session, person_id, given_to)):
        raise Invalid("one paper for a household is in the name of one of them", field="given_to")
    if max(len(said.name), len(said.first_name)) > LONGEST_NAME:
        raise Invalid("a name is one line of words", field="name")
    number = said.enterprise_number.strip()
    if number and enterprise_number(number) is None:
        raise Invalid("that is no number of an enterprise", field="enterprise_number")
    row = store.identity_row(session, person_id) or FiscalIdentityRow(person_id=person_id)
    row.kind, row.name, row.first_name = said.kind, said.name.strip(), said.first_name.strip()
    row.enterprise_number, row.given_to_id, row.language = number, given_to, said.language
    row.changed_at, row.changed_by = at, by
    session.add(row)
    session.flush()
    audit.record(
        session,
        sealer,
        at=at,
        account_id=by,
        action="fiscal-identity.changed",
        subject="person",
        subject_id=person_id,
        facts={"kind": said.kind.value, "household": given_to is not None},
    )


def declared(session: Session, person_id: PersonId) -> Declared | None:
    """What was said of somebody for the administration alone; None where they are as we know them."""
    row = store.identity_row(session, person_id)
    return None if row is None else store.declared(row)


def identity(session: Session, person_id: PersonId) -> Identity:
    """Who somebody is for the administration today. Raises PersonMissing."""
    found = gathering.identities(session, [person_id])
    if person_id not in found:
        raise PersonMissing
    return found[person_id]


def look(session: Session, year: int) -> Findings:
    """What a check would find now; nothing is changed."""
    return gathering.findings(session, rules_of(session, year))


def check(session: Session, year: int, *, at: datetime, by: AccountId | None) -> tuple[Run, Findings]:
    """Checks the open run of a year, or opens one; what was found is what may be locked."""
    hold(session, f"attestations {year}")
    findings = look(session, year)
    row = store.open_run(session, year) or RunRow(year=year, stage=Stage.DRAFT, opened_at=at, opened_by=by)
    row.stage, row.checked_at, row.count, row.cents = Stage.CHECKED, at, len(findings.owed), findings.cents
    session.add(row)
    session.flush()
    return store.run(row), findings


def lock(session: Session, house: House, run_id: RunId, *, at: datetime, by: AccountId | None) -> Run:
    """Gives each attestation of a checked run its number, and freezes it. A run that is locked stays as it is.

    Raises RunMissing, RunElsewhere, YearOpen, NotApproved, InstitutionIncomplete, and RunChanged where a new check
    would find something else.
    """
    row = session.get(RunRow, run_id)
    if row is None:
        raise RunMissing
    hold(session, f"attestations {row.year}")
    session.refresh(row)
    if row.locked_at is not None:
        return store.run(row)
    if row.stage is not Stage.CHECKED:
        raise RunElsewhere
    if brussels_day(at).year <= row.year:
        raise YearOpen
    in_force = rules_of(session, row.year)
    if in_force.approved_from_on is None:
        raise NotApproved
    findings = gathering.findings(session, in_force)
    if (len(findings.owed), findings.cents) != (row.count, row.cents):
        raise RunChanged
    locking.number(session, house, row, findings, in_force, at=at, by=by)
    row.stage, row.locked_at, row.locked_by = Stage.LOCKED, at, by
    session.flush()
    audit.record(
        session,
        house.sealer,
        at=at,
        account_id=by,
        action="attestations.locked",
        subject="attestations",
        subject_id=row.year,
        facts={"count": row.count, "cents": row.cents},
    )
    return store.run(row)


def run(session: Session, run_id: RunId) -> Run:
    """That run. Raises RunMissing."""
    row = session.get(RunRow, run_id, populate_existing=True)
    if row is None:
        raise RunMissing
    return store.run(row)


def runs(session: Session, year: int) -> tuple[Run, ...]:
    """The runs of a year, in order."""
    return store.runs(session, year)


def unfinished(session: Session) -> tuple[RunId, ...]:
    """The runs of which papers wait to be made."""
    return store.unfinished(session)


def progress(session: Session, run_id: RunId) -> Progress:
    """How far the papers of a run are."""
    return store.progress(session, run_id)


def lines(session: Session, attestation_id: AttestationId) -> tuple[tuple[GiftId, date, int], ...]:
    """The payments on one: gift, day, cents."""
    return store.lines(session, attestation_id)


def totals(session: Session, year: int) -> tuple[int, int, int]:
    """(how many are valid, their cents, the last number drawn) of a year."""
    return store.totals(session, year)


def versions(session: Session, year: int, number: int) -> tuple[Attestation, ...]:
    """Every version of a number, in order."""
    return store.versions(session, year, number)


def holders(session: Session, year: int, numbers: Collection[int]) -> dict[int, PersonId]:
    """Who is told of under each of those numbers of a year."""
    return store.holders(session, year, numbers)


def void(session: Session, year: int) -> tuple[Attestation, ...]:
    """The register of void numbers of a year, with their reasons."""
    return store.void(session, year)


def of_person(session: Session, person_id: PersonId) -> tuple[Attestation, ...]:
    """What somebody has, the newest year first."""
    return store.of_person(session, person_id)


def verify(session: Session, code: str) -> Status | None:
    """What the paper of that code is worth today, and nothing else; None where no paper has it."""
    found = store.by_code(session, locking.tidy_code(code))
    return None if found is None else found.status
