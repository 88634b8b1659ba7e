"""What segments hold of somebody: that a hand put them in or out. Who a question picks is kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Section, Subject
from crm.foundation.forgetting import delete_rows
from crm.foundation.translation import N_, say
from crm.segments.tables import SegmentPickRow, SegmentRow
from crm.values.languages import Language

ROOM = "crm.segments"
TABLES = frozenset({"segment_pick"})


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """The segments somebody was put into, or taken out of, by hand."""
    rows = session.execute(
        select(SegmentRow.name, SegmentPickRow.is_included, SegmentPickRow.picked_at)
        .join(SegmentPickRow, SegmentPickRow.segment_id == SegmentRow.id)
        .where(SegmentPickRow.person_id.in_(subject.person_ids))
        .order_by(SegmentPickRow.picked_at)
    )
    words = {True: say(language, N_("ajoutée à la main")), False: say(language, N_("retirée à la main"))}
    return (
        Section(
            key="segments",
            title=say(language, N_("Sélections faites à la main")),
            columns=(
                Column(key="at", label=say(language, N_("Quand"))),
                Column(key="segment", label=say(language, N_("Segment"))),
                Column(key="how", label=say(language, N_("Comment"))),
            ),
            rows=[{"at": at, "segment": name, "how": words[included]} for name, included, at in rows],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Everything goes."""
    gone = delete_rows(session, SegmentPickRow, SegmentPickRow.person_id.in_(subject.person_ids))
    return Forgotten(erased={"segment_pick": gone})
