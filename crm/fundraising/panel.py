"""The appeals that asked somebody, on their page with what they answered, and in their timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.contracts.person_page import Look, Panel, PersonPanel, Place, TimelineEntry, TimelineSource
from crm.foundation.newest import Before
from crm.foundation.translation import N_, say
from crm.fundraising import history, words
from crm.fundraising.call_model import CallOutcome
from crm.fundraising.history import Answer, Asking

SOURCE = "appeals"


@dataclass(frozen=True, slots=True)
class AppealsPanel:
    """The latest appeals that left for them. Left out where none ever did."""

    key: str = "appeals"
    order: int = 18
    place: Place = Place.MAIN
    permission: str = "donations.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """The newest first, in one query."""
        found, in_all = history.glance(session, look.person_id)
        if not found:
            return None
        return Panel(
            key=self.key,
            values={
                "person_id": look.person_id,
                "appeals": [_row(asking, answer, look) for asking, answer in found],
                "count": in_all,
                "has_more": in_all > len(found),
            },
        )


def _row(asking: Asking, answer: Answer, look: Look) -> dict[str, object]:
    word, shape = words.SILENT
    if answer.cents:
        word, shape = words.GAVE
    elif answer.outcome is not None:
        word, shape = words.ANSWERS[answer.outcome]
    is_pledge = not answer.cents and answer.outcome is CallOutcome.PLEDGED
    return {
        "appeal_id": asking.appeal_id,
        "name": asking.name,
        "code": asking.code,
        "campaign": asking.campaign,
        "how": _how(asking, look),
        "left_at": asking.left_at,
        "word": say(look.language, word),
        "shape": shape,
        "cents": answer.cents or (answer.pledged_cents if is_pledge else None),
        "is_monthly": is_pledge and answer.is_monthly,
        "on": answer.given_on if answer.cents else answer.said_on,
        "gifts": answer.gifts,
    }


def _how(asking: Asking, look: Look) -> str:
    """By what, and which letter of which cell."""
    package = say(look.language, N_("version %(package)s"), package=asking.package) if asking.package else ""
    parts = (say(look.language, words.CHANNELS[asking.channel]), asking.cell, package)
    return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class AppealsTimeline:
    """Each appeal, when the first file with them left."""

    source: str = SOURCE
    kind: str = "appeals"
    label: str = N_("Appels")
    permission: str = "donations.read"

    def entries(self, session: Session, look: Look, *, before: Before | None, size: int) -> Sequence[TimelineEntry]:
        """Newest first, in one query."""
        return [
            TimelineEntry(
                source=SOURCE,
                number=one.number,
                at=one.left_at,
                title=say(look.language, N_("Appel aux dons : %(name)s"), name=one.name),
                text=" · ".join((one.campaign, one.code, _how(one, look))),
            )
            for one in history.askings(session, look.person_id, before=before, size=size)
        ]


PANELS: tuple[PersonPanel, ...] = (AppealsPanel(),)
TIMELINE: tuple[TimelineSource, ...] = (AppealsTimeline(),)
