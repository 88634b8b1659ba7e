"""Many gifts at once: what `service.record` does, for a file of the bank, a batch of collections or an import.

A few statements however many there are, so that a hundred thousand lines of the bank are booked in seconds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.donations import abodes, donor_store, rules, sealing, service, store, thank_store
from crm.donations.errors import AmountWrong, CodeUnknown, DonorMissing, SaidOtherwise
from crm.donations.model import LARGEST, DeductionRule, Entry, EntryKind, GiftKind, NewGift
from crm.donations.tables import GiftLineRow, GiftRow, MoneyEntryRow, MoneyPartRow
from crm.foundation import bulk
from crm.foundation.columns import Base
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.people import service as people
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, GiftId, PersonId

_Name = tuple[str, str] | int
"""A provider and its own name for a movement; the place of a gift whose movement has no name."""

_GIFT = (
    "id",
    "person_id",
    "recorded_person_id",
    "kind",
    "given_on",
    "basis",
    "method",
    "source_code",
    "split_beforehand",
    "cents",
    "net_cents",
    "given_cents",
    "tribute",
    "address",
    "is_test",
    "thanked_at",
    "recorded_at",
    "recorded_by",
    "in_kind_name",
    "in_kind_what",
    "owes_thanks",
)
_LINE = ("id", "gift_id", "position", "kind", "fund_code", "cents", "net_cents", "is_deductible", "why")
_ENTRY = ("id", *sealing.Unsealed._fields, "mark_key_id", "mark", "block")
_PART = ("entry_id", "line_id", "cents")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Facts:
    """What holds for all gifts of one call."""

    living: dict[PersonId, PersonId]
    rules: tuple[DeductionRule, ...]
    closed_until: date | None
    homes: dict[PersonId, str]
    begun: set[PersonId]
    at: datetime
    by: AccountId | None
    today: date


def record_many(
    session: Session, sealer: Sealer, several: Sequence[NewGift], *, at: datetime, by: AccountId | None = None
) -> tuple[GiftId, ...]:
    """`service.record` for each of `several`, in a few statements for all; the gift of each, in order.

    Movements that are booked already, or that stand twice among these, give the gift they stand on. Raises what
    `record` raises, for the first that is wrong, and has then written nothing.
    """
    for new in several:
        _check(new, today=brussels_day(at))
    for provider in sorted({new.movement.provider for new in several}):
        hold(session, f"money {provider}")
    known = _known(session, several)
    fresh: dict[_Name, NewGift] = {}
    for place, new in enumerate(several):
        name = _name(new, place)
        if name in known:
            continue
        if fresh.setdefault(name, new).cents != new.cents:
            raise SaidOtherwise
    numbers = _write(session, sealer, list(fresh.values()), _facts(session, fresh.values(), at=at, by=by))
    found = known | dict(zip(fresh, numbers, strict=True))
    return tuple(found[_name(new, place)] for place, new in enumerate(several))


def _check(new: NewGift, *, today: date) -> None:
    if any(line.cents <= 0 for line in new.lines) or not 0 < new.cents < LARGEST:
        raise AmountWrong
    if max(new.given_on, new.movement.booked_on) > today:
        raise Invalid("a gift cannot be of a day to come", field="given_on")


def _name(new: NewGift, place: int) -> _Name:
    movement = new.movement
    if new.kind is GiftKind.IN_KIND:
        return ("in kind", rules.in_kind_name(new)) if movement.external_id else place
    return (movement.provider, movement.external_id) if movement.external_id else place


def _known(session: Session, several: Sequence[NewGift]) -> dict[_Name, GiftId]:
    """The movements that are booked, and the gift of each."""
    booked: dict[_Name, Entry] = {}
    for provider in {new.movement.provider for new in several}:
        these = {new.movement.external_id for new in several if new.movement.provider == provider} - {""}
        booked |= {(provider, one.external_id): one for one in store.find_entries(session, provider, these)}
    for place, new in enumerate(several):
        entry = booked.get(_name(new, place))
        if entry is not None and (entry.kind, entry.cents) != (EntryKind.RECEIPT, new.cents):
            raise SaidOtherwise
    found = {name: entry.gift_id for name, entry in booked.items()}
    for name in sorted({rules.in_kind_name(new) for new in several} - {""}):
        if (there := store.called(session, name)) is not None:
            found["in kind", name] = there
    return found


def _facts(session: Session, fresh: Collection[NewGift], *, at: datetime, by: AccountId | None) -> _Facts:
    living = people.survivors(session, {new.person_id for new in fresh})
    if len(living) != len({new.person_id for new in fresh}):
        raise DonorMissing
    if not store.funds_take(session, fresh):
        raise CodeUnknown("fund")
    codes = {new.source_code for new in fresh if new.source_code}
    if store.sources(session, codes) != codes:
        raise CodeUnknown("source_code")
    hold(session, "months", shared=True)
    today = brussels_day(at)
    return _Facts(
        living=living,
        rules=store.rules(session),
        closed_until=service.closed_until(session),
        homes=abodes.written(session, {living[one.person_id] for one in fresh if abodes.is_fresh(one, today)}, today),
        begun=thank_store.begun(session, fresh, set(living.values())),
        at=at,
        by=by,
        today=today,
    )


def _write(session: Session, sealer: Sealer, fresh: Sequence[NewGift], facts: _Facts) -> list[GiftId]:
    if not fresh:
        return []
    gifts, lines, entries, parts = (_Table(session, row) for row in (GiftRow, GiftLineRow, MoneyEntryRow, MoneyPartRow))
    gift_ids = gifts.reserve(len(fresh))
    line_ids = iter(lines.reserve(sum(len(new.lines) for new in fresh)))
    entry_ids = iter(entries.reserve(sum(new.kind is not GiftKind.IN_KIND for new in fresh)))
    for gift_id, new in zip(gift_ids, fresh, strict=True):
        is_paid = new.kind is not GiftKind.IN_KIND
        gifts.rows.append(_gift(gift_id, new, facts, is_paid=is_paid))
        judged = rules.judged(
            new.kind,
            [line.kind for line in new.lines],
            given_on=new.given_on,
            split_beforehand=new.split_beforehand,
            rules=facts.rules,
        )
        own: list[int] = []
        for position, (line, (is_deductible, why)) in enumerate(zip(new.lines, judged, strict=True)):
            own.append(next(line_ids))
            net = line.cents if is_paid else 0
            lines.rows.append((own[-1], gift_id, position, line.kind, line.fund, line.cents, net, is_deductible, why))
        if is_paid:
            entry_id = next(entry_ids)
            entries.rows.append(_entry(sealer, entry_id, gift_id, new, facts))
            parts.rows.extend((entry_id, line_id, line.cents) for line_id, line in zip(own, new.lines, strict=True))
    for table, columns in ((gifts, _GIFT), (lines, _LINE), (entries, _ENTRY), (parts, _PART)):
        table.pour(columns)
    donor_store.refresh(session, facts.living.values(), at=facts.at)
    return [GiftId(number) for number in gift_ids]


class _Table:
    """Rows on their way into a table."""

    def __init__(self, session: Session, row: type[Base]) -> None:
        self.session = session
        self.table: Any = row.__table__
        self.rows: list[tuple[Any, ...]] = []

    def reserve(self, count: int) -> list[int]:
        return bulk.reserve(self.session, self.table, count)

    def pour(self, columns: Sequence[str]) -> None:
        bulk.pour(self.session, self.table, columns, self.rows)


def _gift(gift_id: int, new: NewGift, facts: _Facts, *, is_paid: bool) -> tuple[Any, ...]:
    return (
        gift_id,
        facts.living[new.person_id],
        new.person_id,
        new.kind,
        new.given_on,
        new.basis,
        new.movement.method,
        new.source_code or None,
        new.split_beforehand,
        new.cents,
        new.cents if is_paid else 0,
        rules.given(new.kind, ((line.kind, line.cents) for line in new.lines)) if is_paid else 0,
        new.tribute.strip(),
        facts.homes.get(facts.living[new.person_id], "") if abodes.is_fresh(new, facts.today) else new.address,
        new.is_test,
        None,
        facts.at,
        facts.by,
        rules.in_kind_name(new) or None,
        new.what or None,
        rules.owes_thanks(new, facts.today, has_begun=facts.living[new.person_id] in facts.begun),
    )


def _entry(sealer: Sealer, entry_id: int, gift_id: int, new: NewGift, facts: _Facts) -> tuple[Any, ...]:
    movement = new.movement
    row = sealing.Unsealed(
        gift_id=gift_id,
        kind=EntryKind.RECEIPT,
        cents=new.cents,
        method=movement.method,
        booked_on=movement.booked_on,
        value_on=movement.value_on,
        executed_on=movement.executed_on,
        accounted_on=rules.accounted_on(movement.booked_on, closed_until=facts.closed_until, today=facts.today),
        provider=movement.provider,
        external_id=movement.external_id or None,
        reason_code=movement.reason_code,
        recorded_at=facts.at,
        recorded_by=facts.by,
    )
    key_id, mark = sealer.mark(sealing.content(row))
    return (entry_id, *row, key_id, mark, None)
