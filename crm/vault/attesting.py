"""Numbers for a whole run of attestations at once: the one use the law knows, audited as one act."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Select
from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.foundation.signing import Sealer
from crm.values.identifiers import AccountId, PersonId
from crm.values.national_number import NationalNumber
from crm.vault import store
from crm.vault.keys import Lock
from crm.vault.model import Reason


def numbers(
    session: Session,
    lock: Lock,
    sealer: Sealer,
    person_ids: Select[int],
    *,
    year: int,
    at: datetime,
    by: AccountId | None,
) -> dict[PersonId, NationalNumber]:
    """The number of each of those people who gave one.

    The trail says how many were opened for which year; each attestation says whose.
    """
    found = dict(_opened(session, lock, person_ids))
    audit.record(
        session,
        sealer,
        at=at,
        account_id=by,
        action="national-number.attested",
        subject="attestations",
        subject_id=year,
        facts={"reason": Reason.ATTESTATION.value, "count": len(found)},
    )
    return found


def _opened(session: Session, lock: Lock, person_ids: Select[int]) -> Iterator[tuple[PersonId, NationalNumber]]:
    for person_id, sealed, uid in store.of_people(session, person_ids):
        yield person_id, lock.open(sealed, uid)
