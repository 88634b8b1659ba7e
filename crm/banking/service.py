"""The door of the bank: lines that wait, who they may come from, and what a colleague decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.banking import booking, by_hand, collected, deciding, deposits, matching, payers, refunds, store
from crm.banking.bringing import Counter
from crm.banking.errors import DayToCome, MoneyCameBack, MoneyLeft, NothingToUndo
from crm.banking.kept import Aside, Candidate, Confirmed, Desk, Gap, KeptLine, LineState, Rule, Taken
from crm.banking.meaning import Meant
from crm.collections import settling
from crm.collections.settling import Ledger
from crm.donations import losses
from crm.donations import service as donations
from crm.donations.errors import MoreThanReceived
from crm.people import arriving
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.people.model import NewPerson, Person
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, GiftId, PersonId
from crm.values.languages import Language
from crm.vault import service as vault

line = deciding.line
RECENT = 24
"""Among so many of somebody's newest gifts a return finds the one it takes back."""


def waiting(session: Session, *, after: tuple[date, int] | None = None, size: int = 50) -> list[KeptLine]:
    """Lines that wait for a colleague, the oldest first; those after a day and a number where it is given."""
    return store.waiting(session, after=after, size=size)


def counts(session: Session) -> Desk:
    """What the desk counts."""
    return store.counts(session)


def gaps(session: Session) -> list[Gap]:
    """Where a statement is missing between two."""
    return store.gaps(session)


def credit_of(session: Session, gift_id: GiftId) -> KeptLine | None:
    """The line that a gift stands on; to correct the gift, this line is opened again."""
    return store.credit_of(session, gift_id)


def candidates(session: Session, counter: Counter, found: KeptLine) -> tuple[Candidate, ...]:
    """Who a line may come from, the likeliest first."""
    return matching.candidates(session, counter.addresses, found)


def confirmed(session: Session, found: KeptLine) -> tuple[Confirmed, ...]:
    """For whom colleagues confirmed the payer of a line, the newest first."""
    return payers.confirmed(session, [found]).get(found.id, ())


def forget_payer(session: Session, counter: Counter, line_id: int, *, by: AccountId, at: datetime) -> PersonId | None:
    """The payer of a line is known no more as theirs whose the line is and stays. Raises `LineMissing`."""
    found = line(session, line_id)
    if found.person_id is not None and payers.forget(session, found, found.person_id):
        audit.record(
            session,
            counter.sealer,
            at=at,
            account_id=by,
            action="bank.forget-payer",
            subject="bank_line",
            subject_id=line_id,
            facts={"person": found.person_id},
        )
    return found.person_id


def confirm(
    session: Session,
    counter: Counter,
    line_id: int,
    person_id: PersonId,
    *,
    seen: int,
    by: AccountId,
    at: datetime,
    rule: Rule = Rule.COLLEAGUE,
    meant: Meant | None = None,
    gift_id: GiftId | None = None,
    loss_cents: int = 0,
) -> KeptLine:
    """The line is that person's; what it says of them is learned, a national number in it goes to them.

    `meant` is what a credit is and the fund it goes to: a gift to the general fund where nothing is said. A return
    takes a gift of theirs back, `gift_id` where it is said: a collection as the bank's own line would. `loss_cents` is
    what of it we had refunded, as the colleague saw it: a loss of ours.

    Raises `LineDecided` where somebody decided since version `seen`, with what they decided, `NothingToUndo` where no
    gift of theirs is surely meant, MoreThanReceived where it stands for less, MoneyLeft for any other debit,
    MoneyCameBack for money of ours that came back.
    """
    person = people.find_survivor(session, person_id)
    if person is None:
        raise PersonMissing
    found = line(session, line_id)
    if found.booked_on > brussels_day(at):
        raise DayToCome
    if found.is_spent:
        raise MoneyLeft
    if found.is_back:
        raise MoneyCameBack
    undone = _undone(session, found, person.id, gift_id)
    if undone is not None:
        _bear(session, counter, found, undone, loss_cents, by=by, at=at)
        ledger = Ledger(sealer=counter.sealer, language=counter.language)
        settled = settling.send_back(session, ledger, undone, collected.seen(found), at=at)
        rule = Rule.COLLECTION if settled else rule
    decided = deciding.decide(
        session, counter, line_id, LineState.MATCHED, person_id=person.id, rule=rule, seen=seen, by=by, at=at
    )
    if undone is not None:
        came = store.credits_on(session, {undone}).get(undone)
        if came is not None and came.cents == -decided.cents:
            store.undo(session, decided.id, came.id)
    if rule is Rule.COLLECTION:
        store.stand_on(session, decided.id, undone)
    else:
        booking.book(session, counter.sealer, decided, person.id, undone=undone, meant=meant, at=at, by=by)
    if decided.return_kind is None:
        matching.learn(session, decided, person.id)
    vault.hand_over(session, counter.vault.lock(), counter.sealer, decided.fingerprint, person.id, at=at, by=by)
    return decided


