"""What the bank says of collections: a credit settles a whole file or one of them, what comes back is undone.

A collection is received when the bank's credit says so, on the day of that credit. Every line of the bank has a name of
its own: told twice, it does nothing the second time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.care import service as care
from crm.collections import rules, store, words
from crm.collections.model import (
    AttemptState,
    CollectionState,
    Deed,
    Errand,
    Outcome,
    Rejection,
    Seen,
)
from crm.collections.model import Sequence as Sequence_
from crm.collections.tables import AttemptRow, CollectionRow
from crm.donations import days_kept, pouring, thanks
from crm.donations import service as donations
from crm.donations.days_kept import KeptDay
from crm.donations.model import Basis, EntryKind, GiftKind, LineKind, Method, Movement, NewGift, NewLine
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.foundation.translation import say
from crm.people import service as people
from crm.people.model import PersonKind
from crm.plans import collecting, mandates
from crm.plans import service as plans
from crm.plans.model import Channel, EndReason, Plan, PlanState
from crm.plans.rules import state_on
from crm.values.calendar import brussels_day
from crm.values.identifiers import GiftId, MandateId, PlanId
from crm.values.languages import Language

PROVIDER = "sepa"
_Pair = tuple[AttemptRow, CollectionRow]
Came = tuple[AttemptRow, CollectionRow, Seen]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """Who seals what is booked, and in which language a colleague is told what is left to do."""

    sealer: Sealer
    language: Language


def settle(session: Session, ledger: Ledger, lines: Sequence[Seen], *, at: datetime) -> dict[str, Outcome]:
    """What each line that is about a collection of ours did, by its key; lines about anything else are left out.

    A credit that is not what is awaited, to the cent, does nothing: a person looks at it. So does one at a credit or a
    return that may mean several equal instalments, unless as many such credits came as are awaited.
    """
    hold(session, "collections")
    today = brussels_day(at)
    lines = [line for line in lines if line.booked_on <= today]
    done: dict[str, Outcome] = {}
    for line in lines:
        named = rules.files_named(" ".join(line.references)) if line.cents > 0 and not line.is_return else ()
        outcome = _settle_file(session, ledger, dict(named), line, at=at) if named else None
        if outcome is not None:
            done[line.key] = outcome
    came_in = [line for line in lines if line.cents > 0 and not line.is_return and line.key not in done]
    came: dict[int, Came] = {}
    clear, open_ = _told(session, came_in, AttemptState.ASKED)
    more, waiting = _one_each(open_)
    for line, pair in clear + more:
        if pair[0].id not in came and pair[1].cents == line.cents:
            came[pair[0].id] = (*pair, line)
    done |= _settle_several(session, ledger, list(came.values()), at=at)
    debits = [line for line in lines if line.cents < 0]
    clear, unclear = _told(session, debits, AttemptState.SETTLED)
    for line, pair in clear:
        outcome = _undo(session, ledger, pair, line, at=at)
        if outcome is not None:
            done[line.key] = outcome
    return done | {line.key: Outcome(gifts=0) for line in [*waiting, *(line for line, _ in unclear)]}


def reject(session: Session, ledger: Ledger, several: Sequence[Rejection], *, at: datetime) -> int:
    """What a bank did not take (a pain.002): no money moved; how many of them are ours and were awaited.

    A change of a mandate that one of them carried was told to nobody: the next asking carries it.
    """
    hold(session, "collections")
    called, count = store.attempts_called(session, {one.end_to_end_id for one in several}), 0
    carried: dict[int, list[int]] = {}
    for one in several:
        pair = called.get(one.end_to_end_id)
        if pair is None or pair[0].state is not AttemptState.ASKED:
            continue
        pair[0].state, pair[0].reason = AttemptState.REJECTED, one.reason[:40]
        if pair[0].was_reference or pair[0].is_new_account:
            carried.setdefault(pair[0].batch_id, []).append(pair[1].mandate_id)
        _follow(session, ledger, pair, one.reason, on=brussels_day(at), was_received=False, at=at)
        count += 1
    session.flush()
    for batch_id, mandate_ids in carried.items():
        row = store.batch_row(session, batch_id)
        if row is not None and row.sent_at is not None:
            collecting.untold_again(session, mandate_ids, told_at=row.sent_at)
    return count


def send_back(session: Session, ledger: Ledger, gift_id: GiftId, line: Seen, *, at: datetime) -> bool:
    """A colleague says that a return is of this gift; whether it is a collection's, which then went back as a whole."""
    hold(session, "collections")
    pair = store.settled_as(session, gift_id)
    return pair is not None and _undo(session, ledger, pair, line, at=at) is not None


