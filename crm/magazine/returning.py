"""What comes back: copies that did not arrive, by the code on their wrapper or by a file, and people who say so."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.care import service as care
from crm.consent import service as consent
from crm.consent.model import MAGAZINE, Act, Channel, NewAct, Way
from crm.consent.policy import EVERYWHERE
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.foundation.translation import N_, say
from crm.magazine import rules, store
from crm.magazine.errors import ClaimMissing, CopyMissing, NumberUnknown
from crm.magazine.model import FAILURES, Claim, Issue, ReturnEffect, ReturnReason
from crm.magazine.tables import ClaimRow, CopyRow, IssueRow, ReturnRow
from crm.people import contacts
from crm.people import selects as people_selects
from crm.people import service as people
from crm.people.model import Abode, Deliverability, Person
from crm.people.rules import typed_number
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.folding import folded
from crm.values.identifiers import AccountId, IssueId, PersonId, PostalAddressId
from crm.values.languages import Language

SOURCE = "post"
MOST_LINES = 20_000
ASK = N_("Demander la bonne adresse par un autre moyen : le magazine est revenu")
VERIFY = N_("Vérifier avec délicatesse : le magazine est revenu avec la mention « décédé·e »")
_WRITTEN = {
    ReturnReason.GONE: ("habite plus", "demenage", "verhuisd", "parti", "npai"),
    ReturnReason.UNKNOWN: ("inconnu", "onbekend"),
    ReturnReason.BAD_BOX: ("boite", "bus", "box"),
    ReturnReason.REFUSED: ("refus", "geweigerd"),
    ReturnReason.DECEASED: ("deced", "overleden"),
    ReturnReason.UNCLAIMED: ("reclame", "afgehaald", "unclaimed"),
    ReturnReason.INCOMPLETE: ("insuffisant", "incompl", "onvolledig", "onvoldoende"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """A copy that came back, and what it led to. `is_news` False: it had been noted already."""

    person_id: PersonId
    effect: ReturnEffect
    is_news: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of a file of returns, by its place as a spreadsheet counts it."""

    place: int
    code: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FileOutcome:
    """What a file of returns came to: by effect, and the places of the lines of which nothing could be made."""

    effects: Mapping[ReturnEffect, int]
    again: int
    unknown: tuple[int, ...]
    unread: tuple[int, ...]


def read_code(typed: str) -> tuple[int | None, str]:
    """The issue and the member number of what a code or a colleague says: `124/100237-45`, or the number alone."""
    text = typed.strip()
    found = re.fullmatch(r"\s*(\d{1,5})\s*/\s*(.+)", text)
    return (int(found[1]), typed_number(found[2])) if found else (None, typed_number(text))


def read_reason(text: str) -> ReturnReason | None:
    """A reason by its code or as the post writes it, in French or Dutch."""
    word = folded(text).strip()
    if word in set(ReturnReason):
        return ReturnReason(word)
    return next((reason for reason, signs in _WRITTEN.items() if any(sign in word for sign in signs)), None)


def find(session: Session, typed: str) -> tuple[Person, Issue]:
    """Whose code that is, and of which issue (without one, the last frozen). Raises NumberUnknown, CopyMissing."""
    number, member = read_code(typed)
    person = people.find_member(session, member) if member else None
    if person is None:
        raise NumberUnknown
    if number is None:
        issue = store.last_frozen(session)
    else:
        found = session.scalar(select(IssueRow.id).where(IssueRow.number == number))
        issue = None if found is None else store.issue(session, found)
    if issue is None:
        raise CopyMissing
    return person, issue


