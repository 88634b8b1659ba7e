"""Where somebody lived when they gave: written with the gift, so that no later move changes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from sqlalchemy.orm import Session

from crm.donations.model import NewGift
from crm.people import contacts
from crm.values.address_lines import lines
from crm.values.identifiers import PersonId

FRESH = timedelta(days=31)
"""Of a gift that is older when it is written down, nobody knows where its donor lived then."""


def is_fresh(new: NewGift, today: date) -> bool:
    """Whether today's address is that of the time of the gift."""
    return not new.address and not new.is_test and new.given_on > today - FRESH


def homes(session: Session, several: Iterable[NewGift], today: date) -> dict[PersonId, str]:
    """In one line, where each donor of the fresh ones among those gifts lives, where we know."""
    return written(session, {new.person_id for new in several if is_fresh(new, today)}, today)


def written(session: Session, person_ids: Collection[PersonId], today: date) -> dict[PersonId, str]:
    """Where each of those people lives that day, in one line."""
    if not person_ids:
        return {}
    found = contacts.letter_homes_on(session, person_ids, today)
    return {who: ", ".join(lines(home)) for who, home in found.items()}
