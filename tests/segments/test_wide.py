"""Everybody in one row each: at every moment it counts what the rooms' own rows count, whoever wrote whatever."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, column, select, table
from sqlalchemy.orm import Session
from sqlalchemy.sql import visitors

from crm.assembly import Assembly
from crm.consent import paces, policies, restrictions
from crm.consent import service as consent
from crm.consent.model import Act, Channel, LegalBasis, NewAct, Purpose, SuppressionCause, Way
from crm.consent.pace import Rhythm
from crm.consent.policy import Need, NewPolicy, Population
from crm.consent.tables import LastLetterRow
from crm.contracts.segment_fields import Measure
from crm.donations import service as donations
from crm.donations.model import EntryKind, Method, Movement
from crm.donations.tables import GiftRow
from crm.foundation.database import Database
from crm.people import contacts
from crm.people import service as people
from crm.people.model import Deliverability
from crm.people.tables import PersonRow
from crm.privacy import erasing
from crm.rooms import POINTERS, QUESTIONS
from crm.segments import asking, effects, wide, wide_store
from crm.segments.facts import facts_of
from crm.segments.model import Condition, Definition, Every, Not, Rolling, Some, Span, Test, Tree
from crm.segments.rules import belongs
from crm.segments.selects import Question, members
from crm.segments.wide_tables import WATCHED, SegmentStaleRow, SegmentWideRow
from crm.values.identifiers import AccountId, GiftId, PersonId
from crm.values.postal_address import PostalAddress
from jobs import compare_segments, keep_segments
from jobs.errors import SegmentsDiffered
from tests.conftest import NOW
from tests.segments import sowing, test_law
from tests.segments.conftest import TODAY, both, give, person

OTHER = test_law.OTHER
BY_DOORS = {"donor_windows"}
"""Read for a row, and not by person: of another day the rows are not asked at all."""
SAID = (Act.GIVEN, Act.GIVEN, Act.REFUSED, Act.WITHDRAWN)
AGO = (0, 1, 29 * 24, 30 * 24 - 2, 30 * 24 + 2)
"""Hours; a yes counts for thirty days."""
Someone = Callable[[Session, Assembly, PersonId, Random], None]


def gave(session: Session, assembly: Assembly, who: PersonId, chance: Random) -> None:
    give(session, assembly, who, chance.choice([500, 25_000]), TODAY - timedelta(days=chance.choice([0, 365, 800])))


def refunded(session: Session, assembly: Assembly, who: PersonId, chance: Random) -> None:
    wanted = select(GiftRow.id).where(GiftRow.person_id == who, GiftRow.net_cents > 100).limit(1)
    if (gift := session.scalar(wanted)) is not None:
        back = Movement(method=Method.TRANSFER, booked_on=TODAY)
        donations.take_back(session, assembly.sealer, GiftId(gift), EntryKind.RETURN, back, cents=100, at=NOW)


def moved(session: Session, assembly: Assembly, who: PersonId, chance: Random) -> None:
    postcode, locality, country = chance.choice(test_law.PLACES)
    home = PostalAddress(street="Rue Neuve", number="1", postcode=postcode, locality=locality, country=country)
    if people.find_survivor(session, who) is not None:
        contacts.move(session, assembly.addresses, home, person_id=who, at=NOW)


def lost_mail(session: Session, _assembly: Assembly, who: PersonId, _chance: Random) -> None:
    for abode in contacts.addresses_of(session, [who])[who]:
        people.mark_deliverability(session, abode.address_key, Deliverability.DEAD)


def died(session: Session, _assembly: Assembly, who: PersonId, _chance: Random) -> None:
    if not people.record_death(session, who, died_on=None, at=NOW):
        people.retract_death(session, who)


def merged(session: Session, _assembly: Assembly, who: PersonId, _chance: Random) -> None:
    into = session.scalar(select(PersonRow.id).where(PersonRow.merged_into_id.is_(None), PersonRow.id != who).limit(1))
    row = session.get(PersonRow, who)
    if into is not None and row is not None and row.merged_into_id is None:
        for pointer in POINTERS:
            pointer.repoint(session, loser=who, survivor=PersonId(into))
        session.get_one(PersonRow, who, populate_existing=True).merged_into_id = into
        session.flush()


def erased(session: Session, assembly: Assembly, who: PersonId, _chance: Random) -> None:
    if people.find_survivor(session, who) is not None:
        erasing.erase(session, assembly.holdings, who, at=NOW)


def spoke(session: Session, assembly: Assembly, who: PersonId, chance: Random) -> None:
    for channel, key in _places(session, who):
        said = NewAct(
            person_id=who, purpose="news", address_key=key, channel=channel, act=chance.choice(SAID),
            way=chance.choice([Way.WEB, Way.CONFIRMATION]), occurred_at=NOW - timedelta(hours=chance.choice(AGO)),
        )  # fmt: skip
        consent.record(session, assembly.sealer, said, at=NOW)


def rested(session: Session, assembly: Assembly, who: PersonId, chance: Random) -> None:
    if people.find_survivor(session, who) is None:
        return
    for channel in (Channel.EMAIL, Channel.POST):
        paces.declare(
            session, assembly.sealer, person_id=who, channel=channel, way=Way.STAFF, at=NOW,
            pause_until_on=chance.choice([None, TODAY + timedelta(days=1)]), rhythm=chance.choice(list(Rhythm)),
        )  # fmt: skip
    written = NOW - timedelta(days=chance.choice([0, 13, 27, 100]))
    session.merge(LastLetterRow(person_id=who, channel=Channel.EMAIL, written_at=written))
    session.flush()


def silenced(session: Session, _assembly: Assembly, who: PersonId, chance: Random) -> None:
    for _, key in _places(session, who):
        does = chance.choice([consent.suppress, consent.lift])
        does(session, address_key=key, cause=SuppressionCause.COMPLAINT, way=Way.STAFF, at=NOW)


def counted_among(session: Session, _assembly: Assembly, who: PersonId, chance: Random) -> None:
    if chance.random() < 0.5:
        policies.put_population(session, who, Population.DONORS, since=NOW)
    else:
        policies.say_age(session, who, is_minor=chance.random() < 0.5, at=NOW)


def came(session: Session, assembly: Assembly, _who: PersonId, chance: Random) -> None:
    new = person(session, assembly, "Neuve")
    moved(session, assembly, new, chance)
    gave(session, assembly, new, chance)


def frozen(session: Session, _assembly: Assembly, who: PersonId, _chance: Random) -> None:
    if restrictions.standing(session, who) is not None:
        restrictions.lift(session, who, told_on=TODAY, why="Corrigé", by=None, at=NOW)
    elif people.find_survivor(session, who) is not None:
        restrictions.restrict(session, who, since_on=TODAY, reason="Conteste", by=None, at=NOW)


ACTS: tuple[Someone, ...] = (
    gave, refunded, moved, lost_mail, died, merged, erased, spoke, rested, silenced, counted_among, came, frozen,
)  # fmt: skip


def _places(session: Session, who: PersonId) -> list[tuple[Channel, str]]:
    found = people.find_person(session, who)
    if found is None or found.merged_into_id is not None:
        return []
    kinds = {"email": Channel.EMAIL, "phone": Channel.PHONE}
    points = [(kinds[point.kind.value], point.address_key) for point in found.contact_points]
    return [*points, *((Channel.POST, one.address_key) for one in contacts.addresses_of(session, [who])[who])]


def _rule(session: Session, population: Population, need: Need, days: int | None) -> None:
    for channel in (Channel.EMAIL, Channel.POST):
        new = NewPolicy(purpose="news", channel=channel, population=population, need=need, longest_days=days,
                        legal_basis=LegalBasis.CONSENT, valid_from_on=TODAY, reason="une règle")  # fmt: skip
        proposed = policies.propose(session, new, by=AccountId(1), at=NOW)
        policies.decide(session, proposed.id, approve=True, by=AccountId(2), at=NOW)


def _make(session: Session) -> None:
    wide.begin(session, QUESTIONS, at=NOW)
    for start in wide.slices(session, QUESTIONS, at=NOW):
        assert wide.write_slice(session, QUESTIONS, start, at=NOW) is not None
    wide.end(session, at=NOW)


def _agree(tree: Tree, question: Question, by_hand: Mapping[int, bool]) -> int:
    """People by people, and figure by figure; how many they are."""
    session = question.session
    included = frozenset(one for one, is_in in by_hand.items() if is_in)
    definition = Definition(tree=tree, included=included, excluded=frozenset(by_hand) - included)
    found = wide.find(question)
    assert found is not None
    live = set(session.scalars(members(definition, question)))
    quick = set(session.scalars(members(definition, replace(question, wide=found))))
    assert not quick & set(found.alone)
    for one in facts_of(question, tree, found.alone) if found.alone else ():
        if belongs(definition, one, today=TODAY, catalogue=QUESTIONS, others=question.others):
            quick.add(one.person_id)
    assert quick == live
    told = effects.breakdown(definition, question)
    assert told.people == len(live)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(effects, "FEW", 1)
        refused = effects.refusals(definition, question)
        patched.setattr(wide, "find", lambda _question: None)
        assert told == effects.breakdown(definition, question)
        patched.setattr(effects, "FEW", 10**9)
        assert refused == effects.refusals(definition, question), "of a few, or of everybody"
    return len(live)


known = st.sampled_from([source for source in QUESTIONS.sources if source.key in {"gift", "address", "reach"}])
trees = st.one_of(
    test_law.trees,
    st.builds(Every, parts=st.lists(test_law.conditions(known) | test_law.trees, min_size=2, max_size=3).map(tuple)),
    st.builds(Some, parts=st.lists(test_law.conditions(known), min_size=2, max_size=3).map(tuple), least=st.just(1)),
    st.builds(Not, part=test_law.conditions(known)),
)


@pytest.fixture
def peopled(assembly: Assembly) -> Iterator[tuple[Session, dict[str, PersonId]]]:
    """A crowd with its rows, in one transaction of which nothing stays."""
    with assembly.database.reading() as session:
        chance = Random(1961)
        everyone = test_law.crowd(session, assembly, Random(20261123))
        sowing.count_donors(session)
        _rule(session, Population.EVERYBODY, Need.CONSENT, 30)
        _rule(session, Population.DONORS, Need.NO_OBJECTION, None)
        for who in list(everyone.values())[:16]:
            rested(session, assembly, who, chance)
            spoke(session, assembly, who, chance)
        _make(session)
        yield session, everyone


def test_at_every_moment_it_says_what_the_rooms_say(
    assembly: Assembly, peopled: tuple[Session, dict[str, PersonId]]
) -> None:
    """After each of some acts of any room, before their rows are written anew and after."""
    session, everyone = peopled
    sizes: set[int] = set()
    other = Definition(
        tree=Condition(source="gift", measure=Measure.COUNT, asks=Span(low=2)),
        included=frozenset({everyone["p1"]}),
        excluded=frozenset({everyone["p2"]}),
    )
    question = Question(session=session, at=NOW, catalogue=QUESTIONS, others={OTHER: other})
    assert session.scalar(select(SegmentStaleRow.id).limit(1)) is None
    assert session.scalar(select(SegmentWideRow.person_id).where(SegmentWideRow.reach > 0).limit(1))
    found = wide.find(question)
    assert found is not None
    assert found.alone, "a yes comes of age today"

    @settings(max_examples=4, database=None)
    @given(
        seed=st.integers(0, 9999),
        several=st.lists(st.sampled_from(ACTS), min_size=4, max_size=4, unique=True),
        asked=st.lists(trees, min_size=6, max_size=6),
    )
    def law(seed: int, several: list[Someone], asked: list[Tree]) -> None:
        chance, left = Random(seed), iter(asked)
        before = session.begin_nested()
        for act in several:
            who = chance.choice(list(everyone.values()))
            act(session, assembly, who, chance)
            sizes.add(_agree(next(left), question, {who: chance.random() < 0.5}))
        while wide.refresh(session, QUESTIONS, at=NOW):
            pass
        for tree in left:
            sizes.add(_agree(tree, question, {}))
        assert wide.write_slice(session, QUESTIONS, 0, at=NOW) == 0, "the rows that followed are right"
        before.rollback()
        session.expire_all()

    law()
    assert len(sizes) > 5


def test_a_run_of_postcodes_holds_nobody_abroad(assembly: Assembly) -> None:
    """54000 lies between 5000 and 5999, sign by sign; it is asked for by itself."""
    with assembly.database.reading() as session:
        homes = {"Namur": ("5000", "BE"), "Mons": ("7000", "BE"), "Nancy": ("54000", "FR")}
        who = {
            name: person(
                session, assembly, name,
                address=PostalAddress(street="Rue Haute", number="1", postcode=code, locality=name, country=country),
            )
            for name, (code, country) in homes.items()
        }  # fmt: skip
        sowing.count_donors(session)
        _make(session)
        question = Question(session=session, at=NOW, catalogue=QUESTIONS)
        quick = replace(question, wide=wide.find(question))
        assert quick.wide is not None
        asked = {
            ("postcode", "5000", "5999"): {"Namur"}, ("postcode", "54000", "54000"): set(),
            ("foreign_postcode", "5000", "5999"): {"Nancy"}, ("foreign_postcode", "54000", "54000"): {"Nancy"},
        }  # fmt: skip
        for (name, low, high), expected in asked.items():
            tree = Condition(source="address", where=(Test(column=name, asks=Span(low=low, high=high)),))
            assert both(session, tree, who) == expected
            found = session.scalars(members(Definition(tree=tree), quick))
            assert set(found) == {who[one] for one in expected}, "by rows"


def test_nothing_is_read_for_a_row_that_is_not_watched(assembly: Assembly, database: Database) -> None:
    with database.reading() as session:
        sowing.count_donors(session)
        give(session, assembly, person(session, assembly, "p"), 5000, TODAY)
        consent.put_purpose(session, Purpose(code="news", names={"fr": "N"}, promises={}, position=1))
        _rule(session, Population.DONORS, Need.CONSENT, 30)
        _make(session)
        question = Question(session=session, at=NOW, catalogue=QUESTIONS)
        read = {
            one.name
            for one in visitors.iterate(wide_store.wanted(question, lambda number: number > 0))
            if isinstance(one, Table)
        }
        assert read - BY_DOORS == {*WATCHED, "suppression"}
        name, kind = ("name", "type") if database.is_sqlite else ("tgname", "tgenabled")
        kept = table("sqlite_master" if database.is_sqlite else "pg_trigger", column(name), column(kind))
        found = select(kept.c[name]).where(kept.c[kind] == ("trigger" if database.is_sqlite else "O"))
        wanted = {f"{one}_notes_{act}" for one in read - BY_DOORS for act in ("insert", "update", "delete")}
        assert wanted <= set(session.scalars(found))


def test_of_another_day_under_other_policies_or_with_too_many_changes_the_rooms_are_asked(
    assembly: Assembly, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.reading() as session:
        question = Question(session=session, at=NOW, catalogue=QUESTIONS)
        assert wide.find(question) is None, "nothing was made yet"
        assert not wide.is_due(session, QUESTIONS, at=NOW), "nor can it be"
        everyone = [person(session, assembly, f"p{n}") for n in range(4)]
        give(session, assembly, everyone[0], 5000, TODAY)
        sowing.count_donors(session)
        assert wide.is_due(session, QUESTIONS, at=NOW)
        _make(session)
        assert wide.find(question) is not None
        assert not wide.is_due(session, QUESTIONS, at=NOW)
        assert wide.find(replace(question, at=NOW + timedelta(days=1))) is None
        monkeypatch.setattr(wide, "MOST_ALONE", 1)
        for who in everyone[:2]:
            give(session, assembly, who, 100, TODAY)
        assert wide.find(question) is None
        assert asking.count(Definition(tree=Condition(source="gift")), question) == 2
        assert wide.refresh(session, QUESTIONS, at=NOW) == 2
        assert wide.find(question) is not None
        consent.put_purpose(session, Purpose(code="news", names={"fr": "N"}, promises={}, position=1))
        assert wide.find(question) is not None, "a new purpose has no bit yet, and is asked about by the rooms"
        _rule(session, Population.EVERYBODY, Need.CONSENT, 30)
        assert wide.find(question) is None
        assert wide.is_due(session, QUESTIONS, at=NOW)


def test_a_change_that_is_not_yet_written_is_not_taken_for_followed(assembly: Assembly, database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("one writes at a time")
    with database.transaction() as session:
        who = person(session, assembly, "p")
        give(session, assembly, who, 5000, TODAY)
        sowing.count_donors(session)
    keep_segments.run(assembly, NOW)
    with database.transaction() as session:
        give(session, assembly, who, 5000, TODAY)
        assert keep_segments.make(assembly, NOW)
    with database.reading() as session:
        question = Question(session=session, at=NOW, catalogue=QUESTIONS)
        found = wide.find(question)
        assert found is not None
        assert found.alone == (who,)
        twice = Condition(source="gift", measure=Measure.COUNT, asks=Span(low=2))
        assert asking.count(Definition(tree=twice), question) == 1


def test_the_clock_follows_and_says_loudly_what_differs(assembly: Assembly, database: Database) -> None:
    with database.transaction() as session:
        who = person(session, assembly, "p")
        give(session, assembly, who, 5000, TODAY)
        sowing.count_donors(session)
    assert keep_segments.run(assembly, NOW) == {"made": True, "refreshed": 0}
    with database.transaction() as session:
        give(session, assembly, who, 5000, TODAY)
    assert compare_segments.run(assembly, NOW) == {"differed": 0}
    with database.transaction() as session:
        give(session, assembly, who, 5000, TODAY)
    assert keep_segments.run(assembly, NOW) == {"made": False, "refreshed": 1}
    tree = Condition(source="gift", measure=Measure.SUM, window=Rolling(length=24), asks=Span(low=15_000, high=15_000))
    with database.transaction() as session:
        question = Question(session=session, at=NOW, catalogue=QUESTIONS)
        assert asking.count(Definition(tree=tree), question) == 1
        session.get_one(SegmentWideRow, who).cents_24m = 1
        session.flush()
        assert asking.count(Definition(tree=tree), question) == 0, "nobody but a fault writes there"
    with pytest.raises(SegmentsDiffered):
        compare_segments.run(assembly, NOW)
    assert compare_segments.run(assembly, NOW) == {"differed": 0}
