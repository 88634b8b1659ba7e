"""The signed papers behind mandates, as scans: sealed on a shelf below the home folder, opened one by one.

The account stands on them in clear and so does a signature: they are never kept unsealed, nor shown inside a page.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.foundation.encryption import Cipher
from crm.foundation.shelf import Shelf
from crm.plans import scans, store
from crm.plans.errors import MandateMissing, PaperMissing, PaperRefused
from crm.plans.model import ENDINGS, Paper
from crm.plans.tables import MandatePaperRow, MandateRow
from crm.values.identifiers import AccountId, MandateId, MandatePaperId, PersonId

FOLDER = "mandate-papers"
MOST = 12
"""So many papers of one mandate: its two sides, what changed it."""


@dataclass(frozen=True, slots=True)
class Drawer:
    """Where the scans lie, and what seals them."""

    shelf: Shelf
    secrets: Cipher


def drawer(home: Path, secrets: Cipher) -> Drawer:
    """The one of this house."""
    return Drawer(shelf=Shelf(home / FOLDER), secrets=secrets)


def add(
    session: Session, drawer: Drawer, mandate_id: MandateId, content: bytes, *, at: datetime, by: AccountId | None
) -> Paper:
    """Keeps a scan; the same one twice is once. Raises MandateMissing, and PaperRefused with the reason.

    The file lies there before its row is sure: where the transaction ends badly, `strays` names it later.
    """
    kind = scans.kind_of(content)
    hold(session, f"mandate papers {mandate_id}")
    if store.find_mandate(session, mandate_id) is None:
        raise MandateMissing
    digest = hashlib.sha256(content).hexdigest()
    row = MandatePaperRow
    there = session.scalar(select(row).where(row.mandate_id == mandate_id, row.sha256 == digest))
    if there is not None:
        return _paper(there)
    if (session.scalar(select(func.count()).where(row.mandate_id == mandate_id)) or 0) >= MOST:
        raise PaperRefused("many")
    with drawer.shelf.laying() as (token, file):
        sealed = drawer.secrets.encrypt(base64.b64encode(content).decode(), context=_context(token))
        file.write(sealed.encode())
    new = MandatePaperRow(
        mandate_id=mandate_id, token=token, kind=kind, size=len(content), sha256=digest, added_at=at, added_by=by
    )
    store.add(session, new)
    return _paper(new)


def of_mandates(session: Session, mandate_ids: Collection[int]) -> Mapping[int, tuple[Paper, ...]]:
    """The papers of those mandates, the oldest first."""
    found: dict[int, tuple[Paper, ...]] = dict.fromkeys(mandate_ids, ())
    row = MandatePaperRow
    for one in session.scalars(select(row).where(row.mandate_id.in_(mandate_ids)).order_by(row.id)):
        found[one.mandate_id] += (_paper(one),)
    return found


def find(session: Session, paper_id: MandatePaperId, *, of: PersonId) -> Paper:
    """A paper of one of somebody's mandates. Raises PaperMissing."""
    row = MandatePaperRow
    query = select(row).join(MandateRow, MandateRow.id == row.mandate_id)
    found = session.scalar(query.where(row.id == paper_id, MandateRow.person_id == of))
    if found is None:
        raise PaperMissing
    return _paper(found)


def opened(drawer: Drawer, paper: Paper) -> bytes:
    """The scan itself. Raises PaperMissing where its file is gone, Undecipherable where it was changed."""
    file = drawer.shelf.open(paper.token)
    if file is None:
        raise PaperMissing
    with file:
        sealed = file.read().decode("ascii", "replace")
    return base64.b64decode(drawer.secrets.decrypt(sealed, context=_context(paper.token)))


def remove(session: Session, paper: Paper) -> None:
    """It is no longer a paper of that mandate; its file is left to whoever ends the transaction. Twice is once."""
    row = session.get(MandatePaperRow, paper.id)
    if row is not None:
        session.delete(row)
        session.flush()


def copies_of(session: Session, drawer: Drawer, person_ids: Collection[PersonId]) -> Mapping[str, bytes]:
    """Every scan of somebody's mandates, by the name of a file, for the pack of their data; one that is gone is not."""
    row, found = MandatePaperRow, {}
    query = select(row, MandateRow.reference).join(MandateRow, MandateRow.id == row.mandate_id)
    for one, reference in session.execute(query.where(MandateRow.person_id.in_(person_ids)).order_by(row.id)):
        paper = _paper(one)
        try:
            found[name(reference, paper)] = opened(drawer, paper)
        except PaperMissing:
            continue
    return found


def name(reference: str, paper: Paper) -> str:
    """What its file is called when it is handed over."""
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in reference)
    return f"mandat-{plain}-{paper.id}.{ENDINGS[paper.kind]}"


def strays(session: Session, drawer: Drawer, *, older_than: datetime) -> list[str]:
    """Files that no row speaks of: a transaction that ended badly, or a removal that was cut."""
    known = set(session.scalars(select(MandatePaperRow.token)))
    return drawer.shelf.strays(known, older_than=older_than.timestamp())


def _paper(row: MandatePaperRow) -> Paper:
    return Paper(
        id=MandatePaperId(row.id),
        mandate_id=MandateId(row.mandate_id),
        token=row.token,
        kind=row.kind,
        size=row.size,
        added_at=row.added_at,
        added_by=None if row.added_by is None else AccountId(row.added_by),
    )


def _context(token: str) -> str:
    return f"mandate paper {token}"