def record(
    session: Session,
    sealer: Sealer,
    person_id: PersonId,
    issue_id: IssueId,
    reason: ReturnReason,
    *,
    by: AccountId | None,
    at: datetime,
    language: Language = Language.FR,
) -> Returned:
    """Notes that a copy came back, and does what follows from it; twice is once. Raises CopyMissing.

    Where the address is no longer the one we write to, it is kept and nothing else happens.
    """
    hold(session, f"magazine return {person_id}")
    copy = store.find_copy(session, issue_id, person_id)
    if copy is None:
        raise CopyMissing
    known = session.scalar(select(ReturnRow).where(ReturnRow.copy_id == copy.id))
    if known is not None:
        return Returned(person_id=person_id, effect=known.effect, is_news=False)
    abode = next(
        (one for one in contacts.addresses_of(session, [person_id])[person_id] if one.id == copy.postal_address_id),
        None,
    )
    if abode is not None and abode.failures and _stayed_since(session, copy, abode):
        contacts.confirm_address(session, PostalAddressId(abode.id))
        abode = replace(abode, failures=0)
    effect = rules.effect(reason, failures_before=abode.failures if abode else 0)
    if effect is ReturnEffect.VERIFY:
        care.add_task(session, title=say(language, VERIFY), by=by, at=at, person_id=person_id)
    elif effect is ReturnEffect.OBJECTED:
        act = NewAct(
            person_id=person_id,
            purpose=MAGAZINE,
            address_key=EVERYWHERE,
            act=Act.OBJECTED,
            way=Way.PAPER,
            occurred_at=at,
            channel=Channel.POST,
            evidence={"issue": issue_id},
        )
        consent.record(session, sealer, act, at=at)
    elif abode is None:
        effect = ReturnEffect.NOTED
    else:
        contacts.fail_address(session, PostalAddressId(abode.id), FAILURES[reason], source=SOURCE, at=at, final=False)
        care.add_task(session, title=say(language, ASK), by=by, at=at, person_id=person_id)
    session.add(
        ReturnRow(
            issue_id=issue_id,
            copy_id=copy.id,
            person_id=person_id,
            reason=reason,
            effect=effect,
            postcode=copy.postcode if copy.country == "BE" else copy.country,
            recorded_at=at,
            recorded_by=by,
        )
    )
    session.flush()
    return Returned(person_id=person_id, effect=effect)


def _stayed_since(session: Session, copy: CopyRow, abode: Abode) -> bool:
    """Whether the copy of the issue before went to the same address after it last failed, and stayed there."""
    before = store.frozen_before(session, store.issue(session, copy.issue_id).number)
    if before is None or abode.deliverability is Deliverability.DEAD:
        return False
    row = CopyRow
    stayed = (
        select(row.id)
        .outerjoin(ReturnRow, ReturnRow.copy_id == row.id)
        .where(row.issue_id == before.id, row.person_id == copy.person_id, row.removal.is_(None))
        .where(row.postal_address_id == abode.id, ReturnRow.id.is_(None))
    )
    failed = (one.at for one in contacts.failures_of(session, PersonId(copy.person_id)) if one.abode_id == abode.id)
    last = next(failed, None)
    is_before = last is None or brussels_day(last) <= before.plan.drop_on
    return is_before and session.scalar(stayed.limit(1)) is not None


def record_file(
    session: Session,
    sealer: Sealer,
    lines: Iterable[Line],
    issue_id: IssueId,
    *,
    by: AccountId | None,
    at: datetime,
    language: Language = Language.FR,
) -> FileOutcome:
    """Every line of a file: a code or number, and the reason. Numbers are looked up together; unknown ones are said.

    A code says its own issue; `issue_id` is that of bare numbers.
    """
    typed = [(one.place, *read_code(one.code), read_reason(one.reason)) for one in lines]
    known = numbered(session, {number for _, _, number, _ in typed})
    issues: dict[int | None, IssueId] = {one.number: one.id for one in store.issues(session)} | {None: issue_id}
    effects: dict[ReturnEffect, int] = {}
    again, unknown, unread = 0, [], []
    for place, said, number, reason in typed:
        if reason is None:
            unread.append(place)
            continue
        if number not in known or said not in issues:
            unknown.append(place)
            continue
        try:
            done = record(session, sealer, known[number], issues[said], reason, by=by, at=at, language=language)
        except CopyMissing:
            unknown.append(place)
            continue
        if done.is_news:
            effects[done.effect] = effects.get(done.effect, 0) + 1
        again += not done.is_news
    return FileOutcome(effects=effects, again=again, unknown=tuple(unknown), unread=tuple(unread))


