"""The magazine in a supporter's own space: how they get it, and the issues they were sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contracts.own_space import OwnLine, OwnLook, OwnPart, OwnSource
from crm.foundation.templating import environment
from crm.foundation.translation import N_, say
from crm.magazine import history, rules, store
from crm.magazine.model import Format, Subscription
from crm.magazine.selects import rights
from crm.values.calendar import brussels_day

PATH = "/mon-espace/magazine"
OWN: dict[Format, str] = {
    Format.PAPER: N_("Sur papier, dans votre boîte aux lettres"),
    Format.PDF: N_("En PDF, par e-mail"),
    Format.BOTH: N_("Les deux"),
    Format.NONE: N_("Vous ne le recevez pas"),
}
"""The choices in the words in which a supporter reads them."""


@dataclass(frozen=True, slots=True)
class OwnMagazine:
    """How they get it, with the way to choose otherwise."""

    key: str = "magazine"

    def part(self, session: Session, look: OwnLook) -> OwnPart | None:
        """Nothing where the house has no magazine, or they never had to do with it."""
        publication = store.publication(session)
        if publication is None or not _concerns(session, look):
            return None
        said = _said(session, look)
        return OwnPart(
            title=publication.name,
            lines=(OwnLine(text=say(look.language, OWN[said.format]), note=_pause(said, look), path=PATH),),
        )

    def file(self, session: Session, look: OwnLook) -> Mapping[str, Any]:
        """The choice and the copies."""
        said = _said(session, look)
        return {
            "format": said.format.value,
            "copies": said.copies,
            "paused_until_on": said.paused_until_on.isoformat() if said.paused_until_on else None,
            "issues": [
                {"number": one.number, "on": one.drop_on.isoformat(), "copies": one.copies}
                for one in history.of_person(session, look.person_id, size=100)
                if one.reason is None and one.removal is None
            ],
        }


def _concerns(session: Session, look: OwnLook) -> bool:
    """Whether they said something of it, were sent it, or have a right to the next issue."""
    if _said(session, look) != Subscription(person_id=look.person_id):
        return True
    if history.of_person(session, look.person_id, size=1):
        return True
    last = store.last_frozen(session)
    number = last.number + 1 if last else 1
    every = rights(store.last_rule(session).rule, number, brussels_day(look.now)).subquery("every")
    return session.scalar(select(every.c.person_id).where(every.c.person_id == look.person_id)) is not None


def _said(session: Session, look: OwnLook) -> Subscription:
    return store.subscription(session, look.person_id)


def _pause(said: Subscription, look: OwnLook) -> str:
    if not rules.is_paused(said, brussels_day(look.now)):
        return ""
    if said.paused_until_on is None:
        return say(look.language, N_("en pause"))
    day = environment(look.language).filters["day"](said.paused_until_on, "plain")
    return say(look.language, N_("en pause jusqu’au %(day)s"), day=day)


SOURCES: tuple[OwnSource, ...] = (OwnMagazine(),)
