"""The door of the magazine: what it is, its issues and their calendar, who has a right to it, how people want it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.consent import service as consent
from crm.consent.model import MAGAZINE, Purpose
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.magazine import rules, store
from crm.magazine.errors import IssueFrozen, NumberTaken, RuleWrong
from crm.magazine.model import (
    MOST_COPIES,
    SAID,
    Caution,
    Eligibility,
    Format,
    Issue,
    IssueRun,
    NewIssue,
    Outlook,
    Publication,
    Reason,
    Subscription,
    Version,
)
from crm.people import contacts
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.values.identifiers import AccountId, IssueId, IssueRunId, PersonId

COMES_LATER = ("title", "pdf_url", "copy_cents", "postage_cents", "postage_abroad_cents")
"""What may still be said of an issue once it is frozen."""


def publication(session: Session) -> Publication | None:
    """The magazine, once it has been described."""
    return store.publication(session)


def describe(session: Session, wanted: Publication) -> None:
    """Says what the magazine is; from then on one can object to it, and policies can be decided about it."""
    name = " ".join(wanted.name.split())[:80]
    if not name:
        raise RuleWrong("name")
    if not 1 <= wanted.keep_days <= 365:
        raise RuleWrong("keep_days")
    store.put_publication(session, replace(wanted, name=name))
    names = {"fr": name, "nl": name, "de": name, "en": name}
    consent.put_purpose(session, Purpose(code=MAGAZINE, position=90, names=names, promises={}))


def issues(session: Session) -> tuple[Issue, ...]:
    """Every issue, the newest first."""
    return store.issues(session)


def issue(session: Session, issue_id: IssueId) -> Issue:
    """One issue. Raises IssueMissing."""
    return store.issue(session, issue_id)


def add_issue(session: Session, wanted: NewIssue) -> Issue:
    """Plans an issue. Raises NumberTaken, DaysWrong, RuleWrong."""
    tidied = rules.tidy(wanted)
    if store.has_number(session, tidied.number):
        raise NumberTaken
    return store.put_issue(session, tidied)


def change_issue(session: Session, issue_id: IssueId, wanted: NewIssue) -> Issue:
    """Plans it otherwise. Once frozen, its number and days stay; title, PDF and what it really cost may come later.

    Raises IssueMissing, IssueFrozen, NumberTaken, DaysWrong, RuleWrong.
    """
    before, tidied = store.issue(session, issue_id), rules.tidy(wanted)
    later = {name: getattr(before.plan, name) for name in COMES_LATER}
    if before.frozen_at is not None and replace(tidied, **later) != before.plan:
        raise IssueFrozen
    if store.has_number(session, tidied.number, but=issue_id):
        raise NumberTaken
    return store.put_issue(session, tidied, issue_id)


def withdraw_issue(session: Session, issue_id: IssueId) -> Issue:
    """Takes a planned issue off the calendar. Raises IssueMissing, and IssueFrozen where it is, or is about to be."""
    hold(session, f"magazine issue {issue_id}")
    found = store.issue(session, issue_id)
    if found.frozen_at is not None or not store.drop_issue(session, issue_id):
        raise IssueFrozen
    return found


def next_issue(several: Iterable[Issue]) -> Issue | None:
    """The issue that is prepared now: of those not frozen, the first to be dropped."""
    return min((one for one in several if one.frozen_at is None), key=lambda one: one.plan.drop_on, default=None)


def warnings(several: Iterable[Issue], *, today: date) -> dict[IssueId, tuple[Caution, ...]]:
    """What the calendar warns of, issue by issue."""
    known = tuple(several)
    return {one.id: rules.warnings(one, known, today=today) for one in known}


def versions(session: Session) -> tuple[Version, ...]:
    """Every version of the rule that was saved, the newest first."""
    return store.versions(session)


def rule(session: Session) -> Version:
    """The version in force."""
    return store.last_rule(session)


def rule_of(session: Session, one: Issue) -> Version:
    """The version by which an issue was frozen, or will be."""
    return store.rule_of(session, one)


def last_frozen(session: Session) -> Issue | None:
    """The last issue that was frozen."""
    return store.last_frozen(session)


def save_rule(session: Session, wanted: Eligibility, *, note: str, by: AccountId | None, at: datetime) -> Version:
    """A new version, from now on; frozen issues keep theirs. Raises RuleWrong. The same again saves nothing."""
    rules.sound(wanted)
    last = store.last_rule(session)
    if last.rule == wanted and last.id:
        return last
    return store.add_rule(session, wanted, note=note.strip()[:1000], saved_at=at, saved_by=by)


def runs(session: Session, issue_id: IssueId) -> tuple[IssueRun, ...]:
    """The runs of an issue, the main one first."""
    return store.runs(session, issue_id)


def run(session: Session, run_id: IssueRunId) -> IssueRun:
    """One run. Raises RunMissing."""
    return store.run(session, run_id)


def outlook_of(session: Session, run_id: IssueRunId) -> Outlook:
    """What was counted when a run was frozen. Raises RunMissing."""
    return store.outlook_of(session, run_id)


def left_out(session: Session, run_id: IssueRunId, reason: Reason, *, size: int) -> list[PersonId]:
    """Some of the people left out of a run for a reason."""
    return [PersonId(one) for one in store.excluded(session, run_id, reason, size=size)]


def subscription(session: Session, person_id: PersonId) -> Subscription:
    """What is said of somebody and the magazine."""
    return store.subscription(session, person_id)


def delivery_notes(session: Session, person_ids: Collection[PersonId]) -> dict[PersonId, str]:
    """What is to be known where a copy is handed over."""
    return store.notes_of(session, person_ids)


def subscribe(session: Session, wanted: Subscription, *, by: AccountId | None, at: datetime) -> Subscription:
    """Writes what a colleague was told, or decided, about somebody. Raises RuleWrong, PersonMissing."""
    person = people.find_survivor(session, wanted.person_id)
    if person is None:
        raise PersonMissing
    if wanted.basis is not None and wanted.basis not in SAID:
        raise RuleWrong("basis")
    if not 1 <= wanted.copies <= MOST_COPIES:
        raise RuleWrong("copies")
    if None not in {wanted.from_number, wanted.until_number} and wanted.until_number < wanted.from_number:  # type: ignore[operator] # neither is None
        raise RuleWrong("until_number")
    if wanted.paused_until_on and (wanted.paused_from_on is None or wanted.paused_until_on < wanted.paused_from_on):
        raise RuleWrong("paused_until_on")
    theirs = {one.id for one in contacts.addresses_of(session, [person.id])[person.id]}
    if wanted.address_id is not None and wanted.address_id not in theirs:
        raise RuleWrong("address_id")
    if not rules.is_printable_note(wanted.notes) and wanted.notes != store.subscription(session, person.id).notes:
        raise RuleWrong("notes")
    tidied = replace(wanted, person_id=person.id, notes=" ".join(wanted.notes.split())[:200])
    store.put_subscription(session, tidied, changed_at=at, changed_by=by)
    return tidied


def choose(
    session: Session,
    sealer: Sealer,
    person_id: PersonId,
    *,
    format: Format,  # noqa: A002 - it is what it is called
    paused_until_on: date | None,
    today: date,
    at: datetime,
    keeps_pause: bool = False,
) -> Subscription:
    """What somebody chooses for themselves: paper, PDF or neither, and a pause from today until a day.

    `keeps_pause`: theirs stays as it is, also one without an end.
    """
    before = store.subscription(session, person_id)
    is_same = before.paused_until_on == paused_until_on and before.paused_from_on is not None
    wanted = replace(
        before,
        format=format,
        paused_from_on=(before.paused_from_on if is_same else today) if paused_until_on else None,
        paused_until_on=paused_until_on,
    )
    if keeps_pause:
        wanted = replace(before, format=format)
    elif paused_until_on is not None and paused_until_on < today:
        raise RuleWrong("paused_until_on")
    if wanted == before:
        return before
    chosen = subscribe(session, wanted, by=None, at=at)
    audit.record(
        session,
        sealer,
        at=at,
        account_id=None,
        action="magazine.chosen",
        subject="person",
        subject_id=chosen.person_id,
        facts={"format": format.value, "paused": wanted.paused_from_on is not None},
    )
    return chosen
