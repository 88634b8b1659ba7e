"""A law: whatever happens after the numbers are given, correcting what drifted makes papers and gifts agree again."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly, attesting_house
from crm.attestations import correcting, gathering, service, store
from crm.attestations.errors import AttestationEnded
from crm.attestations.model import Declared, FiscalKind
from crm.attestations.tables import AttestationRow
from crm.donations import service as donations
from crm.donations.model import EntryKind, Method, Movement
from crm.duplicates import merges
from crm.values.errors import Invalid
from crm.values.identifiers import GiftId, PersonId
from tests.attestations.conftest import NUMBER, PROPOSER, YEAR, Give, NewDonor
from tests.conftest import NOW

ROUNDS = 12


@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_corrections_make_any_history_agree_to_the_cent(
    house: Assembly, donor: NewDonor, give: Give, seed: int
) -> None:
    chance = Random(seed)
    with house.database.reading() as session:  # thrown away at the end of each example
        people = [donor(session, number=NUMBER if at == 0 else "") for at in range(5)]
        gifts = [_given(session, give, chance, people) for _ in range(9)]
        _number(session, house)
        for _ in range(7):
            _something_happens(session, house, give, chance, people, gifts)
        for _ in range(ROUNDS):
            drifted = correcting.drift(session, YEAR)
            for one in drifted:
                for number in one.numbers:
                    _correct(session, house, number)
            _number(session, house)
            if not correcting.drift(session, YEAR) and not service.look(session, YEAR).owed:
                break
        in_force = service.rules_of(session, YEAR)
        owed = {one.identity.person_id: one.cents for one in gathering.whole_year(session, in_force).owed}
        attested: Counter[PersonId] = Counter()
        for paper in store.valid(session, YEAR):
            attested[paper.person_id] += paper.cents
            assert paper.cents == sum(cents for *_, cents in service.lines(session, paper.id))
        assert dict(attested) == owed
        numbers = set(session.scalars(select(AttestationRow.number)))
        assert numbers == set(range(1, len(numbers) + 1))


def _given(session: Session, give: Give, chance: Random, people: list[PersonId]) -> GiftId:
    day = date(YEAR, 1, 1) + timedelta(days=chance.randrange(365))
    return give(session, chance.choice(people), chance.choice([1999, 2000, 3999, 4000, 9000]), on=day).id


def _number(session: Session, house: Assembly) -> None:
    run, found = service.check(session, YEAR, at=NOW, by=PROPOSER)
    if found.owed:
        service.lock(session, attesting_house(house), run.id, at=NOW, by=PROPOSER)


def _correct(session: Session, house: Assembly, number: int) -> None:
    with suppress(AttestationEnded):
        correcting.correct(session, attesting_house(house), YEAR, number, reason="Écart", at=NOW, by=PROPOSER)


def _something_happens(
    session: Session, house: Assembly, give: Give, chance: Random, people: list[PersonId], gifts: list[GiftId]
) -> None:
    first, second = chance.sample(people, 2)
    deed = chance.randrange(5)
    if deed == 0:
        gift = donations.gift(session, chance.choice(gifts))
        if gift.net_cents:
            movement = Movement(method=Method.TRANSFER, booked_on=date(YEAR + 1, 2, 1))
            back = chance.choice([1, gift.net_cents])
            donations.take_back(session, house.sealer, gift.id, EntryKind.RETURN, movement, cents=back, at=NOW)
    elif deed == 1:
        gifts.append(_given(session, give, chance, people))
    elif deed == 2:
        said = Declared(kind=FiscalKind.PERSON, given_to=chance.choice([second, None]))
        with suppress(Invalid):
            service.identify(session, house.sealer, first, said, at=NOW, by=PROPOSER)
    elif deed == 3 and len(people) > 2:
        merges.merge(
            session, house.sealer, house.pointers, survivor_id=first, loser_id=second, chosen={}, by=PROPOSER, at=NOW
        )
        people.remove(second)
    else:
        valid = store.valid(session, YEAR)
        if valid:
            paper = chance.choice(valid)
            with suppress(AttestationEnded):
                correcting.cancel(
                    session, attesting_house(house), YEAR, paper.number, reason="Doublon", at=NOW, by=PROPOSER
                )
