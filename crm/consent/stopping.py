"""A no that somebody tells a colleague: for a purpose, by every way, whether or not they ever said a word of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.consent import gate, service
from crm.consent.model import Act, Channel, NewAct, Refusal, Standing, Way
from crm.consent.policy import EVERYWHERE
from crm.foundation.signing import Sealer
from crm.values.identifiers import PersonId

_TODAY = frozenset({None, Refusal.NO_ADDRESS, Refusal.SUPPRESSED, Refusal.PAUSED, Refusal.TOO_OFTEN})
"""Answers of the gate that leave the door open for another day or another address."""


def is_open(stands: Standing) -> bool:
    """Whether a word is one that a withdrawal answers; after a no there is nothing left, but for a wish that waits."""
    return stands.act in {Act.GIVEN, Act.REQUESTED, Act.IMPORTED, Act.EXPIRED} or stands.asked_id is not None


def open_purposes(session: Session, person_id: PersonId, *, at: datetime) -> frozenset[str]:
    """The purposes for which they may be written to or called, or could be: those a no would change something about."""
    spoken = {stands.purpose for stands in service.standings(session, person_id) if is_open(stands)}
    every = {purpose.code for purpose in service.addressed(session)}
    return frozenset(spoken & every | {one for one in every - spoken if _ways(session, person_id, one, at)})


def stop(
    session: Session,
    sealer: Sealer,
    *,
    person_id: PersonId,
    purpose: str,
    way: Way,
    at: datetime,
    evidence: Mapping[str, Any],
) -> bool:
    """Takes back every word that stands, and objects wherever none was needed. True if anything changed."""
    changed = [
        service.withdraw(
            session,
            sealer,
            person_id=person_id,
            purpose=purpose,
            channel=stands.channel,
            address_key=stands.address_key,
            way=way,
            at=at,
            evidence=evidence,
        )
        for stands in service.standings(session, person_id)
        if stands.purpose == purpose and is_open(stands)
    ]
    ways = _ways(session, person_id, purpose, at)
    for channel in ways:
        objection = NewAct(
            person_id=person_id,
            purpose=purpose,
            channel=channel,
            address_key=EVERYWHERE,
            act=Act.OBJECTED,
            way=way,
            occurred_at=at,
            evidence=evidence,
        )
        service.record(session, sealer, objection, at=at)
    return any(changed) or bool(ways)


def _ways(session: Session, person_id: PersonId, purpose: str, at: datetime) -> list[Channel]:
    return [one for one in Channel if gate.verdict_of(session, person_id, purpose, one, at).refusal in _TODAY]
