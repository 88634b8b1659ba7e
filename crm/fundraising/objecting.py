"""Not to be asked for gifts any more, by any way, and to be asked again: as they say themselves (GDPR art. 21)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.consent.model import APPEALS, Act, Channel, NewAct, Way
from crm.consent.policy import EVERYWHERE
from crm.foundation.signing import Sealer
from crm.values.identifiers import NoticeId, PersonId
from crm.values.languages import Language

CHANNELS = (Channel.POST, Channel.PHONE, Channel.SMS, Channel.EMAIL)


def is_open(session: Session) -> bool:
    """Whether the house asks for gifts at all: until then there is nothing to object to."""
    return any(one.code == APPEALS for one in consent.purposes(session))


def has_objected(session: Session, person_id: PersonId) -> bool:
    """True where they said no by every way."""
    return _objected(session, person_id) == set(CHANNELS)


def object_to(session: Session, sealer: Sealer, person_id: PersonId, *, at: datetime) -> bool:
    """They want no appeal any more, by no way; twice is once. True if that changed anything."""
    missing = [one for one in CHANNELS if one not in _objected(session, person_id)]
    _say(session, sealer, person_id, missing, Act.OBJECTED, at=at)
    return bool(missing)


def allow_again(
    session: Session, sealer: Sealer, person_id: PersonId, *, words: str, language: Language, at: datetime
) -> bool:
    """They take their objection back, by the words that stood beside the button. True if that changed anything."""
    there = [one for one in CHANNELS if one in _objected(session, person_id)]
    notice = consent.notice_for(session, purpose=APPEALS, language=language, text=words, at=at) if there else None
    _say(session, sealer, person_id, there, Act.GIVEN, at=at, notice_id=notice.id if notice else None)
    return bool(there)


def _say(
    session: Session,
    sealer: Sealer,
    person_id: PersonId,
    channels: list[Channel],
    act: Act,
    *,
    at: datetime,
    notice_id: NoticeId | None = None,
) -> None:
    for channel in channels:
        new = NewAct(
            person_id=person_id,
            purpose=APPEALS,
            address_key=EVERYWHERE,
            act=act,
            way=Way.PREFERENCES,
            occurred_at=at,
            channel=channel,
            notice_id=notice_id,
        )
        consent.record(session, sealer, new, at=at)


def _objected(session: Session, person_id: PersonId) -> set[Channel]:
    return {
        one.channel
        for one in consent.standings(session, person_id)
        if (one.purpose, one.address_key, one.act) == (APPEALS, EVERYWHERE, Act.OBJECTED)
    }
