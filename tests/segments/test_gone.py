"""What a segment names may be deleted: that is said by its name, everywhere, and nobody is picked for want of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from crm.actions.tables import CallRow
from crm.assembly import Assembly
from crm.donations.tables import AppealRow, CampaignRow, FundRow, SourceRow
from crm.magazine.tables import IssueRow
from crm.people import links
from crm.people.tables import TagRow
from crm.rooms import QUESTIONS
from crm.segments import service
from crm.segments.errors import SegmentPutAway, ThingGone
from crm.segments.model import Condition, Every, InSegment, NewSegment, Not, Span, Test, Tree, Words
from crm.segments.reading import Reader
from crm.values.identifiers import AccountId
from crm.values.languages import Language
from crm.web.errors import gone_words
from mailing.composition.model import Among
from mailing.content.model import TermKind
from mailing.content.tables import TermRow
from mailing.delivery import audiences
from tests.conftest import NOW
from tests.magazine.conftest import furnish
from tests.segments import sowing
from tests.segments.conftest import TODAY

ME, YOU = AccountId(1), AccountId(2)
Made = tuple[str, str, str, Any, str]
"""A source, its column, the word, the row that goes, and the name by which it was known."""


def tag(session: Session) -> Made:
    made = links.put_tag(session, "Bénévole", at=NOW)
    return "tag", "tag", str(made.id), delete(TagRow), "Bénévole"


def fund(session: Session) -> Made:
    session.add(FundRow(code="urgences", name="Urgences", is_open=True))
    return "gift_part", "fund", "urgences", delete(FundRow).where(FundRow.code == "urgences"), "Urgences"


def petition(session: Session) -> Made:
    event = sowing.event(session, TODAY)
    return "registration", "event", str(event), delete(CallRow), session.get_one(CallRow, event).title


def theme(session: Session) -> Made:
    session.add(term := TermRow(kind=TermKind.THEME, code="asile", label="Asile"))
    session.flush()
    return "signature_theme", "theme", str(term.id), delete(TermRow).where(TermRow.id == term.id), "Asile"


def issue(session: Session) -> Made:
    number = furnish(session).number
    return "magazine_copy", "issue", str(number), delete(IssueRow), str(number)


def _appeal(session: Session) -> None:
    session.add(CampaignRow(id=1, code="NOEL", name="Noël"))
    session.flush()
    session.add(AppealRow(id=1, campaign_id=1, code="NOEL-1", name="Une lettre", starts_on=date(2026, 1, 5),
                          cost_cents=0))  # fmt: skip
    session.flush()


def appeal(session: Session) -> Made:
    _appeal(session)
    return "gift", "appeal", "NOEL-1", delete(AppealRow), "Une lettre"


def code(session: Session) -> Made:
    _appeal(session)
    session.add(SourceRow(code="NOEL-1-A", appeal_id=1, package="A", cell="1"))
    return "gift", "source_code", "NOEL-1-A", delete(SourceRow), "NOEL-1-A · A"


@pytest.mark.parametrize("thing", [tag, fund, petition, theme, issue, appeal, code])
def test_what_is_gone_is_said_by_its_name_and_nothing_is_wider(
    assembly: Assembly, thing: Callable[[Session], Made]
) -> None:
    with assembly.database.reading() as session:
        source, column, word, goes, name = thing(session)
        session.flush()
        asks = Words(values=frozenset({word})) if source != "magazine_copy" else Span(low=int(word), high=int(word))
        named = Condition(source=source, where=(Test(column=column, asks=asks),))
        by = service.create(session, QUESTIONS, NewSegment(name="Eux", tree=named, reason="…"), by=ME, at=NOW)
        others = NewSegment(name="Les autres", tree=Not(part=InSegment(segment_id=by)), reason="…")
        but = service.create(session, QUESTIONS, others, by=ME, at=NOW)
        fine = service.create(session, QUESTIONS, NewSegment(name="Tous", tree=Every()), by=ME, at=NOW)
        assert service.question(session, QUESTIONS, [named], at=NOW).others == {}
        assert [one.id for one in service.askable(session, QUESTIONS)] == [by, but, fine]
        session.execute(goes.execution_options(synchronize_session=False))
        session.expire_all()

        def refused(tree: Tree) -> tuple[tuple[str, str], ...]:
            with pytest.raises(ThingGone) as gone:
                service.question(session, QUESTIONS, [tree], at=NOW)
            return gone.value.things

        label = next(one.label for one in QUESTIONS.source(source).columns if one.key == column)
        for tree in (named, Not(part=named), Every(parts=(Not(part=InSegment(segment_id=by)),))):
            assert refused(tree) == ((label, name),)
        with pytest.raises(ThingGone):
            audiences.people(session, Among(segment_id=but, version=1), QUESTIONS, at=NOW)
        with pytest.raises(ThingGone):
            service.create(session, QUESTIONS, NewSegment(name="Encore", tree=named, reason="…"), by=ME, at=NOW)
        assert [one.id for one in service.askable(session, QUESTIONS)] == [fine]
        reads = Reader(session=session, catalogue=QUESTIONS, language=Language.FR, today=TODAY)
        said = reads.sentence(named)
        assert (name in said, ("n’existe plus" in said)) == (True, column != "issue")
        # What nobody ever named is not said to have been.
        never = Words(values=frozenset({"999"})) if source != "magazine_copy" else Span(low=999, high=999)
        naming = Condition(source=source, where=(Test(column=column, asks=never),))
        with pytest.raises(ThingGone) as gone:
            service.question(session, QUESTIONS, [naming, named], at=NOW)
        assert gone.value.unknown == {(label, "999")}
        assert gone_words(gone.value, Language.FR).count("n’existe plus") == 1
        assert ("999 (inconnu)" in reads.sentence(naming)) is (column != "issue")


def test_what_was_put_away_is_said_to_be_and_goes_on_as_it_stood(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        tree = Condition(source="gift")
        away = service.create(session, QUESTIONS, NewSegment(name="Rangé", tree=tree), by=ME, at=NOW)
        mine = NewSegment(name="Le mien", tree=tree, is_shared=False)
        hidden = service.create(session, QUESTIONS, mine, by=ME, at=NOW)
        for one in (away, hidden):
            service.put_away(session, one, by=ME, at=NOW)
        with pytest.raises(SegmentPutAway):
            service.get(session, away, by=YOU)
        [found] = service.away(session, [away, hidden], by=YOU)
        assert (found.id, found.ended_at, found.ended_by) == (away, NOW, ME)
        assert {one.id for one in service.ended(session, by=ME)} == {away, hidden}
        asked = InSegment(segment_id=away)
        assert service.question(session, QUESTIONS, [asked], at=NOW).others[away].tree == tree
        with pytest.raises(SegmentPutAway):
            service.create(session, QUESTIONS, NewSegment(name="Autre", tree=asked), by=YOU, at=NOW)
        service.bring_back(session, away, by=YOU)
        assert service.get(session, away, by=YOU).ended_by is None
