"""Takes back what `settling.settle` wrote: exactly what was there is there again, unless something changed since."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from crm.people import keys, search, settling_store, store
from crm.people.model import Deliverability, DifferenceState
from crm.people.settling import ADDRESS_PARTS, FIELDS, POINT_PARTS, Written, mark
from crm.people.tables import ContactPointRow, DifferenceRow, ExternalIdRow, PostalAddressRow
from crm.values.identifiers import PersonId

_NONE_AT_ALL = frozenset({"birth_on", "member_number", "organisation_kind"})
_TOLD = frozenset({"contact_failure"})


class Kept(StrEnum):
    """Why something stays although it was to be taken back."""

    CHANGED = "changed"
    USED = "used"
    DECIDED = "decided"
    GONE = "gone"
    OTHER_FILE = "other-file"


def take_back(
    session: Session,
    written: Sequence[Written],
    *,
    ledgers: Collection[str] = (),
    standing: Mapping[int, Collection[str]] = MappingProxyType({}),
) -> list[Kept | None]:
    """For each thing written, None where it is undone, else why it stays; in the order given, the newest first.

    Where only `ledgers` (tables that never forget) still speak of a newcomer, nothing stays but their number; unless
    what those say of somebody is `standing`.
    """
    outcome: list[Kept | None] = [None] * len(written)
    places: dict[str, list[int]] = {}
    for place, one in enumerate(written):
        places.setdefault(one.what, []).append(place)
    for what, act in (
        ("difference", _differences),
        ("field", _fields),
        ("point", _points),
        ("address", _addresses),
        ("external-id", _external_ids),
    ):
        own = places.get(what, [])
        for place, kept in zip(own, act(session, [written[p] for p in own]) if own else (), strict=True):
            outcome[place] = kept
    own = places.get("person", [])
    if own:
        for place, kept in zip(own, _people(session, [written[p] for p in own], ledgers, standing), strict=True):
            outcome[place] = kept
    keys.refresh(session, {one.person_id for one in written})
    search.refresh(session, [PersonId(one.person_id) for one in written])
    return outcome


def _differences(session: Session, written: Sequence[Written]) -> list[Kept | None]:
    rows = settling_store.rows_of(session, DifferenceRow, [one.target_id for one in written])
    outcome = []
    for one in written:
        row = rows.get(one.target_id)
        outcome.append(Kept.GONE if row is None else None if row.state is DifferenceState.OPEN else Kept.DECIDED)
    _delete(session, DifferenceRow, written, outcome)
    return outcome


def _fields(session: Session, written: Sequence[Written]) -> list[Kept | None]:
    names = {name for one in written for name in one.after} | {"first_name", "last_name", "organisation_name"}
    present = settling_store.at_present(session, {one.person_id for one in written}, sorted(names))
    outcome: list[Kept | None] = []
    changes: dict[int, dict[str, Any]] = {}
    for one in written:
        now = present.get(one.person_id)
        if now is None:
            outcome.append(Kept.GONE)
        elif any(_text(now[name]) != value for name, value in one.after.items()):
            outcome.append(Kept.CHANGED)
        else:
            outcome.append(None)
            empty = {name: None if name in _NONE_AT_ALL else "" for name in one.after}
            now |= empty
            change = changes.setdefault(one.person_id, {"id": one.person_id}) | empty
            change |= store.compared(now["first_name"], now["last_name"], now["organisation_name"])
            changes[one.person_id] = change
    settling_store.update_people(session, list(changes.values()))
    return outcome


def _points(session: Session, written: Sequence[Written]) -> list[Kept | None]:
    ids = [one.target_id for one in written]
    rows = settling_store.rows_of(session, ContactPointRow, ids)
    used = settling_store.pointing_at(session, "contact_point", ids)
    outcome = [_still(rows.get(one.target_id), one, POINT_PARTS, is_used=one.target_id in used) for one in written]
    _remove_ways(session, ContactPointRow, written, rows, outcome)
    return outcome


def _addresses(session: Session, written: Sequence[Written]) -> list[Kept | None]:
    ids = [one.target_id for one in written]
    rows = settling_store.rows_of(session, PostalAddressRow, ids)
    used = _used_addresses(session, ids)
    outcome: list[Kept | None] = []
    for one in written:
        row = rows.get(one.target_id)
        still = _still(row, one, ADDRESS_PARTS, is_used=one.target_id in used)
        moved = row is not None and row.dedupe_key != one.after["dedupe_key"]
        outcome.append(Kept.CHANGED if still is None and moved else still)
    _remove_ways(session, PostalAddressRow, written, rows, outcome)
    return outcome


def _remove_ways(
    session: Session,
    table: type[ContactPointRow | PostalAddressRow],
    written: Sequence[Written],
    rows: Mapping[int, Any],
    outcome: list[Kept | None],
) -> None:
    """Deletes those to be taken back, but the ones chosen since before another; whoever is left becomes preferred."""
    going = {one.target_id for one, kept in zip(written, outcome, strict=True) if kept is None}
    ways = settling_store.living_ways(session, table, {rows[i].person_id for i in going})

    def rest(row: Any) -> dict[int, bool]:
        others = ways.get((row.person_id, str(getattr(row, "kind", ""))), {})
        return {i: preferred for i, preferred in others.items() if i not in going}

    for place, one in enumerate(written):
        if outcome[place] is None and not one.after.get("preferred", True):
            row = rows[one.target_id]
            outcome[place] = Kept.CHANGED if row.is_primary and rest(row) else None
    going = {one.target_id for one, kept in zip(written, outcome, strict=True) if kept is None}
    if table is PostalAddressRow:
        settling_store.forget_failures(session, going)
    settling_store.delete_rows(session, table, going)
    left = [rest(rows[i]) for i in going if rows[i].is_primary]
    settling_store.prefer(session, table, {min(one) for one in left if one and not any(one.values())})


def _used_addresses(session: Session, ids: Collection[int]) -> set[int]:
    """Which addresses anything points at, but what they brought along of their letter box."""
    pointing = settling_store.pointing_at(session, "postal_address", ids)
    return {one for one, tables in pointing.items() if tables - _TOLD} | settling_store.failed(session, ids)


def _external_ids(session: Session, written: Sequence[Written]) -> list[Kept | None]:
    rows = settling_store.rows_of(session, ExternalIdRow, [one.target_id for one in written])
    outcome: list[Kept | None] = [None if one.target_id in rows else Kept.GONE for one in written]
    _delete(session, ExternalIdRow, written, outcome)
    return outcome


def _people(
    session: Session, written: Sequence[Written], ledgers: Collection[str], standing: Mapping[int, Collection[str]]
) -> list[Kept | None]:
    ids = [one.person_id for one in written]
    present = settling_store.at_present(session, ids, [*FIELDS, "merged_into_id"])
    belongings = settling_store.points_and_addresses(session, ids)
    used = settling_store.pointing_at(session, "person", ids)
    points = [i for one in written for i in one.after.get("point", ())]
    used_points = settling_store.pointing_at(session, "contact_point", points)
    abodes = [i for one in written for i in one.after.get("address", ())]
    ways = _ways(session, points, abodes)
    used_abodes = _used_addresses(session, abodes)
    outcome: list[Kept | None] = []
    gone: list[int] = []
    emptied: list[int] = []
    for one in written:
        now = present.get(one.person_id)
        if now is None:
            outcome.append(Kept.GONE)
            continue
        silent = set(ledgers) - set(standing.get(one.person_id, ()))
        held = [set(one.after.get(name, ())) for name in ("point", "address", "external-id")]
        is_whole = now.pop("merged_into_id") is None and list(belongings[one.person_id]) == held
        if not is_whole or not _is_as_written(now, one.after) or not _are_as_written(ways, one.after):
            outcome.append(Kept.CHANGED)
        elif used.get(one.person_id, set()) - silent - _TOLD or held[0] & set(used_points) or held[1] & used_abodes:
            outcome.append(Kept.USED)
        else:
            outcome.append(None)
            (emptied if used.get(one.person_id, set()) - _TOLD else gone).append(one.person_id)
    settling_store.delete_belongings(session, [*gone, *emptied])
    settling_store.empty_people(session, emptied)
    settling_store.delete_people(session, gone)
    return outcome


def _is_as_written(now: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    said = {name: after.get(name, "") for name in FIELDS}
    if not said["member_number"]:  # we gave the number ourselves
        now, said = {**now, "member_number": ""}, {**said, "member_number": ""}
    return all(_text(now[name]) == said[name] for name in FIELDS)


def _ways(session: Session, points: Collection[int], abodes: Collection[int]) -> dict[tuple[str, int], Any]:
    """Each way to reach newcomers: its mark and whether it is preferred; of one that ended, nothing."""
    found: dict[tuple[str, int], Any] = {}
    for what, table, ids, parts in (
        ("point", ContactPointRow, points, POINT_PARTS),
        ("address", PostalAddressRow, abodes, ADDRESS_PARTS),
    ):
        for i, row in settling_store.rows_of(session, table, ids).items():
            found[what, i] = None if row.ended_at else (_mark(row, parts), row.is_primary)
    return found


def _are_as_written(ways: Mapping[tuple[str, int], Any], after: Mapping[str, Any]) -> bool:
    now = [ways.get((what, i)) for what in ("point", "address") for i in after.get(what, ())]
    if "mark" not in after:
        return True
    return None not in now and mark(sorted(now)) == after["mark"]


def _mark(row: Any, parts: Sequence[str]) -> str:
    return mark([getattr(row, part) for part in parts])


def _still(row: Any, one: Written, parts: Sequence[str], *, is_used: bool) -> Kept | None:
    after = one.after
    if row is None:
        return Kept.GONE
    if is_used:
        return Kept.USED
    arrived = (after.get("failures", 0), after.get("deliverability", Deliverability.LIVE.value))
    untouched = row.ended_at is None and (row.failures, row.deliverability.value) == arrived
    same = "mark" not in after or _mark(row, parts) == after["mark"]
    return None if untouched and same else Kept.CHANGED


def _delete(session: Session, row: Any, written: Sequence[Written], outcome: Sequence[Kept | None]) -> None:
    done = [one.target_id for one, kept in zip(written, outcome, strict=True) if kept is None]
    settling_store.delete_rows(session, row, done)


def _text(value: Any) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)
