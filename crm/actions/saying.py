"""What somebody did, in words ready to be shown."""

from __future__ import annotations

from typing import Any

from crm.actions import words
from crm.actions.history import Done
from crm.actions.model import CallKind
from crm.foundation.templating import environment
from crm.foundation.translation import N_, say
from crm.values.languages import Language


def shown(one: Done, language: Language) -> dict[str, Any]:
    """As a row of a table shows it."""
    state, shape = words.STATES[one.state] if one.state else ("", "")
    return {
        "call_id": one.call_id,
        "at": one.at,
        "title": one.title,
        "kind": say(language, words.ONE[one.kind]),
        "text": _text(one, language),
        "state": say(language, state) if state else "",
        "shape": shape,
        "signature_id": one.signature_id,
        "may_withdraw": one.kind is CallKind.PETITION and one.handing in words.MAY_WITHDRAW,
    }


def _text(one: Done, language: Language) -> str:
    """When and where an event is, how an urgent action was taken, whether a signature may be handed over."""
    if one.kind is CallKind.PETITION:
        return say(language, words.SIGNED[one.handing])
    if one.deed is not None:
        return say(language, words.DEEDS[one.deed])
    day = environment(language).filters["day"](one.starts_on, "plain") if one.starts_on else ""
    seats = say(language, N_("%(count)s places"), count=one.seats) if one.seats > 1 else ""
    return " · ".join(part for part in (day, one.place, seats) if part)
