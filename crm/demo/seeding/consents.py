"""What made-up people allowed and took back: most by the web, many on paper, some long ago."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent import taking_over
from crm.consent.model import Act, NewAct, Way
from crm.demo.organisation import PURPOSES
from crm.demo.seeding.room import Batch
from crm.people.bulk import Added, Arrival
from crm.values.identifiers import NoticeId
from crm.values.languages import Language

_WANTED = {"newsletter": 0.85, "urgent-actions": 0.35, "events": 0.2}
_LEFT, _NEVER_CONFIRMED, _ON_PAPER = 0.11, 0.06, 0.45


class Consents:
    """Acts of those with an e-mail address; they came with them, so they know the same seasons."""

    name = "consentements"

    def __init__(self) -> None:
        self._notices: dict[tuple[str, Language], NoticeId] = {}

    def begin(self, assembly: Assembly, session: Session, now: datetime) -> None:
        """The purposes, and the words that were shown for them."""
        for purpose in PURPOSES:
            consent.put_purpose(session, purpose)
            for language in Language:
                text = purpose.promise(language)
                notice = consent.notice_for(session, purpose=purpose.code, language=language, text=text, at=now)
                self._notices[purpose.code, language] = notice.id

    def add(self, assembly: Assembly, session: Session, batch: Batch, chance: Random) -> int:
        """Their acts, sealed and folded."""
        both = zip(batch.arrivals, batch.added, strict=True)
        acts = [act for one, to in both if to.email_key for act in self._acts(chance, one, to, batch.now)]
        return len(taking_over.record(session, assembly.sealer, acts, at=batch.now))

    def _acts(self, chance: Random, arrival: Arrival, added: Added, now: datetime) -> Iterator[NewAct]:
        on_paper, leaves = chance.random() < _ON_PAPER, chance.random() < _LEFT
        for purpose, share in _WANTED.items():
            if chance.random() >= share:
                continue
            notice = self._notices[purpose, arrival.new.language]
            if on_paper:
                yield _act(added, purpose, (Act.GIVEN, Way.PAPER), arrival.at, notice)
            else:
                yield _act(added, purpose, (Act.REQUESTED, Way.WEB), arrival.at, notice)
                if chance.random() < _NEVER_CONFIRMED:
                    continue
                soon = arrival.at + timedelta(minutes=chance.randrange(2, 900))
                yield _act(added, purpose, (Act.GIVEN, Way.CONFIRMATION), soon, notice)
            if leaves:
                later = arrival.at + (now - arrival.at) * (0.3 + 0.6 * chance.random())
                way = chance.choice((Way.ONE_CLICK, Way.UNSUBSCRIBE_PAGE, Way.STAFF))
                yield _act(added, purpose, (Act.WITHDRAWN, way), later, None)


def _act(added: Added, purpose: str, said: tuple[Act, Way], at: datetime, notice_id: NoticeId | None) -> NewAct:
    return NewAct(
        person_id=added.person_id,
        purpose=purpose,
        address_key=added.email_key,
        act=said[0],
        way=said[1],
        occurred_at=at,
        notice_id=notice_id,
    )
