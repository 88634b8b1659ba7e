"""The door of the vault: keep, hand over, write, show with a reason, lay under another key."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select
from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.values.identifiers import AccountId, PersonId
from crm.values.national_number import NationalNumber
from crm.vault import rules, store
from crm.vault.errors import NumberElsewhere, NumberMissing
from crm.vault.keys import Lock
from crm.vault.model import Asked, Held, Outcome, Reason, Request, Source, Way

ROTATES = 500
"""Rows of one transaction of a rotation."""


def wait(session: Session, lock: Lock, found: Iterable[tuple[str, NationalNumber]], *, at: datetime) -> int:
    """Keeps numbers that were found in a payment until it has found its person; how many are new.

    `found`: what each came with (the keyed fingerprint of a line), and the number. Twice is once.
    """
    wanted = list(dict.fromkeys(found))
    there = {(origin, row.number_key) for origin, row in store.waiting(session, {origin for origin, _ in wanted})}
    rows = []
    for origin, number in wanted:
        if not any((origin, key) in there for key in lock.keys_of(number)):
            rows.append(_row(lock, number, source=Source.BANK, at=at) | {"origin": origin})
    store.add(session, rows)
    return len(rows)


def hand_over(
    session: Session,
    lock: Lock,
    sealer: Sealer,
    origin: str,
    person_id: PersonId,
    *,
    at: datetime,
    by: AccountId | None,
) -> tuple[Outcome, ...]:
    """Gives what waited for `origin` to the person it was matched to. What differs from what we hold waits on."""
    outcomes = []
    for _, row in store.waiting(session, {origin}):
        number = lock.open(row.sealed, row.uid)
        outcome = _outcome(session, lock, number, person_id, replaces=False)
        if outcome is Outcome.KEPT:
            store.give(session, row.id, person_id)
            _record(session, sealer, "national-number.kept", person_id, at=at, by=by, facts={"source": Source.BANK})
        elif outcome is Outcome.SAME:
            store.remove(session, [row.id])
        outcomes.append(outcome)
    return tuple(outcomes)


def hand_over_many(
    session: Session, lock: Lock, sealer: Sealer, matched: Mapping[str, PersonId], *, at: datetime
) -> int:
    """The same for many lines that were matched at once; how many numbers found their person."""
    waiting = {origin for origin, _ in store.waiting(session, matched)}
    outcomes = [
        outcome
        for origin in sorted(waiting)
        for outcome in hand_over(session, lock, sealer, origin, matched[origin], at=at, by=None)
    ]
    return outcomes.count(Outcome.KEPT)


def take_back(
    session: Session, sealer: Sealer, origin: str, person_id: PersonId, *, at: datetime, by: AccountId | None
) -> None:
    """A number that `hand_over` gave to somebody by a slip waits for its origin again, and they have none."""
    if store.take_back(session, origin, person_id):
        facts: dict[str, object] = {"source": Source.BANK}
        _record(session, sealer, "national-number.taken-back", person_id, at=at, by=by, facts=facts)


def forget_waiting(session: Session, origins: Collection[str]) -> int:
    """Throws away what waited for payments that will find nobody; how many."""
    rows = [row.id for _, row in store.waiting(session, origins)]
    if rows:
        store.remove(session, rows)
    return len(rows)


def write(
    session: Session,
    lock: Lock,
    sealer: Sealer,
    person_id: PersonId,
    number: NationalNumber,
    *,
    source: Source,
    at: datetime,
    by: AccountId | None,
) -> Outcome:
    """Keeps the number somebody gave us. Raises `NumberElsewhere` where another record has it."""
    if people.find_person(session, person_id) is None:
        raise PersonMissing
    outcome = _outcome(session, lock, number, person_id, replaces=True)
    if outcome is Outcome.ELSEWHERE:
        raise NumberElsewhere
    if outcome is Outcome.SAME:
        return outcome
    if (old := store.of_person(session, person_id)) is not None:
        store.remove(session, [old.id])
    store.add(session, [_row(lock, number, source=source, at=at) | {"person_id": person_id, "kept_by": by}])
    action = "national-number.replaced" if outcome is Outcome.REPLACED else "national-number.kept"
    _record(session, sealer, action, person_id, at=at, by=by, facts={"source": source})
    return outcome


def pour(
    session: Session, lock: Lock, given: Sequence[tuple[PersonId, NationalNumber]], *, source: Source, at: datetime
) -> int:
    """Keeps numbers of people who have none yet, but those that somebody has already, set-wise; how many.

    The trail is not told of each: for people who are made up (`demo seed`).
    """
    keys = {person_id: lock.keys_of(number) for person_id, number in given}
    there = store.known(session, {key for several in keys.values() for key in several})
    rows = [
        _row(lock, number, source=source, at=at) | {"person_id": person_id}
        for person_id, number in given
        if there.isdisjoint(keys[person_id])
    ]
    store.pour(session, rows)
    return len(rows)


def reveal(
    session: Session,
    lock: Lock,
    sealer: Sealer,
    person_id: PersonId,
    *,
    reason: Reason,
    at: datetime,
    by: AccountId | None,
) -> NationalNumber:
    """The number, and a line in the trail that says who looked, at whose, and why. Raises `NumberMissing`."""
    row = store.of_person(session, person_id)
    if row is None:
        raise NumberMissing
    number = lock.open(row.sealed, row.uid)
    _record(session, sealer, "national-number.revealed", person_id, at=at, by=by, facts={"reason": reason})
    return number


def remove(session: Session, sealer: Sealer, person_id: PersonId, *, at: datetime, by: AccountId | None) -> None:
    """Takes somebody's number out for good. Raises `NumberMissing`."""
    row = store.of_person(session, person_id)
    if row is None:
        raise NumberMissing
    store.remove(session, [row.id])
    _record(session, sealer, "national-number.removed", person_id, at=at, by=by, facts={})


