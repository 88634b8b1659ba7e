"""The door for gifts of a file: what of them stands already, and taking back what a file brought.

They are written by `pouring`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, not_, or_, select, update
from sqlalchemy.orm import Session

from crm.donations import donor_store, rules, service, store
from crm.donations.entering import entry
from crm.donations.model import EntryKind, GiftKind, Movement
from crm.donations.tables import GiftCorrectionRow, GiftLineRow, GiftRow, MoneyEntryRow, MoneyPartRow, RefundRow
from crm.foundation.database import hold
from crm.foundation.numbered import one_of
from crm.foundation.pointing import pointing_at
from crm.foundation.signing import Sealer
from crm.people.taking_back import Kept
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, GiftId, PersonId

UNDOING = "import-undo"
"""Under this name stands what takes an imported gift back."""
_PARTS = frozenset({"gift_line", "money_entry", "gift_move", "refund", "gift_correction"})
"""What belongs to a gift as such; whatever else points at one uses it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Booked:
    """What stands under a provider's name for a movement: `cents` of a receipt, None where the name is free.

    `external_id` is the name to write under: another than was asked for where a file that brought it was taken back.
    """

    external_id: str
    cents: int | None = None
    gift_id: GiftId | None = None


def booked(session: Session, provider: str, names: Collection[str]) -> dict[str, Booked]:
    """What stands under each of those names of one provider; nobody else writes any of them before this ends."""
    hold(session, f"money {provider}")
    found: dict[str, Booked] = {}
    asked = {name: name for name in names}
    attempt = 1
    while asked:
        attempt += 1
        rows = _entries(session, provider, set(asked.values()))
        things = _in_kind(session, provider, set(asked.values()))
        undone = _undone(session, {row.gift_id for row in rows.values()})
        again: dict[str, str] = {}
        for name, now in asked.items():
            row, thing = rows.get(now), things.get(now)
            if thing is not None and thing.cents:
                found[name] = Booked(external_id=now, cents=thing.cents, gift_id=GiftId(thing.id))
            elif thing is not None:
                again[name] = f"{name}#{attempt}"
            elif row is None:
                found[name] = Booked(external_id=now)
            elif row.gift_id in undone:
                again[name] = f"{name}#{attempt}"
            else:
                cents = row.cents if row.kind is EntryKind.RECEIPT else 0
                found[name] = Booked(external_id=now, cents=cents, gift_id=GiftId(row.gift_id))
        asked = again
    return found


def open_funds(session: Session, codes: Collection[str]) -> set[str]:
    """Those of the codes that are funds one may give to."""
    return store.open_funds(session, codes) if codes else set()


def sources(session: Session, codes: Collection[str]) -> set[str]:
    """Those of the codes that are printed on a slip of ours."""
    return store.sources(session, codes) if codes else set()


def alike(session: Session, person_ids: Collection[int], days: Collection[date]) -> set[tuple[int, date, int]]:
    """(person, day, cents) of what those people gave on those days, and that still stands."""
    if not person_ids or not days:
        return set()
    query = select(GiftRow.person_id, GiftRow.given_on, GiftRow.cents).where(
        one_of(GiftRow.person_id, person_ids), GiftRow.given_on.in_(days), _stands()
    )
    return {(person, day, cents) for person, day, cents in session.execute(query)}


def _stands() -> ColumnElement[bool]:
    return or_(GiftRow.net_cents > 0, and_(GiftRow.kind == GiftKind.IN_KIND, GiftRow.cents > 0))


def take_back(
    session: Session, sealer: Sealer, owners: Mapping[GiftId, PersonId], *, at: datetime, by: AccountId | None
) -> dict[GiftId, Kept]:
    """Books the opposite of what came with those gifts of a file, where nothing happened to them since.

    The rest stays, each with its reason. A gift that was taken back comes to nought on its own day, unless that
    month is closed by now; it stays written, as money that moved does.
    """
    hold(session, "months", shared=True)
    query = select(GiftRow).where(GiftRow.id.in_(owners)).execution_options(populate_existing=True)
    rows = {row.id: row for row in session.scalars(query)} if owners else {}
    moved = _movements(session, owners)
    used = set(pointing_at(session, "gift", list(owners), but=_PARTS))
    asked = (select(row.gift_id).where(row.gift_id.in_(owners)) for row in (RefundRow, GiftCorrectionRow))
    refunded = {gift_id for query in asked for gift_id in session.scalars(query)} if owners else set()
    stays: dict[GiftId, Kept] = {}
    for gift_id, person_id in owners.items():
        row, entries = rows.get(gift_id), moved.get(gift_id, [])
        if row is None:
            stays[gift_id] = Kept.GONE
        elif row.person_id != person_id or not _is_as_it_came(row, entries):
            stays[gift_id] = Kept.CHANGED
        elif gift_id in used or gift_id in refunded or row.thanked_at is not None:
            stays[gift_id] = Kept.USED
    _forget_things(session, [row for gift_id, row in rows.items() if gift_id not in stays and not moved.get(gift_id)])
    gone = {gift_id: moved[gift_id][0] for gift_id in owners if gift_id not in stays and moved.get(gift_id)}
    until, today = service.closed_until(session), brussels_day(at)
    entries = []
    for gift_id, receipt in gone.items():
        movement = Movement(
            method=receipt.method, booked_on=receipt.booked_on, provider=UNDOING, external_id=str(gift_id)
        )
        day = rules.accounted_on(receipt.booked_on, closed_until=until, today=today)
        entries.append(
            entry(sealer, gift_id, EntryKind.CORRECTION, movement, cents=-receipt.cents, accounted_on=day, at=at, by=by)
        )
    session.add_all(entries)
    session.flush()
    _empty(session, {one.gift_id: one.id for one in entries})
    donor_store.refresh(session, {owners[gift_id] for gift_id in gone}, at=at)
    return stays


