"""What somebody gave, in their own space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from crm.contracts.own_space import OwnLine, OwnLook, OwnPart, OwnSource
from crm.donations import listing, store, words
from crm.donations.model import Gift, GiftKind, Wanted
from crm.foundation.templating import environment
from crm.foundation.translation import N_, say
from crm.values.calendar import brussels_day
from crm.values.money import exact

SHOWN = 24
EVERY = 10_000


@dataclass(frozen=True, slots=True)
class OwnGifts:
    """The latest gifts, and what they come to this year and in all."""

    key: str = "gifts"

    def part(self, session: Session, look: OwnLook) -> OwnPart | None:
        """Nothing where they never gave; a gift of which nothing stayed says so."""
        gifts = _given(session, look, SHOWN)
        if not gifts:
            return None
        filters = environment(look.language).filters
        year = brussels_day(look.now).replace(month=1, day=1)
        whole = listing.totals(session, Wanted(person_id=look.person_id))
        this = listing.totals(session, Wanted(person_id=look.person_id, since_on=year))
        said = (
            N_("%(all)s en tout, dont %(this)s en %(year)s. Merci.")
            if this.net_cents
            else N_("%(all)s en tout. Merci.")
        )
        text = say(
            look.language,
            said,
            all=filters["money"](whole.net_cents),
            this=filters["money"](this.net_cents),
            year=year.year,
        )
        return OwnPart(
            title=say(look.language, N_("Mes dons")),
            text=text,
            lines=tuple(
                OwnLine(
                    text=f"{filters['day'](one.given_on, 'plain')} · {filters['money'](one.cents)}",
                    note=_note(one, look, filters["money"](one.net_cents)),
                )
                for one in gifts
            ),
        )

    def file(self, session: Session, look: OwnLook) -> Mapping[str, Any]:
        """Every gift, amounts as exact decimals of euro."""
        return {
            "gifts": [
                {
                    "given_on": one.given_on.isoformat(),
                    "kind": one.kind.value,
                    "method": one.method.value,
                    "amount": exact(one.cents),
                    "stays": exact(one.net_cents),
                }
                for one in _given(session, look, EVERY)
            ]
        }


def _given(session: Session, look: OwnLook, size: int) -> list[Gift]:
    found = store.of_person(session, look.person_id, below=None, size=size)
    return [one for one in found if not one.is_test]


def _note(one: Gift, look: OwnLook, stays: str) -> str:
    kind = say(look.language, words.KINDS[one.kind])
    if one.kind is GiftKind.IN_KIND:
        return " · ".join(filter(None, (kind, one.what)))
    if one.net_cents == one.cents:
        return kind
    return f"{kind} · {say(look.language, N_('il en reste %(money)s'), money=stays)}"


SOURCES: tuple[OwnSource, ...] = (OwnGifts(),)
