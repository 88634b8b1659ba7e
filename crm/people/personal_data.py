"""Who somebody is and how they are reached: shown whole; erased to an empty number that ledgers speak of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Kept, Section, Subject
from crm.foundation.database import hold
from crm.foundation.forgetting import delete_rows, empty_rows
from crm.foundation.translation import N_, say
from crm.people import settling_store, store, words
from crm.people.model import ContactKind
from crm.people.tables import (
    ContactFailureRow,
    ContactPointRow,
    DifferenceRow,
    ExternalIdRow,
    HouseholdMemberRow,
    HouseholdRow,
    PersonChangedRow,
    PersonChangeRow,
    PersonKeyRow,
    PersonRow,
    PersonTagRow,
    PostalAddressRow,
    SearchTextRow,
    SearchWordRow,
    TagRow,
    TieRow,
)
from crm.people.words import LANGUAGES, TIES
from crm.values import enterprise_number as enterprises
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.languages import Language

ROOM = "crm.people"
TABLES = frozenset(
    {
        "person",
        "contact_point",
        "postal_address",
        "contact_failure",
        "external_id",
        "person_key",
        "person_changed",
        "search_word",
        "search_text",
        "household_member",
        "person_tag",
        "tie",
        "person_change",
        "person_difference",
    }
)
OTHER = N_("Fiche réunie à la vôtre, de numéro")
NUMBER = N_("Un numéro vide, sans nom ni adresse, dont le registre des consentements parle")


def subject(session: Session, person_id: PersonId) -> Subject | None:
    """Who that person is today, with every record merged into them; None where nobody lives under that number."""
    living = store.survivor(session, person_id)
    if living is None:
        return None
    ids = store.records_of(session, living)
    rows = session.scalars(select(PersonRow).where(PersonRow.id.in_(ids))).all()
    points = session.scalars(select(ContactPointRow).where(ContactPointRow.person_id.in_(ids))).all()
    boxes = session.scalars(select(PostalAddressRow.address_key).where(PostalAddressRow.person_id.in_(ids))).all()
    keys = {point.address_key for point in points}
    elsewhere = ContactPointRow.address_key.in_(keys), ContactPointRow.person_id.not_in(ids)
    common = set(session.scalars(select(ContactPointRow.address_key).where(*elsewhere)))
    own = next(row for row in rows if row.id == living)
    names = {" ".join(part for part in (row.first_name, row.last_name) if part) for row in rows}
    names |= {row.organisation_name for row in rows}
    return Subject(
        person_id=PersonId(living),
        person_ids=tuple(PersonId(number) for number in ids),
        language=own.language,
        created_at=own.created_at,
        names=tuple(sorted(name for name in names if name)),
        emails=tuple(sorted({text for p in points if p.kind is ContactKind.EMAIL for text in _spelt(p)})),
        phones=tuple(sorted({text for p in points if p.kind is ContactKind.PHONE for text in _spelt(p)})),
        address_keys=frozenset(keys | set(boxes)),
        shared=frozenset(text for p in points if p.address_key in common for text in _spelt(p)),
    )


def _spelt(point: ContactPointRow) -> set[str]:
    """An address in its normal form and as it was typed; a number in its international form."""
    if point.kind is ContactKind.PHONE:
        return {point.value}
    return {EmailAddress.parse(point.value).normal, point.value.lower()}


def _times(way: ContactPointRow | PostalAddressRow, language: Language) -> dict[str, Any]:
    """When a way to reach them holds, as far as it is not always; and when it ended."""
    parts = []
    if way.valid_from_on:
        parts.append(say(language, N_("dès le %(day)s")) % {"day": f"{way.valid_from_on:%d/%m/%Y}"})
    if way.valid_until_on:
        parts.append(say(language, N_("jusqu’au %(day)s")) % {"day": f"{way.valid_until_on:%d/%m/%Y}"})
    if way.season_from:
        first, last = ("/".join(reversed(day.split("-"))) for day in (way.season_from, way.season_until))
        season = say(language, N_("chaque année du %(first)s au %(last)s"))
        parts.append(season % {"first": first, "last": last})
    return {"holds": ", ".join(parts), "until": way.ended_at}


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Identity, ways to reach them, what other systems call them, households, tags and ties."""
    ids = subject.person_ids
    what, value = (
        Column(key="what", label=say(language, N_("Quoi"))),
        Column(key="value", label=say(language, N_("Valeur"))),
    )
    at = Column(key="at", label=say(language, N_("Depuis")))
    source = Column(key="source", label=say(language, N_("D’où cela vient")))
    times = (
        Column(key="holds", label=say(language, N_("Quand elle sert"))),
        Column(key="until", label=say(language, N_("Jusqu’au"))),
    )
    people = session.scalars(
        select(PersonRow).where(PersonRow.id.in_(ids)).order_by(PersonRow.id != subject.person_id, PersonRow.id)
    ).all()
    points = session.scalars(
        select(ContactPointRow).where(ContactPointRow.person_id.in_(ids)).order_by(ContactPointRow.id)
    )
    boxes = session.scalars(
        select(PostalAddressRow).where(PostalAddressRow.person_id.in_(ids)).order_by(PostalAddressRow.id)
    )
    others = session.scalars(select(ExternalIdRow).where(ExternalIdRow.person_id.in_(ids)).order_by(ExternalIdRow.id))
    tags = session.execute(
        select(TagRow.name, PersonTagRow.since_at, PersonTagRow.source)
        .join(TagRow, TagRow.id == PersonTagRow.tag_id)
        .where(PersonTagRow.person_id.in_(ids))
    )
    ties = session.scalars(select(TieRow).where(or_(TieRow.person_id.in_(ids), TieRow.other_person_id.in_(ids))))
    homes = session.execute(
        select(HouseholdRow.envelope_name, HouseholdMemberRow.since_at)
        .join(HouseholdRow, HouseholdRow.id == HouseholdMemberRow.household_id)
        .where(HouseholdMemberRow.person_id.in_(ids))
    )
    told = session.scalars(select(DifferenceRow).where(DifferenceRow.person_id.in_(ids)).order_by(DifferenceRow.id))

    def said(code: str) -> str:
        return words.source(code, language)

    facts = [
        (label, shown)
        for row in people
        for label, shown in (
            (N_("Numéro de membre") if row.id == subject.person_id else OTHER, row.member_number),
            (N_("Prénom"), row.first_name),
            (N_("Nom"), row.last_name),
            (N_("Organisation"), row.organisation_name),
            (N_("Numéro d’entreprise"), enterprises.shown(row.enterprise_number)),
            (N_("Langue"), say(language, LANGUAGES[row.language.value])),
            (N_("Date de naissance"), row.birth_on),
            (N_("Décès noté"), row.deceased_recorded_at),
            (N_("D’où nous vous connaissons"), said(row.source)),
            (N_("Fiche ouverte"), row.created_at),
        )
        if shown
    ]
    return (
        Section(
            key="identity",
            title=say(language, N_("Qui vous êtes")),
            columns=(what, value),
            rows=[{"what": say(language, label), "value": shown} for label, shown in facts],
        ),
        Section(
            key="contact_points",
            title=say(language, N_("Vos adresses e-mail et numéros")),
            columns=(value, at, *times, source),
            rows=[
                {"value": p.value, "at": p.created_at, **_times(p, language), "source": said(p.source)} for p in points
            ],
        ),
        Section(
            key="addresses",
            title=say(language, N_("Vos adresses postales")),
            columns=(value, at, *times, source),
            rows=[
                {
                    "value": ", ".join(
                        part
                        for part in (
                            f"{b.street} {b.number} {b.box}".strip(),
                            f"{b.postcode} {b.locality}".strip(),
                            b.country,
                        )
                        if part
                    ),
                    "at": b.created_at,
                    **_times(b, language),
                    "source": said(b.source),
                }
                for b in boxes
            ],
        ),
        Section(
            key="external_ids",
            title=say(language, N_("Comment d’autres systèmes vous appellent")),
            columns=(Column(key="system", label=say(language, N_("Système"))), value),
            rows=[{"system": one.system, "value": one.value} for one in others],
        ),
        Section(
            key="households",
            title=say(language, N_("Foyers")),
            columns=(value, at),
            rows=[{"value": name, "at": since} for name, since in homes],
        ),
        Section(
            key="tags",
            title=say(language, N_("Étiquettes")),
            columns=(value, at, source),
            rows=[{"value": name, "at": since, "source": said(where)} for name, since, where in tags],
        ),
        Section(
            key="ties",
            title=say(language, N_("Liens avec d’autres personnes")),
            columns=(what, at),
            rows=[
                {"what": say(language, TIES[one.kind][0 if one.person_id in ids else 1]), "at": one.created_at}
                for one in ties
            ],
            note=say(language, N_("Nous ne disons pas ici qui sont ces autres personnes : ce sont leurs données.")),
        ),
        Section(
            key="differences",
            title=say(language, N_("Ce qui nous a été dit autrement")),
            columns=(what, Column(key="at", label=say(language, N_("Quand"))), source),
            rows=[
                {
                    "what": say(language, words.FIELDS.get(one.field, one.field)),
                    "at": one.said_at,
                    "source": said(one.source),
                    "said": one.said,
                }
                for one in told
            ],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Everything goes but the number; a household they leave is named by who stays in it."""
    ids = list(subject.person_ids)
    for person_id in sorted(ids):
        hold(session, f"person {person_id}")
    homes = list(session.scalars(select(HouseholdMemberRow.household_id).where(HouseholdMemberRow.person_id.in_(ids))))
    erased = {
        name: delete_rows(session, row, row.person_id.in_(ids))
        for name, row in (
            ("search_word", SearchWordRow),
            ("search_text", SearchTextRow),
            ("person_key", PersonKeyRow),
            ("person_changed", PersonChangedRow),
            ("person_change", PersonChangeRow),
            ("person_difference", DifferenceRow),
            ("person_tag", PersonTagRow),
            ("external_id", ExternalIdRow),
            ("household_member", HouseholdMemberRow),
            ("contact_failure", ContactFailureRow),
            ("contact_point", ContactPointRow),
            ("postal_address", PostalAddressRow),
        )
    }
    erased["tie"] = delete_rows(session, TieRow, or_(TieRow.person_id.in_(ids), TieRow.other_person_id.in_(ids)))
    lived_in = select(HouseholdMemberRow.household_id)
    empty_rows(session, HouseholdRow, {"envelope_name": "", "greeting": ""}, HouseholdRow.id.in_(homes))
    empty_rows(
        session,
        HouseholdRow,
        {"ended_at": erasing.at},
        HouseholdRow.id.in_(homes),
        HouseholdRow.ended_at.is_(None),
        HouseholdRow.id.not_in(lived_in),
    )
    settling_store.empty_people(session, ids)
    empty_rows(
        session,
        PersonRow,
        {"enterprise_number": "", "deceased_on": None, "deceased_recorded_at": None},
        PersonRow.id.in_(ids),
    )
    session.expire_all()
    return Forgotten(erased=erased | {"person": len(ids)}, kept=(Kept(table="person", count=len(ids), ground=NUMBER),))