def _bear(
    session: Session, counter: Counter, found: KeptLine, gift_id: GiftId, cents: int, *, by: AccountId, at: datetime
) -> None:
    """What of a gift that goes back had been refunded is a loss; only as much as the colleague saw."""
    missing = max(0, -found.cents - donations.gift(session, gift_id).net_cents)
    if missing != cents:
        raise MoreThanReceived
    if missing:
        movement = booking.movement(replace(found, version=found.version + 1))
        losses.bear(session, counter.sealer, gift_id, movement, cents=missing, at=at, by=by)


def gifts_to_undo(session: Session, found: KeptLine, person_id: PersonId) -> tuple[Taken, ...]:
    """Somebody's newest gifts that a return may take back: those that stand for so much, or more, or would if we had
    refunded nothing of them.
    """
    cents = -found.cents
    several = [one for one in donations.latest_of(session, person_id, size=RECENT) if not one.is_test]
    refunded = losses.refunded(session, {one.id for one in several if one.net_cents < cents})
    return tuple(
        Taken(gift=one, loss_cents=max(0, cents - one.net_cents))
        for one in several
        if one.net_cents + (refunded.get(one.id, 0) if one.net_cents < cents else 0) >= cents
    )


def _undone(session: Session, found: KeptLine, person_id: PersonId, gift_id: GiftId | None) -> GiftId | None:
    """The gift that a return takes back: the one that was said, else their only one that may be of that very amount."""
    if found.return_kind is None or found.cents >= 0:
        return None
    if gift_id is not None:
        if donations.gift(session, gift_id).person_id != person_id:
            raise NothingToUndo(person_id)
        return gift_id
    several = gifts_to_undo(session, found, person_id)
    same = [one.gift.id for one in several if one.gift.net_cents == -found.cents]
    if len(same) > 1 or any(one.loss_cents for one in several):
        raise NothingToUndo(person_id)
    like = None if same else store.last_like(session, person_id, -found.cents)
    if like is not None and like.gift_id is not None:  # a gift that was moved to another donor since
        same = [like.gift_id] if donations.gift(session, like.gift_id).net_cents >= -found.cents else []
    if not same:
        raise NothingToUndo(person_id)
    return same[0]


def confirm_newcomer(
    session: Session,
    counter: Counter,
    line_id: int,
    *,
    first_name: str,
    last_name: str,
    language: Language,
    seen: int,
    by: AccountId,
    at: datetime,
    meant: Meant | None = None,
) -> tuple[KeptLine, Person]:
    """The line is of somebody we did not know: their record is opened in the same step. Raises `LineDecided`."""
    found = line(session, line_id)
    new = NewPerson(language=language, first_name=first_name, last_name=last_name, source="bank")
    arrived = arriving.arrive(session, counter.addresses, new, at=at, statement={"bank_line": found.id})
    whose, rule = arrived.person.id, Rule.NEWCOMER
    decided = confirm(session, counter, line_id, whose, seen=seen, by=by, at=at, rule=rule, meant=meant)
    return decided, arrived.person


def match_again(counter: Counter, *, at: datetime) -> int:
    """Looks at all that waits once more, since something else is known by now; how many lines found theirs."""
    language = counter.language
    return matching.match_waiting(counter.database, counter.vault, counter.sealer, at=at, language=language)


def set_aside(
    session: Session,
    counter: Counter,
    line_id: int,
    *,
    why: Aside = Aside.OTHER,
    seen: int,
    by: AccountId,
    at: datetime,
) -> KeptLine:
    """The line is nobody's gift, and `why` (rent, our own transfer). A national number in it is thrown away."""
    decided = deciding.decide(
        session, counter, line_id, LineState.ASIDE, person_id=None, rule=None, seen=seen, by=by, at=at
    )
    vault.forget_waiting(session, {decided.fingerprint})
    store.set_aside_for(session, line_id, why)
    return decided


def reopen(session: Session, counter: Counter, line_id: int, *, seen: int, by: AccountId, at: datetime) -> KeptLine:
    """Takes a decision back: the line waits again, its gift is corrected to nought, what it taught is forgotten.

    What a line settled is awaited again, and a line that was opened again waits for a colleague: no run decides on it.
    Raises `GiftHasMoved`, and `LineSettles` where something happened to the collections or the payout since.
    """
    before = line(session, line_id)
    reopened = deciding.decide(
        session, counter, line_id, LineState.OPEN, person_id=None, rule=None, seen=seen, by=by, at=at
    )
    store.set_aside_for(session, line_id, None)
    if before.rule is Rule.REFUND:
        refunds.take_back(session, before)
    elif before.rule is Rule.DEPOSIT:
        deposits.take_back(session, before)
    elif before.rule in {Rule.COLLECTION, Rule.PAYOUT}:
        by_hand.take_back(session, counter, before, at=at)
    elif before.gift_id is not None:
        booking.unbook(session, counter.sealer, replace(before, version=reopened.version), at=at, by=by)
    if before.gift_id is not None and before.cents < 0 and before.rule is not Rule.REFUND:
        losses.take_back(session, counter.sealer, before.gift_id, booking.movement(before), at=at, by=by)
    if (whose := before.person_id) is not None and before.rule is not Rule.REFUND:
        matching.unlearn(session, before, whose)
        vault.take_back(session, counter.sealer, before.fingerprint, whose, at=at, by=by)
    return line(session, line_id)
