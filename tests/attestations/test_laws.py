"""Laws: every cent attested was given and stayed, every payment ends somewhere, numbers run from 1 without a gap."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly, attesting_house
from crm.attestations import rules, service
from crm.attestations.model import FiscalKind, Home, Identity, MissingNumber, Payment, Status, YearRules
from crm.attestations.tables import AttestationLineRow, AttestationRow
from crm.donations import service as donations
from crm.donations.model import EntryKind, GiftKind, LineKind, Method, Movement, NewLine
from crm.donations.selects import deductible_lines
from crm.values.identifiers import GiftId, PersonId
from crm.values.languages import Language
from tests import victims
from tests.attestations.conftest import NUMBER, PROPOSER, YEAR, Give, NewDonor
from tests.conftest import NOW
from tests.killing import killed

HOMES = (
    Home(street="Rue X 1", postcode="1000", locality="Bruxelles", country="BE"),
    Home(street="", postcode="1000", locality="Bruxelles", country="BE"),
    Home(street="Rue X 1", postcode="75001", locality="Paris", country="FR"),
    Home(street="X 1", postcode="1", locality="Y", country="ZZ"),
    None,
)
PEOPLE = [PersonId(one) for one in range(1, 6)]
DAYS = st.dates(date(YEAR, 1, 1), date(YEAR, 12, 31))


@st.composite
def payments(draw: st.DrawFn) -> list[Payment]:
    return [
        Payment(
            line_id=line,
            gift_id=GiftId(line),
            person_id=draw(st.sampled_from(PEOPLE)),
            given_on=draw(DAYS),
            cents=6000,
            net_cents=draw(st.sampled_from([0, 1, 1999, 2000, 3999, 4000, 6000])),
            is_deductible=draw(st.booleans()),
            is_test=draw(st.sampled_from([False, False, True])),
        )
        for line in range(1, draw(st.integers(0, 12)) + 1)
    ]


@settings(max_examples=60)
@given(
    given=payments(),
    homes=st.lists(st.sampled_from(HOMES), min_size=5, max_size=5),
    kinds=st.lists(st.sampled_from(FiscalKind), min_size=5, max_size=5),
    numbered=st.sets(st.sampled_from(PEOPLE)),
    to=st.sampled_from([{}, {PEOPLE[0]: PEOPLE[1]}]),
    missing=st.sampled_from(MissingNumber),
    since=DAYS,
    attested=st.sets(st.sampled_from(PEOPLE)),
)
def test_every_payment_ends_in_one_place_and_every_paper_is_owed(
    given: list[Payment],
    homes: list[Home | None],
    kinds: list[FiscalKind],
    numbered: set[PersonId],
    to: dict[PersonId, PersonId],
    missing: MissingNumber,
    since: date,
    attested: set[PersonId],
) -> None:
    year = YearRules(
        year=YEAR,
        threshold_cents=4000,
        rate_percent=30,
        due_on=date(YEAR + 1, 2, 28),
        missing_number=missing,
        approved_from_on=since,
    )
    known = {
        person: Identity(
            person_id=person,
            kind=kind,
            name="Dupont",
            first_name="Marie",
            language=Language.FR,
            enterprise_number="",
            home=home,
            has_number=person in numbered,
        )
        for person, home, kind in zip(PEOPLE, homes, kinds, strict=True)
    }
    found = rules.found(YEAR, given, known, year, given_to=to, attested_people=attested)
    ended = [payment.line_id for one in found.owed for payment in one.payments]
    ended += [one.payment.line_id for one in found.excluded]
    assert sorted(ended) == [payment.line_id for payment in given]
    assert found.cents + sum(cents for _, cents in found.reasons.values()) == sum(one.net_cents for one in given)
    for one in found.owed:
        assert one.cents >= 4000
        assert all(p.is_deductible and not p.is_test and year.approves(p.given_on) for p in one.payments)
        assert one.identity.has_number or missing is not MissingNumber.BLOCK
        assert (one.identity.home in (HOMES[0], HOMES[2]), one.identity.person_id in attested) == (True, False)


def test_the_rate_is_of_its_year() -> None:
    assert {year: rules.by_default(year).rate_percent for year in range(2020, 2028)} == {
        2020: 60,
        **dict.fromkeys(range(2021, 2025), 45),
        **dict.fromkeys(range(2025, 2028), 30),
    }
    assert [rules.by_default(year).due_on for year in (2026, 2027)] == [date(2027, 2, 28), date(2028, 2, 29)]


@settings(max_examples=4, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_what_is_attested_is_what_was_given_and_stayed(house: Assembly, donor: NewDonor, give: Give, seed: int) -> None:
    chance = Random(seed)
    with house.database.reading() as session:  # thrown away at the end of each example
        donors = [donor(session, number=NUMBER if at == 0 else "") for at in range(4)]
        gifts: list[GiftId] = []
        for _ in range(2):
            for _ in range(6):
                _live(session, house, give, chance, donors, gifts)
            run, _ = service.check(session, YEAR, at=NOW, by=PROPOSER)
            service.lock(session, attesting_house(house), run.id, at=NOW, by=PROPOSER)
            _agrees(session)
        found = service.look(session, YEAR)
        assert found.owed == ()


def _live(
    session: Session, house: Assembly, give: Give, chance: Random, donors: list[PersonId], gifts: list[GiftId]
) -> None:
    day = date(YEAR, 1, 1) + timedelta(days=chance.randrange(365))
    if gifts and chance.random() < 0.25:
        gift = donations.gift(session, chance.choice(gifts))
        attested = select(AttestationLineRow.gift_id).where(AttestationLineRow.gift_id == gift.id)
        if gift.net_cents and session.scalar(attested) is None:
            back = chance.choice([gift.net_cents, 1])
            movement = Movement(method=Method.TRANSFER, booked_on=day)
            donations.take_back(session, house.sealer, gift.id, EntryKind.RETURN, movement, cents=back, at=NOW)
        return
    kinds = [chance.choice(list(LineKind)) for _ in range(chance.randrange(1, 3))]
    lines = tuple(NewLine(cents=chance.choice([1, 1999, 2000, 3999, 4000, 9000]), kind=kind) for kind in kinds)
    kind = chance.choice([GiftKind.ONE_OFF, GiftKind.ONE_OFF, GiftKind.INSTALMENT, GiftKind.SALE])
    facts = {"kind": kind, "split_beforehand": chance.random() < 0.7, "is_test": chance.random() < 0.1}
    gifts.append(give(session, chance.choice(donors), 0, lines=lines, on=day, **facts).id)


def _agrees(session: Session) -> None:
    lines = deductible_lines().subquery()
    stays: dict[int, int] = defaultdict(int)
    for person_id, cents in session.execute(select(lines.c.person_id, lines.c.net_cents)):
        stays[person_id] += cents
    found = service.look(session, YEAR)
    waiting: dict[int, int] = defaultdict(int)
    for one in found.excluded:
        if one.payment.is_deductible and not one.payment.is_test:
            waiting[one.holder_id] += one.payment.net_cents
    valid = select(AttestationRow).where(AttestationRow.status == Status.VALID).order_by(AttestationRow.number)
    papers = session.scalars(valid).all()
    attested = {one.person_id: one.cents for one in papers}
    assert {who: cents - waiting[who] for who, cents in stays.items() if cents != waiting[who]} == attested
    assert [one.number for one in papers] == list(range(1, len(papers) + 1))
    on_paper = select(AttestationLineRow.cents).join(
        AttestationRow, AttestationRow.id == AttestationLineRow.attestation_id
    )
    assert sum(session.scalars(on_paper)) == sum(attested.values())


def test_numbers_have_no_gap_however_often_a_lock_is_killed(house: Assembly, donor: NewDonor, give: Give) -> None:
    for kill in range(10):
        with house.database.transaction() as session:
            for _ in range(3):
                give(session, donor(session), 4000)
            run, _ = service.check(session, YEAR, at=NOW, by=PROPOSER)
        killed(house.settings, victims.lock, run.id, PROPOSER, after=0.012 * kill)
        with house.database.transaction() as session:
            service.lock(session, attesting_house(house), run.id, at=NOW, by=PROPOSER)
            numbers = list(session.scalars(select(AttestationRow.number).order_by(AttestationRow.id)))
            assert sorted(numbers) == list(range(1, 3 * (kill + 1) + 1))
            assert service.totals(session, YEAR) == (3 * (kill + 1), 12000 * (kill + 1), 3 * (kill + 1))