def _told(
    session: Session, lines: Sequence[Seen], state: AttemptState
) -> tuple[list[tuple[Seen, _Pair]], list[tuple[Seen, list[_Pair]]]]:
    """Of each line the asking it is about, by the name the bank repeats, else by its mandate, amount, period and day;
    and the lines that may be about several, with these, the newest first: with none, a credit by a mandate of which
    other amounts are awaited.
    """
    called = store.attempts_called(session, {line.end_to_end_id for line in lines if line.end_to_end_id})
    references = {line.mandate for line in lines if line.mandate and line.end_to_end_id not in called}
    mandates = collecting.by_reference(session, references) if references else {}
    free: dict[tuple[int, int], list[_Pair]] = {}
    for one in store.attempts_of(session, set(mandates.values()), state) if mandates else ():
        free.setdefault((one[1].mandate_id, one[1].cents), []).append(one)
    days = store.collect_days(session, {a.batch_id for several in free.values() for a, _ in several})
    found = [(line, called[line.end_to_end_id]) for line in lines if line.end_to_end_id in called]
    found = [(line, pair) for line, pair in found if pair[0].state is state]
    left = [line for line in lines if line.end_to_end_id not in called and line.mandate in mandates]
    taken = {pair[0].id for _, pair in found}
    while True:
        unclear: list[tuple[Seen, list[_Pair]]] = []
        for line in left:
            several = [p for p in free.get((mandates[line.mandate], abs(line.cents)), ()) if p[0].id not in taken]
            places = [(frozenset({c.period}), days[a.batch_id]) for a, c in several]
            periods = rules.periods_named(" ".join(line.references))
            fits = rules.meant(places, periods=periods, on=_day(line, {day for _, day in places}))
            if len(fits) == 1:
                found.append((line, several[fits[0]]))
                taken.add(several[fits[0]][0].id)
            elif several or (line.cents > 0 and _is_awaited(free, mandates[line.mandate], taken)):
                unclear.append((line, [several[at] for at in fits] or several))
        if len(unclear) == len(left):
            return found, unclear
        left = [line for line, _ in unclear]


def _day(line: Seen, days: Collection[date]) -> date | None:
    """The day of the collection, as a line says it: a bank credits on that day, and returns later."""
    told = (line.executed_on,) if line.cents < 0 else (line.executed_on, line.value_on, line.booked_on)
    return next((day for day in told if day in days), line.executed_on)


def _is_awaited(free: Mapping[tuple[int, int], Sequence[_Pair]], mandate_id: int, taken: Collection[int]) -> bool:
    return any(pair[0].id not in taken for key, pairs in free.items() if key[0] == mandate_id for pair in pairs)


def _one_each(several: Sequence[tuple[Seen, list[_Pair]]]) -> tuple[list[tuple[Seen, _Pair]], list[Seen]]:
    """Credits that may mean several equal instalments: where each of these came, one for each, the oldest first; and
    the credits that wait for a choice.
    """
    alike: dict[tuple[int, ...], list[tuple[Seen, list[_Pair]]]] = {}
    for line, pairs in several:
        alike.setdefault(tuple(pair[0].id for pair in pairs), []).append((line, pairs))
    found: list[tuple[Seen, _Pair]] = []
    waiting: list[Seen] = []
    for these in alike.values():
        lines, pairs = sorted((line for line, _ in these), key=lambda line: line.booked_on), these[0][1]
        if len(lines) == len(pairs):
            found += zip(lines, reversed(pairs), strict=True)
        else:
            waiting += lines
    return found, waiting


