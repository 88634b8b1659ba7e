"""One meaning, told twice: what the rules say of each, and what one SELECT says of all, over one crowd."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.actions import service as actions
from crm.actions.model import CallKind, Deed, DeedKind, NewCall, NewRegistration, NewSignature
from crm.assembly import Assembly
from crm.collections.model import CollectionState
from crm.consent import service as consent
from crm.consent.model import Act, NewAct, Purpose, Way
from crm.contracts.segment_fields import Column, Kind, Measure, Source
from crm.donations import donors
from crm.donations.model import GiftKind, Method
from crm.donations.tables import AppealRow, CampaignRow, FundRow, GiftRow, SourceRow, ThanksRow
from crm.donations.thanking import ThankWay
from crm.magazine import freezing, printing, returning
from crm.magazine import service as magazine
from crm.magazine.model import SAID, Format, ReturnReason, Subscription
from crm.members import assemblies
from crm.people import links
from crm.people import service as people
from crm.people.model import NewPerson, Sensitivity
from crm.people.tables import PersonRow
from crm.rooms import QUESTIONS
from crm.segments.catalogue import COMPARED, OF_AMOUNTS, checked
from crm.segments.json_form import from_json, to_json
from crm.segments.model import (
    Ahead,
    Between,
    Comparison,
    Condition,
    Definition,
    Every,
    InSegment,
    Month,
    Near,
    Not,
    Relation,
    Rolling,
    Sample,
    Side,
    Some,
    Span,
    Test,
    Tree,
    Unit,
    Window,
    Words,
    Year,
)
from crm.segments.rules import drawn
from crm.values.email_address import EmailAddress
from crm.values.identifiers import CallId, PersonId, SegmentId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW
from tests.magazine.conftest import HOME, furnish
from tests.members.conftest import pay_fee
from tests.segments import sowing
from tests.segments.conftest import TODAY, both, give, person

CROWD = 40
OTHER = SegmentId(7)
TREES = 12
"""So many trees in each example: the crowd is dear to make, a question is not."""
PLACES = [
    ("1000", "Bruxelles", "BE"), ("7000", "Mons", "BE"), ("4000", "Liège", "BE"), ("6700", "Arlon", "BE"),
    ("2000", "Antwerpen", "BE"), ("54000", "Nancy", "FR"),
]  # fmt: skip


def crowd(session: Session, assembly: Assembly, chance: Random) -> dict[str, PersonId]:
    """People of all sorts, with all that rooms know of them."""
    session.add_all([FundRow(code="urgences", name="Urgences", is_open=True), CampaignRow(id=1, code="NOEL", name="N")])
    session.flush()
    session.add(AppealRow(id=1, campaign_id=1, code="NOEL-1", name="Noël", starts_on=date(2026, 1, 5), cost_cents=0))
    session.flush()
    session.add(SourceRow(code="NOEL-1-A", appeal_id=1, package="A", cell="1"))
    consent.put_purpose(session, Purpose(code="news", names={"fr": "Nouvelles"}, promises={"fr": "…"}, position=1))
    tags = [links.put_tag(session, name, sensitivity=Sensitivity.ORDINARY, at=NOW) for name in ("Bénévole", "École")]
    calls = [
        actions.put_call(
            session, NewCall(kind=kind, code=f"un-{kind.value}", title="Un appel", language=Language.FR,
                             starts_on=date(2026, 11, 30)), at=NOW
        ).id
        for kind in CallKind
    ]  # fmt: skip
    everyone = {}
    for n in range(CROWD):
        postcode, locality, country = chance.choice(PLACES)
        home = PostalAddress(
            street="Rue Haute", number=str(n + 1), postcode=postcode, locality=locality, country=country
        )
        facts = {
            "language": chance.choice(list(Language)),
            "birth_on": chance.choice([None, date(1940 + n, 2, 28) + timedelta(days=chance.randrange(300))]),
            "address": chance.choice([None, home]),
            "email": EmailAddress.parse(f"personne{n}@exemple.be") if n % 3 else None,
            "phone": PhoneNumber.parse("0470 12 34 56") if n % 4 == 0 else None,
        }
        name = f"p{n}"
        who = everyone[name] = person(session, assembly, name, **facts)
        for _ in range(chance.choice([0, 1, 2, 5])):
            day = TODAY - timedelta(days=chance.choice([0, 30, 200, 365, 366, 800, 1500]))
            code = chance.choice(["", "NOEL-1-A"])
            give(
                session, assembly, who, chance.choice([500, 1000, 1001, 25000]), day, source_code=code,
                kind=chance.choice([GiftKind.ONE_OFF, GiftKind.INSTALMENT, GiftKind.SALE]),
                fund=chance.choice(["general", "urgences"]), method=chance.choice(list(Method)[:3]),
            )  # fmt: skip
        _act(session, assembly, who, n, chance, calls)
        if n % 5 == 0:
            links.tag(session, who, tags[n % 2].id, source="staff", at=NOW - timedelta(days=n))
    _send(session, assembly, everyone, chance)
    _promise(session, assembly, everyone, chance)
    people.record_death(session, everyone["p3"], died_on=None, at=NOW)
    gone = update(PersonRow).where(PersonRow.id == everyone["p4"]).values(merged_into_id=everyone["p5"])
    session.execute(gone.execution_options(synchronize_session=False))
    return everyone


def _act(session: Session, assembly: Assembly, who: PersonId, n: int, chance: Random, calls: list[CallId]) -> None:
    at = NOW - timedelta(days=chance.randrange(700))
    if n % 2:
        actions.sign(session, NewSignature(petition_id=calls[0], person_id=who, signed_at=at), at=NOW)
    if n % 7 == 0:
        actions.register(session, NewRegistration(event_id=calls[1], person_id=who, at=at))
    if n % 6 == 0:
        actions.act(session, Deed(action_id=calls[2], person_id=who, kind=DeedKind.LETTER, done_at=at), at=NOW)
    found = people.find_person(session, who)
    assert found is not None
    for point in found.contact_points:
        act = chance.choice([Act.GIVEN, Act.REFUSED, Act.REQUESTED])
        new = NewAct(person_id=who, purpose="news", address_key=point.address_key, act=act, way=Way.CONFIRMATION,
                     occurred_at=NOW)  # fmt: skip
        consent.record(session, assembly.sealer, new, at=NOW)


def _send(session: Session, assembly: Assembly, everyone: dict[str, PersonId], chance: Random) -> None:
    """An issue of the magazine, of which some copies come back."""
    issue = furnish(session)
    for who in list(everyone.values())[::3]:
        said = Subscription(
            person_id=who,
            basis=chance.choice([None, *SAID]),
            format=chance.choice(list(Format)),
            copies=chance.choice([1, 2]),
            paused_from_on=chance.choice([None, TODAY]),
        )
        magazine.subscribe(session, said, by=None, at=NOW)
    wanted = NewPerson(language=Language.FR, last_name="Reader", address=HOME)
    reader = everyone["reader"] = people.add(session, assembly.addresses, wanted, at=NOW).id
    magazine.subscribe(session, Subscription(person_id=reader, basis=SAID[0]), by=None, at=NOW)
    run = freezing.freeze(session, issue.id, by=None, at=NOW)
    for copy in list(printing.copies(session, run.id))[::2]:
        reason = chance.choice(list(ReturnReason))
        returning.record(session, assembly.sealer, copy.person_id, issue.id, reason, by=None, at=NOW)


def _promise(session: Session, assembly: Assembly, everyone: dict[str, PersonId], chance: Random) -> None:
    """Plans and how their instalments went, memberships and an assembly, what the team did, mails, scores."""
    several = list(everyone.values())
    calls = sowing.petitions(session, ("t1",), ("t1", "t2"))
    states = list(CollectionState)
    secret, ordinary = Sensitivity.SENSITIVE, Sensitivity.ORDINARY
    events = [
        sowing.event(session, TODAY - timedelta(days=back), sensitivity=which)
        for back, which in ((400, ordinary), (250, ordinary), (40, secret))
    ]
    for n, who in enumerate(several):
        if n % 3 == 0:
            fates = tuple(
                (TODAY - timedelta(days=31 * back), chance.choice(states), chance.choice(["", "AM04"]))
                for back in (4, 3, 2)
            )
            begun = TODAY - timedelta(days=chance.choice([20, 400, 800]))
            sowing.promise(
                session, who, chance.choice([500, 1000]), begun, fates=fates, supplier=chance.choice([None, "Rue"]),
                ended_on=chance.choice([None, TODAY - timedelta(days=5)]), every_months=chance.choice([1, 3]),
                raised_on=chance.choice([None, TODAY - timedelta(days=100)]),
            )  # fmt: skip
        if n % 5 == 1:
            sowing.number(session, who)
        for which in events:
            if chance.random() < 0.5:
                sowing.came(session, who, which)
        if n % 6 == 2:
            sowing.talked(session, who, TODAY - timedelta(days=n), is_complaint=n % 4 == 0)
        for call in calls:
            if chance.random() < 0.4:
                sowing.sign(session, who, call, TODAY - timedelta(days=chance.choice([1, 200, 500])))
        if n % 7 == 3:
            pay_fee(session, assembly, who, on=TODAY - timedelta(days=chance.choice([10, 400, 450])))
    sowing.household(session, *several[6:9])
    sowing.household(session, *several[12:14])
    sowing.sent(session, *several[:12])
    arms = {who: chance.choice(["mailed", "mailed", "control"]) for who in several[::2]}
    sowing.asked(session, 1, TODAY - timedelta(days=205), arms)
    assemblies.plan(
        session, title="AG", held_on=date(2026, 12, 5), place="Bruxelles", agenda="…", voters_on=date(2026, 11, 1)
    )
    gift_ids = list(session.scalars(select(GiftRow.id).order_by(GiftRow.id)))
    session.add_all(
        ThanksRow(gift_id=gift, way=chance.choice(list(ThankWay)), thanked_at=NOW, thanked_by=None)
        for gift in gift_ids[::2]
    )
    sowing.count_donors(session)


days = st.sampled_from([TODAY - timedelta(days=n) for n in (0, 1, 30, 200, 365, 366, 800)])
windows = st.one_of(
    st.builds(lambda a, b: Between(first=min(a, b), last=max(a, b)), days, days),
    st.builds(Year, shift=st.integers(-4, 0), to_date=st.booleans()),
    st.builds(Year, shift=st.integers(-4, 0), from_day=st.just("02-29"), to_day=st.sampled_from(["", "11-30"])),
    st.builds(Month, shift=st.integers(-14, 14)),
    st.builds(Rolling, unit=st.sampled_from(Unit), length=st.integers(1, 40), ending=st.integers(0, 25)),
    st.builds(Rolling, length=st.none(), ending=st.integers(1, 25)),
    st.builds(Ahead, unit=st.sampled_from(Unit), length=st.integers(1, 13), starting=st.integers(0, 40)),
    st.builds(Ahead, unit=st.sampled_from(Unit), length=st.none(), starting=st.integers(1, 25)),
)
numbers = st.sampled_from([0, 1, 2, 3, 12, 500, 1000, 1001, 2000, 25000])
spans = st.one_of(
    st.builds(Span, low=numbers),
    st.builds(Span, high=numbers),
    st.builds(lambda a, b: Span(low=min(a, b), high=max(a, b)), numbers, numbers),
)
WORDS: dict[str, list[str]] = {
    "kind": ["individual", "organisation", "one-off", "instalment", "email", "phone", "call"],
    "language": ["fr", "nl", "de"],
    "province": ["50000", "04000", "60000"],
    "country": ["BE", "FR"],
    "tag": ["1", "2"],
    "method": ["transfer", "direct-debit"],
    "fund": ["general", "urgences"],
    "channel": ["email", "phone", "post"],
    "purpose": ["news"],
    "act": ["given", "refused"],
    "state": ["registered", "active", "ended", "good"],
    "campaign": ["NOEL"],
    "appeal": ["NOEL-1"],
    "source_code": ["NOEL-1-A"],
    "thanked": ["phone", "letter"],
    "fate": ["came", "failed", "awaited"],
    "way": ["direct-debit", "post"],
    "status": ["valid"],
    "rhythm": ["monthly"],
    "outcome": ["pledged"],
    "supplier": ["Rue"],
    "origin": ["Rue", "-"],
    "peers": ["regular", "others"],
    "end_reason": ["money"],
    "reason": ["AM04"],
    "complaint": ["open"],
    "direction": ["out"],
    "assembly": ["1"],
    "edition": ["1"],
    "after": ["left", "stayed"],
    "plan_state": ["active", "ended"],
    "arm": ["mailed", "control"],
    "reply": ["gave", "silent"],
}


def asked_of(column: Column) -> st.SearchStrategy[Test]:
    """Anything one may ask of a column."""
    if column.kind is Kind.WORD:
        values = st.frozensets(st.sampled_from([*WORDS.get(column.key, ["1", "2", "3"]), "?"]), min_size=1, max_size=3)
        if column.is_required:
            values = st.frozensets(st.sampled_from(WORDS[column.key]), min_size=1, max_size=2)
        other = st.just(False) if column.is_required else st.booleans()
        return st.builds(Test, column=st.just(column.key), asks=st.builds(Words, values=values, other=other))
    if column.kind is Kind.TEXT:
        texts = st.builds(Span, low=st.sampled_from(["1000", "4000"]), high=st.sampled_from(["6999", "7000"]))
        return st.builds(Test, column=st.just(column.key), asks=texts)
    if column.kind is Kind.PLACE:
        near = st.builds(
            Near, postcode=st.sampled_from(["1050", "4800", "7022"]), kilometres=st.sampled_from([9, 60, 150])
        )
        return st.builds(Test, column=st.just(column.key), asks=near)
    if column.kind in {Kind.DAY, Kind.INSTANT, Kind.ANNIVERSARY}:
        return st.builds(Test, column=st.just(column.key), asks=windows)
    ages = st.builds(lambda a, b: Span(low=min(a, b), high=max(a, b)), st.integers(0, 90), st.integers(0, 90))
    return st.builds(Test, column=st.just(column.key), asks=ages if column.kind is Kind.BIRTH else spans)


@st.composite
def rows(draw: st.DrawFn, source: Source) -> tuple[Test, ...]:
    """Tests on the rows of a source; those required always."""
    least = 1 if source.is_person else 0
    free = [column for column in source.columns if not column.is_required]
    chosen = draw(st.lists(st.sampled_from(free), min_size=least, max_size=2)) if free else []
    required = [column for column in source.columns if column.is_required]
    return tuple(draw(asked_of(column)) for column in (*required, *chosen))


every_source = st.sampled_from(QUESTIONS.sources)


@st.composite
def conditions(draw: st.DrawFn, sources: st.SearchStrategy[Source] = every_source) -> Condition | Comparison:
    """Anything one may ask of a source."""
    source = draw(sources)
    measures = QUESTIONS.measures(source)
    window = draw(st.none() | windows) if source.day else None
    compared = [one for one in measures if one in COMPARED]
    if len(compared) > 1 and source.amount and draw(st.integers(0, 4)) == 0:

        def side() -> Side:
            return Side(
                measure=draw(st.sampled_from(compared)), where=draw(rows(source)), window=draw(st.none() | windows)
            )

        relation, percent = draw(st.sampled_from(Relation)), draw(st.sampled_from([50, 90, 100, 110]))
        return Comparison(source=source.key, left=side(), relation=relation, percent=percent, right=side())
    measure = draw(st.sampled_from(measures))
    asks: Span | Window | None = None
    if measure in {Measure.FIRST, Measure.LAST}:
        asks = draw(windows)
    elif measure in OF_AMOUNTS | {Measure.COUNT}:
        asks = draw(spans)
    return Condition(source=source.key, measure=measure, where=draw(rows(source)), window=window, asks=asks)


leaves: st.SearchStrategy[Tree] = conditions() | st.builds(
    Sample, per_thousand=st.integers(1, 999), seed=st.text(max_size=5)
)
leaves |= st.just(InSegment(segment_id=OTHER))
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Every, parts=st.lists(inner, max_size=3).map(tuple)),
        st.lists(inner, min_size=1, max_size=3).flatmap(
            lambda parts: st.builds(Some, parts=st.just(tuple(parts)), least=st.integers(1, len(parts)))
        ),
        st.builds(Not, part=inner),
    ),
    max_leaves=5,
)


@pytest.fixture
def peopled(assembly: Assembly) -> Iterator[tuple[Session, dict[str, PersonId]]]:
    """A crowd in one transaction, of which nothing stays."""
    with assembly.database.reading() as session:
        everyone = crowd(session, assembly, Random(20261123))
        for start in donors.begin(session, at=NOW):
            donors.count_slice(session, start)
        donors.end(session, at=NOW)
        yield session, everyone


def test_the_rules_about_one_and_the_select_about_all_agree(
    peopled: tuple[Session, dict[str, PersonId]],
) -> None:
    session, everyone = peopled
    sizes = []
    other = Definition(
        tree=Condition(source="gift", measure=Measure.COUNT, asks=Span(low=2)),
        included=frozenset({everyone["p1"]}),
        excluded=frozenset({everyone["p2"]}),
    )

    by_hand = st.dictionaries(st.sampled_from(["p3", "p4", "p5", "p6", "p7"]), st.booleans(), max_size=3)
    asked = st.tuples(trees, st.just({}) | by_hand)

    @settings(max_examples=5, database=None)
    @given(several=st.lists(asked, min_size=TREES, max_size=TREES))
    def law(several: list[tuple[Tree, dict[str, bool]]]) -> None:
        for tree, picks in several:
            assert from_json(to_json(checked(tree, QUESTIONS))) == tree
            found = both(session, tree, everyone, {OTHER: other}, picks)
            sizes.append(len(found))
            alive = {name: is_in for name, is_in in picks.items() if name not in {"p3", "p4"}}
            assert {name: name in found for name in alive} == alive

    law()
    assert {0, CROWD - 1} < set(sizes)  # the dead and the merged are nobody's, the reader of the magazine is one more
    assert not {"p3", "p4"} & both(session, Every(), everyone)


def test_a_lot_is_drawn_the_same_each_time_and_evenly() -> None:
    lots = [drawn(n, "noël") for n in range(20_000)]
    assert lots == [drawn(n, "noël") for n in range(20_000)]
    tenths = [sum(low <= one < low + 100 for one in lots) for low in range(0, 1000, 100)]
    assert all(1800 < tenth < 2200 for tenth in tenths)
    assert lots != [drawn(n, "pâques") for n in range(20_000)]
