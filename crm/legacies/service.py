"""The door of legacies: open a file for a promise, write what is known, note each stage, link what came."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.care import service as care
from crm.foundation.database import hold
from crm.legacies import rules, store
from crm.legacies.errors import GiftUnfit, LegacyMissing, StepRefused
from crm.legacies.model import Facts, Legacy, Notary, Stage, Totals, WholeLegacy
from crm.legacies.tables import LegacyGiftRow, LegacyRow, StepRow
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, GiftId, LegacyId, PersonId


def open_file(
    session: Session,
    person_id: PersonId,
    facts: Facts,
    *,
    stage: Stage,
    reached_on: date,
    at: datetime,
    by: AccountId | None,
) -> LegacyId:
    """A new file for a promise of somebody, at its first stage. Raises PersonMissing, StepRefused, Invalid."""
    person = people.find_survivor(session, person_id)
    if person is None:
        raise PersonMissing
    row = LegacyRow(person_id=person.id, opened_at=at, opened_by=by)
    _write(row, facts)
    _allow((), stage, reached_on, at=at, last_on=None)
    session.add(row)
    session.flush()
    session.add(StepRow(legacy_id=row.id, stage=stage, reached_on=reached_on, note="", noted_at=at, noted_by=by))
    session.flush()
    return LegacyId(row.id)


def change(session: Session, legacy_id: LegacyId, facts: Facts) -> bool:
    """Writes anew what is known; whether that changed anything. Raises LegacyMissing, Invalid."""
    row = session.get(LegacyRow, legacy_id, populate_existing=True)
    if row is None:
        raise LegacyMissing
    _write(row, facts)
    changed = session.is_modified(row)
    session.flush()
    return changed


def reach(
    session: Session,
    legacy_id: LegacyId,
    stage: Stage,
    *,
    reached_on: date,
    note: str = "",
    at: datetime,
    by: AccountId | None,
) -> None:
    """Notes that a promise reached a stage on a day; what was noted before stays. Raises LegacyMissing, StepRefused."""
    hold(session, f"legacy {legacy_id}")
    before = legacy(session, legacy_id)
    steps = store.steps(session, before.id)
    _allow(tuple(one.stage for one in steps), stage, reached_on, at=at, last_on=steps[-1].reached_on)
    if len(note) > rules.WHY:
        raise Invalid("a few words", field="why")
    session.add(
        StepRow(legacy_id=legacy_id, stage=stage, reached_on=reached_on, note=note.strip(), noted_at=at, noted_by=by)
    )
    session.flush()


def link(session: Session, legacy_id: LegacyId, gift_id: GiftId, *, at: datetime, by: AccountId | None) -> None:
    """A gift of the kind legacy came from this estate. Raises LegacyMissing, GiftUnfit."""
    legacy(session, legacy_id)
    hold(session, f"gift {gift_id}")
    if not store.candidates(session, gift_id=gift_id):
        raise GiftUnfit
    session.add(LegacyGiftRow(gift_id=gift_id, legacy_id=legacy_id, linked_at=at, linked_by=by))
    session.flush()


def unlink(session: Session, legacy_id: LegacyId, gift_id: GiftId) -> None:
    """That gift is not of this file after all. Raises GiftUnfit where it never was."""
    row = session.get(LegacyGiftRow, gift_id)
    if row is None or row.legacy_id != legacy_id:
        raise GiftUnfit
    session.delete(row)
    session.flush()


def follow_up(
    session: Session,
    legacy_id: LegacyId,
    *,
    title: str,
    due_on: date | None,
    assignee: AccountId | None,
    at: datetime,
    by: AccountId | None,
) -> None:
    """A task about the person; whoever reads their page reads its title, so that it says nothing of a legacy."""
    file = legacy(session, legacy_id)
    care.add_task(session, title=title, due_on=due_on, assignee=assignee, person_id=file.person_id, at=at, by=by)


def legacy(session: Session, legacy_id: LegacyId) -> Legacy:
    """A file as it stands. Raises LegacyMissing."""
    found = store.find(session, legacy_id)
    if found is None:
        raise LegacyMissing
    return found


def whole(session: Session, legacy_id: LegacyId) -> WholeLegacy:
    """A file with all that belongs to it. Raises LegacyMissing."""
    found = legacy(session, legacy_id)
    return WholeLegacy(
        legacy=found,
        steps=store.steps(session, legacy_id),
        received=store.received(session, legacy_id),
        candidates=store.candidates(session, person_id=found.person_id),
    )


def page(
    session: Session, *, stage: Stage | None = None, after: LegacyId | None = None, size: int = 50
) -> tuple[Legacy, ...]:
    """The newest files of a stage; without one, those that are not over."""
    return store.page(session, stage=stage, after=after, size=size)


def of_person(session: Session, person_id: PersonId) -> tuple[Legacy, ...]:
    """Every file of somebody, the newest first."""
    return store.page(session, person_id=person_id)


def totals(session: Session) -> Totals:
    """What all files come to."""
    return store.totals(session)


def _write(row: LegacyRow, facts: Facts) -> None:
    notary = facts.notary
    tidy = replace(
        facts,
        notary=Notary(name=notary.name.strip(), address=notary.address.strip(), phone=notary.phone.strip()),
        note=facts.note.strip(),
    )
    field = rules.too_much(tidy)
    if field is not None:
        raise Invalid("more than a file holds", field=field)
    row.kind, row.expected_cents, row.note = tidy.kind, tidy.expected_cents, tidy.note
    row.notary_name, row.notary_address, row.notary_phone = tidy.notary.name, tidy.notary.address, tidy.notary.phone


def _allow(steps: tuple[Stage, ...], stage: Stage, reached_on: date, *, at: datetime, last_on: date | None) -> None:
    why = rules.why_not(steps, stage, reached_on, today=brussels_day(at), last_on=last_on)
    if why is not None:
        raise StepRefused(why)
