"""The waterfall, told twice: one SELECT for all, and each door asked about each person; and what a freeze keeps."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.care import service as care
from crm.care.model import Complaint
from crm.consent import gate, paces
from crm.consent.model import Channel, Refusal, Way
from crm.consent.pace import Rhythm
from crm.donations import appeals, thank_selects
from crm.donations import service as donations
from crm.donations.model import Wanted
from crm.donations.portraits import months_before
from crm.donations.tables import GiftRow
from crm.fundraising import exporting, freezing, late, selects, service, store, terms
from crm.fundraising.errors import AppealForgotten
from crm.fundraising.model import Arm, FileForm, NewCell, Reason, Waterfall, WholeAppeal
from crm.fundraising.tables import LeftOutRow, RecipientRow
from crm.people import households, links
from crm.people import service as people
from crm.plans.model import PlanState
from crm.plans.selects import plans_on
from crm.privacy import terms as keeping
from crm.rooms import QUESTIONS
from crm.segments.model import Definition, InSegment, Sample
from crm.segments.selects import members
from crm.segments.service import question
from crm.values.calendar import instant_of
from crm.values.identifiers import PersonId, TagId
from crm.values.structured_communication import fits
from tests.conftest import NOW
from tests.fundraising.conftest import ASKING, BY, PLAN, TODAY, appeal, crowd, furnish, half, person, segment
from tests.segments import sowing
from tests.segments.conftest import give

SEGMENTS = ("", "a", "b", "c")
"""Everybody, and three halves drawn by lot."""
shares = st.sampled_from([0, 0, 200, 500, 999])
plans = st.fixed_dictionaries(
    {
        "channel": st.sampled_from([Channel.POST, Channel.PHONE]),
        "gift_months": st.sampled_from([0, 3]),
        "spares_regular": st.booleans(),
        "one_a_household": st.booleans(),
        "spares_open": st.booleans(),
        "yearly_most": st.sampled_from([0, 1, 2]),
        "tended_tag": st.sampled_from([None, "tended"]),
        "our_tag": st.sampled_from([None, "ours"]),
        "planned_on": st.sampled_from([TODAY, TODAY + timedelta(days=7)]),
    }
)
cells = st.lists(
    st.fixed_dictionaries(
        {
            "segment_id": st.integers(0, len(SEGMENTS) - 1),
            "cap": st.sampled_from([None, None, 2, 9]),
            "control_share": shares,
            "rival_share": shares,
        }
    ),
    min_size=1,
    max_size=4,
)


def _own_reason(session: Session, who: PersonId, made: WholeAppeal) -> Reason | None:
    """The first reason that is somebody's own, by the doors that know one person."""
    plan, on = made.plan, max(TODAY, made.plan.planned_on)
    at = NOW if on == TODAY else instant_of(on, freezing.NOON)
    person = people.find_person(session, who)
    assert person is not None
    verdict = gate.verdict_of(session, who, ASKING, plan.channel, at)
    if person.is_deceased:
        return Reason.DECEASED
    if person.birth_on is not None and person.birth_on > on.replace(year=on.year - 18):
        return Reason.MINOR
    if not verdict.allowed:
        return Reason.NO_ADDRESS if verdict.refusal is Refusal.NO_ADDRESS else Reason.GATE
    home = _home(session, who, made)
    gave = [gift.given_on for one in home for gift in donations.page(session, Wanted(person_id=one), size=9)]
    if plan.gift_months and gave and max(gave) > months_before(on, plan.gift_months):
        return Reason.GAVE_RECENTLY
    if home & set(session.scalars(select(thank_selects.awaiting().subquery().c.person_id))):
        return Reason.NOT_THANKED
    if plan.spares_regular and any(_runs(session, one, on) for one in home):
        return Reason.REGULAR
    if plan.yearly_most and _asked_within_a_year(session, home, made) >= plan.yearly_most:
        return Reason.ENOUGH
    if plan.spares_open and any(_waits(session, one) for one in home):
        return Reason.OPEN_CARE
    worn = {tag.id for tag in links.tags_of(session, [who]).get(who, ())}
    return Reason.TENDED if plan.tended_tag in worn else Reason.OURS if plan.our_tag in worn else None


def _waits(session: Session, who: PersonId) -> bool:
    complains = any(one.complaint is Complaint.OPEN for one in care.interactions_of(session, who))
    return complains or bool(care.open_tasks_of(session, who))