def destroy(session: Session, but: Select[int], *, before: datetime) -> int:
    """Destroys, with their index, numbers kept before then, but for those people; how many. The fact stays.

    What waited that long for its payment goes too.
    """
    return store.destroy(session, but, before=before)


def differ(session: Session, one: PersonId, other: PersonId) -> bool:
    """True where each of the two has a number and they are not the same; no number is opened for it."""
    return store.differ(session, one, other)


def held(session: Session, person_id: PersonId) -> Held | None:
    """That their number is held, never which."""
    return store.held(session, person_id)


def ask(session: Session, sealer: Sealer, person_id: PersonId, *, way: Way, at: datetime, by: AccountId | None) -> None:
    """Notes that somebody was asked for their number."""
    if people.find_person(session, person_id) is None:
        raise PersonMissing
    store.add_requests(session, [person_id], at=at, way=way, by=by)
    _record(session, sealer, "national-number.asked", person_id, at=at, by=by, facts={"way": way})


def ask_many(
    session: Session, sealer: Sealer, person_ids: Sequence[PersonId], *, way: Way, at: datetime, by: AccountId | None
) -> dict[PersonId, int]:
    """Notes that all of them were asked, in one line of the trail; the number of each one's request, for a link."""
    made = store.add_requests(session, person_ids, at=at, way=way, by=by)
    audit.record(
        session,
        sealer,
        at=at,
        account_id=by,
        action="national-number.asked-many",
        subject="attestations",
        subject_id=None,
        facts={"way": way.value, "count": len(made)},
    )
    return made


def find_request(session: Session, request_id: object) -> Request | None:
    """The request a link stands for (`request_id` is what its token holds)."""
    row = store.request_row(session, request_id) if isinstance(request_id, int) else None
    if row is None:
        return None
    return Request(
        id=row.id, person_id=PersonId(row.person_id), asked_at=row.asked_at, way=row.way, answered_at=row.answered_at
    )


def close_request(session: Session, request_id: int, *, at: datetime) -> bool:
    """Spends a request's link; False where it was spent already, so that of two answers one counts."""
    hold(session, f"request of a number {request_id}")
    row = store.request_row(session, request_id)
    if row is None or row.answered_at is not None:
        return False
    row.answered_at = at
    session.flush()
    return True


def asked(session: Session, person_id: PersonId) -> Asked | None:
    """When they were last asked."""
    return store.asked(session, person_id)


def is_rotating(session: Session, lock: Lock) -> bool:
    """Whether rows lie under an older key: a rotation that was cut."""
    return bool(store.older_than(session, lock.newest, size=1))


def rotate_some(session: Session, lock: Lock) -> int:
    """Lays some rows under the newest key; how many, 0 once all lie there. Cut anywhere, every row stays readable."""
    rows = store.older_than(session, lock.newest, size=ROTATES)
    anew = []
    for row in rows:
        number = lock.open(row.sealed, row.uid)
        sealed, known = lock.seal(number, row.uid), lock.key_of(number)
        anew.append({"row": row.id, "was": row.sealed, "now": sealed, "key": lock.newest, "number": known})
    if anew:
        store.reseal(session, anew)
    return len(rows)


def _outcome(session: Session, lock: Lock, number: NationalNumber, person_id: PersonId, *, replaces: bool) -> Outcome:
    keys = lock.keys_of(number)
    own = store.of_person(session, person_id)
    return rules.outcome(
        held_by_them=None if own is None else own.number_key in keys,
        held_elsewhere=store.holder(session, keys, but=person_id) is not None,
        replaces=replaces,
    )


def _row(lock: Lock, number: NationalNumber, *, source: Source, at: datetime) -> dict[str, object]:
    uid = secrets.token_hex(16)
    return store.new_row(
        sealed=lock.seal(number, uid),
        uid=uid,
        key_id=lock.newest,
        number_key=lock.key_of(number),
        source=source,
        at=at,
    )


def _record(
    session: Session,
    sealer: Sealer,
    action: str,
    person_id: PersonId,
    *,
    at: datetime,
    by: AccountId | None,
    facts: dict[str, object],
) -> None:
    audit.record(
        session,
        sealer,
        at=at,
        account_id=by,
        action=action,
        subject="person",
        subject_id=person_id,
        facts={name: str(value) for name, value in facts.items()},
    )
