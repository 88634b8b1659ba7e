"""The door of duplicates: look for them, see what waits, say that two are two people. Merging is in `merges`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crm.duplicates import finding, store, trail
from crm.duplicates.errors import PairMissing
from crm.duplicates.finding import Scored
from crm.duplicates.model import Certainty, Found, Pair, PairState, Reason, scores
from crm.foundation.signing import Sealer
from crm.people import comparing
from crm.values.identifiers import AccountId, PersonId

WRITTEN_AT_ONCE = 400
COMPARED_AT_ONCE = 500
SETTLES_AFTER = timedelta(minutes=5)
"""Somebody younger than this is looked at again in the next minute: whoever adds people may still be adding to them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What a look at everybody brought, to be kept in slices."""

    people: int
    compared: int
    scored: Sequence[Scored]

    def slices(self) -> Iterator[Sequence[Scored]]:
        """The pairs, as many at once as one short transaction writes."""
        return (self.scored[n : n + WRITTEN_AT_ONCE] for n in range(0, len(self.scored), WRITTEN_AT_ONCE))


def look_at_everybody(session: Session) -> Look:
    """Compares the whole base; writes nothing. Whom somebody called two people is left out."""
    people, compared, scored = finding.among_everybody(session)
    return Look(people=people, compared=compared, scored=_undecided(session, scored))


def keep(session: Session, scored: Sequence[Scored], *, at: datetime) -> int:
    """Writes pairs that look alike; how many are new."""
    rows = [
        {
            "low_id": min(one, other),
            "high_id": max(one, other),
            "score": alike.score,
            "reasons": [reason.value for reason in alike.reasons],
        }
        for one, other, alike in scored
    ]
    return store.put_pairs(session, rows, at=at)


def withdraw_unseen(session: Session, *, before: datetime) -> int:
    """Takes away open pairs that a look at everybody since did not find alike any more; how many."""
    return store.drop_unseen(session, before=before)


def withdraw_of(session: Session, person_ids: Collection[int]) -> int:
    """Takes away the open pairs of people who are about to be taken back themselves; how many."""
    return store.drop_open_of(session, person_ids)


def compare(session: Session, person_ids: Collection[PersonId], *, at: datetime) -> Found:
    """Compares those people with everybody, and proposes what looks alike."""
    people, compared, scored = finding.around(session, person_ids)
    kept = _undecided(session, scored, {person_id for one in scored for person_id in one[:2]})
    return Found(people=people, compared=compared, proposed=len(kept), new=keep(session, kept, at=at))


def compare_newcomers(session: Session, *, at: datetime) -> Found | None:
    """Compares the next people who were added since the last look; None where nobody was."""
    rows = session.execute(comparing.newcomers(store.mark(session), COMPARED_AT_ONCE)).all()
    if not rows:
        return None
    found = compare(session, [PersonId(row.id) for row in rows], at=at)
    settled = [row.id for row in rows if row.created_at <= at - SETTLES_AFTER]
    if settled:
        store.set_mark(session, max(settled), at=at)
    return found if settled else None


def compare_changed(session: Session, *, at: datetime) -> Found | None:
    """Compares anew the next people of whom something was written; None where there is nobody.

    A pair that no longer looks alike leaves the queue. Who was never compared yet is the next newcomer anyway.
    """
    rows = session.execute(comparing.changed(COMPARED_AT_ONCE)).all()
    if not rows:
        return None
    session.execute(comparing.no_longer_changed([row.id for row in rows]))
    known = store.mark(session)
    people = sorted({row.person_id for row in rows if row.person_id <= known})
    if not people:
        return Found(people=0, compared=0, proposed=0, new=0)
    found = compare(session, [PersonId(one) for one in people], at=at)
    store.drop_unseen(session, before=at, among=people)
    return found


def queue(
    session: Session,
    *,
    size: int = 20,
    offset: int = 0,
    certainty: Certainty | None = None,
    reason: Reason | None = None,
) -> tuple[Pair, ...]:
    """What waits for somebody (of that certainty, for that reason), the likeliest first, what was put off last."""
    return store.queue(session, size=size, offset=offset, scores=scores(certainty), reason=reason)


def queue_length(session: Session, *, certainty: Certainty | None = None, reason: Reason | None = None) -> int:
    """How many pairs (of that certainty, for that reason) wait for somebody."""
    return store.queue_length(session, scores=scores(certainty), reason=reason)


def find_pair(session: Session, one_id: PersonId, other_id: PersonId) -> Pair | None:
    """The pair of those two, whatever became of it, or None."""
    return store.find_pair(session, *sorted((one_id, other_id)))


def said_distinct(session: Session, one_id: PersonId, other_id: PersonId) -> bool:
    """True where somebody said that they are two people: of these, or of any who live on in them."""
    ends = store.merged_into(session, (one_id, other_id))
    wanted = {one_id, other_id}
    return any({ends.get(a), ends.get(b)} == wanted for a, b in store.distinct_pairs(session, list(ends)))


def say_distinct(
    session: Session, sealer: Sealer, one_id: PersonId, other_id: PersonId, *, by: AccountId | None, at: datetime
) -> Pair:
    """They are two people: never proposed again, whoever either of them is merged with."""
    low, high = sorted((one_id, other_id))
    pair = store.put_state(session, low, high, at=at, state=PairState.DISTINCT, decided_at=at, decided_by=by)
    trail.note(session, sealer, "duplicates.distinct", pair.low_id, by=by, at=at, facts={"other": pair.high_id})
    return pair


def reopen(
    session: Session, sealer: Sealer, one_id: PersonId, other_id: PersonId, *, by: AccountId | None, at: datetime
) -> Pair:
    """Takes back that they are two people. Raises `PairMissing` where nobody said so."""
    low, high = sorted((one_id, other_id))
    found = store.find_pair(session, low, high)
    if found is None or found.state is not PairState.DISTINCT:
        raise PairMissing
    pair = store.put_state(session, low, high, at=at, state=PairState.OPEN, decided_at=None, decided_by=None)
    trail.note(session, sealer, "duplicates.reopen", pair.low_id, by=by, at=at, facts={"other": pair.high_id})
    return pair


def put_off(session: Session, one_id: PersonId, other_id: PersonId, *, at: datetime) -> Pair:
    """Later: the pair goes to the end of the queue. Raises `PairMissing`."""
    low, high = sorted((one_id, other_id))
    if store.find_pair(session, low, high) is None:
        raise PairMissing
    return store.put_state(session, low, high, at=at, later_at=at)


def _undecided(session: Session, scored: Sequence[Scored], among: Collection[int] | None = None) -> list[Scored]:
    """Those of whom nobody said that they are two people, of themselves or of any who live on in them.

    `among` are the people of `scored`, where they are few.
    """
    if among is None:
        ends, pairs = store.standing_ends(session), store.distinct_pairs(session)
    else:
        ends = store.merged_into(session, among)
        pairs = store.distinct_pairs(session, list(ends))
    said = {tuple(sorted(_end(ends, one) for one in pair)) for pair in pairs}
    return [one for one in scored if tuple(sorted(one[:2])) not in said]


def _end(ends: dict[int, int], person_id: int) -> int:
    while ends.get(person_id, person_id) != person_id:
        person_id = ends[person_id]
    return person_id
