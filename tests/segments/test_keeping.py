"""Segments as they are kept: versions, sharing, circles; what is said of a person, and the file that leaves."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import partial
from itertools import count

import pytest

from crm.actions import segment_fields
from crm.actions.tables import CallRow
from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Act, Channel, NewAct, Purpose, Way
from crm.contracts.segment_fields import Measure
from crm.people import links
from crm.people import service as people
from crm.people.model import Sensitivity
from crm.rooms import QUESTIONS
from crm.segments import asking, effects, exporting, merging, picking, service
from crm.segments.errors import SegmentChanged, SegmentCycle, SegmentMissing, SegmentUsed
from crm.segments.library import BY_KEY
from crm.segments.model import Condition, Every, InSegment, NewSegment, Not, Span, Test, Tree, Words, Year
from crm.segments.reading import Reader
from crm.values.email_address import EmailAddress
from crm.values.errors import Conflict, Invalid
from crm.values.identifiers import AccountId, PersonId
from crm.values.languages import Language
from tests.conftest import NOW
from tests.rows_read import effort, statements
from tests.segments import sowing
from tests.segments.conftest import TODAY, give, person

ME, YOU = AccountId(1), AccountId(2)
GAVE = Condition(source="gift", window=Year(shift=-1))
AGAIN = Condition(source="gift", window=Year())
TWICE = Condition(source="gift", measure=Measure.COUNT, asks=Span(low=2))
REACH = Condition(
    source="reach",
    where=(
        Test(column="channel", asks=Words(values=frozenset({"email"}))),
        Test(column="purpose", asks=Words(values=frozenset({"news"}))),
    ),
)


def new(tree: Tree, name: str = "Les fidèles", **facts: object) -> NewSegment:
    return NewSegment(**{"name": name, "tree": tree, **facts})  # type: ignore[arg-type] # any fact of it


def test_a_segment_is_kept_with_its_versions_and_never_asks_about_itself(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        first = service.create(session, QUESTIONS, new(Every(parts=(GAVE,))), by=ME, at=NOW)
        about = Every(parts=(Not(part=InSegment(segment_id=first)), AGAIN))
        second = service.create(session, QUESTIONS, new(about, "Nouveaux"), by=YOU, at=NOW)
        changed = service.change(session, QUESTIONS, first, new(Every(parts=(TWICE,))), seen=1, by=YOU, at=NOW)
        assert (changed.version, changed.tree) == (2, Every(parts=(TWICE,)))
        assert [one.number for one in service.versions(session, first)] == [2, 1]
        same = service.change(session, QUESTIONS, first, new(changed.tree, "Doubles"), seen=2, by=ME, at=NOW)
        assert (same.version, same.name) == (2, "Doubles")
        with pytest.raises(SegmentChanged):
            service.change(session, QUESTIONS, first, new(Every()), seen=1, by=ME, at=NOW)
        for circle in (first, second):
            round_about = new(InSegment(segment_id=circle))
            with pytest.raises(SegmentCycle):
                service.change(session, QUESTIONS, first, round_about, seen=2, by=ME, at=NOW)
        with pytest.raises(SegmentUsed):
            service.put_away(session, first, by=ME, at=NOW)
        service.put_away(session, second, by=ME, at=NOW)
        assert [one.id for one in service.segments(session, by=ME)] == [first]
        service.bring_back(session, second, by=YOU)
        with pytest.raises(Conflict):
            service.change(session, QUESTIONS, first, new(Every(), is_shared=False), seen=2, by=YOU, at=NOW)
        mine = service.create(session, QUESTIONS, new(Every(), is_shared=False), by=ME, at=NOW)
        with pytest.raises(SegmentMissing):
            service.get(session, mine, by=YOU)


def test_an_opinion_is_asked_about_for_a_reason(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        tag = links.put_tag(session, "A signé pour l’avortement", at=NOW, sensitivity=Sensitivity.SENSITIVE)
        tree = tagged(tag.id)
        with pytest.raises(Invalid) as refused:
            service.create(session, QUESTIONS, new(tree), by=ME, at=NOW)
        assert refused.value.field == "reason"
        kept = service.create(session, QUESTIONS, new(tree, reason="Inviter à la soirée du 8 mars"), by=ME, at=NOW)
        plain = links.put_tag(session, "Porte-à-porte", at=NOW)
        innocent = tagged(plain.id)
        assert not service.sensitive(session, QUESTIONS, innocent)
        # What a segment asks, whoever asks about that segment asks too; so does « any other tag », and « a tag ».
        for telling in (InSegment(segment_id=kept), tagged(plain.id, other=True), Condition(source="tag"),
                        tagged(tag.id, other=True)):  # fmt: skip
            with pytest.raises(Invalid):
                service.create(session, QUESTIONS, new(Every(parts=(innocent, Not(part=telling)))), by=ME, at=NOW)


def tagged(number: int, *, other: bool = False) -> Condition:
    words = Words(values=frozenset({str(number)}), other=other)
    return Condition(source="tag", where=(Test(column="tag", asks=words),))


def test_a_petition_tells_an_opinion_however_long_ago_it_was_listed(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_fields, "MOST_LISTED", 1)
    with assembly.database.transaction() as session:
        [old, _] = sowing.petitions(session, ("torture",), ("asile",))
        row = session.get(CallRow, old)
        assert row is not None
        row.sensitivity = Sensitivity.SENSITIVE
        session.flush()
        asked = Test(column="petition", asks=Words(values=frozenset({str(old)})))
        assert service.sensitive(session, QUESTIONS, Condition(source="signature", where=(asked,)))


def crowd(session: object, assembly: Assembly) -> dict[str, PersonId]:
    """Four who gave, two of whom may be written to."""
    consent.put_purpose(session, Purpose(code="news", names={"fr": "Nouvelles"}, promises={}, position=1))  # type: ignore[arg-type]
    everyone: dict[str, PersonId] = {}
    for name, days in {"Ann": (400,), "Bo": (400, 20), "=1+1": (380,), "Dee": ()}.items():
        email = EmailAddress.parse(f"p{len(everyone)}@exemple.be")
        who = everyone[name] = person(session, assembly, name.strip("="), email=email)  # type: ignore[arg-type]
        for back in days:
            give(session, assembly, who, 2500, TODAY - timedelta(days=back))  # type: ignore[arg-type]
    return everyone


def test_what_it_comes_to_why_and_what_leaves_agree(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        everyone = crowd(session, assembly)
        for name, act in {"Ann": Act.GIVEN, "Bo": Act.GIVEN, "=1+1": Act.WITHDRAWN}.items():
            found = people.find_person(session, everyone[name])
            assert found is not None
            key = found.contact_points[0].address_key
            said = NewAct(
                person_id=found.id, purpose="news", address_key=key, act=act, way=Way.CONFIRMATION, occurred_at=NOW
            )
            consent.record(session, assembly.sealer, said, at=NOW)
        tree = Every(parts=(GAVE, Not(part=AGAIN), REACH))
        kept = service.create(session, QUESTIONS, new(tree), by=ME, at=NOW)
        question = service.question(session, QUESTIONS, [tree], at=NOW)
        definition = service.definition(tree, {})

        figures = effects.breakdown(definition, question)
        assert (figures.everybody, figures.people) == (4, 1)
        assert [(one.alone, one.left, one.only) for one in figures.effects] == [(3, 3, 0), (3, 2, 1), (2, 1, 1)]
        assert [one.reasons for one in effects.refusals(definition, question)] == [{"withdrawn": 1}]
        ticks = count(0, 0.25)
        run = asking.run(definition, question, number=1, stopwatch=lambda: next(ticks))
        assert (run.people, run.milliseconds) == (1, 250)
        service.note_run(session, kept, run)
        assert service.get(session, kept, by=ME).run == run

        inside, outside = (asking.membership(definition, question, everyone[name]) for name in ("Ann", "Bo"))
        assert (inside.is_in, [one.holds for one in inside.told.parts]) == (True, [True, True, True])
        assert (outside.is_in, [one.holds for one in outside.told.parts]) == (False, [True, False, True])
        assert outside.told.parts[1].parts[0].found == 1
        both = asking.compare(definition, service.definition(Every(parts=(GAVE,)), {}), question)
        assert (both.both, both.first_only, both.second_only) == (1, 0, 2)
        many = dict.fromkeys(range(200), definition)
        assert len(asking.memberships(many, question, everyone["Ann"])) == 200

        picking.pick(session, kept, [everyone["Bo"]], included=True, by=ME, at=NOW)
        picking.pick(session, kept, [everyone["Ann"]], included=False, by=ME, at=NOW)
        by_hand = service.definition(tree, service.picks(session, kept))
        assert asking.sample(by_hand, question, size=9) == [everyone["Bo"]]
        moves = merging.repoint(session, loser=everyone["Bo"], survivor=everyone["Dee"])
        assert service.picks(session, kept)[everyone["Dee"]] is True
        assert merging.put_back(session, moves, loser=everyone["Bo"], survivor=everyone["Dee"]) == 0

        whole = service.definition(Every(parts=(GAVE,)), {})
        seen = exporting.outlook(whole, question, "news", Channel.EMAIL)
        lines = list(exporting.rows(whole, question, "news", Channel.EMAIL, Language.FR))
        assert (seen.people, seen.rows, seen.excluded) == (3, len(lines), {"withdrawn": 1})
        assert [line[3] for _, line in lines] == ["Ann", "Bo"]


def test_one_persons_segments_cost_the_same_among_any_number_of_people(assembly: Assembly) -> None:
    """A query for each thing that is asked about, not for each segment, and nobody else is looked at."""
    tree = Every(parts=(GAVE, Not(part=AGAIN), TWICE))
    with assembly.database.reading() as session:
        everyone = crowd(session, assembly)
        ann = everyone["Ann"]

        def costs(segments: int) -> tuple[int, int]:
            question = service.question(session, QUESTIONS, [tree], at=NOW)
            several = dict.fromkeys(range(segments), service.definition(tree, {}))
            ask = partial(asking.memberships, several, question, ann)
            run = statements(session, ask)
            assert all(str(ann) in re.findall(r"\d+", str(values)) for _, values in run)
            # PostgreSQL reads a table of a few hundred rows whole, index or not.
            return len(run), effort(session, ask) if session.get_bind().dialect.name == "sqlite" else 0

        alone = costs(1)
        assert costs(200)[0] == alone[0]
        for number in range(300):
            give(session, assembly, person(session, assembly, f"Q{number}"), 1000, date(2025, 5, 5))
        crowded = costs(200)
        assert crowded[0] == alone[0]
        assert crowded[1] <= 2 * alone[1] + 20


def test_a_tree_is_read_as_one_would_say_it(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        consent.put_purpose(session, Purpose(code="news", names={"fr": "Nouvelles"}, promises={}, position=1))
        reader = Reader(session=session, catalogue=QUESTIONS, language=Language.FR, today=date(2026, 11, 23))
        tree = Every(parts=(GAVE, Not(part=AGAIN), REACH))
        assert reader.sentence(tree) == (
            "Les personnes qui ont donné en 2025, n’ont pas donné en 2026 et sont joignables par e-mail "
            "pour «\u00a0Nouvelles\u00a0»."
        )
        for ready in BY_KEY.values():
            for language in Language:
                if ready.tree is not None:
                    said = Reader(session=session, catalogue=QUESTIONS, language=language, today=TODAY)
                    assert "%(" not in said.sentence(ready.tree)
