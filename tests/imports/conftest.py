"""Files brought in and worked through, on each database."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Purpose
from crm.foundation.columns import Base
from crm.imports import service as imports
from crm.imports.files import Shelf
from crm.imports.model import Matching, Row, Run
from crm.imports.worker import Worker
from crm.values.identifiers import AccountId
from crm.values.languages import Language
from tests.conftest import NOW

NEWS = Purpose(code="news", names={"fr": "Les nouvelles"}, promises={"fr": "Chaque semaine."}, position=1)
URGENT = Purpose(code="urgent", names={"fr": "Urgences"}, promises={"fr": "Quand il faut agir."}, position=2)

CHANGING = ("import_", "audit_entry", "segment_stale", "person_changed")
IDS = {"id", "person_id", "recorded_person_id", "event_id", "contact_point_id"}


@dataclass(frozen=True)
class Desk:
    """Somebody who brings files, on an assembly."""

    assembly: Assembly
    worker: Worker

    def bring(
        self,
        kind: str,
        content: str | bytes,
        *,
        formats: Mapping[str, str] | None = None,
        choices: Mapping[str, str] | None = None,
        columns: Mapping[str, int] | None = None,
        by: AccountId | None = None,
    ) -> Run:
        """Takes a file in, matches it as proposed (and as told), and works through the dry run."""
        body = content.encode() if isinstance(content, str) else content
        kept = self.worker.shelf.take_in(io.BytesIO(body))
        seen = imports.look(self.worker.shelf, kept)
        with self.assembly.database.transaction() as session:
            run = imports.open_run(
                session, kind=kind, file_name="fichier.csv", kept=kept, seen=seen, by=by, at=self.assembly.clock()
            )
            proposed = run.matching or Matching()
            matching = Matching(
                columns={**proposed.columns, **(columns or {})},
                formats={**proposed.formats, **(formats or {})},
                choices={**proposed.choices, **(choices or {})},
            )
            imports.check(session, run.id, matching, at=self.assembly.clock())
        return self.work(run)

    def work(self, run: Run) -> Run:
        """Works until the stage is over."""
        worked = self.worker.work(run.id)
        assert worked is not None
        return worked

    def apply(self, run: Run) -> Run:
        """The real thing."""
        with self.assembly.database.transaction() as session:
            imports.apply(session, run.id, at=self.assembly.clock())
        return self.work(run)

    def undo(self, run: Run) -> Run:
        """Takes it back."""
        with self.assembly.database.transaction() as session:
            imports.undo(session, run.id, at=self.assembly.clock() + timedelta(minutes=1))
        return self.work(run)

    def rows(self, run: Run) -> dict[int, Row]:
        """All rows by number."""
        with self.assembly.database.reading() as session:
            return {row.number: row for row in imports.page(session, run.id, size=10_000).rows}

    def said(self, run: Run) -> dict[int, tuple[str, ...]]:
        """Verdict and reasons of each row, as words."""
        return {
            number: (row.verdict.value, *(f"{why.value}:{what}".rstrip(":") for why, what in row.reasons))
            for number, row in self.rows(run).items()
        }

    def held(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything the house holds about people and consent, table by table; not the imports themselves."""
        with self.assembly.database.reading() as session:
            return held(session)


def held(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the imports' own."""
    found = {}
    for table in Base.metadata.sorted_tables:
        if not table.name.startswith(CHANGING):
            rows = session.execute(select(table)).all()
            found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return {name: rows for name, rows in found.items() if rows}


@pytest.fixture
def desk(assembly: Assembly, tmp_path: Path) -> Desk:
    put_purposes(assembly)
    return desk_on(assembly, tmp_path / "files")


def put_purposes(assembly: Assembly) -> None:
    """Why this house writes."""
    with assembly.database.transaction() as session:
        for purpose in (NEWS, URGENT):
            consent.put_purpose(session, purpose)


def desk_on(assembly: Assembly, folder: Path, *, minutes: int = 0) -> Desk:
    """A desk whose clock stands so many minutes after the hour of the tests."""
    at = NOW + timedelta(minutes=minutes)
    later = replace(assembly, clock=lambda: at)
    worker = Worker(
        database=later.database,
        addresses=later.addresses,
        sealer=later.sealer,
        safe=later.safe,
        shelf=Shelf(folder),
        clock=later.clock,
        language=Language.FR,
    )
    return Desk(assembly=later, worker=worker)


Bring = Callable[..., Run]
