"""The gate: may we write to this person, for this purpose, by this channel, today? If not, why not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from crm.consent import paces, policies, restrictions, rules, store
from crm.consent.model import Channel, Glance, Standing, Suppression, Verdict
from crm.consent.pace import Pace, held_back
from crm.consent.policy import EVERYWHERE, Book, Population, demands_on
from crm.consent.selects import Moment
from crm.people import contacts, differences
from crm.people import service as people
from crm.people.model import ContactKind, Person
from crm.people.rules import holds_on
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId


def verdict(
    session: Session,
    *,
    person_id: PersonId,
    purpose: str,
    address_key: str,
    at: datetime,
    channel: Channel = Channel.EMAIL,
    is_owed: bool = False,
) -> Verdict:
    """May we write to this person at this address for this purpose? If not, why.

    By their words as they stand now; `at` is the moment for policies, age and pace (what they had allowed on a day of
    the past is `proofs.prove`). `is_owed`: the last look at a mail that is owed already, which no rhythm keeps back
    (see `pace.held_back`).
    """
    person = people.find_person(session, person_id)
    if person is None:
        return rules.verdict(purpose=purpose, standing=None, suppressions=(), reachable=False)
    desk = _Desk.of(session, [person], at, {address_key}, by_post=channel is Channel.POST)
    return desk.verdict(person, purpose, channel, address_key, is_owed=is_owed)


def verdict_of(session: Session, person_id: PersonId, purpose: str, channel: Channel, at: datetime) -> Verdict:
    """May we write to this person at all for this purpose by this channel? If not, the reason nearest to a yes."""
    person = people.find_person(session, person_id)
    if person is None:
        return rules.verdict(purpose=purpose, standing=None, suppressions=(), reachable=False)
    return _Desk.of(session, [person], at, by_post=channel is Channel.POST).everywhere(person, purpose, channel)


def glances(session: Session, several: Sequence[Person], at: datetime) -> dict[PersonId, tuple[Glance, ...]]:
    """Where each stands on everything they ever stood on, and what follows today; a fixed number of queries."""
    desk = _Desk.of(session, several, at)
    return {
        person.id: tuple(
            Glance(standing=stands, verdict=desk.verdict(person, stands.purpose, stands.channel, stands.address_key))
            for stands in desk.standings.get(person.id, {}).values()
        )
        for person in several
    }


def moment(reading: Session | Connection, at: datetime) -> Moment:
    """An instant with the policies of its day, for the gate as SQL."""
    return Moment.of(at, policies.book_at(reading, at))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Desk:
    """Everything the rules want to know about several people, fetched at once."""

    at: datetime
    standings: Mapping[PersonId, Mapping[tuple[str, Channel, str], Standing]]
    suppressions: Mapping[str, Collection[Suppression]]
    living: Mapping[tuple[PersonId, Channel], frozenset[str]]
    populations: Mapping[PersonId, frozenset[Population]]
    book: Book
    paces: Mapping[tuple[PersonId, Channel], Pace]
    last_letters: Mapping[tuple[PersonId, Channel], datetime]
    said_dead: frozenset[PersonId]
    restricted: frozenset[PersonId]

    @classmethod
    def of(
        cls,
        session: Session,
        several: Sequence[Person],
        at: datetime,
        also: Collection[str] = frozenset(),
        *,
        by_post: bool = True,
    ) -> _Desk:
        ids = [person.id for person in several]
        standings: dict[PersonId, dict[tuple[str, Channel, str], Standing]] = {}
        for stands in store.standings_of_all(session, ids):
            of_person = standings.setdefault(stands.person_id, {})
            of_person[stands.purpose, stands.channel, stands.address_key] = stands
        living = _living(session, several, at, by_post=by_post)
        keys = {key for of_person in standings.values() for _, _, key in of_person} | set(also)
        keys |= {key for several_keys in living.values() for key in several_keys}
        suppressions: dict[str, list[Suppression]] = {}
        for one in store.suppressions_at_all(session, keys):
            suppressions.setdefault(one.address_key, []).append(one)
        paced = paces.paces_of_all(session, ids)
        return cls(
            at=at,
            standings=standings,
            suppressions=suppressions,
            living=living,
            populations=policies.populations_of(session, ids, at),
            book=policies.book_at(session, at),
            paces=paced,
            said_dead=differences.said_dead(session, ids),
            restricted=restrictions.restricted(session, ids),
            last_letters=paces.last_letters(session, {who for who, _ in paced}) if paced else {},
        )

    def verdict(
        self, person: Person, purpose: str, channel: Channel, address_key: str, *, is_owed: bool = False
    ) -> Verdict:
        said = self.standings.get(person.id, {})
        everywhere = said.get((purpose, channel, EVERYWHERE))
        own = said.get((purpose, channel, address_key)) if address_key != EVERYWHERE else None
        living = self.living[person.id, channel]
        return rules.verdict(
            purpose=purpose,
            standing=rules.combined(own, everywhere),
            suppressions=self.suppressions.get(address_key, ()),
            reachable=bool(living) if address_key == EVERYWHERE else address_key in living,
            merged=person.merged_into_id is not None,
            deceased=person.is_deceased or person.id in self.said_dead,
            restricted=person.id in self.restricted,
            demands=demands_on(
                self.book.asked(purpose, channel),
                self.populations.get(person.id, frozenset()),
                is_minor=rules.is_minor(
                    person.birth_on,
                    brussels_day(self.at),
                    said_so=Population.MINORS in self.populations.get(person.id, frozenset()),
                ),
            ),
            at=self.at,
            held_back=held_back(
                self.paces.get((person.id, channel)),
                self.last_letters.get((person.id, channel)),
                self.at,
                is_owed=is_owed,
            ),
        )

    def everywhere(self, person: Person, purpose: str, channel: Channel) -> Verdict:
        said = self.standings.get(person.id, {})
        stood = {key for of, by, key in said if (of, by) == (purpose, channel)} - {EVERYWHERE}
        places: Iterable[str] = stood | self.living[person.id, channel] or {EVERYWHERE}
        return rules.nearest(self.verdict(person, purpose, channel, key) for key in sorted(places))


_Living = dict[tuple[PersonId, Channel], frozenset[str]]


def _living(session: Session, several: Sequence[Person], at: datetime, *, by_post: bool) -> _Living:
    of_whom, day = [person.id for person in several] if by_post else [], brussels_day(at)
    boxes = contacts.letter_boxes_on(session, of_whom, day) if of_whom else {}
    found: _Living = {}
    for person in several:
        holding = [point for point in person.contact_points if holds_on(point, day)]
        phones = frozenset(point.address_key for point in holding if point.kind is ContactKind.PHONE)
        found[person.id, Channel.EMAIL] = frozenset(p.address_key for p in holding if p.kind is ContactKind.EMAIL)
        found[person.id, Channel.PHONE] = found[person.id, Channel.SMS] = phones
        found[person.id, Channel.POST] = boxes.get(person.id, frozenset())
    return found
