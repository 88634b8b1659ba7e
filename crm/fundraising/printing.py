"""The letters of an appeal as PDFs: one for few, a ZIP of several with a manifest for many; one letter to look at."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import IO, Any
from zipfile import ZIP_STORED, ZipFile

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.foundation.bulk import make_room
from crm.foundation.print_files import slug
from crm.foundation.settings import Organisation
from crm.fundraising import exporting, freezing, letters, paper, selects, store, versions
from crm.fundraising.model import MOST_PRINTED, Arm, Manifest, Recipient, WholeAppeal
from crm.fundraising.tables import RecipientRow
from crm.segments.catalogue import Catalogue
from crm.values.languages import Language

Set = Callable[[Mapping[str, Any]], bytes]
"""Makes a PDF of the facts of some letters (`documents.pdf` of the template `appeal`)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What is the same on each letter: who writes, to which account, in whose language the file says its title."""

    organisation: Organisation
    account: str
    language: Language


def facts(appeal: WholeAppeal, known: versions.Written, desk: Desk, several: Sequence[Recipient]) -> Mapping[str, Any]:
    """All that stands on the pages of those letters."""
    return paper.facts(
        several,
        desk.organisation,
        words=known,
        account=desk.account,
        title=appeal.plan.name,
        language=desk.language,
        on=appeal.plan.planned_on,
    )


def write(
    session: Session, appeal: WholeAppeal, file: IO[bytes], desk: Desk, setting: Set, *, at: datetime
) -> Manifest:
    """Writes every letter in the order of the post: a PDF, or from `paper.TOGETHER` letters on a ZIP of PDFs.

    The ZIP holds a manifest: letters in all, of each PDF, by version, and fingerprints.
    """
    known, everybody = versions.written(session, appeal), exporting.recipients(session, appeal.id)
    places = {cell.id: cell.position for cell in store.cells(session, appeal.id)}
    name = f"{slug(appeal.appeal.code, otherwise='appel')}-lettres"
    by_cell: Counter[str] = Counter()
    by_version: Counter[str] = Counter()
    parts: list[dict[str, object]] = []
    made: list[bytes] = []
    several = list(islice(everybody, paper.TOGETHER))
    is_whole = len(several) < paper.TOGETHER
    with nullcontext() if is_whole else ZipFile(file, "w", ZIP_STORED) as zipped:
        while several:
            content = setting(facts(appeal, known, desk, several))
            called = f"{name}.pdf" if zipped is None else f"{name}-{len(parts) + 1:02d}.pdf"
            parts.append({"name": called, "rows": len(several), "sha256": hashlib.sha256(content).hexdigest()})
            by_cell.update(f"{places[one.cell_id]:02d}" for one in several)
            by_version.update(f"{one.package} {one.language.value}" for one in several)
            if zipped is None:
                made.append(content)
            else:
                zipped.writestr(called, content)
            several = list(islice(everybody, paper.TOGETHER))
        manifest = exporting.manifest(session, appeal, by_cell, tuple(parts), at=at)
        if zipped is None:
            file.write(b"".join(made))
        else:
            said = {"appel": appeal.appeal.code, "fait": at.isoformat(), "by_version": dict(sorted(by_version.items()))}
            told = json.dumps(said | asdict(manifest), ensure_ascii=False, indent=2, default=str)
            zipped.writestr(f"{name}-manifeste.json", told)
    return manifest


def one(
    session: Session,
    catalogue: Catalogue,
    appeal: WholeAppeal,
    package: str,
    language: Language,
    *,
    turn: int,
    at: datetime,
) -> Recipient | None:
    """Somebody who gets that version, the `turn`-th of them from 0 on: of the letters that were frozen, or who would
    get one now. None where there are not so many."""
    if appeal.frozen_at is not None:
        row = RecipientRow
        here = (row.appeal_id == appeal.id, row.arm == Arm.MAILED, row.removal.is_(None), row.opening.is_not(None))
        query = select(*(getattr(row, name) for name in store.PRINTED)).where(
            *here, row.package == package, row.language == language
        )
        found = session.execute(query.order_by(row.seq).offset(turn).limit(1)).mappings().one_or_none()
        return None if found is None else store.noun(dict(found))
    asked = freezing.asking(session, catalogue, appeal, at=at)
    if not asked.cells:
        return None
    make_room(session)
    each = selects.roll(asked, whole=True).subquery("each_letter")
    wanted = (each.c.arm == Arm.MAILED.value, each.c.package == package, each.c.language == language.value)
    columns = [each.c[name] for name in letters.Row._fields if name in each.c]
    would = session.execute(select(*columns).where(*wanted).order_by(each.c.person_id).offset(turn).limit(1)).first()
    if would is None:
        return None
    writer = letters.Writer(
        appeal, [cell for cell, _ in asked.cells], silent=freezing.silent(session, appeal, asked.moment)
    )
    values = writer.values(letters.Row(*would), seq=MOST_PRINTED)
    return store.noun(dict(zip(letters.COLUMNS, values, strict=True)))
