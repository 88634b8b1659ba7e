"""What files said of somebody: rows as they were read, what they changed, and the files themselves."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Section, Subject
from crm.foundation.forgetting import delete_rows, empty_rows, quotes
from crm.foundation.translation import N_, say
from crm.imports.model import WORKING, RunState
from crm.imports.tables import ImportChangeRow, ImportRowRow, ImportRunRow
from crm.values.languages import Language

ROOM = "crm.imports"
TABLES = frozenset({"import_row", "import_change"})


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Which files spoke of them, and when."""
    query = (
        select(ImportRunRow.created_at, ImportRunRow.file_name, ImportRowRow.number)
        .join(ImportRunRow, ImportRunRow.id == ImportRowRow.run_id)
        .where(_about(subject))
        .order_by(ImportRunRow.id, ImportRowRow.number)
    )
    return (
        Section(
            key="files",
            title=say(language, N_("Fichiers d’où vos données viennent")),
            columns=(
                Column(key="at", label=say(language, N_("Quand"))),
                Column(key="file", label=say(language, N_("Fichier"))),
                Column(key="row", label=say(language, N_("Ligne"))),
            ),
            rows=[{"at": at, "file": name, "row": number} for at, name, number in session.execute(query)],
            note=say(language, N_("Un fichier et ses lignes sont oubliés 90 jours après leur arrivée.")),
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """The rows and what undoing them would write; the files they came in, and those that nobody has read yet.

    What was not applied yet is called off: its file is gone. A file at work is left to its worker, whose rows are
    looked at again by the next erasure's walk; the caller sees it in what is kept.
    """
    run, row = ImportRunRow, ImportRowRow
    theirs = exists().where(row.run_id == run.id, _about(subject))
    unread = ~exists().where(row.run_id == run.id)
    met = session.execute(
        select(run.id, run.file_token, run.state).where(run.purged_at.is_(None), run.file_token != "", theirs | unread)
    ).all()
    free = [one for one in met if one.state not in WORKING]
    empty_rows(
        session,
        run,
        {"state": RunState.CANCELLED, "stage_at": erasing.at},
        run.id.in_([one.id for one in free]),
        run.state.in_((RunState.READ, RunState.CHECKED)),
    )
    empty_rows(session, run, {"file_token": ""}, run.id.in_([one.id for one in free]))
    changes = delete_rows(session, ImportChangeRow, ImportChangeRow.person_id.in_(subject.person_ids))
    rows = delete_rows(session, row, _about(subject))
    shelf = erasing.home / "imports"
    files = [path for one in free for path in (shelf / one.file_token, *shelf.glob(f"{one.file_token}.*"))]
    return Forgotten(erased={"import_row": rows, "import_change": changes}, files=tuple(files))


def _about(subject: Subject) -> ColumnElement[bool]:
    """Rows that were found to be about them, and rows that quote what they are known by."""
    quoted = quotes(ImportRowRow.given, texts=subject.own_emails, names=subject.names, phones=subject.own_phones)
    return or_(ImportRowRow.person_id.in_(subject.person_ids), quoted)
