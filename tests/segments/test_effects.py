"""What each condition does by itself, wherever it stands, as turning it by hand shows; and whom the gate refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Act, Channel, NewAct, Purpose, Way
from crm.contracts.segment_fields import Measure
from crm.people import service as people
from crm.rooms import QUESTIONS
from crm.segments import effects
from crm.segments.effects import Path, group
from crm.segments.facts import facts_of
from crm.segments.model import Condition, Definition, Does, Every, Facts, Not, Some, Span, Test, Tree, Words, Year
from crm.segments.rules import matches
from crm.segments.selects import Question
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.phone_number import PhoneNumber
from tests.conftest import NOW
from tests.segments.conftest import TODAY, both, give, person

LAST_YEAR = Condition(source="gift", window=Year(shift=-1))
THIS_YEAR = Condition(source="gift", window=Year())
TWICE = Condition(source="gift", measure=Measure.COUNT, asks=Span(low=2))


def reach(*channels: str) -> Condition:
    """Whom we may reach for the news, by any of those channels."""
    tests = (("channel", frozenset(channels)), ("purpose", frozenset({"news"})))
    return Condition(source="reach", where=tuple(Test(column=key, asks=Words(values=said)) for key, said in tests))


ROOTS: dict[str, Tree] = {
    "all": Every(parts=(LAST_YEAR, Not(part=THIS_YEAR), reach("email"))),
    "any": Some(parts=(LAST_YEAR, THIS_YEAR, reach("phone"))),
    "two of": Some(parts=(LAST_YEAR, THIS_YEAR, TWICE, reach("email")), least=2),
    "none": Not(part=Some(parts=(TWICE, Not(part=reach("email"))))),
    "not all": Not(part=Every(parts=(LAST_YEAR, TWICE))),
    "fewer than two": Not(part=Some(parts=(LAST_YEAR, THIS_YEAR, TWICE), least=2)),
    "one": LAST_YEAR,
    "one denied": Not(part=LAST_YEAR),
    "one reach": reach("email", "phone"),
    "nested": Every(
        parts=(
            Some(parts=(THIS_YEAR, Every(parts=(LAST_YEAR, Not(part=TWICE))))),
            Not(part=Some(parts=(reach("phone"), Not(part=reach("email"))))),
        )
    ),
    "many": Every(parts=(Some(parts=(LAST_YEAR,) * 17), THIS_YEAR)),
    "nothing": Every(),
}


@pytest.fixture
def known(assembly: Assembly) -> Iterator[tuple[Session, dict[str, PersonId]]]:
    """Seven who gave then, now, twice or never, and said yes, no or nothing; of whom nothing stays."""
    gave = {"a": (380,), "b": (380, 10), "c": (10,), "d": (), "e": (380, 385), "f": (380, 10, 12), "g": ()}
    with assembly.database.reading() as session:
        consent.put_purpose(session, Purpose(code="news", names={"fr": "Nouvelles"}, promises={}, position=1))
        who = {}
        for n, (name, days) in enumerate(gave.items()):
            email = EmailAddress.parse(f"{name}@exemple.be") if name != "g" else None
            phone = PhoneNumber.parse("0470 12 34 56") if n % 2 else None
            who[name] = person(session, assembly, name, email=email, phone=phone)
            for back in days:
                give(session, assembly, who[name], 3000, TODAY.fromordinal(TODAY.toordinal() - back))
            found = people.find_person(session, who[name])
            assert found is not None
            for point in found.contact_points:
                act = Act.GIVEN if name in "abf" else Act.WITHDRAWN
                said = NewAct(person_id=who[name], purpose="news", address_key=point.address_key, act=act,
                              way=Way.CONFIRMATION, occurred_at=NOW)  # fmt: skip
                consent.record(session, assembly.sealer, said, at=NOW)
        yield session, who


def _swapped(part: Tree, path: Path, other: Tree) -> Tree:
    """A tree as it would be if something else stood at a place."""
    if isinstance(part, Not) and path:
        return Not(part=_swapped(part.part, path, other))
    if not path:
        return other
    assert isinstance(part, Every | Some)
    parts = tuple(_swapped(one, path[1:], other) if n == path[0] else one for n, one in enumerate(part.parts))
    return Every(parts=parts) if isinstance(part, Every) else Some(parts=parts, least=part.least)


def _paths(tree: Tree, path: Path = ()) -> Iterator[tuple[Path, Tree]]:
    """Each part as it is told: groups, then what they hold."""
    found = group(tree)
    if found is None:
        if not path:
            yield path, tree
        return
    for n, one in enumerate(found[1].parts):
        yield (*path, n), one
        yield from _paths(one, (*path, n))


@pytest.mark.parametrize("name", ROOTS)
def test_each_condition_does_what_turning_it_alone_shows(known: tuple[Session, dict[str, PersonId]], name: str) -> None:
    session, who = known
    tree = ROOTS[name]
    question = Question(session=session, at=NOW, catalogue=QUESTIONS)
    by_hand = Definition(tree=tree, included=frozenset({who["d"]}), excluded=frozenset({who["a"]}))
    several = facts_of(question, tree, list(who.values()))

    def holding(part: Tree, among: list[Facts]) -> set[int]:
        return {one.person_id for one in among if matches(part, one, today=TODAY, catalogue=QUESTIONS, others={})}

    for definition in (Definition(tree=tree), by_hand):
        told = effects.breakdown(definition, question)
        free = [one for one in several if one.person_id not in definition.included | definition.excluded]
        inside = holding(tree, free)
        assert (told.everybody, told.people) == (7, len(inside) + len(definition.included))
        paths = list(_paths(tree)) if name != "many" else [((n,), part) for n, part in enumerate(tree.parts)]  # type: ignore[union-attr] # it is a group
        assert [one.part for one in told.effects] == [part for _, part in paths]
        for one, (path, part) in zip(told.effects, paths, strict=True):
            assert one.alone == len(holding(part, several))
            turned = {
                who
                for swapped in (Every(), Some(parts=()))
                for who in holding(_swapped(tree, path, swapped), free) ^ inside
            }
            assert one.only == len(turned - inside if one.does is Does.KEEPS_OUT else turned & inside)
            assert (one.left is None) is (one.depth > 0)
        if told.effects:
            last = [one for one in told.effects if one.depth == 0][-1]
            assert last.left == len(holding(tree, several))


def test_the_gate_is_asked_why_by_each_condition_that_wants_it(known: tuple[Session, dict[str, PersonId]]) -> None:
    """Where reaching them would let them in; not where being reachable keeps them out."""
    session, who = known
    question = Question(session=session, at=NOW, catalogue=QUESTIONS)

    def told(tree: Tree) -> list[tuple[Channel, dict[str, int]]]:
        return [(one.channel, dict(one.reasons)) for one in effects.refusals(Definition(tree=tree), question)]

    post = reach("email", "phone")
    assert told(reach("email")) == [(Channel.EMAIL, {"withdrawn": 3, "": 1})]
    assert both(session, Every(parts=(LAST_YEAR, Not(part=post))), who) == {"e"}
    assert told(Every(parts=(LAST_YEAR, post))) == [(Channel.EMAIL, {"withdrawn": 1}), (Channel.PHONE, {"": 1})]
    either = Some(parts=(THIS_YEAR, Every(parts=(LAST_YEAR, reach("email"))), reach("phone")))
    assert told(either) == [(Channel.EMAIL, {"withdrawn": 1}), (Channel.PHONE, {"": 3})]
    assert told(Every(parts=(LAST_YEAR, Not(part=reach("email"))))) == []
    assert told(Not(part=Some(parts=(THIS_YEAR, reach("email"))))) == []
    assert told(Not(part=Some(parts=(THIS_YEAR, Not(part=reach("email")))))) == []
