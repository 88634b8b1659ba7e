"""Subscriptions of an old system: many at once, and out again where nothing was said since."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from crm.magazine import store
from crm.magazine.model import Subscription
from crm.magazine.tables import SubscriptionRow
from crm.values.identifiers import AccountId, PersonId


def there(session: Session, person_ids: Collection[int]) -> dict[PersonId, Subscription]:
    """What is said of those people; nothing of most."""
    rows = session.scalars(select(SubscriptionRow).where(SubscriptionRow.person_id.in_(sorted(person_ids))))
    return {PersonId(row.person_id): store.subscription_of(row) for row in rows}


def bring_many(session: Session, subscriptions: Sequence[Subscription], *, by: AccountId | None, at: datetime) -> None:
    """Writes what is said of people of whom nothing was said."""
    if subscriptions:
        facts = {"changed_at": at, "changed_by": by}
        session.execute(insert(SubscriptionRow), [asdict(one) | facts for one in subscriptions])


def take_back(session: Session, brought: Mapping[PersonId, Subscription]) -> set[PersonId]:
    """Takes out those that still say what was brought; of whom."""
    held = there(session, brought)
    same = {person_id for person_id, one in brought.items() if held.get(person_id) == one}
    session.execute(
        delete(SubscriptionRow)
        .where(SubscriptionRow.person_id.in_(sorted(same)))
        .execution_options(synchronize_session=False)
    )
    return same
