"""Trees that nobody should be able to ask: refused with the part to mend, before any database sees them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from crm.assembly import Assembly
from crm.contracts.segment_fields import Measure
from crm.people import links
from crm.people.model import Sensitivity
from crm.rooms import QUESTIONS
from crm.segments import asking, effects, json_form, service
from crm.segments.catalogue import checked
from crm.segments.errors import SegmentMissing, SegmentTooDeep, SegmentUnreadable, TreeInvalid
from crm.segments.grid import BY_KEY
from crm.segments.json_form import from_json, to_json
from crm.segments.model import (
    Between,
    Condition,
    Definition,
    Every,
    InSegment,
    NewSegment,
    Not,
    Sample,
    Some,
    Span,
    Test,
    Tree,
    Words,
)
from crm.segments.rules import drawn
from crm.segments.selects import Question
from crm.segments.tables import SegmentVersionRow
from crm.values.identifiers import AccountId, SegmentId
from crm.web.office.segment_form import Node, built
from tests.conftest import NOW
from tests.segments.conftest import both, person

GIFT: dict[str, Any] = {"of": "gift", "measure": "has"}


def deep(levels: int) -> dict[str, Any]:
    """A condition within so many groups."""
    tree = GIFT
    for _ in range(levels):
        tree = {"every": [tree]}
    return tree


def near(postcode: Any, kilometres: Any) -> dict[str, Any]:
    """Addresses so far from there."""
    where = [{"column": "distance", "near": postcode, "km": kilometres}]
    return {"form": 1, "tree": {"of": "address", "measure": "has", "where": where}}


BAD: dict[str, tuple[Any, str]] = {
    "another form": ({"form": 0, "tree": GIFT}, "form"),
    "a form to come": ({"form": 4, "tree": GIFT}, "form"),
    "no form": ({"form": [1], "tree": GIFT}, "form"),
    "yes for a form": ({"form": True, "tree": GIFT}, "form"),
    "no mapping": ([1], "form"),
    "depth 50": ({"form": 1, "tree": deep(50)}, "tree" + ".0" * 9),
    "500 conditions": ({"form": 1, "tree": {"every": [GIFT] * 500}}, "tree"),
    "an unknown source": ({"form": 1, "tree": {"of": "password", "measure": "has"}}, "tree"),
    "an unknown column": ({"form": 1, "tree": {**GIFT, "where": [{"column": "id", "in": ["1"]}]}}, "tree"),
    "an unknown word": ({"form": 1, "tree": {"every": [GIFT, {**GIFT, "sql": "1=1"}]}}, "tree.1"),
    "an unknown measure": ({"form": 1, "tree": {"of": "gift", "measure": "median"}}, "tree"),
    "a distance from nowhere": (near("9999", 20), "tree"),
    "a distance of nothing": (near("7000", 0), "tree"),
    "a distance in words": (near("7000", "20"), "tree"),
    "a distance of an amount": (
        {"form": 1, "tree": {**GIFT, "where": [{"column": "cents", "near": "7000", "km": 2}]}},
        "tree",
    ),
    "words for an amount": ({"form": 1, "tree": {**GIFT, "where": [{"column": "cents", "in": ["1"]}]}}, "tree"),
    "a text for a sum": ({"form": 1, "tree": {"of": "gift", "measure": "sum", "is": {"from": "1 OR 1=1"}}}, "tree"),
    "yes for a number": ({"form": 1, "tree": {"of": "gift", "measure": "sum", "is": {"from": True}}}, "tree"),
    "too large a number": ({"form": 1, "tree": {"of": "gift", "measure": "sum", "is": {"from": 10**30}}}, "tree"),
    "a sum of nothing said": ({"form": 1, "tree": {"of": "gift", "measure": "sum"}}, "tree"),
    "a sum of tags": ({"form": 1, "tree": {"of": "tag", "measure": "sum", "is": {"from": 1}}}, "tree"),
    "no channel": ({"form": 1, "tree": {"of": "reach", "measure": "has"}}, "tree"),
    "29 February 2025": ({"form": 1, "tree": {**GIFT, "window": {"first": "2025-02-29"}}}, "tree"),
    "a year before calendars": ({"form": 1, "tree": {**GIFT, "window": {"first": "0001-01-01"}}}, "tree"),
    "a year after them": (
        {"form": 1, "tree": {"of": "tag", "measure": "last", "is": {"last": "9999-12-31"}}},
        "tree",
    ),
    "a year before writing": ({"form": 1, "tree": {**GIFT, "window": {"year": -9999}}}, "tree"),
    "a window backwards": (
        {"form": 1, "tree": {**GIFT, "window": {"first": "2026-02-02", "last": "2026-01-01"}}},
        "tree",
    ),
    "a window of an address": (
        {"form": 1, "tree": {"of": "address", "measure": "has", "window": {"year": 0}}},
        "tree",
    ),
    "a part that is a list": ({"form": 1, "tree": {"not": []}}, "tree"),
    "three of two": ({"form": 1, "tree": {"some": [GIFT, GIFT], "least": 3}}, "tree"),
}


@pytest.mark.parametrize(("whole", "field"), BAD.values(), ids=BAD)
def test_it_is_refused_with_the_part_to_mend(whole: Any, field: str) -> None:
    with pytest.raises(TreeInvalid) as refused:
        checked(from_json(whole), QUESTIONS)
    assert refused.value.field == field


def test_an_older_form_is_read_as_it_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each form is made the next, one after the other."""
    ups = {-1: lambda tree: {"all": tree["both"]}, 0: lambda tree: {"every": tree["all"]}}
    monkeypatch.setattr(json_form, "UPGRADES", {**json_form.UPGRADES, **ups})
    tree = from_json({"form": 1, "tree": {"every": [GIFT, GIFT]}})
    for old in ({"form": -1, "tree": {"both": [GIFT, GIFT]}}, {"form": 0, "tree": {"all": [GIFT, GIFT]}}):
        assert from_json(old) == tree
    assert from_json(to_json(tree)) == tree
    with pytest.raises(TreeInvalid):
        from_json({"form": -2, "tree": GIFT})


