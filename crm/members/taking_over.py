"""Memberships that another system kept: what is held already, written many at once, taken out again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.members import rules, store
from crm.members.model import ORDINARY, LeaveReason, Source
from crm.members.tables import MembershipRow, PartRow, ReminderRow, TermsRow
from crm.values.identifiers import AccountId, PersonId

Standing = tuple[str, date | None, date | None]
"""Of which kind, since when, ended when."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A membership as another system kept it: of which kind, since when, and when and why it ended."""

    kind: str
    joined_on: date
    ended_on: date | None = None
    end_reason: LeaveReason | None = None
    end_note: str = ""


def there(session: Session, person_ids: Collection[int]) -> Mapping[int, tuple[Standing, ...]]:
    """The memberships of those people: kind, joined on, ended on. A mistaken one is none."""
    found: dict[int, list[Standing]] = {}
    query = (
        select(PartRow.person_id, TermsRow.kind, MembershipRow.signed_on, MembershipRow.ended_on)
        .join(MembershipRow, MembershipRow.id == PartRow.membership_id)
        .join(TermsRow, TermsRow.membership_id == MembershipRow.id)
        .where(
            PartRow.person_id.in_(person_ids),
            MembershipRow.end_reason.is_distinct_from(LeaveReason.MISTAKE),
        )
        .order_by(PartRow.id, TermsRow.from_on)
    )
    for person_id, kind, joined_on, ended_on in session.execute(query):
        found.setdefault(person_id, []).append((kind, joined_on, ended_on))
    return {person_id: tuple(several) for person_id, several in found.items()}


def bring_many(
    session: Session, told: Sequence[tuple[PersonId, Kept]], *, at: datetime, by: AccountId | None
) -> list[int]:
    """Writes memberships, each of one person, who is its holder; their numbers, in the same order."""
    if not told:
        return []
    hold(session, "memberships")
    if any(one.kind == ORDINARY for _, one in told):
        store.ensure_ordinary(session)
    since = _since(session, {person_id for person_id, _ in told})
    rows, parts = [], []
    for person_id, one in told:
        rows.append(
            {
                "signed_on": one.joined_on,
                "source": Source.OFFICE,
                "ended_on": one.ended_on,
                "end_reason": one.end_reason,
                "end_note": one.end_note,
                "recorded_at": at,
                "recorded_by": by,
            }
        )
        part = {"person_id": person_id, "is_holder": True, "since_on": since.get(person_id), "until_on": one.ended_on}
        parts.append(part)
        if one.ended_on is not None:
            since[person_id] = one.ended_on
    numbers = store.add_many(session, rows)
    session.execute(insert(PartRow), [{"membership_id": one, **part} for one, part in zip(numbers, parts, strict=True)])
    terms = [
        {"membership_id": number, "from_on": rules.ALWAYS, "kind": one.kind}
        for number, (_, one) in zip(numbers, told, strict=True)
    ]
    session.execute(insert(TermsRow), terms)
    return numbers


def take_back(session: Session, told: Mapping[int, tuple[PersonId, Kept]]) -> set[int]:
    """Takes memberships out that stand as they were written, shared with nobody and reminded of never; which."""
    if not told:
        return set()
    hold(session, "memberships")
    rows = {row.id: row for row in session.scalars(select(MembershipRow).where(MembershipRow.id.in_(told)))}
    terms = _grouped(session.execute(select(TermsRow.membership_id, TermsRow.kind).where(_of(TermsRow, told))))
    parts = _grouped(
        session.execute(select(PartRow.membership_id, PartRow.person_id, PartRow.until_on).where(_of(PartRow, told)))
    )
    reminded = set(session.scalars(select(ReminderRow.membership_id).where(_of(ReminderRow, told))))
    gone = set()
    for number, (person_id, one) in told.items():
        row = rows.get(number)
        stands = row is not None and (row.signed_on, row.ended_on, row.end_reason) == (
            one.joined_on,
            one.ended_on,
            one.end_reason,
        )
        is_alone = parts.get(number) == [(person_id, one.ended_on)] and terms.get(number) == [(one.kind,)]
        if stands and is_alone and number not in reminded:
            gone.add(number)
    for table in (TermsRow, PartRow):
        session.execute(delete(table).where(_of(table, gone)).execution_options(synchronize_session=False))
    session.execute(
        delete(MembershipRow).where(MembershipRow.id.in_(gone)).execution_options(synchronize_session=False)
    )
    session.expire_all()
    return gone


def _since(session: Session, person_ids: Collection[int]) -> dict[int, date]:
    """From which day fees count for a new membership of those people: the end of the one before."""
    found: dict[int, date] = {}
    for part in store.parts_of(session, person_ids):
        if part.until_on is not None:
            found[part.person_id] = max(part.until_on, found.get(part.person_id, part.until_on))
    return found


def _of(table: type[TermsRow | PartRow | ReminderRow], numbers: Iterable[int]):  # type: ignore[no-untyped-def]
    return table.membership_id.in_(tuple(numbers))


def _grouped(rows: Iterable[Sequence[object]]) -> dict[int, list[tuple[object, ...]]]:
    found: dict[int, list[tuple[object, ...]]] = {}
    for number, *rest in rows:
        found.setdefault(int(str(number)), []).append(tuple(rest))
    return found
