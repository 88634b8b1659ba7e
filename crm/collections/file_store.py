"""SQL of a file for the bank: only what it tells, and no more of a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.collections.store import AT_ONCE
from crm.collections.tables import AttemptRow, CollectionRow


def asked(session: Session, batch_id: int) -> Iterator[Sequence[Any]]:
    """What the bank is told of the collections of a file, some at a time, in the order of `askings`."""
    after, one, other = 0, AttemptRow, CollectionRow
    columns = (one.id, one.end_to_end_id, one.sequence)
    told = (one.was_reference, one.is_new_account, one.was_creditor_id, one.was_creditor)
    query = select(*columns, *told, other.cents, other.mandate_id, other.period).join(
        other, other.id == one.collection_id
    )
    while found := session.execute(
        query.where(one.batch_id == batch_id, one.id > after).order_by(one.id).limit(AT_ONCE)
    ).all():
        after = found[-1].id
        yield found
