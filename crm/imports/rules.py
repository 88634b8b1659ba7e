"""The decisions of imports: what a file may say about consent, which columns it has, what is still to be chosen."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crm.consent.model import Act, Standing
from crm.imports import amounts, dates
from crm.imports.kinds.model import Choice, Field, Kind, Sort
from crm.imports.model import Matching, Reason
from crm.imports.wish import NOES, Said
from crm.people.arrivals import Arrival, whole_name
from crm.values import money
from crm.values.address_key import dedupe_key
from crm.values.folding import folded

KEPT = timedelta(days=90)
"""How long a file, its rows and the possibility to undo are kept."""

NUMBERS = frozenset({"external_id", "organisation_id", "household", "reference"})
"""Columns that hold numbers of another system, and mean nothing without its name."""

_SAID = {Act.GIVEN: Reason.CONSENT, Act.IMPORTED: Reason.LEGACY, Act.REFUSED: Reason.WITHDRAWAL}
_SAID |= {Act.WITHDRAWN: Reason.WITHDRAWAL, Act.OBJECTED: Reason.OBJECTION}


@dataclass(frozen=True, slots=True)
class Weight:
    """What a file's word comes to: written to the ledger or not, and why; `asks` where only a person may decide."""

    is_written: bool
    reason: Reason | None = None
    asks: bool = False


def weigh(said: Said, stands: Standing | None, *, at: datetime) -> Weight:
    """A file adds to what is on record and never raises a no: that takes a word of the person, or a person's decision.

    Proof turns a legacy word into a yes. A no is heard unless a later yes is on record. What is on record already is
    not written twice.
    """
    if stands is None:
        return Weight(True, _SAID[said.act])
    moment = said.occurred_at or at
    if said.act is Act.IMPORTED:
        return Weight(False)
    if said.act is Act.GIVEN:
        if stands.act in NOES or stands.act is Act.EXPIRED:
            return Weight(False, Reason.NO_STANDS, asks=True) if moment > stands.since_at else Weight(False)
        return Weight(False) if stands.act is Act.GIVEN else Weight(True, Reason.CONSENT)
    if stands.act in NOES or (stands.act is not Act.IMPORTED and moment < stands.since_at):
        return Weight(False)
    return Weight(True, _SAID[said.act])


def signature(headers: Sequence[str]) -> str:
    """One name for all files of one source: they have the same columns."""
    return hashlib.sha256("\x1f".join(folded(header) for header in headers).encode()).hexdigest()


def guessed_columns(fields: Sequence[Field], headers: Sequence[str]) -> dict[str, int]:
    """Which column means which field, by their names alone; each column at most once.

    The very name first, then a name that holds an alias as whole words. A « N° » is of a house beside its street alone;
    at the head of a file it is the number of the person.
    """
    plain = [folded(header).replace("_", " ").strip(" .:*") for header in headers]
    found: dict[str, int] = {}
    taken: set[int] = set()
    for is_exact in (True, False):
        for field in fields:
            if field.name in found:
                continue
            for alias in field.aliases:
                there = (i for i, name in enumerate(plain) if i not in taken and _means(name, alias, field, is_exact))
                is_of_house = field.name == "number" and alias in _BARE
                place = next((i for i in there if not is_of_house or i - 1 == found.get("street")), None)
                if place is not None:
                    found[field.name] = place
                    taken.add(place)
                    break
    is_person_numbered = plain[:1] and plain[0] in _BARE and 0 not in taken
    if is_person_numbered and any(field.name == "external_id" for field in fields) and "external_id" not in found:
        found["external_id"] = 0
    return found


_BARE = frozenset({"n°", "no", "nr", "numero", "nummer", "number"})
_OF_DAYS = frozenset({"date", "datum", "depuis", "since", "sinds", "dernier", "derniere", "last", "laatste"})


def _means(name: str, alias: str, field: Field, is_exact: bool) -> bool:
    if is_exact:
        return name == alias
    is_of_day = field.sort is not Sort.DAY and not _OF_DAYS.isdisjoint(name.split())  # « membre depuis » is no number
    return len(alias) > 3 and f" {alias} " in f" {name} " and not (is_of_day and _OF_DAYS.isdisjoint(alias.split()))


