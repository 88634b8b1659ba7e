"""How long segments keep who was in a file that left: that it left, for what and how many stays, their names go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Term
from crm.foundation.forgetting import delete_rows
from crm.foundation.translation import N_
from crm.segments.model import ExportState
from crm.segments.tables import SegmentExportPersonRow, SegmentExportRow

TERMS: tuple[Term, ...] = (
    Term(
        code="segment-files",
        what=N_("Qui était dans un fichier d’un segment, une fois le fichier parti"),
        months=24,
    ),
)


def forget_older(session: Session, code: str, before: datetime) -> int:
    """See `crm.contracts.personal_data.TermKeeper`. The file stays, with its count and to whom it was handed."""
    file = SegmentExportRow
    over = select(file.id).where(file.state == ExportState.MADE, file.made_at < before)
    return delete_rows(session, SegmentExportPersonRow, SegmentExportPersonRow.export_id.in_(over))
