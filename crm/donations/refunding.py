"""Refunds that a provider made before the house decided on them: known again, so that none is booked twice. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from crm.donations.model import Entry, EntryKind, Refund, RefundState

OURS = "refund"
"""Under this name stands a refund that the house decided itself, with its number."""
DROPPED = " dropped"
"""What follows that number where the refund is not to be paid any more: the gift stands again."""


def told_already(
    entries: Iterable[Entry], refunds: Iterable[Refund], cents: int, *, since: datetime | None = None
) -> int:
    """How many refunds of that amount a provider told (since a moment) that no decision of ours stands for yet."""
    entries = tuple(entries)
    booked = {one.external_id for one in entries if one.provider == OURS}
    told = sorted(
        one.recorded_at
        for one in entries
        if one.kind is EntryKind.REFUND and one.provider not in ("", OURS) and one.cents == -cents
    )
    known_again = (
        one for one in refunds if one.state is RefundState.DONE and one.cents == cents and str(one.id) not in booked
    )
    for refund in sorted(known_again, key=lambda one: one.asked_at):
        theirs = next((at for at in told if at >= refund.asked_at), None)
        if theirs is not None:
            told.remove(theirs)
    return sum(since is None or at >= since for at in told)
