"""Laws of a run, on both databases: nobody left out without a reason, one copy a household, the gate has its say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import gate
from crm.consent import service as consent
from crm.consent.model import MAGAZINE, Act, Channel, NewAct, SuppressionCause, Way
from crm.consent.no_selects import BY_THEIR_WORD
from crm.consent.policy import EVERYWHERE
from crm.donations import service as donations
from crm.donations.model import GiftKind, LineKind, Method, Movement, NewGift, NewLine, Wanted
from crm.donations.portraits import months_before
from crm.magazine import freezing, roll, rules, service
from crm.magazine.model import SAID, Basis, Eligibility, Format, Reason, Subscription
from crm.magazine.tables import CopyRow, ExclusionRow
from crm.members import rules as members_rules
from crm.members.model import Fee
from crm.people import contacts, households
from crm.people import service as people
from crm.people.model import NewPerson, Person, PersonKind
from crm.values.address_lines import lines
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW
from tests.magazine.conftest import HOME, TODAY

HOMES = (
    HOME,
    replace(HOME, box="4"),
    replace(HOME, street="Rue Haute", number="9"),
    replace(HOME, street="Rue Haute", number="10"),
    PostalAddress(street="Rue de Rivoli", number="5", postcode="75001", locality="Paris", country="FR"),
    PostalAddress(postcode="4000", locality="Liège"),
    None,
)
ONE_OFF, FEE, INSTALMENT = GiftKind.ONE_OFF, GiftKind.MEMBERSHIP_FEE, GiftKind.INSTALMENT
GATE = {Reason(word) for word in ("objected", "refused", "withdrawn", "suppressed", "no-address")}


@settings(max_examples=4, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_the_entitled_are_the_mailed_and_the_excluded_each_with_one_reason(house: Assembly, seed: int) -> None:
    chance = Random(seed)
    rule = Eligibility(
        members=chance.random() < 0.8, grace_months=chance.choice([0, 3]), gift_count=2, gift_cents=3000,
        said=frozenset(chance.sample(SAID, 4)),
    )  # fmt: skip
    with house.database.reading() as session:  # thrown away at the end of each example
        someone = [_somebody(session, house, chance) for _ in range(12)]
        if chance.random() < 0.7:
            households.found(session, chance.sample(someone, 2), at=NOW)
        service.save_rule(session, rule, note="", by=None, at=NOW)
        issue = service.issues(session)[0]
        before = freezing.outlook(session, issue, rule, at=NOW)
        entitled = {one: basis for one in someone if (basis := _right(session, house, rule, one))}
        if not before.funnel.mailed:
            assert before.funnel.entitled == len(entitled)
            return
        run = freezing.freeze(session, issue.id, by=None, at=NOW)
        kept = service.outlook_of(session, run.id)
        assert kept == before
        assert rules.adds_up(kept.funnel)
        copies = session.scalars(select(CopyRow).order_by(CopyRow.seq)).all()
        out = session.execute(select(ExclusionRow.person_id, ExclusionRow.reason, ExclusionRow.basis)).all()
        assert sorted([one.person_id for one in copies] + [person_id for person_id, _, _ in out]) == sorted(entitled)
        assert {one.person_id: one.basis for one in copies} | {who: basis for who, _, basis in out} == entitled
        assert [one.seq for one in copies] == list(range(1, len(copies) + 1))
        assert (run.mailed, run.copies) == (len(copies), sum(one.copies for one in copies))
        assert Counter(reason for _, reason, _ in out) == kept.funnel.excluded
        _nobody_shares(session, copies)
        for one in copies:
            person = people.people(session, {PersonId(one.person_id)})[PersonId(one.person_id)]
            assert not person.is_deceased
            box = contacts.address_on(session, person.id, issue.plan.drop_on)
            assert box is not None
            assert one.lines.split("\n") == list(
                lines(box.address, recipient=_named(session, person), language=person.language)
            )
            assert _verdict(session, person.id, issue.plan.drop_on) is None
        for who, reason, _ in out:
            if reason in GATE:
                assert _verdict(session, PersonId(who), issue.plan.drop_on) == reason.value


def _verdict(session: Session, person_id: PersonId, day: object) -> str | None:
    at = NOW + (day - TODAY)  # type: ignore[operator] # a day
    found = gate.verdict_of(session, person_id, MAGAZINE, Channel.POST, at)
    return None if found.refusal is None else found.refusal.value


def _named(session: Session, person: Person) -> str:
    """Whose name a copy bears: the household's where several living people are on its envelope, they among them."""
    own = person.kind is PersonKind.ORGANISATION or service.subscription(session, person.id).own_copy
    for home in () if own else households.of(session, person.id):
        known = people.people(session, {member.person_id for member in home.members})
        if BY_THEIR_WORD & {gate.verdict_of(session, one, MAGAZINE, Channel.POST, NOW).refusal for one in known}:
            return person.full_name  # two members a home
        if all(not one.is_deceased for one in known.values()) and len(known) > 1:
            return households.addressed(session, home)[0]
    return person.full_name


