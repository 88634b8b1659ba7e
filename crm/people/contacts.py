"""The ways to reach people: e-mail addresses, phones, postal addresses, and what failed to reach them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from crm.contracts import mailboxes
from crm.foundation.signing import AddressHasher
from crm.people import contact_store, keys, search, store
from crm.people.errors import AbodeMissing, ContactPointMissing
from crm.people.model import Abode, ContactKind, ContactPoint, Failure, FailureReason, Person, Usage
from crm.people.rules import ALWAYS, deliverability, holds_on, within
from crm.people.terms import Terms, columns, of_way, preferred, standing
from crm.values.address_key import dedupe_key, ledger_key
from crm.values.address_lines import lines
from crm.values.calendar import brussels_day
from crm.values.email_address import EmailAddress
from crm.values.identifiers import ContactPointId, PersonId, PostalAddressId
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress

FINAL = frozenset({FailureReason.GONE, FailureReason.DECEASED, FailureReason.REFUSED, FailureReason.WRONG_NUMBER})
"""Reasons after which nobody tries again before somebody has looked."""


def phone_key(addresses: AddressHasher, phone: PhoneNumber) -> str:
    """The keyed hash under which ledgers know a phone number."""
    return addresses.key_of(f"tel:{phone.e164}")


def post_key(addresses: AddressHasher, address: PostalAddress) -> str:
    """The keyed hash under which ledgers know a letter box."""
    return addresses.key_of(f"post:{ledger_key(address)}")


def add_email(
    session: Session,
    addresses: AddressHasher,
    email: EmailAddress,
    *,
    person_id: PersonId,
    at: datetime,
    source: str = "",
    usage: Usage = Usage.HOME,
) -> ContactPoint:
    """One more e-mail address; the same again is the same, and one that had ended lives again.

    As with every way to reach someone, it goes to whom that person was merged into.
    """
    key = addresses.key_of(email.normal)
    return _add(session, person_id, ContactKind.EMAIL, email.text, key, usage=usage, source=source, at=at)


def add_phone(
    session: Session,
    addresses: AddressHasher,
    phone: PhoneNumber,
    *,
    person_id: PersonId,
    at: datetime,
    source: str = "",
    usage: Usage = Usage.HOME,
) -> ContactPoint:
    """One more phone number; the same again is the same, and one that had ended lives again."""
    key = phone_key(addresses, phone)
    return _add(session, person_id, ContactKind.PHONE, phone.e164, key, usage=usage, source=source, at=at)


def end_point(session: Session, contact_point_id: ContactPointId, *, at: datetime) -> None:
    """The person said that it is no longer theirs: kept, never used. The next one becomes the preferred one."""
    point = _point(session, contact_point_id)
    contact_store.change_point(session, point.id, {"ended_at": at, "is_primary": False})
    left = [p for p in contact_store.points_of(session, [point.person_id])[point.person_id] if p.kind is point.kind]
    if left and not any(p.is_primary for p in left):
        contact_store.change_point(session, left[0].id, {"is_primary": True})


def prefer_point(session: Session, contact_point_id: ContactPointId) -> None:
    """Makes it the one we use first of its kind; one that has ended stays as it is."""
    point = _point(session, contact_point_id)
    if point.ended_at is not None:
        return
    for other in contact_store.points_of(session, [point.person_id])[point.person_id]:
        if other.kind is point.kind and other.is_primary is not (other.id == point.id):
            contact_store.change_point(session, other.id, {"is_primary": other.id == point.id})


def revive_point(session: Session, contact_point_id: ContactPointId) -> None:
    """It is theirs again; the preferred one of its kind where there is no other."""
    point = _point(session, contact_point_id)
    others = [p for p in contact_store.points_of(session, [point.person_id])[point.person_id] if p.kind is point.kind]
    first = not any(p.is_primary for p in others if p.id != point.id)
    contact_store.change_point(session, point.id, {"ended_at": None, "is_primary": point.is_primary or first})


def correct_email(
    session: Session, addresses: AddressHasher, contact_point_id: ContactPointId, email: EmailAddress, *, at: datetime
) -> ContactPoint:
    """Another spelling of the same mailbox in place; for another mailbox the old one ends and the new one follows it.

    What they allowed was allowed for a mailbox: it does not follow to another one.
    """
    point = _point(session, contact_point_id)
    if addresses.key_of(email.normal) == point.address_key:
        contact_store.change_point(session, point.id, {"value": email.text})
        return _point(session, point.id)
    facts: dict[str, Any] = {"person_id": point.person_id, "at": at, "usage": point.usage, "source": "staff"}
    return _follow(session, point, add_email(session, addresses, email, **facts), at=at)


def correct_phone(
    session: Session, addresses: AddressHasher, contact_point_id: ContactPointId, phone: PhoneNumber, *, at: datetime
) -> ContactPoint:
    """The same for a number."""
    point = _point(session, contact_point_id)
    if phone.e164 == point.value:
        return point
    facts: dict[str, Any] = {"person_id": point.person_id, "at": at, "usage": point.usage, "source": "staff"}
    return _follow(session, point, add_phone(session, addresses, phone, **facts), at=at)


def _follow(session: Session, old: ContactPoint, new: ContactPoint, *, at: datetime) -> ContactPoint:
    was_primary = old.is_primary
    end_point(session, old.id, at=at)
    if was_primary:
        prefer_point(session, new.id)
    return _point(session, new.id)


def add_address(
    session: Session,
    addresses: AddressHasher,
    address: PostalAddress,
    *,
    person_id: PersonId,
    at: datetime,
    source: str = "",
    usage: Usage = Usage.HOME,
    is_primary: bool | None = None,
    valid_from_on: date | None = None,
    valid_until_on: date | None = None,
    season: tuple[str, str] = ("", ""),
) -> Abode:
    """One more postal address, and when it holds; the first one is the preferred one whatever is said.

    The same letter box again, for the same use and time, is the same: preferred now, where that is asked. Raises
    `Invalid` for a season that is none, and for days the wrong way round.
    """
    person_id, key = _held(session, person_id), dedupe_key(address)
    when = columns(Terms(usage=usage, valid_from_on=valid_from_on, valid_until_on=valid_until_on, season=season))
    known = contact_store.abodes_of(session, [person_id])[person_id]
    for abode in known:
        if abode.dedupe_key == key and all(getattr(abode, name) == value for name, value in when.items()):
            if is_primary and not abode.is_primary:
                prefer_address(session, abode.id)
            return _abode(session, abode.id)
    first = not any(abode.is_primary for abode in known)
    preferred = first or bool(is_primary)
    if preferred:
        _demote(session, known)
    search.refresh(session, [person_id])
    added = contact_store.add_abode(
        session,
        person_id=person_id,
        address=address,
        at=at,
        is_primary=preferred,
        dedupe_key=key,
        address_key=post_key(addresses, address),
        source=source,
        **when,
    )
    keys.refresh(session, [person_id])
    return added


def correct_address(
    session: Session, addresses: AddressHasher, abode_id: PostalAddressId, address: PostalAddress
) -> Abode:
    """Corrects a spelling in place. What failed there is forgotten where the letter box is another one now."""
    abode = _abode(session, abode_id)
    values: dict[str, Any] = contact_store.parts(address)
    values |= {"dedupe_key": dedupe_key(address), "address_key": post_key(addresses, address)}
    if values["dedupe_key"] != abode.dedupe_key:
        values |= {"failures": 0, "deliverability": deliverability(failures=0, is_final=False)}
    contact_store.change_abode(session, abode_id, values)
    keys.refresh(session, [abode.person_id])
    search.refresh(session, [abode.person_id])
    return _abode(session, abode_id)


def move(
    session: Session,
    addresses: AddressHasher,
    address: PostalAddress,
    *,
    person_id: PersonId,
    at: datetime,
    source: str = "",
    leaving: PostalAddressId | None = None,
    when: Terms | None = None,
) -> Abode:
    """Someone lives elsewhere now: the preferred address ends, or the one they are `leaving`, and the new one follows.

    What is left ends today, or the day before the new one holds. Without `when` the new one holds as the one named did;
    at the same letter box it is that one, written anew. Where the one named is no longer theirs, it comes beside.
    """
    person_id = _held(session, person_id)
    living = contact_store.abodes_of(session, [person_id])[person_id]
    left = standing(living, contact_store.find_abode(session, leaving)) if leaving else preferred(living)
    if left is not None and left.dedupe_key == dedupe_key(address):
        if when is not None and when != Terms(usage=Usage.HOME):  # which is what nobody said
            contact_store.change_abode(session, left.id, columns(when))
        return correct_address(session, addresses, left.id, address)
    if when is None:
        when = of_way(left) if left and leaving else Terms(usage=Usage.HOME)
    if left is not None:
        over: dict[str, Any] = {"ended_at": at, "is_primary": False}
        if (first := when.valid_from_on) and first > brussels_day(at):
            over = {"valid_until_on": min(first - timedelta(days=1), left.valid_until_on or first)}
        contact_store.change_abode(session, left.id, over)
    facts: dict[str, Any] = {"person_id": person_id, "at": at, "source": source, **asdict(when)}
    is_first = leaving is None or (left is not None and left.is_primary)
    new = add_address(session, addresses, address, is_primary=is_first, **facts)
    return new if new.address == address else correct_address(session, addresses, new.id, address)


def revive_address(session: Session, abode_id: PostalAddressId) -> None:
    """They live there again; it is the preferred one where there is no other."""
    abode = _abode(session, abode_id)
    others = contact_store.abodes_of(session, [abode.person_id])[abode.person_id]
    first = not any(one.is_primary for one in others if one.id != abode.id)
    contact_store.change_abode(session, abode.id, {"ended_at": None, "is_primary": abode.is_primary or first})


def end_address(session: Session, abode_id: PostalAddressId, *, at: datetime) -> None:
    """Nobody of theirs lives there any more: kept, never used."""
    abode = _abode(session, abode_id)
    contact_store.change_abode(session, abode_id, {"ended_at": at, "is_primary": False})
    left = contact_store.abodes_of(session, [abode.person_id])[abode.person_id]
    if left and not any(one.is_primary for one in left):
        contact_store.change_abode(session, left[0].id, {"is_primary": True})


def prefer_address(session: Session, abode_id: PostalAddressId) -> None:
    """Makes it the one we write to first; one that has ended stays as it is."""
    abode = _abode(session, abode_id)
    if abode.ended_at is not None:
        return
    _demote(session, contact_store.abodes_of(session, [abode.person_id])[abode.person_id])
    contact_store.change_abode(session, abode_id, {"is_primary": True})


def addresses_of(
    session: Session, person_ids: Collection[PersonId], *, ended: bool = False
) -> dict[PersonId, list[Abode]]:
    """The postal addresses of each, the preferred one first; those that ended too where asked for."""
    return contact_store.abodes_of(session, person_ids, ended=ended)


def address_on(session: Session, person_id: PersonId, day: date) -> Abode | None:
    """Where a letter of that day goes: a season's own address first, else the preferred one that holds then."""
    return _holding(contact_store.abodes_of(session, [person_id])[person_id], day)


