"""What supporters ask about their data in their own space, as requests of the desk of data protection."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.contracts.own_space import Asked, OwnLook, OwnWish
from crm.privacy import service, store
from crm.privacy.model import RequestKind, RequestWay, RightsRequest

KINDS: dict[OwnWish, RequestKind] = {OwnWish.ERASURE: RequestKind.ERASURE}


@dataclass(frozen=True, slots=True)
class DeskWishes:
    """The desk as a `WishBook`: the clock of a month runs from the moment somebody asks."""

    def ask(self, session: Session, look: OwnLook, wish: OwnWish) -> Asked:
        found = service.request(session, person_id=look.person_id, kind=KINDS[wish], way=RequestWay.WEB, at=look.now)
        return _asked(found)

    def open_wish(self, session: Session, look: OwnLook, wish: OwnWish) -> Asked | None:
        found = store.find_open(session, look.person_id, KINDS[wish])
        return None if found is None else _asked(found)


def _asked(found: RightsRequest) -> Asked:
    return Asked(received_at=found.received_at, due_on=found.due_on)