def _home(session: Session, who: PersonId, made: WholeAppeal) -> set[PersonId]:
    """Somebody, and whoever lives with them where each home gets one letter."""
    shared = households.of(session, who)[:1] if made.plan.one_a_household else ()
    return {who} | {member.person_id for one in shared for member in one.members}


def _runs(session: Session, who: PersonId, on: date) -> bool:
    several = plans_on(on).subquery()
    mine = select(several.c.id).where(several.c.person_id == who, several.c.state == PlanState.ACTIVE.value)
    return session.scalar(mine) is not None


def _asked_within_a_year(session: Session, home: set[PersonId], made: WholeAppeal) -> int:
    """By how many appeals they or somebody of their home were asked."""
    asked = set()
    for one in service.planned(session):
        is_within = months_before(made.plan.planned_on, 12) < one.plan.planned_on <= made.plan.planned_on
        rows = [store.recipient(session, one.id, each) for each in home]
        if one.id != made.id and is_within and any(row is not None and row.arm is Arm.MAILED for row in rows):
            asked.add(one.id)
    return len(asked)


def spare(session: Session, several: list[PersonId]) -> dict[str, TagId]:
    """Some wait for the team, some wear a tag, some were asked by one or two appeals within a year."""
    tags = {name: links.put_tag(session, name, at=NOW).id for name in ("tended", "ours")}
    for who in several[::5]:
        sowing.talked(session, who, TODAY, is_complaint=True)
    care.add_task(session, title="Rappeler", person_id=several[3], due_on=None, assignee=None, by=BY, at=NOW)
    for place, tag in enumerate(tags.values()):
        for who in several[place::6]:
            links.tag(session, who, tag, at=NOW)
    for code, back, share in (("A", 100, 600), ("B", 300, 500), ("C", 400, 1000)):
        tree = Sample(per_thousand=share, seed=code)
        before = NewCell(name=code, segment_id=segment(session, code, tree))
        day = TODAY - timedelta(days=back)
        made = appeal(session, before, code=code, planned_on=day, yearly_most=0, spares_open=False)
        freezing.freeze(session, QUESTIONS, made.id, by=None, at=NOW - timedelta(days=back))
    return tags


def _check(session: Session, made: WholeAppeal, found: Waterfall) -> None:
    several = service.cells(session, made.id)
    trees = [InSegment(segment_id=cell.plan.segment_id) for cell in several]
    asked = question(session, QUESTIONS, trees, at=NOW)
    inside = [set(session.scalars(members(Definition(tree=tree), asked))) for tree in trees]
    frozen = {r.person_id: r for r in session.scalars(select(RecipientRow).where(RecipientRow.appeal_id == made.id))}
    out = {r.person_id: r for r in session.scalars(select(LeftOutRow).where(LeftOutRow.appeal_id == made.id))}
    place = {int(cell.id): number for number, cell in enumerate(several)}
    assert not set(frozen) & set(out)
    assert set(frozen) | set(out) == set().union(*inside)
    assert found.people == len(frozen) + len(out) == sum(found.excluded.values()) + found.control + found.mailed
    homes: Counter[int] = Counter()
    for who in sorted(set(frozen) | set(out)):
        first = next(number for number, some in enumerate(inside) if who in some)
        row = frozen.get(who) or out[who]
        assert place[row.cell_id] == first
        own = _own_reason(session, PersonId(who), made)
        reason = out[who].reason if who in out else None
        assert reason is own or (own is None and reason in (Reason.HOUSEHOLD, Reason.CAP))
        if reason in (None, Reason.CAP):
            homes.update(home.id for home in households.of(session, PersonId(who)))
    if made.plan.one_a_household:
        assert set(homes.values()) <= {1}
    for cell, one in zip(several, found.cells, strict=True):
        assert one.people == len(inside[place[cell.id]])
        assert one.people == one.higher + sum(one.excluded.values()) + one.selected
        arms = Counter(r.arm for r in frozen.values() if r.cell_id == cell.id)
        assert (one.mailed_total, one.control) == (arms[Arm.MAILED], arms[Arm.CONTROL])
        assert cell.plan.cap is None or one.selected <= cell.plan.cap
    mailed = [r for r in frozen.values() if r.arm is Arm.MAILED]
    assert sorted(r.seq for r in mailed) == list(range(1, len(mailed) + 1))
    assert all(fits(r.digits) for r in mailed)
    said = appeals.printed(session, {r.digits for r in mailed})
    assert {digits: (one.person_id, one.source_code) for digits, one in said.items()} == {
        r.digits: (r.person_id, r.source_code) for r in mailed
    }
    assert len(said) == len(mailed)
    assert {r.digits for r in frozen.values() if r.arm is Arm.CONTROL} <= {""}