def _settle_file(
    session: Session, ledger: Ledger, named: dict[str, Sequence_ | None], line: Seen, *, at: datetime
) -> Outcome | None:
    """One credit for all of a file that was not turned away, or for a block of it; None where it is another amount."""
    for name, whole in store.batches_called(session, set(named)).items():
        awaited = store.awaited(session, whole.id)
        block = named[name]
        wanted: set[Sequence_] | None = None
        if sum(cents for _, cents in awaited.values()) == line.cents:
            wanted = set(awaited)
        elif block is not None and awaited.get(block, (0, 0))[1] == line.cents:
            wanted = {block}
        if not wanted:
            continue
        for some in store.askings(session, whole.id):
            mine = [(a, c, line) for a, c in some if a.state is AttemptState.ASKED and a.sequence in wanted]
            receive(session, ledger, mine, at=at)
        if wanted == set(awaited):
            store.settled(session, whole.id, line.booked_on)
        return Outcome(gifts=sum(awaited[one][0] for one in wanted))
    return None


def _settle_several(session: Session, ledger: Ledger, came: Sequence[Came], *, at: datetime) -> dict[str, Outcome]:
    """Credits that the bank gives one by one."""
    if not came:
        return {}
    made = receive(session, ledger, came, at=at)
    known = collecting.plans(session, {PlanId(collection.plan_id) for _, collection, _ in came})
    done = {
        line.key: Outcome(
            gifts=1,
            person_id=known[PlanId(collection.plan_id)].person_id,
            gift_id=made[attempt.end_to_end_id],
        )
        for attempt, collection, line in came
    }
    last_on = max(line.booked_on for *_, line in came)
    for batch_id in {attempt.batch_id for attempt, *_ in came}:
        if not store.awaited(session, batch_id):
            store.settled(session, batch_id, last_on)
    return done


def receive(session: Session, ledger: Ledger, came: Sequence[Came], *, at: datetime) -> dict[str, GiftId]:
    """Instalments that came: each a gift of its plan's person, on the day of the credit."""
    if not came:
        return {}
    known = collecting.plans(session, {PlanId(collection.plan_id) for _, collection, _ in came})
    names = {a.id: [named(a, n) for n in range(a.undone)] for a, _, _ in came if a.undone}
    days = days_kept.before(session, PROVIDER, names, today=brussels_day(at)) if names else {}
    news = [
        _gift(known[PlanId(collection.plan_id)], attempt, collection, line, days.get(attempt.id))
        for attempt, collection, line in came
    ]
    found = pouring.record_many(session, ledger.sealer, news, at=at)
    made = {attempt.end_to_end_id: gift_id for (attempt, _, _), gift_id in zip(came, found, strict=True)}
    rows = [(a.id, c.id, made[a.end_to_end_id], line.booked_on, line.key) for a, c, line in came]
    store.received(session, rows)
    thanks.carry(session, PROVIDER, {made[a.end_to_end_id]: names[a.id] for a, _, _ in came if a.id in names})
    days_kept.carry(session, {made[a.end_to_end_id]: days[a.id] for a, _, _ in came if a.id in days})
    by_day: dict[date, set[int]] = {}
    for _, collection, line in came:
        by_day.setdefault(line.booked_on, set()).add(collection.mandate_id)
    for day, mandate_ids in by_day.items():
        collecting.collected(session, mandate_ids, on=day)
    return made


def _gift(
    plan: Plan, attempt: AttemptRow, collection: CollectionRow, line: Seen, kept: KeptDay | None = None
) -> NewGift:
    fee, given = collection.fee_cents, collection.cents - collection.fee_cents
    lines = [NewLine(cents=given, fund=plan.fund)] if given else []
    if fee:
        lines.append(NewLine(cents=fee, kind=LineKind.FEE, fund=plan.fund))
    return NewGift(
        person_id=plan.person_id,
        lines=tuple(lines),
        given_on=line.booked_on if kept is None else kept.given_on,
        movement=Movement(
            method=Method.DIRECT_DEBIT,
            booked_on=line.booked_on,
            value_on=line.value_on,
            executed_on=line.executed_on,
            provider=PROVIDER,
            external_id=named(attempt),
        ),
        kind=GiftKind.INSTALMENT if given else GiftKind.MEMBERSHIP_FEE,
        basis=Basis.SETTLEMENT if kept is None else kept.basis,
        source_code=plan.source_code,
        split_beforehand=bool(fee),
        is_promised=True,
    )


