"""What a way to reach somebody is used for, and when it holds: from a day, until one, some months of each year."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from crm.people import contact_store
from crm.people.errors import AbodeMissing, ContactPointMissing
from crm.people.model import Abode, Usage
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


def of_way(way: Abode) -> Terms:
    """The terms on which an address holds."""
    return Terms(
        usage=way.usage,
        valid_from_on=way.valid_from_on,
        valid_until_on=way.valid_until_on,
        season=(way.season_from, way.season_until),
    )


def preferred(living: Collection[Abode]) -> Abode | None:
    """The address that is written to first."""
    return next((one for one in living if one.is_primary), None)


def standing(living: Collection[Abode], named: Abode | None) -> Abode | None:
    """That address among the living ones, or the equal one that a merge kept in its place; else None."""
    if named is None:
        return None
    equal = [one for one in living if (one.dedupe_key, of_way(one)) == (named.dedupe_key, of_way(named))]
    return next((one for one in living if one.id == named.id), None) or next(iter(equal), None)


def of_address(session: Session, abode_id: PostalAddressId, terms: Terms) -> None:
    """Says what a postal address is used for and when it holds. Raises `Invalid`."""
    values = columns(terms)
    if contact_store.find_abode(session, abode_id) is None:
        raise AbodeMissing
    contact_store.change_abode(session, abode_id, values)


def of_point(session: Session, contact_point_id: ContactPointId, terms: Terms) -> None:
    """The same of an e-mail address or a phone number. Raises `Invalid`."""
    values = columns(terms)
    if contact_store.find_point(session, contact_point_id) is None:
        raise ContactPointMissing
    contact_store.change_point(session, contact_point_id, values)


def columns(terms: Terms) -> dict[str, Any]:
    """The columns that say so. Raises `Invalid` for days the wrong way round, or a season that is none."""
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
