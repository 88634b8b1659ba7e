"""A person's own pace as SQL: the twin of `pace.held_back`, under the same property test as the gate."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, literal, or_, select
from sqlalchemy.orm import aliased

from crm.consent.model import Channel
from crm.consent.pace import QUIET_DAYS
from crm.consent.tables import LastLetterRow, PaceRow
from crm.foundation.columns import days_before


def paused(person_id: Any, channel: Channel, on: Any) -> ColumnElement[bool]:
    """True for whoever asked for silence until a later day."""
    pace = aliased(PaceRow)
    return (
        select(literal(1))
        .select_from(pace)
        .where(pace.person_id == person_id, pace.channel == channel, pace.pause_until_on > on)
        .exists()
    )


def too_often(person_id: Any, channel: Channel, at: Any) -> ColumnElement[bool]:
    """True for whoever had a letter more lately than their rhythm allows."""
    pace, last = aliased(PaceRow), aliased(LastLetterRow)
    days = case({one.value: days for one, days in QUIET_DAYS.items() if days is not None}, value=pace.rhythm)
    return (
        select(literal(1))
        .select_from(pace)
        .join(last, (last.person_id == pace.person_id) & (last.channel == pace.channel))
        .where(
            pace.person_id == person_id,
            pace.channel == channel,
            days.is_not(None),
            last.written_at > days_before(at, days),
        )
        .exists()
    )


def rests(person_id: Any, channel: Channel, on: Any, at: Any) -> ColumnElement[bool]:
    """`paused` or `too_often`, in one look at a person's pace: few have one."""
    pace, last = aliased(PaceRow), aliased(LastLetterRow)
    days = case({one.value: days for one, days in QUIET_DAYS.items() if days is not None}, value=pace.rhythm)
    lately = (
        select(literal(1))
        .select_from(last)
        .where(
            last.person_id == pace.person_id,
            last.channel == pace.channel,
            last.written_at > days_before(at, days),
        )
        .correlate(pace)
        .exists()
    )
    return (
        select(literal(1))
        .select_from(pace)
        .where(
            pace.person_id == person_id,
            pace.channel == channel,
            or_(pace.pause_until_on > on, days.is_not(None) & lately),
        )
        .correlate_except(pace)
        .exists()
    )