def test_each_person_is_in_one_cell_or_left_out_for_one_reason(assembly: Assembly) -> None:
    with assembly.database.rehearsing() as session:
        furnish(session)
        several = crowd(session, assembly, Random(11), size=22)
        spared = spare(session, several)
        kept = [segment(session, f"S{name}", *([half(name)] if name else [])) for name in SEGMENTS]

        @settings(max_examples=5, database=None)
        @given(plan=plans, several=cells)
        def law(plan: dict[str, Any], several: list[dict[str, Any]]) -> None:
            undone = session.begin_nested()
            made = appeal(session, **plan | {name: spared.get(plan[name]) for name in ("tended_tag", "our_tag")})
            for number, one in enumerate(several):
                rival = "B" if one["rival_share"] else ""
                new = NewCell(name=f"C{number}", rival=rival, **one | {"segment_id": kept[one["segment_id"]]})
                service.add_cell(session, made.id, new, by=BY)
            before = freezing.preview(session, QUESTIONS, made.id, at=NOW)
            if before.mailed:
                found = freezing.freeze(session, QUESTIONS, made.id, by=None, at=NOW)
                assert found == before == service.waterfall(session, made.id)
                _check(session, made, found)
            undone.rollback()
            session.expire_all()

        law()


def test_the_same_people_are_frozen_the_same_way_twice(assembly: Assembly) -> None:
    """Lots are drawn by number and seed alone: a freeze that is done again after it was lost gives the same letters."""
    letters = []
    with assembly.database.rehearsing() as session:
        furnish(session)
        crowd(session, assembly, Random(4), size=26)
        new = NewCell(name="Tous", segment_id=segment(session, "Tous"), cap=4, control_share=300, rival="B",
                      rival_share=500)  # fmt: skip
        made = appeal(session, new)
        for _ in range(2):
            undone = session.begin_nested()
            freezing.freeze(session, QUESTIONS, made.id, by=None, at=NOW)
            rows = session.scalars(select(RecipientRow).order_by(RecipientRow.person_id))
            letters.append([[getattr(row, name) for name in (*store.PRINTED, "arm")] for row in rows])
            undone.rollback()
            session.expire_all()
    assert letters[0] == letters[1]
    assert len(letters[0]) == 4


