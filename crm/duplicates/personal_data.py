"""What duplicates hold of somebody: pairs, and what merges changed, with the values before and after."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Section, Subject
from crm.duplicates.tables import MergeMoveRow, MergeRow, PairRow
from crm.foundation.forgetting import delete_rows
from crm.foundation.translation import N_, say
from crm.values.languages import Language

ROOM = "crm.duplicates"
TABLES = frozenset({"duplicate_pair", "person_merge", "merge_move"})


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """When records of theirs were made one."""
    ids = subject.person_ids
    query = select(MergeRow).where(or_(MergeRow.survivor_id.in_(ids), MergeRow.loser_id.in_(ids)))
    return (
        Section(
            key="merges",
            title=say(language, N_("Fiches réunies")),
            columns=(
                Column(key="at", label=say(language, N_("Quand"))),
                Column(key="undone_at", label=say(language, N_("Séparées à nouveau"))),
            ),
            rows=[
                {"at": one.merged_at, "undone_at": one.undone_at}
                for one in session.scalars(query.order_by(MergeRow.merged_at))
            ],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Everything goes: no merge of theirs can be undone any more."""
    ids = subject.person_ids
    theirs = or_(MergeRow.survivor_id.in_(ids), MergeRow.loser_id.in_(ids))
    return Forgotten(
        erased={
            "merge_move": delete_rows(
                session, MergeMoveRow, MergeMoveRow.merge_id.in_(select(MergeRow.id).where(theirs))
            ),
            "person_merge": delete_rows(session, MergeRow, theirs),
            "duplicate_pair": delete_rows(session, PairRow, or_(PairRow.low_id.in_(ids), PairRow.high_id.in_(ids))),
        }
    )
