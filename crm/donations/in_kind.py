"""Gifts in kind: what came instead of money, at the value that was stated. No money moves for them.

What it was is kept in the name by which whoever told of it calls it: a form sent twice is one gift.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.donations import service
from crm.donations.model import Basis, Gift, GiftKind, Method, Movement, NewGift, NewLine
from crm.donations.tables import GiftRow
from crm.foundation.signing import Sealer
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, GiftId, PersonId

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
    said = " ".join(what.split())
    if not said or len(said) > LONGEST or not said.isprintable():
        raise Invalid("what it was, in a few words", field="what")
    name = f"{''.join(letter for letter in form if letter.isalnum())[:_MARK]} {said}"
    new = NewGift(
        person_id=person_id,
        kind=GiftKind.IN_KIND,
        lines=(NewLine(cents=cents, fund=fund),),
        given_on=given_on,
        basis=Basis.RECEIVED,
        source_code=source,
        tribute=tribute[: service.TRIBUTE],
        is_promised=True,
        movement=Movement(method=Method.NONE, booked_on=given_on, provider=PROVIDER, external_id=name),
    )
    return service.record(session, sealer, new, at=at, by=by)


def what(name: str | None) -> str:
    """What it was, of the name of a gift in kind that a colleague wrote down; empty for any other."""
    provider, _, rest = (name or "").partition(" ")
    return rest.partition(" ")[2] if provider == PROVIDER else ""


def what_was(session: Session, gift_id: GiftId) -> str:
    """What a gift in kind was; empty for any other gift."""
    return what(session.scalar(select(GiftRow.in_kind_name).where(GiftRow.id == gift_id)))


def forget(session: Session, person_ids: Collection[int]) -> None:
    """What it was goes, its value and day stay."""
    mine = (GiftRow.person_id.in_(person_ids), GiftRow.in_kind_name.startswith(f"{PROVIDER} "))
    session.execute(
        update(GiftRow).where(*mine).values(in_kind_name=None).execution_options(synchronize_session="fetch")
    )
