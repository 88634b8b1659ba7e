"""What a way to reach somebody is used for, and when it holds: from a day, until one, some months of each year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from crm.people import contact_store
from crm.people.errors import AbodeMissing, ContactPointMissing
from crm.people.model import Usage
from crm.people.rules import tidy_season
from crm.values.errors import Invalid
from crm.values.identifiers import ContactPointId, PostalAddressId


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """A use, and both days within its time; the season as `MM-DD` twice, or two empty texts."""

    usage: Usage
    valid_from_on: date | None = None
    valid_until_on: date | None = None
    season: tuple[str, str] = ("", "")


def of_address(session: Session, abode_id: PostalAddressId, terms: Terms) -> None:
    """Says what a postal address is used for and when it holds. Raises `Invalid`."""
    values = _values(terms)
    if contact_store.find_abode(session, abode_id) is None:
        raise AbodeMissing
    contact_store.change_abode(session, abode_id, values)


def of_point(session: Session, contact_point_id: ContactPointId, terms: Terms) -> None:
    """The same of an e-mail address or a phone number. Raises `Invalid`."""
    values = _values(terms)
    if contact_store.find_point(session, contact_point_id) is None:
        raise ContactPointMissing
    contact_store.change_point(session, contact_point_id, values)


def _values(terms: Terms) -> dict[str, Any]:
    first, last = terms.valid_from_on, terms.valid_until_on
    if first and last and last < first:
        raise Invalid("it ends before it begins", field="valid_until_on")
    season_from, season_until = tidy_season(*terms.season)
    return {
        "usage": terms.usage,
        "valid_from_on": first,
        "valid_until_on": last,
        "season_from": season_from,
        "season_until": season_until,
    }