def _holding(abodes: Collection[Abode], day: date) -> Abode | None:
    holding = [one for one in abodes if holds_on(one, day)]
    return next((a for a in holding if a.season_from), None) or next(iter(holding), None)


def letter_lines_on(session: Session, several: Mapping[PersonId, Person], day: date) -> dict[PersonId, tuple[str, ...]]:
    """What stands on the envelope of a letter of that day, of each who has a letter box then; two queries."""
    return {
        who: lines(home, recipient=several[who].full_name, language=several[who].language)
        for who, home in letter_homes_on(session, list(several), day).items()
    }


def letter_homes_on(session: Session, person_ids: Collection[PersonId], day: date) -> dict[PersonId, PostalAddress]:
    """Where a letter of that day goes, of each who has a letter box then; two queries."""
    found = {who: _holding(some, day) for who, some in contact_store.abodes_of(session, person_ids).items()}
    return {who: home.address for who, home in found.items() if home is not None}


def letter_boxes_on(session: Session, person_ids: Collection[PersonId], day: date) -> dict[PersonId, frozenset[str]]:
    """The address keys of the letter boxes that a letter of that day may go to, of each."""
    abodes = contact_store.abodes_of(session, person_ids)
    return {who: frozenset(a.address_key for a in several if holds_on(a, day)) for who, several in abodes.items()}


