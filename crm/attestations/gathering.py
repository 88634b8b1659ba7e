"""What a check looks at, in a handful of queries however many gave: payments, who they are, what stands already."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.attestations import elsewhere, rules, store
from crm.attestations.model import Attestation, Findings, FiscalKind, Home, Identity, Owed, Payment, Status, YearRules
from crm.attestations.tables import AttestationLineRow, AttestationRow, FiscalIdentityRow
from crm.donations.selects import lines_given
from crm.foundation.tidying import put_off
from crm.people.model import PersonKind
from crm.people.selects import homes, named
from crm.values.enterprise_number import enterprise_number
from crm.values.identifiers import GiftId, PersonId
from crm.values.languages import Language
from crm.values.street_line import street_line
from crm.vault.selects import holders


def findings(session: Session, in_force: YearRules) -> Findings:
    """What a check of that year finds now; nothing is changed."""
    valid = select(AttestationRow.person_id).where(
        AttestationRow.year == in_force.year, AttestationRow.status == Status.VALID
    )
    return _found(
        session,
        in_force,
        attested_lines=set(session.scalars(_on_paper(in_force.year))),
        attested_people=_people(session, valid, elsewhere.people_of(in_force.year)),
    )


def of_one(session: Session, in_force: YearRules, holder: PersonId) -> Findings:
    """What a check finds of one person's paper alone: their gifts, and those of whoever gives on it."""
    row = FiscalIdentityRow
    theirs = {holder, *map(PersonId, session.scalars(select(row.person_id).where(row.given_to_id == holder)))}
    valid = select(AttestationRow.person_id).where(
        AttestationRow.year == in_force.year, AttestationRow.status == Status.VALID, AttestationRow.person_id == holder
    )
    return _found(
        session,
        in_force,
        attested_lines=set(session.scalars(_on_paper(in_force.year))),
        attested_people=_people(session, valid, elsewhere.people_of(in_force.year)),
        only=theirs,
    )


def whole_year(session: Session, in_force: YearRules) -> Findings:
    """What would be owed were nothing attested yet: what stands is compared with it."""
    return _found(session, in_force)


def owed_instead(session: Session, in_force: YearRules, paper: Attestation) -> Owed | None:
    """What that paper would say if it were given today, other papers keeping their payments; None if nothing is."""
    row = FiscalIdentityRow
    theirs = {
        paper.person_id,
        *map(PersonId, session.scalars(select(row.person_id).where(row.given_to_id == paper.person_id))),
    }
    others = _on_paper(in_force.year).where(AttestationLineRow.attestation_id != paper.id)
    found = _found(session, in_force, attested_lines=set(session.scalars(others)), only=theirs)
    return next((one for one in found.owed if one.identity.person_id == paper.person_id), None)


@put_off()
def _found(
    session: Session,
    in_force: YearRules,
    *,
    attested_lines: Collection[int] = frozenset(),
    attested_people: Collection[PersonId] = frozenset(),
    only: Collection[PersonId] | None = None,
) -> Findings:
    year = in_force.year
    lines = lines_given(date(year, 1, 1), date(year, 12, 31)).subquery()
    given_to = {
        PersonId(person): PersonId(to)
        for person, to in session.execute(select(FiscalIdentityRow.person_id, FiscalIdentityRow.given_to_id))
        if to is not None and to != person
    }
    query = select(lines).order_by(lines.c.line_id)
    who: Any = store.possible_holders(year)
    if only is not None:
        query = query.where(lines.c.person_id.in_(only))
        who = sorted({*only, *(given_to[one] for one in only if one in given_to)})
    return rules.found(
        year,
        (_payment(row) for row in session.execute(query)),
        identities(session, who),
        in_force,
        given_to=given_to,
        attested_lines=attested_lines,
        attested_people=attested_people,
    )


def _people(session: Session, *several: Select[int]) -> set[PersonId]:
    return {PersonId(person_id) for one in several for person_id in session.scalars(one)}


def _on_paper(year: int) -> Select[int]:
    return (
        select(AttestationLineRow.line_id)
        .join(AttestationRow, AttestationRow.id == AttestationLineRow.attestation_id)
        .where(AttestationRow.year == year, AttestationRow.status == Status.VALID)
    )


def identities(session: Session, wanted: Any) -> dict[PersonId, Identity]:
    """Who those people (numbers, or a select of them) are for the administration."""
    names, places = named().subquery(), homes().subquery()
    at_home: dict[int, Home] = {}
    for row in session.execute(select(places).where(places.c.person_id.in_(wanted))):
        if row.person_id not in at_home:
            at_home[row.person_id] = _home(row)
    have = set(session.scalars(holders().where(holders().selected_columns[0].in_(wanted))))
    others = {
        row.person_id: row
        for row in session.scalars(select(FiscalIdentityRow).where(FiscalIdentityRow.person_id.in_(wanted)))
    }
    found = {}
    for row in session.execute(select(names).where(names.c.person_id.in_(wanted))):
        person_id = PersonId(row.person_id)
        found[person_id] = _identity(row, others.get(person_id), at_home.get(person_id), person_id in have)
    return found


def _identity(row: Any, other: FiscalIdentityRow | None, home: Home | None, has_number: bool) -> Identity:
    is_body = row.kind is PersonKind.ORGANISATION
    kind = FiscalKind.ENTERPRISE if is_body else FiscalKind.PERSON
    name = row.organisation_name if is_body else row.last_name
    first, number = ("" if is_body else row.first_name), row.enterprise_number
    language = row.language
    if other is not None:
        kind, name = other.kind, other.name or name
        first, number = other.first_name or first, other.enterprise_number or number
        language = other.language or language
    if kind is FiscalKind.ENTERPRISE:
        has_number = enterprise_number(number) is not None
    return Identity(
        person_id=PersonId(row.person_id),
        kind=kind,
        name=name,
        first_name=first,
        language=language,
        enterprise_number=number,
        home=home,
        has_number=has_number,
    )


def _home(row: Any) -> Home:
    street = street_line(street=row.street, number=row.number, box=row.box, country=row.country, language=Language.FR)
    return Home(street=street, postcode=row.postcode, locality=row.locality, country=row.country)


def _payment(row: Any) -> Payment:
    return Payment(
        line_id=row.line_id,
        gift_id=GiftId(row.gift_id),
        person_id=PersonId(row.person_id),
        given_on=row.given_on,
        cents=row.cents,
        net_cents=row.net_cents,
        is_deductible=row.is_deductible,
        is_test=row.is_test,
    )
