"""Who was in a file of a segment is kept for two years: what left, for what and how many stays."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from crm.assembly import Assembly
from crm.consent.model import Channel
from crm.privacy import terms as keeping
from crm.rooms import QUESTIONS
from crm.segments import leaving, service, terms
from crm.segments.model import Every, NewSegment
from crm.segments.tables import SegmentExportPersonRow
from crm.values.identifiers import AccountId
from tests.conftest import NOW
from tests.fundraising.conftest import person


def test_who_was_in_a_file_goes_at_its_term_and_the_file_stays_counted(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        who = [person(session, assembly, name) for name in ("Silva", "Leroy")]
        by = AccountId(7)
        kept = service.create(session, QUESTIONS, NewSegment(name="Tous", tree=Every()), by=by, at=NOW)
        segment = service.get(session, kept, by=by)
        for days in (0, 700):
            leaving.left(
                session, segment, who, purpose="giving", channel=Channel.POST, recipient="Imprimerie",
                definition="", sha256="", at=NOW + timedelta(days=days), by=by,
            )  # fmt: skip
        later = NOW + timedelta(days=740)
        assert [one.rows for at in (NOW, later, later) for one in keeping.forget(session, [terms], at=at)] == [0, 2, 0]
        assert len(session.scalars(select(SegmentExportPersonRow.person_id)).all()) == 2
        assert [one.people for one in leaving.files(session, kept)] == [2, 2]
