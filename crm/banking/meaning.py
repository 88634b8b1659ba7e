"""What a credit is: a gift, a fee, a purchase, a legacy. A bank says nothing of it, so its words and habits do.

Only gifts are booked by themselves. Whatever may be something else waits for a colleague, who is shown what it seems to
be: a fee that is taken for a gift would be attested, and would make nobody a member.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from crm.banking.kept import KeptLine
from crm.donations.model import GENERAL, GiftKind
from crm.donations.selects import latest_kinds
from crm.values.folding import folded

OFFERED: Final = (
    GiftKind.ONE_OFF,
    GiftKind.MEMBERSHIP_FEE,
    GiftKind.SALE,
    GiftKind.LEGACY,
    GiftKind.SPONSORING,
)
"""What a colleague may say that a credit is. An instalment is one by its mandate, and nothing in kind comes by bank."""

_WORDS: Final = {
    GiftKind.MEMBERSHIP_FEE: "cotisation cotis lidgeld lidmaatschap lidbijdrage mitgliedsbeitrag membership adhesion",
    GiftKind.SALE: "bougie bougies kaars kaarsen kerze kerzen candle candles commande bestelling facture factuur achat",
    GiftKind.LEGACY: "legs succession notaire notaris notar nalatenschap erfenis legaat erbschaft testament",
    GiftKind.SPONSORING: "sponsoring sponsor sponsorship",
}
_KIND_OF: Final = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_WORD: Final = re.compile(r"[a-z]+")

Habits = Mapping[tuple[int, int], GiftKind]
"""What somebody's latest payment of an amount was, by person and cents."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Meant:
    """What a colleague says that a credit is, the fund it goes to, and the code of the appeal it answers."""

    kind: GiftKind = GiftKind.ONE_OFF
    fund: str = GENERAL
    source: str = ""


def said(line: KeptLine) -> GiftKind | None:
    """What the words on a transfer say that it is, where they say anything but a gift."""
    text = folded(f"{line.communication} {line.name}")
    return next((_KIND_OF[word] for word in _WORD.findall(text) if word in _KIND_OF), None)


def habits(session: Session, person_ids: Collection[int], cents: Collection[int]) -> Habits:
    """Of those people, what their latest payment of each of those amounts was."""
    if not person_ids:
        return {}
    return {(row.person_id, row.net_cents): row.kind for row in session.execute(latest_kinds(person_ids, cents))}


def seems(line: KeptLine, person_id: int | None, known: Habits) -> GiftKind:
    """What a credit seems to be: by its words, else as the last time they paid that much, else a gift."""
    if line.mandate:
        return GiftKind.ONE_OFF
    habit = known.get((person_id, line.cents)) if person_id is not None else None
    return said(line) or (habit if habit in OFFERED else None) or GiftKind.ONE_OFF
