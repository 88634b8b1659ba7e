"""What people are compared by: keys that two records of one person are likely to share, kept as they change.

One definition, in SQL: what a person's keys must be follows from their row, their contact points and addresses. The
doors of people call `refresh` for whom they changed; `mend` does it for everybody, in slices.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, cast, delete, func, insert, literal, or_, select, true, tuple_
from sqlalchemy import String as Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crm.people import store
from crm.people.model import ContactKind, PersonKind
from crm.people.tables import ContactPointRow, PersonChangedRow, PersonKeyRow, PersonRow, PostalAddressRow
from crm.values.identifiers import PersonId

SHORT = 34
"""Signs of a keyed hash that a key keeps (128 bits and the number of the hash's key): enough to bring two together."""


class KeyKind(StrEnum):
    """The keys that follow from what we hold; upper rooms remember others (an account number) beside them."""

    EMAIL = "email"
    PHONE = "phone"
    PLACE = "place"
    """Postcode and how the last name (an organisation's: its name) sounds."""
    BOX = "box"
    """Letter box and how one of the names sounds: either, so that swapped names meet."""
    BIRTH = "birth"
    """Day of birth and how one of the names sounds."""
    ENTERPRISE = "enterprise"


KINDS = tuple(kind.value for kind in KeyKind)


def refresh(session: Session, person_ids: Iterable[int]) -> None:
    """Makes the keys of those people what they must be, set-wise; keys of other kinds stay as they are.

    Whoever was changed is noted, to be compared anew.
    """
    session.flush()
    for_these = sorted(set(person_ids))
    for start in range(0, len(for_these), 500):
        some = for_these[start : start + 500]
        _refresh(session, _in(some))
        note(session, some)


def note(session: Session, person_ids: Collection[int]) -> None:
    """Notes that those people are to be compared anew; one row each time, so that nobody waits for anybody."""
    changed = select(PersonRow.id).where(PersonRow.id.in_(person_ids))
    session.execute(insert(PersonChangedRow).from_select(["person_id"], changed))


def write_new(session: Session, first: PersonId, last: PersonId) -> None:
    """The keys of people who were all just written, by one who knows it: nothing of theirs is there to compare with."""
    wanted = _wanted(lambda column: column.between(first, last)).subquery("wanted")
    columns = ["kind", "key", "person_id"]
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    written = dialect.insert(PersonKeyRow).from_select(columns, select(wanted).where(true()))
    session.execute(written.on_conflict_do_nothing())


def mend(session: Session, *, after: PersonId | None = None, size: int = 5_000) -> PersonId | None:
    """The same for the next people by number, their sounds too; the last of them, or None where there is nobody left.

    A loop of short transactions builds every key anew beside a house at work.
    """
    ids = list(
        session.scalars(select(PersonRow.id).where(PersonRow.id > (after or 0)).order_by(PersonRow.id).limit(size))
    )
    if not ids:
        return None
    store.mend_sounds(session, first=ids[0], last=ids[-1])
    _refresh(session, lambda column: column.between(ids[0], ids[-1]))
    return PersonId(ids[-1])


def drift(session: Session) -> int:
    """How many keys are not what they must be; 0 in a healthy house. A sound that was never written counts once."""
    wanted, held = _wanted(_everybody).subquery("wanted"), _held(_everybody).subquery("held")
    lacking = select(wanted).except_(select(held)).subquery("lacking")
    surplus = select(held).except_(select(wanted)).subquery("surplus")
    counts = [session.scalar(select(func.count()).select_from(part)) or 0 for part in (lacking, surplus)]
    return sum(counts) + store.unsounded(session)


def _refresh(session: Session, among: Any) -> None:
    wanted, held = _wanted(among).subquery("wanted"), _held(among).subquery("held")
    columns = (PersonKeyRow.kind, PersonKeyRow.key, PersonKeyRow.person_id)
    surplus = select(held).except_(select(wanted))
    session.execute(
        delete(PersonKeyRow).where(
            among(PersonKeyRow.person_id), PersonKeyRow.kind.in_(KINDS), tuple_(*columns).in_(surplus)
        ),
        execution_options={"synchronize_session": False},
    )
    lacking = select(wanted).except_(select(held))
    session.execute(insert(PersonKeyRow).from_select(["kind", "key", "person_id"], lacking))


def _held(among: Any) -> Any:
    return select(PersonKeyRow.kind, PersonKeyRow.key, PersonKeyRow.person_id).where(
        among(PersonKeyRow.person_id), PersonKeyRow.kind.in_(KINDS)
    )


def _wanted(among: Any) -> Any:
    """Every key that those people must have: kind, key, person_id. Nobody who lives on in another has any."""
    person, point, abode = PersonRow, ContactPointRow, PostalAddressRow
    living = and_(among(person.id), person.merged_into_id.is_(None))
    point_of = and_(point.person_id == person.id, among(point.person_id))
    abode_of = and_(abode.person_id == person.id, among(abode.person_id))
    born = cast(person.birth_on, Text)

    def keys(kind: KeyKind, key: Any, *where: ColumnElement[bool]) -> Any:
        return select(literal(kind.value).label("kind"), key.label("key"), person.id.label("person_id")).where(
            living, *where
        )

    found = [
        keys(kind, func.substr(point.address_key, 1, SHORT), point_of, point.kind == contact)
        for kind, contact in ((KeyKind.EMAIL, ContactKind.EMAIL), (KeyKind.PHONE, ContactKind.PHONE))
    ]
    found.append(
        keys(
            KeyKind.PLACE,
            abode.country + abode.postcode + literal("|") + person.last_sound,
            abode_of,
            abode.postcode != "",
            person.last_sound != "",
        )
    )
    for sound in (person.last_sound, person.first_sound):
        found.append(
            keys(
                KeyKind.BOX,
                func.substr(abode.address_key, 1, SHORT) + literal("|") + sound,
                abode_of,
                sound != "",
                or_(abode.street != "", abode.number != "", abode.box != ""),
            )
        )
        found.append(keys(KeyKind.BIRTH, born + literal("|") + sound, person.birth_on.is_not(None), sound != ""))
    is_organisation = and_(person.kind == PersonKind.ORGANISATION, person.enterprise_number != "")
    found.append(keys(KeyKind.ENTERPRISE, person.enterprise_number, is_organisation))
    return found[0].union(*found[1:])


def _in(ids: Collection[int]) -> Any:
    return lambda column: column.in_(ids)


def _everybody(column: Any) -> ColumnElement[bool]:
    return column.is_not(None)  # type: ignore[no-any-return]
