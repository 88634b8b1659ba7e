"""What the place where somebody lands comes to, as the verdict on a row and its reasons."""

from __future__ import annotations

from collections.abc import Iterable

from crm.imports.model import Reason, RowVerdict, Told
from crm.people.arrivals import Arrival, Doubt, Landing, Verdict

_DOUBTS = {doubt: Reason(doubt.value) for doubt in Doubt}


def reasons(landing: Landing, arrival: Arrival) -> Iterable[Told]:
    """Why a row comes to its verdict, as far as who it is about says."""
    if landing.verdict is Verdict.CREATE and arrival.died:
        yield Reason.DIED, ""
    if landing.known is not None and landing.known.person.id < 0:
        yield Reason.ROW_BEFORE, ""
    if landing.doubt is not None:
        yield _DOUBTS[landing.doubt], ""
    if landing.verdict is Verdict.UPDATE:
        for name, _ in landing.fields:
            yield Reason.ADDS, name
        for name, added in (
            ("email", landing.emails),
            ("phone", landing.phones),
            ("street", landing.address),
            ("external_id", landing.external_ids),
        ):
            if added:
                yield Reason.ADDS, name
    for one in landing.differences:
        yield Reason.DIFFERS, one.field


def verdict(landing: Landing, *, has_acts: bool, asks: bool) -> RowVerdict:
    """What a row comes to: who it is about first, then what else it brings, then what it asks."""
    if landing.verdict is Verdict.CREATE:
        return RowVerdict.CREATE
    if landing.verdict is Verdict.UPDATE or has_acts:
        return RowVerdict.UPDATE
    return RowVerdict.REVIEW if asks or landing.verdict is Verdict.REVIEW else RowVerdict.SAME
