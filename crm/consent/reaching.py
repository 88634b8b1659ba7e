"""What leads to somebody, for mails and letters that are owed: conditions on a person, for statements over many."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, literal, not_, select
from sqlalchemy.orm import aliased

from crm.consent.model import Act, Channel, SuppressionCause
from crm.consent.tables import ConsentStandingRow, SuppressionRow
from crm.people import selects as people


def has_mailbox(
    person_id: ColumnElement[Any] | Any, day: date, *, heeding: Collection[SuppressionCause]
) -> ColumnElement[bool]:
    """Whether somebody has a mailbox that holds that day and that no suppression of these causes silences.

    Owed mail heeds `DEAD_ADDRESS` alone; whoever can be told otherwise may heed them all.
    """
    live, suppression = people.reachable(day, f"{day:%m-%d}").subquery("live"), aliased(SuppressionRow)
    silenced = select(literal(1)).where(
        suppression.address_key == live.c.address_key, suppression.cause.in_([one.value for one in heeding])
    )
    found = select(literal(1)).where(
        live.c.person_id == person_id, not_(silenced.correlate_except(suppression).exists())
    )
    return found.correlate_except(live).offset(0).exists()


def has_letter_box(person_id: ColumnElement[Any] | Any, day: date) -> ColumnElement[bool]:
    """Whether somebody has a postal address to which a letter of that day may go."""
    homes = people.reachable_by_post(day, f"{day:%m-%d}").subquery("homes")
    return select(literal(1)).where(homes.c.person_id == person_id).correlate_except(homes).offset(0).exists()


def objected(person_id: ColumnElement[Any] | Any, channel: Channel) -> ColumnElement[bool]:
    """Whether somebody objected to a channel, for any purpose at any address."""
    row = aliased(ConsentStandingRow)
    found = select(literal(1)).where(row.person_id == person_id, row.channel == channel, row.act == Act.OBJECTED)
    return found.correlate_except(row).exists()
