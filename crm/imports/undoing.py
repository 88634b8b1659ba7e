"""Takes an import back, the newest change first: what was there is there again, or the row says why it is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.actions import taking_over as actions
from crm.consent import taking_over as consents
from crm.consent.model import SuppressionCause, Way
from crm.duplicates import merges
from crm.duplicates import service as duplicates
from crm.foundation.signing import Sealer
from crm.imports import amending, attesting, bonding, giving, handing, joining, promising, subscribing
from crm.imports.model import Change, ChangeKind, Run
from crm.people import settling as people
from crm.people import taking_back
from crm.people.settling import Written
from crm.people.taking_back import Kept
from crm.values.identifiers import PersonId

LEDGERS = ("consent_event", "gift")
"""What never forgets: a newcomer of whom only this still speaks is emptied, and nobody finds them any more.

A gift that was taken back is such a row; one that stands is not.
"""


def undo(session: Session, sealer: Sealer, run: Run, changes: Sequence[Change], *, at: datetime) -> dict[int, Kept]:
    """Takes those changes back, given the newest first; by row number, why something of it stays.

    What another import that stands says too is that one's from now on. Words in the consent ledger are annulled, never
    deleted: people stand where they stood before.
    """
    changes, kept = handing.over(session, run, changes)
    consented = {change.target_id: change.number for change in changes if change.kind is ChangeKind.CONSENT}
    annulled = consents.annul(session, sealer, consented, way=Way.IMPORT, at=at)
    kept |= {number: Kept.GONE for event_id, number in consented.items() if event_id not in annulled}
    silenced = {c.after["address_key"]: c.number for c in changes if c.kind is ChangeKind.SUPPRESSION}
    lifted = consents.lift(
        session,
        silenced,
        cause=SuppressionCause.LISTED,
        way=Way.IMPORT,
        at=at,
        evidence={"import": run.id, "undone": True},
    )
    kept |= {number: Kept.GONE for key, number in silenced.items() if key not in lifted}
    digests = {c.after["digest"]: c.number for c in changes if c.kind is ChangeKind.DIGEST}
    taken = consents.take_digests(session, digests)
    kept |= {number: Kept.GONE for digest, number in digests.items() if digest not in taken}
    if lifted and consents.has_digests(session):  # a hashed list that stands may have met them too
        known = {value.casefold(): key for value, key in people.emails_at(session, lifted)}
        consents.meet_digests(session, known, way=Way.IMPORT, at=at, evidence={"import": run.id, "undone": True})
    words = {c.target_id: c for c in changes if c.kind is ChangeKind.DELIVERY_WORD}
    unsaid = actions.unsay(session, words)
    kept |= {c.number: Kept.GONE for number, c in words.items() if number not in unsaid}
    signed = {c.target_id: c for c in changes if c.kind is ChangeKind.SIGNATURE}
    gone = actions.take_back(session, {number: PersonId(c.person_id or 0) for number, c in signed.items()})
    kept |= {c.number: Kept.CHANGED for number, c in signed.items() if number not in gone}
    kept |= giving.take_back(session, sealer, run, changes, at=at)
    kept |= amending.take_back(session, run, changes, at=at)
    kept |= promising.take_back(session, changes)
    kept |= subscribing.take_back(session, changes)
    kept |= joining.take_back(session, changes)
    kept |= attesting.take_back(session, changes)
    kept |= bonding.take_back(session, changes)
    others = [c for c in changes if c.kind not in _ELSEWHERE]
    # What only looks alike is no reason to stay: whoever stays is compared again at night.
    duplicates.withdraw_of(session, {change.person_id for change in others if change.person_id is not None})
    giving_still = giving.still_giving(session, {c.person_id for c in others if c.person_id is not None})
    outcome = taking_back.take_back(
        session, [_written(change) for change in others], ledgers=LEDGERS, standing=giving_still
    )
    emptied: dict[PersonId, dict[str, Any]] = {}
    for change, why in zip(others, outcome, strict=True):
        if why is None and change.kind is ChangeKind.FIELD and change.person_id is not None:
            emptied.setdefault(PersonId(change.person_id), {}).update(change.after)
    merges.let_go(session, emptied)
    return kept | {c.number: why for c, why in zip(others, outcome, strict=True) if why is not None}


_ELSEWHERE = {
    ChangeKind.CONSENT,
    ChangeKind.SUPPRESSION,
    ChangeKind.DIGEST,
    ChangeKind.SIGNATURE,
    ChangeKind.DELIVERY_WORD,
    ChangeKind.GIFT,
    ChangeKind.PLAN,
    ChangeKind.SUBSCRIPTION,
    ChangeKind.MEMBERSHIP,
    ChangeKind.AMENDMENT,
    ChangeKind.ATTESTATION,
    *bonding.SORTS,
}


def _written(change: Change) -> Written:
    return Written(
        what=change.kind.value,
        target_id=change.target_id,
        person_id=change.person_id or 0,
        before=change.before,
        after=change.after,
    )