def read_file(content: bytes) -> list[Line]:
    """The lines of a CSV, a code or number and a reason, whatever parts them; a head is left out. Raises Invalid."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("windows-1252", "replace")
    if "\0" in text or not text.strip():
        raise Invalid("a file of text with two columns", field="file")
    first = text.splitlines()[0]
    parted = max(";,\t", key=first.count)
    rows = enumerate(csv.reader(text.splitlines(), delimiter=parted), start=1)
    found = [Line(place=place, code=row[0], reason=row[1] if len(row) > 1 else "") for place, row in rows if row]
    if len(found) > MOST_LINES:
        raise Invalid("at most 20,000 lines", field="file")
    has_head = bool(found) and not any(c.isdigit() for c in found[0].code)
    return found[1:] if has_head else found


def numbered(session: Session, numbers: set[str]) -> dict[str, PersonId]:
    """Who bears those member numbers today; two queries, however many they are."""
    names = people_selects.written_names().subquery("names")
    query = select(names.c.member_number, names.c.person_id).where(names.c.member_number.in_(sorted(numbers)))
    found = {number: PersonId(person_id) for number, person_id in session.execute(query)}
    survivors = people.survivors(session, list(found.values()))
    return {number: survivors.get(person_id, person_id) for number, person_id in found.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A return as the lists show it."""

    person_id: PersonId
    issue_number: int
    reason: ReturnReason
    effect: ReturnEffect
    at: datetime


def latest(session: Session, *, person_id: PersonId | None = None, size: int = 50) -> list[Kept]:
    """The latest returns, of everybody or of somebody."""
    row = ReturnRow
    query = select(row, IssueRow.number).join(IssueRow, IssueRow.id == row.issue_id).order_by(row.id.desc())
    if person_id is not None:
        query = query.where(row.person_id == person_id)
    return [
        Kept(
            person_id=PersonId(one.person_id),
            issue_number=number,
            reason=one.reason,
            effect=one.effect,
            at=one.recorded_at,
        )
        for one, number in session.execute(query.limit(size))
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Complaint:
    """Somebody says that theirs did not come."""

    id: int
    person_id: PersonId
    issue_id: IssueId
    issue_number: int
    state: Claim
    note: str
    made_at: datetime


def claim(
    session: Session, person_id: PersonId, issue_id: IssueId, *, note: str, by: AccountId | None, at: datetime
) -> bool:
    """Writes down that somebody's copy did not come. False where that is written down already."""
    hold(session, f"magazine claim {person_id}")
    person = people.find_survivor(session, person_id)
    issue = store.issue(session, issue_id)
    if person is None or issue.frozen_at is None:
        raise CopyMissing
    row = ClaimRow
    known = select(row.id).where(row.person_id == person.id, row.issue_id == issue_id, row.state == Claim.OPEN)
    if session.scalar(known) is not None:
        return False
    text = " ".join(note.split())[:500]
    session.add(row(issue_id=issue_id, person_id=person.id, state=Claim.OPEN, note=text, made_at=at, made_by=by))
    session.flush()
    return True


def close_claim(session: Session, claim_id: int, *, at: datetime) -> None:
    """Ends a claim without another copy. Raises ClaimMissing."""
    row = session.get(ClaimRow, claim_id)
    if row is None or row.state is not Claim.OPEN:
        raise ClaimMissing
    row.state, row.settled_at = Claim.CLOSED, at
    session.flush()


def claims(session: Session, *, person_id: PersonId | None = None, size: int = 200) -> list[Complaint]:
    """Claims, those that wait first, then the latest."""
    row = ClaimRow
    query = select(row, IssueRow.number).join(IssueRow, IssueRow.id == row.issue_id)
    if person_id is not None:
        query = query.where(row.person_id == person_id)
    waits = func.coalesce(row.settled_at.is_(None), False)
    return [
        Complaint(
            id=one.id,
            person_id=PersonId(one.person_id),
            issue_id=IssueId(one.issue_id),
            issue_number=number,
            state=one.state,
            note=one.note,
            made_at=one.made_at,
        )
        for one, number in session.execute(query.order_by(waits.desc(), row.id.desc()).limit(size))
    ]


def waiting(session: Session) -> dict[IssueId, int]:
    """How many claims wait, by issue."""
    row = ClaimRow
    query = select(row.issue_id, func.count()).where(row.state == Claim.OPEN).group_by(row.issue_id)
    return {IssueId(issue_id): count for issue_id, count in session.execute(query)}
