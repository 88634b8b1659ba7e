"""Every figure against what a hand reckons of twelve donors, and each against the segment that stands behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.collections.model import CollectionState
from crm.donations import donor_selects, donors
from crm.donations.model import GiftKind
from crm.donations.portraits import Trait
from crm.donations.tables import AppealRow, CampaignRow, SourceRow
from crm.figures import behind, rules, service
from crm.figures.model import Part, Sheet
from crm.people import service as people_service
from crm.plans.tables import PlanRow
from crm.rooms import QUESTIONS
from crm.segments import asking
from crm.segments import service as segments
from crm.segments.model import Definition
from crm.values.identifiers import PersonId
from tests.conftest import NOW
from tests.segments import sowing
from tests.segments.conftest import give, person
from tests.segments.test_golden import DONORS, EURO
from tests.segments.test_law import crowd

OF_EACH = 3
"""So many figures of each word are asked again, one by one."""


def reckoned(session: Session) -> dict[Part, Sheet]:
    """Every part, as of the hour of the tests."""
    return {part: service.reckon(session, QUESTIONS, part, at=NOW, stopwatch=lambda: 0.0) for part in Part}


def people(sheet: Sheet, *words: str) -> dict[str, int]:
    """What is counted under those words."""
    return {key: number for key, number in sheet.numbers.people.items() if key.partition(":")[0] in words}


@pytest.fixture
def golden(assembly: Assembly) -> Iterator[tuple[Session, dict[str, PersonId]]]:
    """The twelve, in a transaction of which nothing stays; H gives every month."""
    with assembly.database.reading() as session:
        everyone = {name: person(session, assembly, name) for name in DONORS}
        for name, given in DONORS.items():
            kind = GiftKind.INSTALMENT if name == "H" else GiftKind.ONE_OFF
            for euros, day in given:
                give(session, assembly, everyone[name], euros * EURO, date.fromisoformat(day), kind=kind)
        plan = [("H", "2024-01-01", None, None), ("A", "2025-01-10", "2025-03-05", "Rue"),
                ("B", "2025-11-01", None, "Rue"), ("G", "2026-06-01", "2026-10-15", "Rue")]  # fmt: skip
        for name, since, ended, supplier in plan:
            ended_on = date.fromisoformat(ended) if ended else None
            sowing.promise(
                session, everyone[name], 1000, date.fromisoformat(since), ended_on=ended_on, supplier=supplier
            )
        sowing.count_donors(session)
        yield session, everyone


def test_twelve_donors_make_the_figures_that_a_hand_reckons(golden: tuple[Session, dict[str, PersonId]]) -> None:
    session, _ = golden
    sheets = reckoned(session)

    income = sheets[Part.INCOME]
    months = {f"2026-{n:02d}": 1000 for n in (3, 7, 8, 10, 11)}
    months |= {"2026-01": 3500, "2026-02": 4000, "2026-04": 3500, "2026-05": 91000, "2026-06": 14000, "2026-09": 5000}
    before = {f"2025-{n:02d}": 1000 for n in (1, 2, 4, 7, 8, 9, 10)}
    before |= {"2025-03": 6000, "2025-05": 81000, "2025-06": 14000, "2025-11": 601000, "2025-12": 7000}
    assert income.numbers.amounts == months | before | {"so-far": 709_000}
    assert people(income, "gave")["gave:2025-12"] == 2  # H and I

    flows = sheets[Part.LOYALTY]
    assert {key: flows.people(key) for key in ("gave:2025", "gave:2026", "first:2026", "kept:2026", "back:2026",
                                               "gone:2026")} == {
        "gave:2025": 7, "gave:2026": 7, "first:2026": 2, "kept:2026": 4, "back:2026": 1, "gone:2026": 3,
    }  # fmt: skip
    assert rules.share(flows.people("kept:2026"), flows.people("gave:2025")) == rules.share(4, 7)
    assert (flows.people("kept:2025"), flows.people("gave:2024"), flows.people("gone:2025")) == (4, 4, 0)
    assert (flows.people("kept-new:2026"), flows.people("first:2025")) == (2, 3)  # E and F stayed, K not
    assert (flows.people("kept-repeat:2026"), flows.people("kept-back:2026")) == (2, 0)  # H and J
    assert flows.people("kept-by:2025-11-23") == 3  # I gave again in December only
    early = "2025-01-01..2025-11-23"
    assert (flows.people(f"gave:{early}"), flows.people(f"both-by:{early}+2026-01-01..2026-11-23")) == (6, 4)

    # Of A, B, C, D, G, H, I, J, K, L, who gave before, those who did not in the year before: who came back of them.
    assert {year: (flows.people(f"back:{year}"), flows.people(f"lapsed:{year}")) for year in (2024, 2025, 2026)} == {
        2024: (0, 3), 2025: (0, 3), 2026: (1, 3),
    }  # fmt: skip
    gains = sheets[Part.GAINS]
    assert {key: (gains.people(key), gains.amount(key)) for key in gains.numbers.people if key.endswith(":2025")} == {
        "first:2025": (3, 613_000), "back:2025": (0, 0), "up:2025": (1, 30_000), "down:2025": (0, 0),
        "gone-new:2025": (0, 0), "gone-repeat:2025": (0, 0),
    }  # fmt: skip
    assert (gains.amount("2024"), gains.amount("2025")) == (73_000, 716_000)
    assert gains.amount("2025") - gains.amount("2024") == 613_000 + 30_000
    assert {key for key in gains.numbers.people if key.endswith(":2026")} == set(), "whole years only"
    waits = sheets[Part.DELAYS]
    told = {key.rpartition(":")[0]: number for key, number in waits.numbers.people.items() if number}
    # B and I gave again after a year, J too; D after 57 months, C never; A, E, F, G have not had two years.
    assert told == {"starts": 5, "delay:12:23": 3, "delay:24:": 1, "once": 1}

    cohorts = sheets[Part.COHORTS]
    assert {key: number for key, number in cohorts.numbers.people.items() if ":2024" in key} == {
        "first:2024": 3, "cohort:2024:0": 3, "cohort:2024:1": 3, "cohort:2024:2": 2,
    }  # fmt: skip
    assert [cohorts.amount(f"2024:{later}") for later in range(3)] == [67_000, 97_000, 101_000]

    # G alone came back in time; E and F came back when their twelve months were just over; A has not had the time.
    second = sheets[Part.SECOND]
    assert people(second, "starts", "second-90", "second-12") == {
        "starts:2021": 1, "second-90:2021": 0, "second-12:2021": 0,
        "starts:2022": 1, "second-90:2022": 0, "second-12:2022": 0,
        "starts:2023": 1, "second-90:2023": 0, "second-12:2023": 0,
        "starts:2024": 2, "second-90:2024": 0, "second-12:2024": 0,
        "starts:2025": 3, "second-90:2025": 0,
        "starts:2025-01-01..2025-11-23": 3, "second-12:2025-01-01..2025-11-23": 0,
        "starts:2026-01-01..2026-08-24": 1, "second-90:2026-01-01..2026-08-24": 1,
    }  # fmt: skip

    lifetime = sheets[Part.LIFETIME]
    assert lifetime.people("first:2024") == 3
    assert lifetime.amount("2024:12") == 67_000  # B 50, H 12 times 10, J 500
    assert lifetime.amount("2024:24") == 164_000  # B 100, H 240, J 1 300
    assert {key: lifetime.amount(key) for key in ("year", "donors", "kept", "before")} == {
        "year": 716_000, "donors": 7, "kept": 4, "before": 4,
    }  # fmt: skip
    assert rules.lifetime_cents(716_000, 7, 4, 4) == 1_022_857  # all of them stayed: ten years at most

    plans = sheets[Part.PLANS]
    assert (plans.people("plans:2026-10-01"), plans.people("plans-ended:2026-10")) == (3, 1)
    assert (plans.people("plans:2026-11-01"), plans.people("plans-ended:2026-11")) == (2, 0)
    lasted = sheets[Part.SURVIVAL]
    assert lasted.numbers.names == {"0000": "Rue", "0001": "-"}
    assert [lasted.people(f"{word}:2026-08-23:Rue") for word in ("recruits", "lasted:3")] == [3, 2]
    assert [lasted.people(f"{word}:2025-11-23:Rue") for word in ("recruits", "lasted:12")] == [2, 1]

    scores = sheets[Part.SCORES]
    plain = {key: number for key, number in scores.numbers.people.items() if key.startswith("rfm-") and number}
    assert plain == {"rfm-0-0": 3, "rfm-0-1": 5, "rfm-0-4": 1, "rfm-1-0": 1, "rfm-2-0": 2}
    assert scores.people("asleep:others") == 1  # L
    assert sum(people(scores, "score").values()) == 11

    steps = sheets[Part.PYRAMID]
    bands = {"2500:4999": 2, "5000:11999": 4, "12000:24999": 1, "50000:99999": 1}
    alone = {f"{word}:{band}": number for word in ("band", "home") for band, number in bands.items()}
    assert steps.numbers.people == alone  # each lives alone
    top = sheets[Part.CONCENTRATION]
    assert {key: top.people(key) for key in ("top:1", "top:5", "top:10")} == {"top:1": 0, "top:5": 0, "top:10": 1}
    assert top.amount("cents:10") == 600_000
    spring = sheets[Part.SEASONS]
    assert (spring.amount("first"), spring.amount("last")) == (2021, 2025)
    assert spring.people("season:12:2021:2025") == 3  # C, H and I
    assert spring.amount("2025-12") == 7_000


def test_a_death_changes_nothing_of_the_past(golden: tuple[Session, dict[str, PersonId]], assembly: Assembly) -> None:
    """Of seven donors of 2025 four gave again. Two who did not die, and one of the four: it is still four of seven."""
    session, everyone = golden
    session.add(CampaignRow(id=1, code="NOEL", name="N"))
    session.flush()
    for number, starts_on in enumerate((date(2026, 1, 5), None, None, date(2027, 1, 5)), start=1):
        session.add(AppealRow(id=number, campaign_id=1, code=f"A{number}", name="", starts_on=starts_on, cost_cents=0))
        session.flush()
        session.add(SourceRow(code=f"A{number}-A", appeal_id=number, package="A", cell="1"))
    session.flush()
    for code, name, day in (("A1", "J", "2026-05-01"), ("A1", "E", "2026-06-01"), ("A2", "J", "2026-05-01")):
        give(session, assembly, everyone[name], 1, date.fromisoformat(day), source_code=f"{code}-A")
    sowing.count_donors(session)
    before = reckoned(session)
    told = before[Part.APPEALS]
    # One without a day began with its first gift; one of which nothing came, or that is to come, has not begun.
    assert list(told.numbers.names) == ["00:A2", "01:A1"]
    for name in "BIJ":
        people_service.record_death(session, everyone[name], died_on=None, at=NOW)
    after = reckoned(session)
    lasting = [part for part in Part if part not in service.OF_THE_LIVING]
    assert all(not sheet.numbers.dead for sheet in before.values())
    for part in lasting:
        one, other = before[part].numbers, after[part].numbers
        assert (one.people, one.amounts, one.names) == (other.people, other.amounts, other.names), part
    dead = {part: after[part].dead for part in lasting}
    # Nobody gave for the first time to one of these.
    assert (told.people("recruited:A1"), told.people("recruited:A2")) == (0, 0)
    assert (told.people("appeal:A1"), dead[Part.APPEALS]("appeal:A1"), dead[Part.APPEALS]("appeal:A2")) == (2, 1, 1)
    assert [dead[Part.LOYALTY](f"{word}:2026") for word in ("kept", "gone", "gave")] == [1, 2, 1]
    assert dead[Part.LOYALTY]("gave:2025") == 3
    assert [dead[Part.COHORTS](f"cohort:2024:{later}") for later in range(3)] == [2, 2, 1]  # B and J
    assert (dead[Part.PLANS]("plans:2026-11-01"), dead[Part.PLANS]("plans:2025-02-01")) == (1, 0)  # B
    assert dead[Part.SURVIVAL]("lasted:12:2025-11-23:Rue") == 1
    assert dead[Part.INCOME]("gave:2025-12") == 1  # I
    assert after[Part.PYRAMID].people("band:50000:99999") == 0, "the pyramid is of whoever can be found"


def test_every_origin_of_regular_gifts_is_told_of(assembly: Assembly) -> None:
    suppliers = [f"Rue {number:02d}" for number in range(15)]
    with assembly.database.reading() as session:
        give(session, assembly, person(session, assembly, "p"), 1000, NOW.date())
        for one in suppliers:
            sowing.promise(session, person(session, assembly, one), 1000, date(2025, 1, 1), supplier=one)
        sheet = service.reckon(session, QUESTIONS, Part.SURVIVAL, at=NOW, stopwatch=lambda: 0.0)
        assert [name for _, name in sorted(sheet.numbers.names.items())] == suppliers


def test_instalments_fail_by_month_and_for_a_reason(assembly: Assembly) -> None:
    """Of two whom the bank failed in October, one for two reasons in turn; what is awaited has no fate yet."""
    came, back, given_up = CollectionState.RECEIVED, CollectionState.RETURNED, CollectionState.GIVEN_UP
    with assembly.database.reading() as session:
        one, other = (person(session, assembly, name) for name in ("Ann", "Bo"))
        give(session, assembly, one, 1000, NOW.date())
        sowing.promise(session, one, 1000, date(2025, 1, 1), fates=(
            (date(2025, 9, 5), back, "MS03"), (date(2026, 9, 5), back, "AM04"), (date(2026, 10, 5), given_up, "MD06"),
            (date(2026, 11, 5), came, ""),
        ))  # fmt: skip
        sowing.promise(session, other, 1000, date(2025, 1, 1), fates=(
            (date(2026, 9, 5), came, ""), (date(2026, 10, 5), back, "AM04"),
            (date(2026, 11, 5), CollectionState.ASKED, ""),
        ))  # fmt: skip
        numbers = service.reckon(session, QUESTIONS, Part.FAILURES, at=NOW, stopwatch=lambda: 0.0).numbers
        assert numbers.amounts == {
            "known:2026-09": 2, "failed:2026-09": 1, "known:2026-10": 2, "failed:2026-10": 2, "known:2026-11": 1,
            "failed:2026-11": 0, "reason:AM04": 2, "reason:MD06": 1,
        }  # fmt: skip
        whole = "2025-11-01..2026-10-31"
        assert numbers.people == {
            "failed:2026-09": 1, "failed:2026-10": 2, "failed:2026-11": 0, f"failed-for:{whole}:AM04": 2,
            f"failed-for:{whole}:MD06": 1,
        }  # fmt: skip


def test_who_gives_once_a_year_is_as_regular_for_every_figure(assembly: Assembly) -> None:
    """Nine months after the instalment of a year: two periods and a month of grace are not over; of a quarter they are.

    Nor does a plan that pauses or has ended keep anybody regular.
    """
    with assembly.database.reading() as session:
        rhythms = {"yearly": 12, "half": 6, "quarterly": 3, "paused": 12, "ended": 12, "none": 0}
        everyone = {name: person(session, assembly, name) for name in rhythms}
        for name, months in rhythms.items():
            give(session, assembly, everyone[name], 5000, date(2026, 2, 20), kind=GiftKind.INSTALMENT)
            ended = date(2026, 6, 1) if name == "ended" else None
            if months:
                sowing.promise(session, everyone[name], 5000, date(2020, 1, 1), every_months=months, ended_on=ended)
        pauses = update(PlanRow).where(PlanRow.person_id == everyone["paused"]).values(paused_from_on=date(2026, 6, 1))
        session.execute(pauses.execution_options(synchronize_session=False))
        sowing.count_donors(session)
        seen = {name: donors.portrait(session, who, NOW.date()) for name, who in everyone.items()}
        assert {name for name, one in seen.items() if one and Trait.REGULAR in one.traits} == {"yearly", "half"}
        row = donor_selects.donors()
        told = select(row.person_id).where(donor_selects.is_regular(row, NOW.date()))
        assert set(session.scalars(told)) == {everyone["yearly"], everyone["half"]}
        sheet = service.reckon(session, QUESTIONS, Part.SCORES, at=NOW, stopwatch=lambda: 0.0)
        kept = {key: number for key, number in sheet.numbers.people.items() if number}
        assert kept == {"rfm-0-0": 4, "rfm-0-4": 2, "best:others": 4, "score:others:5:5": 4, "best:regular": 2,
                        "score:regular:5:5": 2}  # fmt: skip
        assert {donors.scores(session, one) for one in seen.values() if one} == {(5, 5, 5)}


def test_a_figure_is_as_many_people_as_its_segment(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        crowd(session, assembly, Random(20261123))
        sheets = reckoned(session)
        chance, wrong = Random(6), {}
        by_word: dict[str, dict[str, int]] = {}
        dead = {key: number for sheet in sheets.values() for key, number in sheet.numbers.dead.items()}
        assert dead, "one of them gave, and has died"
        for sheet in sheets.values():
            for key, number in sheet.numbers.people.items():
                by_word.setdefault(key.partition(":")[0], {})[key] = number
        for of_word in by_word.values():
            for key in chance.sample(sorted(of_word), min(OF_EACH, len(of_word))):
                tree = behind.tree(key)
                question = segments.question(session, QUESTIONS, [tree], at=NOW)
                found = asking.count(Definition(tree=tree), question)
                if found != of_word[key] - dead.get(key, 0):
                    wrong[key] = (of_word[key], dead.get(key, 0), found)
        assert wrong == {}
        assert {part for part, sheet in sheets.items() if not sheet.numbers.people} == set()
        assert set(behind.WORDS) - {"best", "asleep"} <= set(by_word)


def test_a_key_that_says_nothing_is_nobody() -> None:
    said = "first first: first:24 first:2024:1 gave:2024-13 season:13:2021:2025 cohort:2024:x season:12:1900:2100"
    for key in ("", *said.split(), "lasted:x:2024-01-01:Rue", "gave:2024-01-01..", "nobody:1", "flow-gone"):
        assert behind.find(key) is None