def named(attempt: AttemptRow, undone: int | None = None) -> str:
    """How the movement of an asking is called: by another name each time the one before was taken back."""
    times = attempt.undone if undone is None else undone
    return f"{attempt.end_to_end_id} {times + 1}" if times else attempt.end_to_end_id


def _undo(session: Session, ledger: Ledger, pair: _Pair, line: Seen, *, at: datetime) -> Outcome | None:
    """An instalment that went back, or a debit for one that was never credited; None where it is another amount."""
    attempt, collection = pair
    if attempt.state is not AttemptState.SETTLED or collection.cents != -line.cents or collection.gift_id is None:
        return None
    gift_id = GiftId(collection.gift_id)
    movement = Movement(
        method=Method.DIRECT_DEBIT,
        booked_on=line.booked_on,
        value_on=line.value_on,
        executed_on=line.executed_on,
        provider=PROVIDER,
        external_id=f"{named(attempt)} back",
        reason_code=line.reason[:20],
    )
    standing = donations.gift(session, gift_id).net_cents
    if standing < collection.cents:
        return None
    donations.take_back(session, ledger.sealer, gift_id, EntryKind.RETURN, movement, cents=collection.cents, at=at)
    attempt.state, attempt.reason = AttemptState.RETURNED, line.reason[:40]
    _follow(session, ledger, pair, line.reason, on=line.booked_on, was_received=True, at=at)
    session.flush()
    plan = collecting.plans(session, [PlanId(collection.plan_id)])[PlanId(collection.plan_id)]
    return Outcome(gifts=1, person_id=plan.person_id, gift_id=gift_id)


def _follow(
    session: Session, ledger: Ledger, pair: _Pair, code: str, *, on: date, was_received: bool, at: datetime
) -> None:
    """What the reason leads to: another try, a question, the end; and what is left for a colleague.

    Whom the bank reports dead is noted so: every gate keeps letters back until a colleague says that they live. Where
    the account is somebody else's, it speaks of them: their mandate ends, and nothing is noted of whoever promised.
    """
    attempt, collection = pair
    code = code.strip() or rules.NO_REASON
    rule = rules.rule_for(code, on)
    deed, errand = rules.deed_after(rule, number=store.times(session, collection.id)), rule.errand
    attempt.reason = collection.reason = code[:40]
    if deed is Deed.RETRY:
        collection.state, collection.retry_on = CollectionState.OPEN, rules.retry_on(on)
    else:
        collection.state = CollectionState.RETURNED if was_received else CollectionState.GIVEN_UP
        collection.retry_on = None
    session.flush()
    plan_id = PlanId(collection.plan_id)
    plans.note_failure(session, plan_id, reason=code, on=on, at=at)
    plan = plans.plan(session, plan_id)
    if errand is Errand.DECEASED and not _is_own_account(session, collection, plan):
        errand = Errand.HOLDER
    state = state_on(plan.standing, on)
    if deed is Deed.ASK and state is PlanState.ACTIVE:
        plan = plans.pause(
            session, plan_id, seen=plan.version, on=on, until_on=None, reason=code, channel=Channel.BANK, at=at, by=None
        )
    elif deed is Deed.STOP and plan.standing.ended_on is None:
        reason = EndReason.DECEASED if errand is Errand.DECEASED else EndReason.BANK
        plans.cancel(session, plan_id, seen=plan.version, on=on, reason=reason, channel=Channel.BANK, at=at, by=None)
    if errand is Errand.DECEASED:
        people.record_death(session, plan.person_id, died_on=None, at=at)
    if errand in (Errand.NEW_MANDATE, Errand.HOLDER):
        mandates.end(session, MandateId(collection.mandate_id), on=on)
    if errand is not Errand.NONE:
        title = say(ledger.language, words.ERRANDS[errand], code=code)
        care.add_task(session, title=title, by=None, at=at, due_on=on, person_id=plan.person_id)


def _is_own_account(session: Session, collection: CollectionRow, plan: Plan) -> bool:
    person = people.find_person(session, plan.person_id)
    holder = mandates.mandate(session, MandateId(collection.mandate_id)).holder
    return person is not None and person.kind is PersonKind.INDIVIDUAL and rules.is_own(holder, person.full_name)
