"""Figures that are kept save reading the gifts, and say the same as the gifts do."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from random import Random

from crm.assembly import Assembly
from crm.contracts.segment_fields import Measure
from crm.donations import donors
from crm.donations.model import GiftKind
from crm.foundation.database import Database
from crm.rooms import QUESTIONS
from crm.segments.model import Between, Condition, Every, Not, Rolling, Span, Test, Words
from crm.segments.selects import Question
from tests.conftest import NOW
from tests.segments import sowing
from tests.segments.conftest import TODAY, both, give, person

SPANS = (Span(low=1), Span(low=0), Span(high=2), Span(low=2, high=3), Span(low=5000), Span(high=5000))
MONTHS = (None, 12, 24, 36, 60, 18)


def test_what_was_kept_of_gifts_says_what_the_gifts_say(assembly: Assembly, database: Database) -> None:
    chance = Random(1961)
    with database.transaction() as session:
        everyone = {f"p{n}": person(session, assembly, f"p{n}") for n in range(12)}
        for who in list(everyone.values())[2:]:
            for _ in range(chance.randrange(1, 6)):
                ago = chance.choice((0, 1, 200, 364, 365, 366, 700, 730, 731, 1000, 1095, 1096, 1500, 1826, 2500))
                kind = chance.choice((GiftKind.ONE_OFF, GiftKind.INSTALMENT, GiftKind.MEMBERSHIP_FEE, GiftKind.SALE))
                give(session, assembly, who, chance.randrange(100, 9000), TODAY - timedelta(days=ago), kind=kind)
        give(session, assembly, everyone["p0"], 4000, TODAY)
        for start in donors.begin(session, at=NOW):
            donors.count_slice(session, start)
        donors.end(session, at=NOW)
        source = QUESTIONS.source("gift")
        asking = Question(session=session, at=NOW, catalogue=QUESTIONS).asking(frozenset())
        assert source.kept is not None
        kept = source.kept(asking)
        assert kept is not None
        used = set()
        for months, measure in product(MONTHS, (Measure.HAS, Measure.COUNT, Measure.SUM, Measure.LARGEST)):
            window = None if months is None else Rolling(length=months)
            for span in (None,) if measure is Measure.HAS else SPANS:
                holds = both(session, Condition(source="gift", measure=measure, window=window, asks=span), everyone)
                used.add((measure, months, span, frozenset(holds)))
        sowing.household(session, everyone["p0"], everyone["p3"], everyone["p5"])
        sowing.household(session, everyone["p1"], everyone["p2"])
        for months, measure in product(MONTHS, (Measure.COUNT, Measure.SUM, Measure.LARGEST, Measure.AVERAGE)):
            window = None if months is None else Rolling(length=months)
            for span in SPANS:
                both(session, Condition(source="household_gift", measure=measure, window=window, asks=span), everyone)
        together = Condition(source="household_gift", measure=Measure.LAST, asks=Rolling(length=12))
        lately = both(session, together, everyone)
        assert [len({"p1", "p2"} & lately), len({"p0", "p3", "p5"} & lately)] in ([0, 3], [2, 3])
        for days in (Rolling(length=12), Between(first=TODAY - timedelta(days=731), last=TODAY)):
            for measure in (Measure.FIRST, Measure.LAST):
                assert both(session, Condition(source="gift", measure=measure, asks=days), everyone)
        # Ones that no other one gives: the figures tell people apart.
        assert len({people for *_, people in used}) > 15
        # A file of a few is narrowed to them, whatever stands beside it.
        reach = (Test(column="purpose", asks=Words(values=frozenset({"appeals"}))),)
        channel = Test(column="channel", asks=Words(values=frozenset({"post"})))
        some = Condition(source="gift", measure=Measure.SUM, window=Rolling(length=24), asks=Span(low=1))
        far = Not(part=Condition(source="reach", where=(channel, *reach)))
        assert both(session, Every(parts=(some, far)), everyone) == both(session, some, everyone)


def test_figures_of_another_day_are_not_asked(assembly: Assembly, database: Database) -> None:
    with database.transaction() as session:
        give(session, assembly, person(session, assembly, "p"), 5000, TODAY)
        source = QUESTIONS.source("gift")
        assert source.kept is not None
        question = Question(session=session, at=NOW, catalogue=QUESTIONS)
        assert source.kept(question.asking(frozenset())) is None, "nobody says that all are counted"
        donors.end(session, at=NOW)
        assert source.kept(question.asking(frozenset())) is not None
        tomorrow = Question(session=session, at=NOW + timedelta(days=1), catalogue=QUESTIONS)
        assert source.kept(tomorrow.asking(frozenset())) is None