def fail_point(
    session: Session, contact_point_id: ContactPointId, reason: FailureReason, *, source: str, at: datetime
) -> ContactPoint:
    """Keeps that something did not reach them there, and what that makes of it."""
    point = _point(session, contact_point_id)
    contact_store.add_failure(
        session, person_id=point.person_id, reason=reason, source=source, at=at, contact_point_id=point.id
    )
    became = deliverability(failures=point.failures + 1, is_final=reason in FINAL)
    contact_store.change_point(session, point.id, {"failures": point.failures + 1, "deliverability": became})
    return _point(session, contact_point_id)


def fail_address(
    session: Session, abode_id: PostalAddressId, reason: FailureReason, *, source: str, at: datetime, final: bool = True
) -> Abode:
    """Keeps that a letter came back, and what that makes of the address: dead at the second, or at a final word."""
    abode = _abode(session, abode_id)
    contact_store.add_failure(
        session, person_id=abode.person_id, reason=reason, source=source, at=at, postal_address_id=abode.id
    )
    became = deliverability(failures=abode.failures + 1, is_final=final and reason in FINAL)
    contact_store.change_abode(session, abode_id, {"failures": abode.failures + 1, "deliverability": became})
    return _abode(session, abode_id)


def confirm_point(session: Session, contact_point_id: ContactPointId) -> None:
    """It works after all: the count of failures starts anew, their history stays."""
    values = {"failures": 0, "deliverability": deliverability(failures=0, is_final=False)}
    contact_store.change_point(session, _point(session, contact_point_id).id, values)


