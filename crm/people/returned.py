"""Letter boxes that post came back from: an address that arrives there is not taken for a good one.

A file, a partner or a form knows nothing of what the postman told us. What a colleague types is taken at their word.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from crm.people import contact_store
from crm.people.model import Abode, Deliverability, FailureReason
from crm.people.rules import SAME_BOX, Returned, inherited
from crm.people.tables import ContactFailureRow, PostalAddressRow

_BOX, _FAILURE = PostalAddressRow, ContactFailureRow
_RETURNED = (
    select(_BOX.dedupe_key, _BOX.deliverability, _FAILURE.reason)
    .join(_FAILURE, _FAILURE.postal_address_id == _BOX.id)
    .where(_BOX.dedupe_key.in_(bindparam("keys", expanding=True)), _BOX.deliverability != Deliverability.LIVE)
    .order_by(_FAILURE.at, _FAILURE.id)
)
_ANSWERING = select(_BOX.dedupe_key).where(
    _BOX.dedupe_key.in_(bindparam("keys", expanding=True)),
    _BOX.deliverability == Deliverability.LIVE,
    _BOX.ended_at.is_(None),
)


def boxes(session: Session, dedupe_keys: Collection[str]) -> dict[str, Returned]:
    """What is known against those letter boxes; two queries, one where nothing is. Good ones are left out."""
    if not dedupe_keys:
        return {}
    told: dict[str, list[tuple[FailureReason, Deliverability]]] = {}
    for key, deliverability, reason in session.execute(_RETURNED, {"keys": list(dedupe_keys)}):
        told.setdefault(key, []).append((reason, deliverability))
    answering = set(session.scalars(_ANSWERING, {"keys": list(told)})) if told else set()
    found = {key: inherited(several, answers=key in answering) for key, several in told.items()}
    return {key: one for key, one in found.items() if one is not None}


def mark(session: Session, abode: Abode, known: Returned, *, at: datetime) -> None:
    """Marks an address that just arrived as what is known against its letter box, with the reason."""
    values = {"deliverability": known.deliverability, "failures": known.failures}
    contact_store.change_abode(session, abode.id, values)
    contact_store.add_failure(
        session,
        person_id=abode.person_id,
        reason=known.reason,
        source=SAME_BOX,
        at=at,
        postal_address_id=abode.id,
    )
