"""What the list of gifts may be narrowed by: read from the address, said in words, and left out one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from crm.donations import batches, words
from crm.donations.errors import BatchMissing
from crm.donations.model import GiftKind, Method, Wanted
from crm.donations.piles import Batch
from crm.people import service as people
from crm.values import money
from crm.values.errors import Invalid
from crm.values.identifiers import BatchId, PersonId
from crm.web.office import shell
from crm.web.office.days import read_day
from crm.web.words import N_

FILTERS = ("since", "until", "kind", "method", "fund", "code", "batch", "least", "most", "donor")
LONGEST = 40
PILES = 60
"""So many piles that count are offered, the latest in hand first."""
SAID = {
    "since": N_("depuis le %(value)s"),
    "until": N_("jusqu’au %(value)s"),
    "least": N_("dès %(value)s €"),
    "most": N_("au plus %(value)s €"),
    "code": N_("code %(value)s"),
}


def read(given: Callable[[str, str], str]) -> dict[str, str]:
    """What was asked for, by filter; empty where nothing was."""
    return {name: given(name, "").strip()[:LONGEST] for name in FILTERS}


def wanted(typed: Mapping[str, str]) -> Wanted:
    """What the filters ask for; one that nobody understands asks for nothing."""
    batch, donor = (_number(typed[name]) for name in ("batch", "donor"))
    return Wanted(
        since_on=_day(typed["since"]),
        until_on=_day(typed["until"]),
        least_cents=_cents(typed["least"]),
        most_cents=_cents(typed["most"]),
        kind=GiftKind(typed["kind"]) if typed["kind"] in set(GiftKind) else None,
        method=Method(typed["method"]) if typed["method"] in set(Method) else None,
        fund=typed["fund"],
        code=typed["code"],
        batch_id=BatchId(batch) if batch else None,
        person_id=PersonId(donor) if donor else None,
    )


def choices(session: Session, named: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """What each filter that has a list offers, and who and which pile is asked for though no list has them."""
    piles = list(batches.booked(session, size=PILES))
    if (number := _number(typed["batch"])) and number not in {one.id for one in piles}:
        try:
            piles.append(batches.batch(session, BatchId(number)))
        except BatchMissing:
            number = 0
    donor = people.find_survivor(session, PersonId(_number(typed["donor"]))) if typed["donor"] else None
    name = (donor.full_name or shell.say(N_("Sans nom"))) if donor is not None else ""
    return {
        "kind": [(one.value, shell.say(word)) for one, word in words.KINDS.items()],
        "method": [(one.value, shell.say(word)) for one, word in words.METHODS.items()],
        "fund": list(named.items()),
        "batch": [(str(one.id), called(one)) for one in piles],
        "donor": [(typed["donor"], name)] if name else [],
    }


def called(pile: Batch) -> str:
    """What a pile is called."""
    parts = (shell.say(words.PILES[pile.method]), shell.day(pile.received_on), shell.money(pile.control_cents))
    return " · ".join(parts)


def chips(asked: Mapping[str, Any], offered: Mapping[str, list[tuple[str, str]]]) -> list[dict[str, str]]:
    """Each filter that is on in words, with the address of the list without it."""
    return [
        {
            "label": shell.say(SAID[name], value=text) if name in SAID else dict(offered.get(name, ())).get(text, text),
            "without": url_for("gifts.index", **{other: value for other, value in asked.items() if other != name}),
        }
        for name, text in asked.items()
    ]


def _day(text: str) -> date | None:
    try:
        return read_day(text, field="day")
    except Invalid:
        return None


def _cents(text: str) -> int | None:
    try:
        return money.typed(text) if text else None
    except Invalid:
        return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