def confirm_address(session: Session, abode_id: PostalAddressId) -> None:
    """The person confirmed it: the count of failures starts anew, their history stays."""
    values = {"failures": 0, "deliverability": deliverability(failures=0, is_final=False)}
    contact_store.change_abode(session, _abode(session, abode_id).id, values)


def failures_of(session: Session, person_id: PersonId) -> tuple[Failure, ...]:
    """What did not reach someone, the newest first."""
    return contact_store.failures_of(session, person_id)


def _add(
    session: Session,
    person_id: PersonId,
    kind: ContactKind,
    value: str,
    address_key: str,
    *,
    usage: Usage,
    source: str,
    at: datetime,
) -> ContactPoint:
    person_id = _held(session, person_id)
    known = contact_store.point_at(session, person_id, kind, address_key)
    others = [p for p in contact_store.points_of(session, [person_id])[person_id] if p.kind is kind]
    first = not any(p.is_primary for p in others)
    if known is None:
        search.refresh(session, [person_id])
        added = contact_store.add_point(
            session,
            person_id=person_id,
            kind=kind,
            value=value,
            address_key=address_key,
            usage=usage,
            is_primary=first,
            source=source,
            at=at,
        )
        keys.refresh(session, [person_id])
        if kind is ContactKind.EMAIL:
            mailboxes.came(session, EmailAddress.kept(value).normal, address_key, at)
        return added
    values: dict[str, Any] = {} if known.ended_at is None else {"ended_at": None, "is_primary": first}
    if not within(known, brussels_day(at)):
        values |= ALWAYS  # they use it now, whatever we held of when
    if values:
        contact_store.change_point(session, known.id, values)
    return _point(session, known.id)


def _held(session: Session, person_id: PersonId) -> PersonId:
    return PersonId(store.hold_living(session, person_id))


def _demote(session: Session, abodes: Collection[Abode]) -> None:
    for abode in abodes:
        if abode.is_primary:
            contact_store.change_abode(session, abode.id, {"is_primary": False})


def _point(session: Session, contact_point_id: ContactPointId) -> ContactPoint:
    point = contact_store.find_point(session, contact_point_id)
    if point is None:
        raise ContactPointMissing
    return point


def _abode(session: Session, abode_id: PostalAddressId) -> Abode:
    abode = contact_store.find_abode(session, abode_id)
    if abode is None:
        raise AbodeMissing
    return abode
