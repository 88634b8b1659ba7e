"""What some of the demonstration's people lived that fundraisers ask about: faithful, new and silent, back at last."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.demo.giving import gift, monthly
from crm.donations import pouring, thanks
from crm.donations import service as donations
from crm.donations.model import GiftKind, Method, NewGift
from crm.donations.model import Wanted as WantedGifts
from crm.donations.thanking import ThankWay
from crm.people import contacts, households
from crm.people import service as people
from crm.people.model import Deliverability, Person, PersonKind
from crm.plans import service as plans
from crm.plans.model import Wanted
from crm.staff import service as staff
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress

SEED = 1789
FAITHFUL, GENEROUS, DUTCH, NEW, BACK = 10, 7, 6, 10, 5
"""So many gave each December but not this year, gave much in Hainaut, moved to Brussels, began this year, came back."""
CALLED = 3
"""So many of the new ones were thanked by phone."""
COUPLES, MONTHS = 4, 22
"""In so many households two people give every month, for so long."""
HOMES = (
    ("1080", "Molenbeek-Saint-Jean", "Rue du Comte de Flandre"),
    ("1030", "Schaerbeek", "Rue Josaphat"),
    ("1000", "Bruxelles", "Rue du Midi"),
    ("1090", "Jette", "Rue Léon Theodor"),
)
"""Where those live who speak Dutch, and whose address was written down in French."""


def let_them_live(assembly: Assembly, now: datetime) -> None:
    """Once, before anybody promises: a house that has plans is left alone."""
    with assembly.database.transaction() as session:
        today, chance = brussels_day(now), random.Random(SEED)  # noqa: S311 - made-up lives, not secrets
        if plans.page(session, Wanted(on=today), size=1):
            return
        cast = _Cast(session, chance)
        lived = [
            *_together(session, cast, chance, today),
            *(new for one in cast.take(FAITHFUL, cast.has_home) for new in _faithful(one, chance, today)),
            *(new for one in cast.take(GENEROUS, cast.is_from_hainaut) for new in _generous(one, chance, today)),
            *(new for one in cast.take(BACK) for new in _back(one, chance, today)),
        ]
        for person in cast.take(DUTCH, lambda one: one.language is Language.NL):
            _move(assembly, session, person, chance, now)
            lived.append(_once(person, today - timedelta(days=chance.randrange(20, 500)), chance))
        pouring.record_many(session, assembly.sealer, lived, at=now)
        begun = [_once(one, today - timedelta(days=chance.randrange(190, 262)), chance) for one in cast.take(NEW)]
        found = pouring.record_many(session, assembly.sealer, begun, at=now)
        by = next((account.id for account in staff.accounts(session)), None)
        thanks.thank(session, found[:CALLED], ThankWay.PHONE, at=now - timedelta(days=150), by=by)


class _Cast:
    """Whoever gave nothing yet, in an order by lot; each plays one part."""

    def __init__(self, session: Session, chance: random.Random) -> None:
        gave = {one.person_id for one in donations.page(session, WantedGifts(), size=5_000)}
        known = people.page(session, size=400).people
        living = [one for one in known if one.kind is PersonKind.INDIVIDUAL and not one.is_deceased]
        free = sorted((one for one in living if one.id not in gave), key=lambda one: one.id)
        self.free = chance.sample(free, len(free))
        self._homes = contacts.addresses_of(session, [one.id for one in free])

    def take(self, count: int, fits: Callable[[Person], bool] = lambda _one: True) -> list[Person]:
        """The first so many of those who fit; nobody takes them again."""
        found = [one for one in self.free if fits(one)][:count]
        self.free = [one for one in self.free if one not in found]
        return found

    def has_home(self, one: Person) -> bool:
        """Whether letters reach them."""
        return bool(self._postcode(one))

    def is_from_hainaut(self, one: Person) -> bool:
        """Whether they live there, and letters reach them."""
        postcode = self._postcode(one)
        return "6000" <= postcode <= "6599" or "7000" <= postcode <= "7999"

    def _postcode(self, one: Person) -> str:
        live = (home for home in self._homes.get(one.id, ()) if home.deliverability is Deliverability.LIVE)
        return next((home.address.postcode for home in live if home.is_primary), "")


def _once(person: Person, day: date, chance: random.Random, cents: int = 0) -> NewGift:
    cents = cents or chance.choice((1500, 2000, 2500, 3000, 4000, 5000))
    return gift(person, day, cents, GiftKind.ONE_OFF, chance.choice((Method.TRANSFER, Method.ONLINE)))


def _faithful(person: Person, chance: random.Random, today: date) -> Iterator[NewGift]:
    """Each of the last three Decembers, and not since."""
    for years in (3, 2, 1):
        yield _once(person, date(today.year - years, 12, chance.randrange(3, 29)), chance)


def _generous(person: Person, chance: random.Random, today: date) -> Iterator[NewGift]:
    """Much, within two years."""
    for days in (chance.randrange(500, 600), chance.randrange(250, 400), chance.randrange(30, 120)):
        yield _once(person, today - timedelta(days=days), chance, chance.choice((10_000, 12_500, 15_000, 25_000)))


def _back(person: Person, chance: random.Random, today: date) -> Iterator[NewGift]:
    """Long ago, and again this year."""
    again = max(date(today.year, 1, 1), today - timedelta(days=chance.randrange(1, 90)))
    yield _once(person, again - timedelta(days=chance.randrange(900, 1_400)), chance)
    yield _once(person, again, chance)


def _together(session: Session, cast: _Cast, chance: random.Random, today: date) -> Iterator[NewGift]:
    """Both of a couple, every month."""
    homes = {home.id: home for one in cast.free for home in households.of(session, one.id)}
    couples = 0
    for _, home in sorted(homes.items()):
        ids = {one.person_id for one in home.members if one.is_on_envelope}
        if len(ids & {one.id for one in cast.free}) == 2 and couples < COUPLES:
            couples += 1
            for person in cast.take(2, _is_among(ids)):
                yield from monthly(person, chance, today, months=MONTHS)


def _is_among(ids: Collection[PersonId]) -> Callable[[Person], bool]:
    return lambda one: one.id in ids


def _move(assembly: Assembly, session: Session, person: Person, chance: random.Random, now: datetime) -> None:
    postcode, locality, street = chance.choice(HOMES)
    number = str(chance.randrange(1, 180))
    home = PostalAddress(street=street, number=number, postcode=postcode, locality=locality, language=Language.FR)
    at = max(person.created_at, now - timedelta(days=chance.randrange(30, 300)))
    contacts.move(session, assembly.addresses, home, person_id=person.id, at=at)
