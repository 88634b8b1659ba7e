"""The gifts of somebody, on their page and in their timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from crm.contracts.person_page import Link, Look, Panel, PersonPanel, Place, TimelineEntry, TimelineSource
from crm.donations import donor_store, listing, store, words
from crm.donations.donor_panel import DonorPanel
from crm.donations.model import Gift, GiftKind, Wanted
from crm.donations.tables import GiftRow
from crm.foundation import presence
from crm.foundation.newest import Before
from crm.foundation.templating import environment
from crm.foundation.translation import N_, say
from crm.values.calendar import brussels_day, instant_of

LATEST = 6
_GIFTS = presence.watch(GiftRow.person_id)


@dataclass(frozen=True, slots=True)
class GiftsPanel:
    """What they gave in all and this year, and the latest of it."""

    key: str = "gifts"
    order: int = 15
    place: Place = Place.MAIN
    permission: str = "donations.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """The newest first."""
        nothing = presence.nothing(session, _GIFTS, look.person_id)
        latest = () if nothing else listing.page(session, Wanted(person_id=look.person_id), after=None, size=LATEST + 1)
        year = brussels_day(look.now).replace(month=1, day=1)
        number, cents, of_year = donor_store.in_all(session, look.person_id, year) if latest else (0, 0, 0)
        return Panel(
            key=self.key,
            values={
                "person_id": look.person_id,
                "gifts": [
                    {
                        "id": one.id,
                        "given_on": one.given_on,
                        "kind": say(look.language, words.KINDS[one.kind]),
                        "method": say(look.language, words.METHODS[one.method]),
                        "cents": one.cents,
                        "net_cents": one.net_cents,
                        "is_in_kind": one.kind is GiftKind.IN_KIND,
                        "what": one.what,
                        "is_test": one.is_test,
                    }
                    for one in latest[:LATEST]
                ],
                "has_more": len(latest) > LATEST,
                "number": number,
                "all_cents": cents,
                "year_cents": of_year,
                "year": year.year,
            },
        )


@dataclass(frozen=True, slots=True)
class GiftsTimeline:
    """Every gift, at noon of its day: money has no hour."""

    source: str = "gifts"
    kind: str = "gifts"
    label: str = N_("Dons")
    permission: str = "donations.read"

    def entries(self, session: Session, look: Look, *, before: Before | None, size: int) -> Sequence[TimelineEntry]:
        """Newest first."""
        if presence.nothing(session, _GIFTS, look.person_id):
            return ()
        money = environment(look.language).filters["money"]
        return [
            TimelineEntry(
                source=self.source,
                number=one.id,
                at=_noon(one.given_on),
                title=f"{say(look.language, words.KINDS[one.kind])} · {money(one.cents)}",
                text=_text(one, look, money(one.net_cents)),
                shape="done" if one.net_cents or (one.kind is GiftKind.IN_KIND and one.cents) else "stop",
                link=Link(endpoint="gifts.show", numbers={"gift_id": one.id}),
            )
            for one in store.of_person(session, look.person_id, below=_below(before), size=size)
        ]


def _noon(day: date) -> datetime:
    return instant_of(day, time(12))


def _below(before: Before | None) -> tuple[date, int] | None:
    if before is None:
        return None
    day = brussels_day(before.at)
    if _noon(day) == before.at:
        return day, before.number
    return (day + timedelta(days=1) if _noon(day) < before.at else day), 0


def _text(one: Gift, look: Look, stays: str) -> str:
    if one.kind is GiftKind.IN_KIND:
        return one.what
    method = say(look.language, words.METHODS[one.method])
    return (
        method if one.net_cents == one.cents else f"{method} · {say(look.language, N_('reste %(money)s'), money=stays)}"
    )


PANELS: tuple[PersonPanel, ...] = (GiftsPanel(), DonorPanel())
TIMELINE: tuple[TimelineSource, ...] = (GiftsTimeline(),)
