"""Two colleagues at one moment: one is heard, the other is told; the money agrees with what is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from threading import Barrier, Thread

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.donations import donors, pouring, service
from crm.donations.errors import RefundMissing
from crm.donations.model import Movement, NewGift, NewLine, RefundState, Wanted
from crm.values.identifiers import AccountId, PersonId, RefundId
from tests.conftest import NOW
from tests.donations.conftest import Give, donor, paid

ANNE, BRUNO, CHLOE = AccountId(1), AccountId(2), AccountId(3)
OCTOBER = date(2026, 10, 5)


def at_once(assembly: Assembly, *deeds: Callable[[Session], object]) -> list[Exception]:
    """Does them in as many threads, each in a transaction of its own; what went wrong."""
    ready, wrong = Barrier(len(deeds)), list[Exception]()

    def run(deed: Callable[[Session], object]) -> None:
        ready.wait(10)
        try:
            with assembly.database.transaction() as session:
                deed(session)
        except Exception as error:  # noqa: BLE001 - the test looks at each
            wrong.append(error)

    threads = [Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return wrong


def test_a_refund_approved_and_refused_at_once_is_one_of_both(assembly: Assembly, give: Give) -> None:
    for _ in range(5):
        with assembly.database.transaction() as session:
            gift = give(session, 4000)
            asked = service.ask_refund(session, gift.id, 1500, reason="Erreur", at=NOW, by=ANNE)

        def decide(
            movement: Movement | None, by: AccountId, number: RefundId = asked.id
        ) -> Callable[[Session], object]:
            return lambda session: service.decide_refund(session, assembly.sealer, number, movement, at=NOW, by=by)

        wrong = at_once(assembly, decide(paid(), BRUNO), decide(None, CHLOE))
        assert [type(error) for error in wrong] == [RefundMissing]
        with assembly.database.reading() as session:
            whole = service.whole(session, gift.id)
        expected = {RefundState.DONE: 2500, RefundState.REFUSED: 4000}[whole.refunds[0].state]
        assert whole.gift.net_cents == expected


def test_a_month_closed_by_two_while_money_comes_in_holds_no_late_movement(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        person = donor(session, assembly)
        give(session, 100, person)

    def close(by: AccountId) -> Callable[[Session], object]:
        return lambda session: service.close_month(session, OCTOBER, at=NOW, by=by)

    def book(session: Session) -> object:
        new = NewGift(person_id=person, lines=(NewLine(cents=700),), given_on=OCTOBER, movement=paid(booked_on=OCTOBER))
        return service.record(session, assembly.sealer, new, at=NOW)

    assert at_once(assembly, close(ANNE), close(BRUNO), book, book) == []
    with assembly.database.reading() as session:
        assert service.closed_until(session) == date(2026, 10, 31)
    with assembly.database.transaction() as session:
        late = service.record(
            session,
            assembly.sealer,
            NewGift(person_id=person, lines=(NewLine(cents=5),), given_on=OCTOBER, movement=paid(booked_on=OCTOBER)),
            at=NOW,
        )
        assert [one.accounted_on for one in service.whole(session, late.id).entries] == [NOW.date()]


def test_one_file_booked_by_two_while_a_colleague_books_its_lines_makes_each_gift_once(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        people = [donor(session, assembly) for _ in range(3)]
        service.record(session, assembly.sealer, _line(people[0], "before"), at=NOW)
    for turn in range(4):
        lines = [_line(person, f"{turn} {at}") for at, person in enumerate(people * 4)]

        def pour(session: Session, several: Sequence[NewGift] = lines) -> object:
            return pouring.record_many(session, assembly.sealer, several, at=NOW)

        def pour_backwards(session: Session, several: Sequence[NewGift] = lines) -> object:
            return pouring.record_many(session, assembly.sealer, several[::-1], at=NOW)

        def book(session: Session, one: NewGift = lines[5]) -> object:
            return service.record(session, assembly.sealer, one, at=NOW)

        assert at_once(assembly, pour, book, pour_backwards, book) == []
        with assembly.database.reading() as session:
            assert service.totals(session, Wanted()).net_cents == 700 * (1 + 12 * (turn + 1))
            assert service.drift(session) == donors.drift(session) == 0


def _line(person: PersonId, name: str) -> NewGift:
    movement = paid(provider="bank", external_id=name)
    return NewGift(person_id=person, lines=(NewLine(cents=700),), given_on=NOW.date(), movement=movement)
