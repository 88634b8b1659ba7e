"""Who can be reached where, for the SQL of upper rooms."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from crm.people.model import ContactKind, Deliverability, Usage
from crm.people.tables import ContactPointRow, HouseholdMemberRow, HouseholdRow, PersonRow, PostalAddressRow


def reachable(kind: ContactKind = ContactKind.EMAIL) -> Select[*tuple[Any, ...]]:
    """Every address of a kind that still is theirs and answers, of every living person not merged into another.

    Columns: person_id, contact_point_id, address, address_key, is_primary, language.
    """
    return (
        select(
            ContactPointRow.person_id,
            ContactPointRow.id.label("contact_point_id"),
            ContactPointRow.value.label("address"),
            ContactPointRow.address_key,
            ContactPointRow.is_primary,
            PersonRow.language,
        )
        .join(PersonRow, PersonRow.id == ContactPointRow.person_id)
        .where(
            PersonRow.merged_into_id.is_(None),
            PersonRow.deceased_recorded_at.is_(None),
            ContactPointRow.kind == kind,
            ContactPointRow.ended_at.is_(None),
            ContactPointRow.deliverability != Deliverability.DEAD,
        )
    )


def phones() -> Select[*tuple[Any, ...]]:
    """Every phone number we hold or held of anybody: address, address_key."""
    row = ContactPointRow
    return select(row.value.label("address"), row.address_key).where(row.kind == ContactKind.PHONE)


def reachable_by_post(on: Any, day_of_year: Any) -> Select[*tuple[Any, ...]]:
    """Every postal address a letter of that day may go to, with the columns of `reachable`; twin of `rules.holds_on`.

    `on` is a date, `day_of_year` the same day as `MM-DD`; each a value or a bound parameter. `contact_point_id` is the
    number of the postal address, `address` its dedupe key: whoever writes the lines asks for the parts.
    """
    row = PostalAddressRow
    runs_on = row.season_from <= row.season_until
    within = case(
        (row.season_from == "", True),
        (runs_on, and_(row.season_from <= day_of_year, row.season_until >= day_of_year)),
        else_=or_(row.season_from <= day_of_year, row.season_until >= day_of_year),
    )
    return (
        select(
            row.person_id,
            row.id.label("contact_point_id"),
            row.dedupe_key.label("address"),
            row.address_key,
            row.is_primary,
            PersonRow.language,
        )
        .join(PersonRow, PersonRow.id == row.person_id)
        .where(
            PersonRow.merged_into_id.is_(None),
            PersonRow.deceased_recorded_at.is_(None),
            row.ended_at.is_(None),
            row.deliverability != Deliverability.DEAD,
            or_(row.valid_from_on.is_(None), row.valid_from_on <= on),
            or_(row.valid_until_on.is_(None), row.valid_until_on >= on),
            within,
        )
    )


# SQLAlchemy would correlate these with the nearest select around them only, and ask "is anybody" from further inside:
# each names what is its own.


def born_after(person_id: ColumnElement[Any] | Any, day: Any) -> ColumnElement[bool]:
    """True where we know that person to be born after a day (a value or a bound parameter)."""
    person = PersonRow.__table__.alias()
    found = select(person.c.id).where(person.c.id == person_id, person.c.birth_on > day)
    return found.correlate_except(person).exists()


def birth_known(person_id: ColumnElement[Any] | Any) -> ColumnElement[bool]:
    """True where we know when that person was born."""
    person = PersonRow.__table__.alias()
    found = select(person.c.id).where(person.c.id == person_id, person.c.birth_on.is_not(None))
    return found.correlate_except(person).exists()


def merged(person_id: ColumnElement[Any] | Any) -> ColumnElement[bool]:
    """True where that person lives on in another."""
    person = PersonRow.__table__.alias()
    found = select(person.c.id).where(person.c.id == person_id, person.c.merged_into_id.is_not(None))
    return found.correlate_except(person).exists()


def deceased(person_id: ColumnElement[Any] | Any) -> ColumnElement[bool]:
    """True where we were told that person has died."""
    person = PersonRow.__table__.alias()
    found = select(person.c.id).where(person.c.id == person_id, person.c.deceased_recorded_at.is_not(None))
    return found.correlate_except(person).exists()


def brought_by_others(own: Collection[str]) -> Select[*tuple[Any, ...]]:
    """Living people, not merged into another, whose source is none of `own`.

    Columns: person_id, source, created_at, language.
    """
    row = PersonRow
    return select(row.id.label("person_id"), row.source, row.created_at, row.language).where(
        row.merged_into_id.is_(None), row.deceased_recorded_at.is_(None), row.source.not_in(sorted(own))
    )


def first_names(person_ids: Collection[int]) -> Select[int, str]:
    """What those people are called: person_id, first_name (may be empty)."""
    return select(PersonRow.id.label("person_id"), PersonRow.first_name).where(PersonRow.id.in_(person_ids))


def written_names() -> Select[*tuple[Any, ...]]:
    """How people are written to: person_id, member_number, title, first_name, last_name, organisation_name."""
    return select(
        PersonRow.id.label("person_id"),
        PersonRow.member_number,
        PersonRow.title,
        PersonRow.first_name,
        PersonRow.last_name,
        PersonRow.organisation_name,
    )


def letter_parts() -> Select[*tuple[Any, ...]]:
    """The parts of every postal address, under its number (`postal_address_id`)."""
    row = PostalAddressRow
    parts = (row.organisation, row.department, row.complement, row.street, row.number, row.box, row.postcode)
    return select(row.id.label("postal_address_id"), *parts, row.locality, row.country, row.language, row.season_from)


def living_together() -> Select[*tuple[Any, ...]]:
    """The household of each who belongs to one that stands (of two, the older).

    Columns: person_id, household_id, envelope_name (as somebody wrote it, or empty).
    """
    member, home = HouseholdMemberRow, HouseholdRow
    first = (
        select(member.person_id, func.min(member.household_id).label("household_id"))
        .join(home, home.id == member.household_id)
        .where(home.ended_at.is_(None))
        .group_by(member.person_id)
        .subquery("first_home")
    )
    named = aliased(home)
    return select(first.c.person_id, first.c.household_id, named.envelope_name).join(
        named, named.id == first.c.household_id
    )


def everybody() -> Select[*tuple[Any, ...]]:
    """Whoever has a record, the dead and the merged among them.

    Columns: person_id, kind, title, first_name, last_name, organisation_name, member_number, language, is_deceased,
    is_merged.
    """
    row = PersonRow
    return select(
        row.id.label("person_id"),
        row.kind,
        row.title,
        row.first_name,
        row.last_name,
        row.organisation_name,
        row.member_number,
        row.language,
        row.deceased_recorded_at.is_not(None).label("is_deceased"),
        row.merged_into_id.is_not(None).label("is_merged"),
    )


def named() -> Select[*tuple[Any, ...]]:
    """What everybody is called.

    Columns: person_id, kind, first_name, last_name, organisation_name, enterprise_number, language.
    """
    row = PersonRow
    return select(
        row.id.label("person_id"),
        row.kind,
        row.first_name,
        row.last_name,
        row.organisation_name,
        row.enterprise_number,
        row.language,
    )


def homes() -> Select[*tuple[Any, ...]]:
    """The parts of every address that is somebody's still; for each person the one for the taxes first, then the main.

    Columns: person_id, street, number, box, postcode, locality, country.
    """
    row = PostalAddressRow
    best = case((row.usage == Usage.FISCAL, 0), (row.is_primary, 1), else_=2)
    return (
        select(row.person_id, row.street, row.number, row.box, row.postcode, row.locality, row.country)
        .where(row.ended_at.is_(None))
        .order_by(row.person_id, best, row.id)
    )
