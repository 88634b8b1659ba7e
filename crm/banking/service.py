"""The door of the bank: lines that wait, who they may come from, and what a colleague decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.banking import booking, matching, store
from crm.banking.bringing import Counter
from crm.banking.errors import DayToCome, LineDecided, LineMissing, LineSettles
from crm.banking.kept import Candidate, Desk, Gap, KeptLine, LineState, Rule
from crm.banking.meaning import Meant
from crm.people import arriving
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.people.model import NewPerson, Person
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, GiftId, PersonId
from crm.values.languages import Language
from crm.vault import service as vault


def line(session: Session, line_id: int) -> KeptLine:
    """One line. Raises `LineMissing`."""
    found = store.line(session, line_id)
    if found is None:
        raise LineMissing
    return found


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
) -> KeptLine:
    """The line is that person's; what it says of them is learned, a national number in it goes to them.

    `meant` is what a credit is and the fund it goes to: a gift to the general fund where nothing is said.

    Raises `LineDecided` where somebody decided since version `seen`, with what they decided.
    """
    person = people.find_survivor(session, person_id)
    if person is None:
        raise PersonMissing
    if line(session, line_id).booked_on > brussels_day(at):
        raise DayToCome
    decided = _decide(
        session, counter, line_id, LineState.MATCHED, person_id=person.id, rule=rule, seen=seen, by=by, at=at
    )
    undone = store.last_like(session, person.id, -decided.cents) if decided.return_kind else None
    if undone is not None:
        store.undo(session, decided.id, undone.id)
    booking.book(session, counter.sealer, decided, person.id, undone=undone, meant=meant, at=at, by=by)
    if decided.return_kind is None:
        matching.learn(session, decided, person.id)
    vault.hand_over(session, counter.vault.lock(), counter.sealer, decided.fingerprint, person.id, at=at, by=by)
    return decided


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


def set_aside(session: Session, counter: Counter, line_id: int, *, seen: int, by: AccountId, at: datetime) -> KeptLine:
    """The line is nobody's gift (rent, a fee, our own transfer). A national number in it is thrown away."""
    decided = _decide(session, counter, line_id, LineState.ASIDE, person_id=None, rule=None, seen=seen, by=by, at=at)
    vault.forget_waiting(session, {decided.fingerprint})
    return decided


def reopen(session: Session, counter: Counter, line_id: int, *, seen: int, by: AccountId, at: datetime) -> KeptLine:
    """Takes a decision back: the line waits again, its gift is corrected to nought, what it taught is forgotten.

    Raises `GiftHasMoved`, and `LineSettles` for a line that settled collections or a payout.
    """
    before = line(session, line_id)
    if before.rule in {Rule.COLLECTION, Rule.PAYOUT}:
        raise LineSettles
    reopened = _decide(session, counter, line_id, LineState.OPEN, person_id=None, rule=None, seen=seen, by=by, at=at)
    if before.gift_id is not None:
        booking.unbook(session, counter.sealer, replace(before, version=reopened.version), at=at, by=by)
    if (whose := before.person_id) is not None:
        matching.unlearn(session, before, whose)
        vault.take_back(session, counter.sealer, before.fingerprint, whose, at=at, by=by)
    return line(session, line_id)


def _decide(
    session: Session,
    counter: Counter,
    line_id: int,
    state: LineState,
    *,
    person_id: PersonId | None,
    rule: Rule | None,
    seen: int,
    by: AccountId,
    at: datetime,
) -> KeptLine:
    found = line(session, line_id)
    is_free = (found.state is LineState.OPEN) != (state is LineState.OPEN) and found.state is not LineState.EXTRACT
    if not is_free or not store.decide(
        session, line_id, seen=seen, state=state, person_id=person_id, rule=rule, at=at, by=by
    ):
        raise LineDecided(line(session, line_id))
    audit.record(
        session,
        counter.sealer,
        at=at,
        account_id=by,
        action=f"bank.{state.value}",
        subject="bank_line",
        subject_id=line_id,
        facts={"person": person_id, "rule": rule.value if rule else None},
    )
    return line(session, line_id)