def guessed_by_content(
    fields: Sequence[Field], columns: Sequence[Sequence[str]], taken: Collection[int]
) -> dict[str, int]:
    """For a file whose columns have no names: the column of addresses or digests, where there is one."""
    for place, cells in enumerate(columns):
        filled = [cell for cell in cells if cell]
        addressed = sum("@" in cell for cell in filled)
        if place not in taken and filled and addressed * 2 > len(filled):
            for field in fields:
                if field.sort is Sort.EMAIL or field.name == "address":
                    return {field.name: place}
    digests = next((f.name for f in fields if f.name == "address"), None)
    return {digests: 0} if digests and columns and 0 not in taken else {}


def possible_formats(sort: Sort, cells: Sequence[str], *, today: date) -> tuple[str, ...]:
    """The formats in which a column can be read; several where it could be two things, none where nothing fits."""
    if sort is Sort.DAY and not any(cell and not dates.is_nought(cell) for cell in cells):
        return (dates.DateFormat.ISO.value,)
    match sort:
        case Sort.DAY:
            return tuple(how.value for how in dates.formats_of(cells, today=today))
        case Sort.AMOUNT:
            return tuple(how.value for how in amounts.notations_of(cells))
        case _:
            return ()


def meaning(sort: Sort, cell: str, how: str, *, today: date) -> str:
    """What a cell is taken to mean, for people to check: an ISO day, cents, or nothing where it cannot be read."""
    if not how:
        return ""
    if sort is Sort.DAY:
        day = dates.day_of(cell, dates.DateFormat(how), today=today)
        return day.isoformat() if day else ""
    cents = money.cents_of(cell, money.Notation(how))
    return "" if cents is None else str(cents)


def missing(kind: Kind, matching: Matching) -> tuple[str, ...]:
    """What must still be chosen before a file can be checked, in the order of the form."""
    lacking = [f"column-{one.name}" for one in kind.fields if one.required and one.name not in matching.columns]
    lacking += [
        f"format-{one.name}"
        for one in kind.fields
        if one.sort in {Sort.DAY, Sort.AMOUNT} and one.name in matching.columns and not matching.formats.get(one.name)
    ]
    lacking += [
        f"choice-{one.name}" for one in kind.choices if is_needed(one, matching) and not matching.choices.get(one.name)
    ]
    return tuple(lacking)


def is_needed(choice: Choice, matching: Matching) -> bool:
    """A choice is needed where it says so, or where a column means nothing without it."""
    return choice.required or (choice.name == "system" and not matching.columns.keys().isdisjoint(NUMBERS))


def contact_key(arrival: Arrival, group: Arrival) -> tuple[str, ...]:
    """By what a row leads to somebody of an organisation who gives nothing but their name."""
    return ("contact", group.organisation_key, whole_name(arrival))


def home_key(box: str, words: Collection[str]) -> tuple[str, ...]:
    """Somebody of just that name at a letter box."""
    return ("home", box, " ".join(sorted(words)))


def keys_of(arrival: Arrival, *, at_home: bool = False) -> list[tuple[str, ...]]:
    """The strong keys of an arrival, name and letter box the last; `at_home`, its letter box whatever the name."""
    keys: list[tuple[str, ...]] = [("email", email.normal) for email in arrival.emails]
    keys += [("phone", phone.e164) for phone in arrival.phones]
    keys += [("id", one.system, one.value) for one in arrival.external_ids]
    keys += [("enterprise", arrival.enterprise_number)] if arrival.enterprise_number else []
    keys += [("organisation", arrival.organisation_key)] if arrival.organisation_key else []
    if arrival.address is not None:
        box = dedupe_key(arrival.address)
        keys += [("box", box)] if at_home else []
        keys += [home_key(box, arrival.words)] if arrival.first_name and arrival.last_name else []
    return [*keys, ("number", arrival.number)] if arrival.number else keys
