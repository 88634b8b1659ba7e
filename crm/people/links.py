"""What ties people to other systems, to words of the team, and to each other.

What is said of somebody who lives on in another record is said of that one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.people import keys, link_store, search, store
from crm.people.errors import TagMissing
from crm.people.model import ExternalId, Sensitivity, Tag, Tie, TieKind
from crm.people.rules import tidy_organisation
from crm.values.errors import Invalid
from crm.values.folding import folded
from crm.values.identifiers import PersonId, TagId, TieId


def add_external_id(session: Session, person_id: PersonId, external: ExternalId) -> None:
    """Remembers how another system calls someone. Raises `ExternalIdTaken` where it calls another person so."""
    link_store.add_external_id(session, _held(session, person_id), external)
    search.refresh(session, [person_id])


def drop_external_id(session: Session, person_id: PersonId, external: ExternalId) -> None:
    """Forgets how another system calls someone."""
    link_store.drop_external_id(session, person_id, external)
    search.refresh(session, [person_id])


def system_named(session: Session, typed: str) -> str:
    """The name of a system as it is held already, whatever its case and accents; as it was typed where it is new."""
    name = " ".join(typed.split())
    return next((one for one in link_store.systems(session) if folded(one) == folded(name)), name)


def external_ids(session: Session, person_id: PersonId) -> tuple[ExternalId, ...]:
    """How other systems call someone."""
    return link_store.external_ids(session, person_id)


def remember_keys(
    session: Session, kind: str, pairs: Collection[tuple[PersonId, str]]
) -> frozenset[tuple[PersonId, str]]:
    """Adds exact keys by which people can be found and compared (an IBAN's keyed hash); those that are new.

    Of whoever was merged, it is whom they live on in who has it.
    """
    living = store.survivors(session, {person_id for person_id, _ in pairs})
    new = link_store.remember_keys(session, kind, {(living[person_id], key) for person_id, key in pairs})
    if new:
        keys.note(session, {person_id for person_id, _ in new})
    return frozenset((PersonId(person_id), key) for person_id, key in new)


def forget_keys(session: Session, kind: str, pairs: Collection[tuple[PersonId, str]]) -> None:
    """Takes such keys away."""
    link_store.forget_keys(session, kind, pairs)


def ids_by_key(session: Session, kind: str, key: str) -> tuple[PersonId, ...]:
    """Unmerged people who have that key, longest known first."""
    return tuple(PersonId(person_id) for person_id in link_store.ids_by_key(session, kind, key))


def known_by(session: Session, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, ...]]:
    """Of each (kind, key) the unmerged people who have it, set-wise; keys that nobody has are left out."""
    return link_store.known_by(session, keys)


def tags(session: Session) -> tuple[Tag, ...]:
    """Every tag of the house, by name."""
    return link_store.tags(session)


def put_tag(session: Session, name: str, *, at: datetime, sensitivity: Sensitivity = Sensitivity.ORDINARY) -> Tag:
    """The tag of that name (whatever its case and accents), made where there is none. Raises `Invalid`.

    Sensitivity only ever rises: what once told too much about people is not made harmless by a second mention.
    """
    tidy = tidy_organisation(name, field="name")
    if not tidy or len(tidy) > 80:
        raise Invalid("a tag of 1 to 80 characters", field="name")
    hold(session, "tags")
    return link_store.put_tag(session, tidy, sensitivity, at)


def tags_of(session: Session, person_ids: Collection[PersonId]) -> dict[PersonId, tuple[Tag, ...]]:
    """The tags of each, by name."""
    return link_store.tags_of(session, person_ids)


def tag(session: Session, person_id: PersonId, tag_id: TagId, *, at: datetime, source: str = "") -> bool:
    """Puts a tag on someone; True if they had it not. Raises `TagMissing`."""
    if link_store.find_tag(session, tag_id) is None:
        raise TagMissing
    return link_store.tag_person(session, _held(session, person_id), tag_id, source=source, at=at)


def untag(session: Session, person_id: PersonId, tag_id: TagId) -> bool:
    """Takes a tag off someone; True if they had it."""
    return link_store.untag_person(session, person_id, tag_id)


def tagged_count(session: Session, tag_id: TagId) -> int:
    """How many people have a tag."""
    return link_store.tagged_count(session, tag_id)


def tie(
    session: Session,
    person_id: PersonId,
    other_id: PersonId,
    kind: TieKind,
    *,
    at: datetime,
    since_on: date | None = None,
    until_on: date | None = None,
) -> Tie:
    """Says what one is to another; the same kind between the same two is changed, not doubled. Raises `Invalid`."""
    person_id, other_id = _held(session, person_id), _held(session, other_id)
    if person_id == other_id:
        raise Invalid("nobody is tied to themself", field="other_id")
    if since_on and until_on and until_on < since_on:
        raise Invalid("it ends before it begins", field="until_on")
    return link_store.put_tie(
        session, person_id=person_id, other_id=other_id, kind=kind, since_on=since_on, until_on=until_on, at=at
    )


def untie(session: Session, tie_id: TieId) -> None:
    """Takes back a tie noted by mistake (one that ended is given its last day instead)."""
    link_store.drop_tie(session, tie_id)


def end_tie(session: Session, tie_id: TieId, *, until_on: date) -> None:
    """It was so until that day."""
    link_store.end_tie(session, tie_id, until_on=until_on)


def ties_of(session: Session, person_id: PersonId) -> tuple[Tie, ...]:
    """The ties of someone, from either side."""
    return link_store.ties_of(session, person_id)


def _held(session: Session, person_id: PersonId) -> PersonId:
    return PersonId(store.hold_living(session, person_id))