def _nobody_shares(session: Session, copies: object) -> None:
    """No two copies for one household at one letter box, unless one asked for it."""
    own: list[tuple[str, str, frozenset[int]]] = []
    for one in copies:  # type: ignore[attr-defined] # rows
        person = people.people(session, {PersonId(one.person_id)})[PersonId(one.person_id)]
        if person.kind is PersonKind.ORGANISATION or service.subscription(session, person.id).own_copy:
            continue
        homes = frozenset(int(home.id) for home in households.of(session, person.id))
        for box, surname, others in own:
            assert not (box == one.box_key and (surname == person.last_name or homes & others))
        own.append((one.box_key, person.last_name, homes))


def _right(session: Session, house: Assembly, rule: Eligibility, person_id: PersonId) -> Basis | None:
    """By which ground one person has a right, asked of them alone."""
    said = service.subscription(session, person_id)
    if rules.is_in_force(said, 124) and said.basis in rule.said:
        return said.basis
    gifts = [one for one in donations.page(session, Wanted(person_id=person_id), size=50) if one.given_on <= TODAY]
    fees = [
        Fee(line_id=one.id, gift_id=one.id, person_id=person_id, paid_on=one.given_on, cents=one.cents, months=12)
        for one in gifts
        if one.kind is FEE
    ]
    if rule.members and members_rules.is_in_force(fees, on=TODAY, grace_months=rule.grace_months):
        return Basis.MEMBER
    several = [one for one in gifts if one.kind is ONE_OFF and one.given_on > months_before(TODAY, rule.gift_months)]
    enough = len(several) >= rule.gift_count and sum(one.cents for one in several) >= rule.gift_cents
    return Basis.REGULAR if enough else None


def _somebody(session: Session, house: Assembly, chance: Random) -> PersonId:
    home = chance.choice(HOMES)
    facts: dict[str, object] = {
        "first_name": chance.choice(["Ana", ""]),
        "last_name": chance.choice(["Maes", "Diallo"]),
    }
    if chance.random() < 0.1:
        facts = {"kind": PersonKind.ORGANISATION, "organisation_name": "École du Lac"}
    new = NewPerson(language=chance.choice([Language.FR, Language.NL]), address=home, **facts)  # type: ignore[arg-type] # names
    person_id = people.add(session, house.addresses, new, at=NOW).id
    if chance.random() < 0.7:
        said = Subscription(
            person_id=person_id,
            basis=chance.choice([None, *SAID]),
            copies=chance.choice([1, 1, 3]),
            format=chance.choice([Format.PAPER, Format.PAPER, Format.BOTH, Format.PDF, Format.NONE]),
            from_number=chance.choice([None, 124, 125]),
            own_copy=chance.random() < 0.2,
            paused_from_on=chance.choice([None, None, TODAY]),
        )
        service.subscribe(session, said, by=None, at=NOW)
    for _ in range(chance.choice([0, 0, 1, 2])):
        kind = chance.choice([ONE_OFF, FEE])
        line = NewLine(cents=chance.choice([1000, 2000]), kind=LineKind.FEE if kind is FEE else LineKind.DONATION)
        day = TODAY - timedelta(days=chance.choice([10, 300, 400, 500]))
        new_gift = NewGift(
            person_id=person_id, lines=(line,), given_on=day, kind=kind,
            movement=Movement(method=Method.TRANSFER, booked_on=day),
        )  # fmt: skip
        donations.record(session, house.sealer, new_gift, at=NOW)
    if chance.random() < 0.25:
        act = chance.choice([Act.OBJECTED, Act.GIVEN, Act.WITHDRAWN])
        word = NewAct(
            person_id=person_id, purpose=MAGAZINE, address_key=EVERYWHERE, act=act, way=Way.PAPER,
            occurred_at=NOW, channel=Channel.POST,
        )  # fmt: skip
        consent.record(session, house.sealer, word, at=NOW)
    if home is not None and chance.random() < 0.1:
        key = contacts.post_key(house.addresses, home)
        consent.suppress(session, address_key=key, cause=SuppressionCause.STAFF, way=Way.STAFF, at=NOW)
    if chance.random() < 0.1:
        people.record_death(session, person_id, died_on=None, at=NOW)
    return person_id


def test_a_street_is_in_the_order_in_which_the_post_walks_it(house: Assembly) -> None:
    with house.database.transaction() as session:
        for number in ("10", "9", "9A", "100", "2"):
            new = NewPerson(
                language=Language.FR, last_name=f"Nom {number}", address=replace(HOME, number=number, box="")
            )
            person_id = people.add(session, house.addresses, new, at=NOW).id
            service.subscribe(session, Subscription(person_id=person_id, basis=Basis.PAID), by=None, at=NOW)
        issue = service.issues(session)[0]
        asked = freezing.question(session, issue, Eligibility(), at=NOW)
        walked = [row.number for box in roll.rolled(session, asked) for _, row in box]
    assert walked == ["2", "9", "9A", "10", "100"]
