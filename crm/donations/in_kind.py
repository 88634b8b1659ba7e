"""Gifts in kind: what came instead of money, at the value that was stated. No money moves for them.

By the name that whoever told of it calls it, a form sent twice is one gift.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.donations import service
from crm.donations.model import Basis, Gift, GiftKind, Method, Movement, NewGift, NewLine
from crm.donations.tables import GiftCorrectionRow, GiftRow
from crm.foundation.signing import Sealer
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, PersonId

PROVIDER = "office"
"""Under this name a colleague writes one down."""
LONGEST = 120
_MARK = 16


def record(
    session: Session,
    sealer: Sealer,
    person_id: PersonId,
    what: str,
    cents: int,
    *,
    given_on: date,
    form: str,
    fund: str,
    source: str,
    tribute: str,
    at: datetime,
    by: AccountId,
) -> Gift:
    """Writes it down, once for each form; deductible or not as the rules say, which is not.

    Raises Invalid (field `what`) where nothing says what it was, and whatever `service.record` raises.
    """
    told = said(what)
    name = f"{''.join(letter for letter in form if letter.isalnum())[:_MARK]} {told}"
    new = NewGift(
        person_id=person_id,
        kind=GiftKind.IN_KIND,
        lines=(NewLine(cents=cents, fund=fund),),
        given_on=given_on,
        basis=Basis.RECEIVED,
        source_code=source,
        tribute=tribute[: service.TRIBUTE],
        what=told,
        is_promised=True,
        movement=Movement(method=Method.NONE, booked_on=given_on, provider=PROVIDER, external_id=name),
    )
    return service.record(session, sealer, new, at=at, by=by)


def said(what: str) -> str:
    """What it was as it is kept. Raises Invalid (field `what`) where nothing says it, or too much does."""
    told = " ".join(what.split())
    if not told or len(told) > LONGEST or not told.isprintable():
        raise Invalid("what it was, in a few words", field="what")
    return told


def forget(session: Session, person_ids: Collection[int]) -> None:
    """What it was goes, also from the name by which it was told; its value and day stay."""
    mine = GiftRow.person_id.in_(person_ids)
    gone = update(GiftRow).where(mine, GiftRow.in_kind_what.is_not(None)).values(in_kind_what=None)
    session.execute(gone.execution_options(synchronize_session="fetch"))
    spoken = update(GiftRow).where(mine, GiftRow.in_kind_name.startswith(f"{PROVIDER} ")).values(in_kind_name=None)
    session.execute(spoken.execution_options(synchronize_session="fetch"))
    row = GiftCorrectionRow
    theirs = row.gift_id.in_(select(GiftRow.id).where(GiftRow.person_id.in_(person_ids)))
    session.execute(
        update(row).where(theirs, row.what.is_not(None)).values(what="").execution_options(synchronize_session="fetch")
    )
