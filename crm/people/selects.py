"""Who can be reached where, for the SQL of upper rooms."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, not_, or_, select, union
from sqlalchemy.orm import aliased

from crm.people.model import ALIVE, ContactKind, Deliverability, DifferenceState, PersonKind, Position, Usage
from crm.people.rules import BETWEEN_PEOPLE, BETWEEN_WORDS
from crm.people.tables import (
    ContactPointRow,
    DifferenceRow,
    HouseholdMemberRow,
    HouseholdRow,
    PersonRow,
    PersonTagRow,
    PostalAddressRow,
)


def reachable(on: Any, day_of_year: Any, kind: ContactKind = ContactKind.EMAIL) -> Select[*tuple[Any, ...]]:
    """Every address of a kind that holds that day and answers, of every living person not merged into another.

    Twin of `rules.holds_on`. `on` is a date, `day_of_year` the same day as `MM-DD`; each a value or a bound parameter.

    Columns: person_id, contact_point_id, address, address_key, is_primary, language, is_seasonal (it holds for some
    months of each year only).
    """
    return (
        select(
            ContactPointRow.person_id,
            ContactPointRow.id.label("contact_point_id"),
            ContactPointRow.value.label("address"),
            ContactPointRow.address_key,
            ContactPointRow.is_primary,
            PersonRow.language,
            (ContactPointRow.season_from != "").label("is_seasonal"),
        )
        .join(PersonRow, PersonRow.id == ContactPointRow.person_id)
        .where(
            PersonRow.merged_into_id.is_(None),
            PersonRow.deceased_recorded_at.is_(None),
            not_(said_dead(PersonRow.id)),
            ContactPointRow.kind == kind,
            ContactPointRow.ended_at.is_(None),
            ContactPointRow.deliverability != Deliverability.DEAD,
            *_within(ContactPointRow, on, day_of_year),
        )
    )


def _within(
    row: type[ContactPointRow] | type[PostalAddressRow], on: Any, day_of_year: Any
) -> tuple[ColumnElement[bool], ...]:
    """Its dates and its season hold that day."""
    runs_on = row.season_from <= row.season_until
    in_season = case(
        (row.season_from == "", True),
        (runs_on, and_(row.season_from <= day_of_year, row.season_until >= day_of_year)),
        else_=or_(row.season_from <= day_of_year, row.season_until >= day_of_year),
    )
    return (
        or_(row.valid_from_on.is_(None), row.valid_from_on <= on),
        or_(row.valid_until_on.is_(None), row.valid_until_on >= on),
        in_season,
    )


def phones() -> Select[*tuple[Any, ...]]:
    """Every phone number we hold or held of anybody: address, address_key."""
    row = ContactPointRow
    return select(row.value.label("address"), row.address_key).where(row.kind == ContactKind.PHONE)


def reachable_by_post(on: Any, day_of_year: Any) -> Select[*tuple[Any, ...]]:
    """Every postal address a letter of that day may go to, with the columns of `reachable`; twin of `rules.holds_on`.

    `contact_point_id` is the number of the postal address, `address` its dedupe key: whoever writes the lines asks for
    the parts.
    """
    row = PostalAddressRow
    return (
        select(
            row.person_id,
            row.id.label("contact_point_id"),
            row.dedupe_key.label("address"),
            row.address_key,
            row.is_primary,
            PersonRow.language,
            (row.season_from != "").label("is_seasonal"),
        )
        .join(PersonRow, PersonRow.id == row.person_id)
        .where(
            PersonRow.merged_into_id.is_(None),
            PersonRow.deceased_recorded_at.is_(None),
            not_(said_dead(PersonRow.id)),
            row.ended_at.is_(None),
            row.deliverability != Deliverability.DEAD,
            *_within(row, on, day_of_year),
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


def said_dead(person_id: ColumnElement[Any] | Any) -> ColumnElement[bool]:
    """True where somebody said that person has died, and no colleague has decided yet whether it is so."""
    told = DifferenceRow.__table__.alias()
    found = select(told.c.id).where(told.c.person_id == person_id, *_says_dead(told.c))
    return found.correlate_except(told).exists()


def gone(person_id: ColumnElement[Any] | Any) -> ColumnElement[bool]:
    """True where that person has died, or is said to have and nobody has decided yet: no letter leaves for them."""
    return or_(deceased(person_id), said_dead(person_id))


def reported_dead() -> Select[int]:
    """Everybody of whom `said_dead` is true, for whoever goes through all people at once: person_id."""
    told = DifferenceRow.__table__.alias()
    return select(told.c.person_id).where(*_says_dead(told.c))


def _says_dead(told: Any) -> tuple[ColumnElement[bool], ...]:
    is_alive = func.coalesce(told.said["text"].as_string(), "") == ALIVE
    return told.field == "deceased_on", told.state == DifferenceState.OPEN, not_(is_alive)


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
    return select(row.id.label("postal_address_id"), *parts, row.locality, row.country, row.language)


def principal_addresses() -> Select[*tuple[Any, ...]]:
    """How the principal address of each holds, whether or not anything arrives there: person_id, deliverability."""
    row = PostalAddressRow
    found = select(row.person_id, row.deliverability)
    return found.where(row.ended_at.is_(None), row.is_primary)


def letter_boxes() -> Select[*tuple[Any, ...]]:
    """Whose letter box each address is that is somebody's still: postal_address_id, person_id, box_key."""
    row = PostalAddressRow
    return select(row.id.label("postal_address_id"), row.person_id, row.dedupe_key.label("box_key")).where(
        row.ended_at.is_(None)
    )