def test_one_that_cannot_be_read_is_marked_and_keeps_nobody_from_the_others(assembly: Assembly) -> None:
    """Nor does anybody get picked by it, or by a segment that asks who is not in it."""
    by = AccountId(7)
    with assembly.database.transaction() as session:
        lost, whole = (
            service.create(session, QUESTIONS, NewSegment(name=name, tree=Every()), by=by, at=NOW)
            for name in ("Perdu", "Tous")
        )
        others = Not(part=InSegment(segment_id=lost))
        asks = service.create(session, QUESTIONS, NewSegment(name="Les autres", tree=others), by=by, at=NOW)
        version = session.scalars(select(SegmentVersionRow).filter_by(segment_id=lost)).one()
        version.tree = {"form": 9, "tree": {"all": []}}
        session.flush()
        found = {one.id: one.is_readable for one in service.segments(session, by=by, whole=True)}
        assert found == {lost: False, whole: True, asks: True}
        assert {one.id for one in service.segments(session, by=by)} == {whole, asks}
        assert service.versions(session, lost) == ()
        assert service.get(session, whole, by=by).is_readable
        with pytest.raises(SegmentUnreadable):
            service.get(session, lost, by=by)
        with pytest.raises(SegmentMissing):
            service.question(session, QUESTIONS, [service.get(session, asks, by=by).tree], at=NOW)
        # Nor does one whose form is known, and that asks what no room says any more.
        for tree in (
            {"of": "moonwalk", "measure": "has"},
            {"of": "gift", "measure": "has", "where": [{"column": "moon", "in": ["x"]}]},
            {"of": "gift", "measure": "has", "where": [{"column": "cents", "in": ["x"]}]},
            {"not": {"some": [{"of": "sale", "measure": "has"}, {"of": "x", "measure": "has"}]}},
            {"of": "reach", "measure": "has", "where": [{"column": "channel", "in": ["post"]}]},
        ):
            version.tree = {"form": 3, "tree": tree}
            session.flush()
            every = service.segments(session, by=by, whole=True, catalogue=QUESTIONS)
            assert {one.id: one.is_readable for one in every} == {lost: False, whole: True, asks: True}
            assert [one.id for one in service.askable(session, QUESTIONS)] == [whole]
            assert service.versions(session, lost, catalogue=QUESTIONS) == ()
            with pytest.raises(SegmentUnreadable):
                service.get(session, lost, by=by, catalogue=QUESTIONS)
            with pytest.raises(SegmentUnreadable):
                service.question(session, QUESTIONS, [InSegment(segment_id=lost)], at=NOW)


def test_a_year_out_of_reach_is_named_where_it_was_typed() -> None:
    """A whole year and a day; what only lacks something is another matter."""
    typed = [{"w-@": ["yearof"], "f-@": ["9999"]}, {"w-@": ["between"], "l-@": ["9999-12-31"]}, {"w-@": ["between"]}]
    root = Node(id="0", parent="", kind="group")
    parts = [
        Node(id=str(n), parent="0", kind="if", values={"source": ["gift"], "measure": ["has"], **values})
        for n, values in enumerate(typed, start=1)
    ]
    found = built((root, *parts), QUESTIONS, lambda _source: True)
    assert (set(found.incomplete), set(found.far)) == ({"1", "2", "3"}, {"1", "2"})


