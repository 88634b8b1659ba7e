"""`kill -9` while the rows by which segments are counted are made, and two clocks that make them at once."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from crm.assembly import Assembly
from crm.demo.seeding.sow import sow
from crm.segments import asking, wide
from crm.segments.model import Condition, Definition
from crm.segments.selects import Question, members
from jobs import keep_segments, recount_donors
from tests import killing, victims
from tests.conftest import NOW

GIVEN = Definition(tree=Condition(source="gift"))


@pytest.mark.slow
def test_rows_that_were_cut_are_not_asked_and_end_whole(assembly: Assembly) -> None:
    sow(assembly, 400, seed=3, now=NOW)
    recount_donors.rebuild(assembly, NOW)
    cut = 0
    for after in (0.02, 0.05, 0.1, 0.2):
        is_over = killing.killed(assembly.settings, victims.keep_segments, NOW, after=after)
        cut += not is_over
        with assembly.database.reading() as session:
            question = Question(session=session, at=NOW, catalogue=assembly.questions)
            given = members(GIVEN, question).subquery()
            assert asking.count(GIVEN, question) == session.scalar(select(func.count()).select_from(given))
        if is_over:
            break
    both = [killing.started(assembly.settings, victims.keep_segments, NOW) for _ in range(2)]
    for one in both:
        one.join()
    assert [one.exitcode for one in both] == [0, 0]
    with assembly.database.reading() as session:
        assert wide.find(Question(session=session, at=NOW, catalogue=assembly.questions)) is not None
    assert keep_segments.go_through(assembly, NOW) == 0
    assert cut