def living_together(among: Any = None) -> Select[*tuple[Any, ...]]:
    """The household of each who belongs to one that stands (of two, the older).

    `among` (what `in_` takes): of these people and of those who share a household with them.

    Columns: person_id, household_id.
    """
    member, home = HouseholdMemberRow, HouseholdRow
    found = (
        select(member.person_id, func.min(member.household_id).label("household_id"))
        .join(home, home.id == member.household_id)
        .where(home.ended_at.is_(None))
        .group_by(member.person_id)
    )
    if among is None:
        return found
    mine, other = aliased(HouseholdMemberRow), aliased(HouseholdMemberRow)
    homes = select(mine.household_id).where(mine.person_id.in_(among))
    return found.where(member.person_id.in_(select(other.person_id).where(other.household_id.in_(homes))))


def neighbours(person_ids: Collection[int]) -> Select[int]:
    """The `person_id` of whoever shares a household with one of them, or a letter box today or once; they too."""
    member, box = HouseholdMemberRow, PostalAddressRow
    homes = select(member.household_id).where(member.person_id.in_(person_ids))
    boxes = select(box.dedupe_key).where(box.person_id.in_(person_ids))
    each = union(
        select(member.person_id).where(member.household_id.in_(homes)),
        select(box.person_id).where(box.dedupe_key.in_(boxes)),
    ).subquery("neighbour")
    return select(each.c.person_id)


def mourned(since: Any) -> Select[*tuple[Any, ...]]:
    """Whoever shares a household and was noted as dead after an instant: person_id, first_name, last_name."""
    row, member = PersonRow, HouseholdMemberRow
    return select(row.id.label("person_id"), row.first_name, row.last_name).where(
        row.deceased_recorded_at > since, row.id.in_(select(member.person_id))
    )


def on_envelopes() -> Select[int]:
    """The `person_id` of whoever stands on the envelope of a household."""
    member = HouseholdMemberRow
    return select(member.person_id).where(member.is_on_envelope)


def named_with(who: Select[Any]) -> Select[int]:
    """The `person_id` of whoever belongs, or belonged, to a household on whose envelope one of those stands."""
    member, other = aliased(HouseholdMemberRow), aliased(HouseholdMemberRow)
    homes = select(other.household_id).where(other.is_on_envelope, other.person_id.in_(who))
    return select(member.person_id).where(member.household_id.in_(homes))


def household_names(among: Select[Any]) -> Select[*tuple[Any, ...]]:
    """How households are written to, of those whose numbers `among` selects; `rules.together` reads a row.

    Columns: household_id, envelope_name and greeting (by hand; empty while somebody on the envelope is dead, or
    lives on in the record of another), language, named (the living on it as one text). Twin of `households.written`.
    """
    member, home, who = HouseholdMemberRow, HouseholdRow, PersonRow
    rank = case({position: n for n, position in enumerate(Position)}, value=member.position)
    organisation = case((who.kind == PersonKind.ORGANISATION, who.organisation_name), else_="")
    words = [cast(rank, String), cast(who.id, String), who.first_name, who.last_name, organisation]
    text: Any = words[0]
    for word in words[1:]:
        text = text.concat(BETWEEN_WORDS).concat(word)
    is_alive = who.deceased_recorded_at.is_(None)
    named = func.aggregate_strings(case((and_(is_alive, who.merged_into_id.is_(None)), text)), BETWEEN_PEOPLE)
    gone = func.sum(case((or_(not_(is_alive), who.merged_into_id.is_not(None)), 1), else_=0))

    def by_hand(column: Any) -> Any:
        return case((func.coalesce(gone, 0) == 0, column), else_="").label(column.key)

    return (
        select(
            home.id.label("household_id"),
            by_hand(home.envelope_name),
            by_hand(home.greeting),
            cast(home.language, String).label("language"),
            named.label("named"),
        )
        .outerjoin(member, and_(member.household_id == home.id, member.is_on_envelope))
        .outerjoin(who, who.id == member.person_id)
        .where(home.id.in_(among))
        .group_by(home.id, home.envelope_name, home.greeting, home.language)
    )


def living_in_several() -> Select[*tuple[Any, ...]]:
    """Each household of whoever belongs to several that stand: person_id, household_id."""
    member, home = HouseholdMemberRow, HouseholdRow
    every = (
        select(member.person_id, member.household_id)
        .join(home, home.id == member.household_id)
        .where(home.ended_at.is_(None))
        .cte("every_home")
    )
    several = select(every.c.person_id).group_by(every.c.person_id).having(func.count() > 1)
    return select(every.c.person_id, every.c.household_id).where(every.c.person_id.in_(several))


def everybody() -> Select[*tuple[Any, ...]]:
    """Whoever has a record, the dead and the merged among them.

    Columns: person_id, kind, title, first_name, last_name, organisation_name, member_number, language, greeting,
    is_deceased, is_merged.
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
        row.greeting,
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


def wearing(tag_id: int) -> Select[int]:
    """The `person_id` of whoever wears a tag."""
    return select(PersonTagRow.person_id).where(PersonTagRow.tag_id == tag_id)