def empty(
    session: Session,
    sealer: Sealer,
    names: Mapping[GiftId, tuple[str, date]],
    *,
    provider: str,
    at: datetime,
    by: AccountId | None,
) -> None:
    """Corrects whole gifts to nought in a few statements: `names` says how each movement is called, and its day.

    Whoever calls holds what the gifts stand on, and knows that nothing happened to them since.
    """
    hold(session, "months", shared=True)
    query = select(GiftRow).where(GiftRow.id.in_(names)).execution_options(populate_existing=True)
    until, today, made, people = service.closed_until(session), brussels_day(at), [], set()
    for row in session.scalars(query):
        name, on = names[GiftId(row.id)]
        movement = Movement(method=row.method, booked_on=on, provider=provider, external_id=name)
        day = rules.accounted_on(on, closed_until=until, today=today)
        cents = -row.net_cents
        made.append(entry(sealer, row.id, EntryKind.CORRECTION, movement, cents=cents, accounted_on=day, at=at, by=by))
        people.add(row.person_id)
    session.add_all(made)
    session.flush()
    _empty(session, {one.gift_id: one.id for one in made})
    donor_store.refresh(session, people, at=at)


def givers(session: Session, person_ids: Collection[int]) -> set[int]:
    """Those of the people of whom something stands that was not taken back."""
    if not person_ids:
        return set()
    undone = select(MoneyEntryRow.gift_id).where(MoneyEntryRow.provider == UNDOING)
    forgotten = and_(GiftRow.kind == GiftKind.IN_KIND, GiftRow.cents == 0)
    query = select(GiftRow.person_id).where(
        one_of(GiftRow.person_id, person_ids), GiftRow.id.not_in(undone), not_(forgotten)
    )
    return set(session.scalars(query.distinct()))


def _is_as_it_came(row: GiftRow, entries: Sequence[MoneyEntryRow]) -> bool:
    if row.kind is GiftKind.IN_KIND:
        return not entries and row.cents > 0
    return len(entries) == 1 and row.net_cents == entries[0].cents


def _forget_things(session: Session, rows: Sequence[GiftRow]) -> None:
    """What a file brought in kind is worth nothing from here on: no money stands behind it."""
    ids = [row.id for row in rows]
    if ids:
        session.execute(update(GiftLineRow).where(GiftLineRow.gift_id.in_(ids)).values(cents=0))
        session.execute(update(GiftRow).where(GiftRow.id.in_(ids)).values(cents=0, owes_thanks=False))


def _in_kind(session: Session, provider: str, names: Collection[str]) -> dict[str, GiftRow]:
    """What came in kind under those names of a provider."""
    called = {f"{provider} {name}": name for name in names}
    query = select(GiftRow).where(GiftRow.in_kind_name.in_(called))
    return {called[row.in_kind_name or ""]: row for row in session.scalars(query)}


def _entries(session: Session, provider: str, names: Collection[str]) -> dict[str, MoneyEntryRow]:
    query = select(MoneyEntryRow).where(MoneyEntryRow.provider == provider, MoneyEntryRow.external_id.in_(names))
    return {row.external_id or "": row for row in session.scalars(query)}


def _undone(session: Session, gift_ids: Collection[int]) -> set[int]:
    if not gift_ids:
        return set()
    query = select(MoneyEntryRow.gift_id).where(
        MoneyEntryRow.provider == UNDOING, MoneyEntryRow.external_id.in_([str(one) for one in gift_ids])
    )
    return set(session.scalars(query))


def _movements(session: Session, gift_ids: Collection[int]) -> dict[int, list[MoneyEntryRow]]:
    found: dict[int, list[MoneyEntryRow]] = {}
    query = select(MoneyEntryRow).where(MoneyEntryRow.gift_id.in_(gift_ids)).order_by(MoneyEntryRow.id)
    for row in session.scalars(query) if gift_ids else ():
        found.setdefault(row.gift_id, []).append(row)
    return found


def _empty(session: Session, corrections: Mapping[int, int]) -> None:
    """Takes all that stands on the lines of those gifts off them, by the correction of each."""
    if not corrections:
        return
    lines = session.scalars(
        select(GiftLineRow).where(GiftLineRow.gift_id.in_(corrections)).execution_options(populate_existing=True)
    ).all()
    session.add_all(
        MoneyPartRow(entry_id=corrections[line.gift_id], line_id=line.id, cents=-line.net_cents)
        for line in lines
        if line.net_cents
    )
    session.flush()
    nought = {"net_cents": 0}
    for row, column, values in (
        (GiftLineRow, GiftLineRow.gift_id, nought),
        (GiftRow, GiftRow.id, nought | {"given_cents": 0}),
    ):
        session.execute(
            update(row).where(column.in_(corrections)).values(values).execution_options(synchronize_session=False)
        )