def test_who_is_asked_by_one_appeal_rests_from_the_next(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        furnish(session)
        crowd(session, assembly, Random(4))
        everybody = NewCell(name="Tous", segment_id=segment(session, "Tous"))
        first = appeal(session, everybody)
        found = freezing.freeze(session, QUESTIONS, first.id, by=None, at=NOW)
        asked = found.mailed + found.excluded[Reason.HOUSEHOLD]
        near = appeal(session, everybody, code="P2", planned_on=PLAN.planned_on + timedelta(days=59))
        far = appeal(session, everybody, code="P3", planned_on=PLAN.planned_on + timedelta(days=60))
        assert freezing.preview(session, QUESTIONS, near.id, at=NOW).excluded[Reason.ASKED_RECENTLY] == asked
        assert Reason.ASKED_RECENTLY not in freezing.preview(session, QUESTIONS, far.id, at=NOW).excluded


def test_a_letter_counts_against_the_rhythm_somebody_chose_for_letters_on_paper(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        furnish(session)
        often, seldom, paused = (person(session, assembly, name) for name in ("A", "B", "C"))
        wants: dict[PersonId, dict[str, Any]] = {
            seldom: {"rhythm": Rhythm.QUARTERLY, "pause_until_on": None},
            paused: {"rhythm": Rhythm.EVERY_LETTER, "pause_until_on": TODAY + timedelta(days=80)},
        }
        for who, wish in wants.items():
            paces.declare(session, assembly.sealer, person_id=who, **wish, way=Way.STAFF,
                          at=NOW - timedelta(days=200), channel=Channel.POST)  # fmt: skip
        everybody = segment(session, "Tous")

        def asked(code: str, days: int) -> tuple[set[int], dict[str, int]]:
            made = appeal(session, NewCell(name="Tous", segment_id=everybody), code=code, rest_days=0,
                          one_a_household=False, planned_on=TODAY + timedelta(days=days))  # fmt: skip
            found = freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
            return set(session.scalars(selects.asked(made.id))), dict(found.refusals)

        assert asked("R1", 7) == ({often, seldom}, {"paused": 1})
        assert asked("R2", 60) == ({often}, {"too-often": 1, "paused": 1})
        assert asked("R3", 7 + 90) == ({often, seldom, paused}, {})


def test_who_lives_with_somebody_asked_rests_too_where_one_letter_goes_to_each_home(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        furnish(session)
        ana, paul, alone = (person(session, assembly, name) for name in ("Silva", "Leroy", "Seule"))
        households.found(session, [ana, paul], at=NOW)
        everybody = NewCell(name="Tous", segment_id=segment(session, "Tous"))
        first = appeal(session, everybody)
        assert freezing.freeze(session, QUESTIONS, first.id, by=None, at=NOW).mailed == 2
        late.take_out(session, first.id, alone, why="Pas elle", by=BY, at=NOW)
        near: tuple[tuple[str, dict[str, Any], int, int], ...] = (
            ("P2", {}, 2, 1), ("P3", {"one_a_household": False}, 1, 2), ("P4", {"rest_days": 0}, 0, 2),
        )  # fmt: skip
        for code, plan, rests, mailed in near:
            made = appeal(session, everybody, code=code, **plan)
            would = freezing.preview(session, QUESTIONS, made.id, at=NOW)
            assert (would.excluded.get(Reason.ASKED_RECENTLY, 0), would.mailed) == (rests, mailed), code


def test_a_household_is_left_in_peace_for_what_one_of_it_did_where_it_gets_one_letter(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        furnish(session)
        pairs = [[person(session, assembly, f"{n}{place}") for place in "ab"] for n in range(5)]
        for pair in pairs:
            households.found(session, pair, at=NOW)
        (gave, _), (waits, _), (gives, _), (complains, _), _ = pairs
        for who, cents, days in ((gave, 50000, 3), (waits, 1000, 400)):
            give(session, assembly, who, cents, TODAY - timedelta(days=days))
            session.execute(update(GiftRow).where(GiftRow.person_id == who).values(owes_thanks=who == waits))
        sowing.promise(session, gives, 1000, TODAY - timedelta(days=400))
        sowing.talked(session, complains, TODAY, is_complaint=True)
        everybody = NewCell(name="Tous", segment_id=segment(session, "Tous"))
        reasons = (Reason.NOT_THANKED, Reason.GAVE_RECENTLY, Reason.REGULAR, Reason.OPEN_CARE)
        for one_a_household, each, mailed in ((True, 2, 1), (False, 1, 6)):
            made = appeal(session, everybody, code=f"P{each}", one_a_household=one_a_household)
            would = freezing.preview(session, QUESTIONS, made.id, at=NOW)
            assert [would.excluded.get(reason, 0) for reason in reasons] == [each] * 4
            assert would.mailed == mailed


def test_names_and_addresses_of_letters_go_at_their_term_and_what_was_counted_stays(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        furnish(session)
        several = crowd(session, assembly, Random(4))
        made = appeal(session, NewCell(name="Tous", segment_id=segment(session, "Tous")))
        found = freezing.freeze(session, QUESTIONS, made.id, by=None, at=NOW)
        later = NOW + timedelta(days=740)
        [before] = [one.rows for one in keeping.forget(session, [terms], at=NOW)]
        [gone] = [one.rows for one in keeping.forget(session, [terms], at=later)]
        [again] = [one.rows for one in keeping.forget(session, [terms], at=later)]
        assert (before, gone, again) == (0, found.people, 0)
        rows = session.scalars(select(RecipientRow)).all()
        assert {(row.last_name, row.lines, row.phone, row.street) for row in rows} == {("", "", "", "")}
        assert all(row.digits and row.asks for row in rows if row.arm is Arm.MAILED)
        assert service.waterfall(session, made.id) == found
        with pytest.raises(AppealForgotten):
            exporting.ask(session, made.id, FileForm.LIST, recipient="Imprimerie", by=BY, at=later)
        with pytest.raises(AppealForgotten):
            late.take_out(session, made.id, several[0], why="Trop tard", by=BY, at=later)
