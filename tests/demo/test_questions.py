"""Whoever tries the demonstration has an answer to each of the fifteen questions, and the right one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crm.assembly import Assembly
from crm.attestations import yearly_control
from crm.demo.filling import fill
from crm.demo.load import load
from crm.foundation.fetch import Fetcher
from crm.members import assemblies
from crm.rooms import QUESTIONS
from crm.segments import service as segments
from crm.segments.model import Tree
from crm.segments.questions import ASKED, voters
from crm.segments.selects import Question, members
from jobs import fetch_feeds
from tests.attestations.conftest import ORGANISATION
from tests.conftest import NOW
from tests.segments.handwritten import HANDWRITTEN, by_hand

FEW = 120


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what is asked means one thing on both: tests/segments
def test_each_question_is_answered_in_the_demonstration_as_sql_written_by_hand_does(
    assembly: Assembly, port: int
) -> None:
    egress = assembly.settings.egress.model_copy(update={"allow": (f"127.0.0.1:{port}",)})
    settings = assembly.settings.model_copy(update={"organisation": ORGANISATION})
    assembly = replace(assembly, fetcher=Fetcher(egress), settings=settings)
    load(assembly, NOW, site_url=f"http://127.0.0.1:{port}/", supporters=FEW)
    fetch_feeds.run(assembly, NOW)
    fill(assembly)
    with assembly.database.reading() as session:
        control = yearly_control.control(session, NOW.year, at=NOW)
        assert control.is_even
        assert 0 < control.ledger_by_bank_cents == control.bank_cents
        spring = next(one for one in assemblies.every(session) if one.held_on < NOW.date())
        trees: dict[str, Tree] = {one.key: one.tree for one in ASKED if one.tree is not None}
        trees["voters"] = voters(spring.id)
        assert set(trees) == set(HANDWRITTEN)
        question = Question(session=session, at=NOW, catalogue=QUESTIONS, others={})
        for key, tree in trees.items():
            found = set(session.scalars(members(segments.definition(tree, {}), question)))
            assert found == by_hand(session, key), key
            assert 1 <= len(found) <= FEW // 2, key
