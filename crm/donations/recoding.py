"""The code of an appeal that a gift bears, put right by two colleagues: a slip read wrongly, a code that was forgotten.

No money moves. What the appeal brought, the cost centre of months that are open and the questions of segments follow;
who gave, how much and when stays.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from crm.donations import asking, store
from crm.donations.errors import AmountWrong, CodeUnknown, GiftHasChanged
from crm.donations.model import Coded
from crm.donations.tables import GiftRow
from crm.values.identifiers import AccountId, CorrectionId, GiftId


def ask(session: Session, gift_id: GiftId, code: str, *, reason: str, at: datetime, by: AccountId) -> CorrectionId:
    """Asks that a gift bear that code, or none where it is empty; on the number somebody else decides.

    Raises what `asking` does, CodeUnknown where no appeal has that code, AmountWrong for the one it bears already.
    """
    standing = asking.begin(session, gift_id, reason)
    if code == standing.source_code:
        raise AmountWrong
    if code and not store.sources(session, {code}):
        raise CodeUnknown("source_code")
    wanted = {"was_source": standing.source_code, "source_code": code}
    return CorrectionId(asking.write(session, standing, reason, at=at, by=by, **wanted).id)


def put_right(session: Session, row: GiftRow, coded: Coded) -> None:
    """The gift bears that code from here on. Raises GiftHasChanged where it bears another by now."""
    if (row.source_code or "") != coded.was or (coded.code and not store.sources(session, {coded.code})):
        raise GiftHasChanged
    row.source_code = coded.code or None
    session.flush()