def test_a_day_at_the_end_of_calendars_that_was_kept_is_asked_all_the_same(assembly: Assembly) -> None:
    """It was not refused once; an instant of it there is none."""
    whole, last = Between(first=date.min, last=date.max), Between(first=date.max, last=date.max)
    with assembly.database.reading() as session:
        tag = links.put_tag(session, "Bénévole", sensitivity=Sensitivity.ORDINARY, at=NOW)
        who = {"yes": person(session, assembly, "yes"), "never": person(session, assembly, "never")}
        links.tag(session, who["yes"], tag.id, source="staff", at=NOW)
        for window, expected in ((whole, {"yes"}), (last, set())):
            assert both(session, Condition(source="tag", window=window), who) == expected


REACH = Condition(
    source="reach",
    where=(
        Test(column="channel", asks=Words(values=frozenset({"post", "phone", "email"}))),
        Test(column="purpose", asks=Words(values=frozenset({"appeals"}))),
    ),
)
"""The longest question there is."""


def within(tree: Tree, levels: int) -> Tree:
    """A tree within so many groups, of all kinds."""
    for n in range(levels):
        lot = Sample(per_thousand=5, seed=str(n))
        tree = (Some(parts=(lot, tree, REACH), least=2), Not(part=tree), Every(parts=(lot, tree)))[n % 3]
    return tree


ASKED: dict[str, Tree] = {
    "conversion": BY_KEY["conversion"].tree or Every(),
    "groups": within(REACH, 8),
    "conditions": Every(
        parts=tuple(Condition(source="gift", measure=Measure.SUM, asks=Span(low=n)) for n in range(100))
    ),
}


@pytest.mark.parametrize("tree", ASKED.values(), ids=ASKED)
def test_the_largest_that_may_be_asked_is_counted_with_what_each_condition_does(assembly: Assembly, tree: Tree) -> None:
    """SQLite reads groups a hundred deep, and would write each condition out again wherever it is summed."""
    with assembly.database.reading() as session:
        asked = service.question(session, QUESTIONS, [checked(tree, QUESTIONS)], at=NOW)
        assert effects.breakdown(Definition(tree=tree), asked).people == 0


def test_segments_within_segments_stop_before_nobody_can_answer(assembly: Assembly) -> None:
    """Each is small; asked about twice by the next, they would be more conditions than there are people."""
    by = AccountId(7)
    with assembly.database.transaction() as session:

        def keep(name: str, tree: Tree) -> Any:
            return service.create(session, QUESTIONS, NewSegment(name=name, tree=tree), by=by, at=NOW)

        floors = [keep("0", within(REACH, 4))]
        for _ in range(3):
            below = InSegment(segment_id=floors[-1])
            floors.append(keep("1", Every(parts=(within(below, 4),))))
        top = InSegment(segment_id=floors[-1])
        asked = service.question(session, QUESTIONS, [top], at=NOW)
        assert effects.breakdown(Definition(tree=top), asked).people == 0
        with pytest.raises(SegmentTooDeep):
            keep("trop haut", within(top, 4))
        with pytest.raises(SegmentTooDeep):
            keep("trop large", Every(parts=(top,) * 40))
        lowest = NewSegment(name="0", tree=within(REACH, 8))
        with pytest.raises(SegmentTooDeep):
            service.change(session, QUESTIONS, floors[0], lowest, seen=1, by=by, at=NOW)


def test_a_few_are_drawn_by_their_lot_and_not_by_their_number(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same each time, among as few as it takes or among all."""
    with assembly.database.reading() as session:
        ids = [person(session, assembly, f"N{n}") for n in range(40)]
        lots, everybody = sorted(drawn(one, "x") for one in ids), service.definition(Every(), {})
        question = Question(session=session, at=NOW, catalogue=QUESTIONS)
        for size in (3, 8, 60):
            found = asking.by_lot(everybody, question, size=size, seed="x")
            assert [drawn(one, "x") for one in found] == lots[:size]
            with monkeypatch.context() as patched:
                patched.setattr(asking, "LOTS", (1000,))
                assert asking.by_lot(everybody, question, size=size, seed="x") == found
        mine = service.definition(Some(parts=()), {int(one): True for one in ids[:2]})
        assert set(asking.by_lot(mine, question, size=8, seed="x")) == set(ids[:2])


def test_many_segments_of_many_people_by_hand_are_one_question(assembly: Assembly) -> None:
    """Each hand a parameter would be more of them than either database takes in a statement."""
    with assembly.database.reading() as session:
        who = {name: person(session, assembly, name) for name in ("in", "out", "neither")}
        crowd = dict.fromkeys(range(1_000_000, 1_000_999), True)
        others = {
            SegmentId(n): service.definition(Some(parts=()), crowd | {who["in"]: True, who["out"]: n % 2 == 0})
            for n in range(1, 71)
        }
        asked = tuple(InSegment(segment_id=n) for n in others)
        assert both(session, Some(parts=asked), who, others) == {"in", "out"}
        assert both(session, Every(parts=asked), who, others) == {"in"}
