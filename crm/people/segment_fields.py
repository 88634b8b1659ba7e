"""What one may ask about people themselves: who they are, where they live, how they are reached, their tags."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from crm.contracts.segment_fields import Asking, Column, Kind, Measure, Option, Source, kept_in
from crm.foundation.translation import N_, say
from crm.people import words
from crm.people.model import ContactKind, Deliverability, PersonKind, Sensitivity
from crm.people.tables import ContactPointRow, HouseholdMemberRow, HouseholdRow, PersonRow, PersonTagRow, TagRow
from crm.people.tables import PostalAddressRow as Abode
from crm.values.belgium.localities import Province, every_locality, province_of
from crm.values.countries import country_names
from crm.values.languages import Language

KINDS = {PersonKind.INDIVIDUAL: N_("une personne"), PersonKind.ORGANISATION: N_("une organisation")}
PROVINCES: dict[Province, str] = {
    Province.BRUSSELS: N_("Bruxelles"),
    Province.WALLOON_BRABANT: N_("Brabant wallon"),
    Province.HAINAUT: N_("Hainaut"),
    Province.LIEGE: N_("Liège"),
    Province.LUXEMBOURG: N_("Luxembourg"),
    Province.NAMUR: N_("Namur"),
    Province.ANTWERP: N_("Anvers"),
    Province.FLEMISH_BRABANT: N_("Brabant flamand"),
    Province.EAST_FLANDERS: N_("Flandre orientale"),
    Province.WEST_FLANDERS: N_("Flandre occidentale"),
    Province.LIMBURG: N_("Limbourg"),
}
CONTACTS = {ContactKind.EMAIL: N_("adresse e-mail"), ContactKind.PHONE: N_("téléphone")}
POST = "post"
READ = "supporters.read"


def _languages(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=code, label=say(language, name)) for code, name in words.LANGUAGES.items()]


def _kinds(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=kind.value, label=say(language, name)) for kind, name in KINDS.items()]


def _organisations(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=kind.value, label=say(language, name)) for kind, name in words.ORGANISATIONS.items()]


def _provinces(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=one.value, label=say(language, name)) for one, name in PROVINCES.items()]


def _countries(session: Session, language: Language) -> Sequence[Option]:
    codes = session.scalars(select(Abode.country).distinct().order_by(Abode.country))
    names = country_names(language)
    return [Option(value=code, label=names.get(code, code)) for code in codes]


def _contacts(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=kind.value, label=say(language, name)) for kind, name in CONTACTS.items()]


def _tags(session: Session, _language: Language) -> Sequence[Option]:
    rows = session.scalars(select(TagRow).order_by(TagRow.folded_name))
    return [Option(value=str(tag.id), label=tag.name) for tag in rows]


def _telling_tags(session: Session) -> frozenset[str]:
    rows = session.scalars(select(TagRow.id).where(TagRow.sensitivity == Sensitivity.SENSITIVE))
    return frozenset(str(number) for number in rows)


def everybody(_asking: Asking) -> Select[*tuple[Any, ...]]:
    """Every living person and every organisation, nobody who was merged into another."""
    return select(
        PersonRow.id.label("person_id"),
        PersonRow.kind,
        PersonRow.organisation_kind,
        PersonRow.language,
        PersonRow.birth_on,
        PersonRow.birth_on.label("birthday"),
        PersonRow.created_at,
    ).where(PersonRow.merged_into_id.is_(None), PersonRow.deceased_recorded_at.is_(None))


def _addresses(asking: Asking) -> Select[*tuple[Any, ...]]:
    here = case((Abode.country == "BE", Abode.postcode))
    found = select(Abode.person_id, Abode.country, here.label("postcode"), Abode.language, Abode.is_primary)
    if "province" in asking.columns:
        found = found.add_columns(_province().label("province"))
    if "distance" in asking.columns:
        found = found.add_columns(here.label("distance"))
    if "foreign_postcode" in asking.columns:
        found = found.add_columns(case((Abode.country != "BE", Abode.postcode)).label("foreign_postcode"))
    if "neighbours" in asking.columns:
        found = found.add_columns(func.coalesce(_boxes().c.people, 1).label("neighbours"))
        found = found.outerjoin(_boxes(), _boxes().c.dedupe_key == Abode.dedupe_key)
    return found.where(Abode.ended_at.is_(None), Abode.is_primary, Abode.deliverability != Deliverability.DEAD)


@cache
def _boxes() -> Subquery:
    """How many living people, and organisations, have their principal address at each letter box."""
    who, box = PersonRow, Abode
    return (
        select(box.dedupe_key, func.count(box.person_id.distinct()).label("people"))
        .join(who, who.id == box.person_id)
        .where(box.ended_at.is_(None), box.is_primary, box.deliverability != Deliverability.DEAD, box.dedupe_key != "")
        .where(who.merged_into_id.is_(None), who.deceased_recorded_at.is_(None))
        .group_by(box.dedupe_key)
        .subquery("boxes")
    )


def _lost(_asking: Asking) -> Select[*tuple[Any, ...]]:
    """Where nothing arrives any more: letter boxes, mailboxes, numbers."""
    point = ContactPointRow
    posts = select(Abode.person_id, literal(POST).label("kind")).where(
        Abode.ended_at.is_(None), Abode.deliverability == Deliverability.DEAD
    )
    points = select(point.person_id, type_coerce(point.kind, String()).label("kind")).where(
        point.ended_at.is_(None), point.deliverability == Deliverability.DEAD
    )
    return select(*union_all(posts, points).subquery("lost").c)


def _ways(_session: Session, language: Language) -> Sequence[Option]:
    named = {POST: N_("courrier"), **{kind.value: word for kind, word in CONTACTS.items()}}
    return [Option(value=key, label=say(language, word)) for key, word in named.items()]


def _province() -> ColumnElement[Any]:
    """The province by runs of postcodes, a few dozen rather than a thousand."""
    runs = [(Abode.postcode.between(first, last), province) for first, last, province in _runs()]
    return case(*((and_(Abode.country == "BE", held), literal(province.value)) for held, province in runs))


@cache
def _runs() -> tuple[tuple[str, str, Province], ...]:
    """First and last postcode of each stretch that lies in one province, and which."""
    known = {one.postcode for one in every_locality()}
    placed = [(postcode, province) for postcode in sorted(known) if (province := province_of(postcode))]
    stretches = (list(several) for _, several in groupby(placed, key=lambda pair: pair[1]))
    return tuple((stretch[0][0], stretch[-1][0], stretch[0][1]) for stretch in stretches)


def _contact_points(_asking: Asking) -> Select[*tuple[Any, ...]]:
    return select(ContactPointRow.person_id, ContactPointRow.kind).where(
        ContactPointRow.ended_at.is_(None), ContactPointRow.deliverability != Deliverability.DEAD
    )


def _tagged(_asking: Asking) -> Select[*tuple[Any, ...]]:
    return select(PersonTagRow.person_id, PersonTagRow.tag_id.label("tag"), PersonTagRow.since_at)


def _households(_asking: Asking) -> Select[*tuple[Any, ...]]:
    return (
        select(HouseholdMemberRow.person_id, HouseholdMemberRow.since_at)
        .join(HouseholdRow, HouseholdRow.id == HouseholdMemberRow.household_id)
        .where(HouseholdRow.ended_at.is_(None))
    )


SOURCES: tuple[Source, ...] = (
    Source(
        key="person",
        label=N_("La personne"),
        definition=N_("Chaque fiche, personne ou organisation, sauf les personnes décédées et les fiches fusionnées."),
        columns=(
            Column(key="kind", label=N_("genre de fiche"), kind=Kind.WORD, options=_kinds),
            Column(key="organisation_kind", label=N_("genre d’organisation"), kind=Kind.WORD, options=_organisations),
            Column(key="language", label=N_("langue"), kind=Kind.WORD, options=_languages),
            Column(key="birth_on", label=N_("âge"), kind=Kind.BIRTH),
            Column(key="birthday", label=N_("anniversaire"), kind=Kind.ANNIVERSARY),
            Column(key="created_at", label=N_("fiche créée"), kind=Kind.INSTANT),
        ),
        rows=everybody,
        permission=READ,
        phrases={Measure.HAS: N_("ont pour %(what)s")},
        denied=N_("n’ont pas pour %(what)s"),
        is_person=True,
    ),
    Source(
        key="address",
        label=N_("L’adresse"),
        definition=N_(
            "L’adresse postale principale, si le courrier y arrive. Un code postal est celui d’une adresse belge ; "
            "ceux d’ailleurs se demandent à part, avec leur pays : 54000 est à Nancy et ailleurs aussi."
        ),
        columns=(
            Column(key="province", label=N_("province"), kind=Kind.WORD, options=_provinces),
            Column(key="postcode", label=N_("code postal"), kind=Kind.TEXT),
            Column(key="distance", label=N_("distance"), kind=Kind.PLACE),
            Column(key="country", label=N_("pays"), kind=Kind.WORD, options=_countries, is_kept=True),
            Column(key="foreign_postcode", label=N_("code postal à l’étranger"), kind=Kind.TEXT),
            Column(key="language", label=N_("langue de l’adresse"), kind=Kind.WORD, options=_languages),
            Column(key="neighbours", label=N_("personnes à cette adresse"), kind=Kind.NUMBER),
        ),
        rows=_addresses,
        permission=READ,
        phrases={Measure.HAS: N_("ont une adresse")},
        denied=N_("n’ont pas d’adresse"),
    ),
    Source(
        key="contact",
        label=N_("E-mail et téléphone"),
        definition=N_("Une adresse e-mail ou un numéro qui fonctionne ; rien n’y est dit de la permission d’écrire."),
        columns=(Column(key="kind", label=N_("moyen"), kind=Kind.WORD, options=_contacts),),
        rows=_contact_points,
        permission=READ,
        phrases={Measure.HAS: N_("ont un contact"), Measure.COUNT: N_("ont %(how)s contacts")},
        denied=N_("n’ont pas de contact"),
    ),
    Source(
        key="lost",
        label=N_("Adresses perdues"),
        definition=N_(
            "Une adresse postale, un e-mail ou un numéro où plus rien n’arrive, tant qu’il n’est pas remplacé."
        ),
        columns=(Column(key="kind", label=N_("ce qui n’arrive plus"), kind=Kind.WORD, options=_ways),),
        rows=_lost,
        permission=READ,
        phrases={Measure.HAS: N_("ont une adresse perdue"), Measure.COUNT: N_("ont %(how)s adresses perdues")},
        denied=N_("n’ont aucune adresse perdue"),
    ),
    Source(
        key="tag",
        label=N_("Étiquette"),
        definition=N_("Les étiquettes posées sur la fiche."),
        columns=(
            Column(
                key="tag",
                label=N_("étiquette"),
                kind=Kind.WORD,
                options=_tags,
                telling=_telling_tags,
                known=kept_in(TagRow.id),
            ),
            Column(key="since_at", label=N_("posée"), kind=Kind.INSTANT),
        ),
        rows=_tagged,
        permission=READ,
        phrases={Measure.HAS: N_("portent une étiquette %(when)s"), Measure.COUNT: N_("portent %(how)s étiquettes")},
        denied=N_("ne portent pas d’étiquette %(when)s"),
        day="since_at",
    ),
    Source(
        key="household",
        label=N_("Foyer"),
        definition=N_("Les personnes réunies dans un foyer d’aujourd’hui."),
        columns=(Column(key="since_at", label=N_("depuis"), kind=Kind.INSTANT),),
        rows=_households,
        permission=READ,
        phrases={Measure.HAS: N_("font partie d’un foyer")},
        denied=N_("ne font pas partie d’un foyer"),
        day="since_at",
    ),
)
