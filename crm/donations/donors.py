"""The door of donor statistics: what somebody's gifts come to, counted anew, compared with the gifts.

A gift that changes brings its donor's figures along in the same transaction (`donor_store.refresh`); once a night the
windows go on by a day, and everything is compared with what the gifts say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.donations import donor_store as store
from crm.donations import portraits
from crm.donations.portraits import SLOWEST, WINDOWS, Cuts, Portrait
from crm.foundation.database import hold
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId

AT_ONCE = 20_000
"""So many numbers of people are counted in one transaction."""
A_FEW = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """As of which day windows are counted, and when everybody was."""

    as_of_on: date
    counted_at: datetime | None


def portrait(session: Session, person_id: PersonId, on: date) -> Portrait | None:
    """What is said of a donor; None for whoever has given nothing that counts."""
    figures = store.figures(session, person_id)
    if figures is None:
        return None
    came = figures.last_instalment_on
    if portraits.is_regular(came, on, SLOWEST) and not portraits.is_regular(came, on):
        figures = replace(figures, rhythm=store.rhythm(session, person_id, on))
    return portraits.portrait(figures, on)


def scores(session: Session, portrait: Portrait) -> tuple[int, int, int]:
    """Recency, frequency and money of a donor among their peers."""
    return portraits.scores(portrait.figures, portrait.on, store.cuts(session))


def cuts(session: Session) -> Cuts:
    """From which values on the scores are earned, as they were parted last."""
    return store.cuts(session)


def count(session: Session) -> Count | None:
    """How fresh the figures are; None where nothing was ever counted."""
    row = store.windows(session)
    return None if row is None else Count(as_of_on=row.as_of_on, counted_at=row.counted_at)


def drift(session: Session) -> int:
    """How many donors have other figures than their gifts say, as of the day of the count."""
    return store.differing(session)


def begin(session: Session, *, at: datetime) -> range:
    """Sets the day to today before everybody is counted: the first numbers of the slices for `count_slice`."""
    hold(session, "donor windows")
    store.set_windows(session, brussels_day(at))
    return range(0, store.highest(session) + 1, AT_ONCE)


def count_slice(session: Session, start: int) -> None:
    """Counts people from a number on anew; each slice in a short transaction of its own."""
    store.rewrite(session, (start, start + AT_ONCE))


def turn(session: Session, *, at: datetime) -> Iterator[list[int]]:
    """Moves the windows on to today: whose gifts left one, a few at a time, to be given to `count_these`."""
    hold(session, "donor windows")
    row, today = store.windows(session), brussels_day(at)
    if row is None:
        return iter(())
    before = {size: getattr(row, f"since_{size}m_on") for size in WINDOWS}
    store.set_windows(session, today)
    left = store.moved_by(session, before, today)
    return iter([left[start : start + A_FEW] for start in range(0, len(left), A_FEW)])


def count_these(session: Session, person_ids: list[int]) -> None:
    """Counts a few people anew."""
    store.refresh(session, person_ids)


def end(session: Session, *, at: datetime) -> int:
    """Everybody is counted: parts the scores anew, says when, and how many donors there are."""
    row = store.windows(session)
    if row is not None:
        store.cut(session, row.as_of_on)
        row.counted_at = at
        session.flush()
    return store.number(session)
