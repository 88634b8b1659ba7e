"""Returns: none stops the others, each takes one gift back, once, whichever file tells of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from crm.assembly import Assembly, bank_counter
from crm.banking import bringing, store
from crm.banking import service as banking
from crm.banking.errors import NothingToUndo
from crm.banking.kept import KeptLine, Rule
from crm.collections import service as collections
from crm.collections.model import CollectionState
from crm.collections.service import Office
from crm.donations import service as donations
from crm.donations.model import EntryKind, Method, Movement, Wanted
from tests.banking import coda_files as coda
from tests.banking.coda_files import Move, direct_debit
from tests.banking.test_bringing import CLAIRE, brought, confirmed, person, waiting
from tests.collections.conftest import Promise, office, promise, sent
from tests.conftest import NOW

__all__ = ["office", "promise"]


def back(mandate: str, cents: int, reason: str = "MD06", **facts: object) -> Move:
    """A collection that went back, as a CODA says."""
    told = direct_debit(mandate=mandate, text="plan", paid="4", kind="2", reason=reason)
    return Move(**{"cents": -cents, "code": "00503000", "structured": told, **facts})  # type: ignore[arg-type]


def came(mandate: str, cents: int, **facts: object) -> Move:
    """A collection that the bank credited alone."""
    told = direct_debit(mandate=mandate, text="plan")
    return Move(**{"cents": cents, "code": "00550000", "structured": told, **facts})  # type: ignore[arg-type]


def test_a_return_of_more_than_its_gift_stands_for_waits_and_stops_no_other(assembly: Assembly) -> None:
    brought(assembly, coda.statement([came("AIBF-1", 5000), came("AIBF-2", 2000)]))
    [one, two] = sorted(waiting(assembly), key=lambda line: -line.cents)
    marie, jean = person(assembly, "Marie", "Dupont"), person(assembly, "Jean", "Noël")
    confirmed(assembly, one, marie)
    confirmed(assembly, two, jean)
    with assembly.database.transaction() as session:
        [gift_id] = [one.id for one in donations.page(session, Wanted(person_id=marie.id))]
        refund = Movement(method=Method.TRANSFER, booked_on=one.booked_on, provider="refund", external_id="1")
        donations.take_back(session, assembly.sealer, gift_id, EntryKind.REFUND, refund, cents=2000, at=NOW)
    report = brought(assembly, coda.statement([back("AIBF-1", 5000), back("AIBF-2", 2000)], opening=107_000, number=2))
    assert (report.matched, report.open) == (1, 1)
    [left] = waiting(assembly)
    assert left.cents == -5000
    with assembly.database.reading() as session:
        assert [donations.totals(session, Wanted(person_id=who.id)).net_cents for who in (marie, jean)] == [3000, 0]


def test_a_file_cut_off_before_its_lines_were_looked_at_is_looked_at_the_next_time(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(assembly, coda.statement([came("AIBF-3", 900)]))
    [line] = waiting(assembly)
    confirmed(assembly, line, person(assembly, "Ana", "Silva"))
    more = coda.statement([came("AIBF-3", 901)], opening=100_900, number=2)

    def cut(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bringing, "_matched", cut)
        with pytest.raises(KeyboardInterrupt):
            brought(assembly, more)
    again = brought(assembly, more)
    assert (again.new, again.matched, again.open) == (0, 1, 0)


def test_a_return_of_a_collection_that_a_whole_file_settled_is_booked_by_hand(
    assembly: Assembly, office: Office, promise: Promise
) -> None:
    made_on = date(2026, 11, 12)
    with assembly.database.transaction() as session:
        plan = promise(session, 1000, started_on=date(2026, 10, 1), anchor_day=17)
        promise(session, 500, started_on=date(2026, 10, 1), anchor_day=17)
        batch = sent(session, office, date(2026, 11, 17), made_on)
    report = brought(assembly, coda.statement([Move(cents=1500, text=f"COLLECTE {batch.header.message_id}")]))
    assert report.matched == 1
    brought(assembly, coda.statement([back("AUTRE", 1000)], opening=101_500, number=2))
    [line] = waiting(assembly)
    marie = person(assembly, "Marie", "Sans Don")
    counter = bank_counter(assembly)
    with pytest.raises(NothingToUndo), assembly.database.transaction() as session:
        banking.confirm(session, counter, line.id, marie.id, seen=line.version, by=CLAIRE, at=NOW)
    with assembly.database.transaction() as session:
        done = banking.confirm(session, counter, line.id, plan.person_id, seen=line.version, by=CLAIRE, at=NOW)
        assert done.rule is Rule.COLLECTION
        [one] = collections.of_plan(session, plan.id)
        assert one.state is not CollectionState.RECEIVED
        assert donations.totals(session, Wanted(person_id=plan.person_id)).net_cents == 0
        again = banking.reopen(session, counter, line.id, seen=done.version, by=CLAIRE, at=NOW)
        [one] = collections.of_plan(session, plan.id)
        assert (one.state, donations.totals(session, Wanted(person_id=plan.person_id)).net_cents) == (
            CollectionState.RECEIVED,
            1000,
        )
        banking.confirm(session, counter, line.id, plan.person_id, seen=again.version, by=CLAIRE, at=NOW)
        assert donations.totals(session, Wanted(person_id=plan.person_id)).net_cents == 0


def test_a_return_that_may_mean_several_equal_gifts_is_told_by_its_words_or_chosen_at_the_desk(
    assembly: Assembly,
) -> None:
    """Lines by a mandate that no collection of ours asked for: a house that moved in with its past."""
    months = ("2026-08", "2026-09", "2026-10")
    several = [replace(came("AIBF-7", 1500), structured=direct_debit(mandate="AIBF-7", text=one)) for one in months]
    brought(assembly, coda.statement(several))
    marie = person(assembly, "Marie", "Toujours")
    for line in waiting(assembly):
        confirmed(assembly, line, marie)
    told = direct_debit(mandate="AIBF-7", text="2026-08", paid="4", kind="2", reason="MD06")
    moves = [replace(back("AIBF-7", 1500), structured=told), back("AIBF-7", 1500)]
    report = brought(assembly, coda.statement(moves, opening=104_500, number=2))
    assert (report.matched, report.open) == (1, 1)
    [left] = waiting(assembly)
    counter = bank_counter(assembly)
    with assembly.database.reading() as session:
        assert [one.communication for one in lines_that_went_back(session)] == ["2026-08"]
        offered = banking.gifts_to_undo(session, left, marie.id)
        assert [(one.gift.net_cents, one.loss_cents) for one in offered] == [(1500, 0), (1500, 0)]
    with pytest.raises(NothingToUndo), assembly.database.transaction() as session:
        banking.confirm(session, counter, left.id, marie.id, seen=left.version, by=CLAIRE, at=NOW)
    with assembly.database.transaction() as session:
        facts = {"seen": left.version, "by": CLAIRE, "at": NOW}
        banking.confirm(session, counter, left.id, marie.id, gift_id=offered[-1].gift.id, **facts)  # type: ignore[arg-type]
        assert donations.gift(session, offered[-1].gift.id).net_cents == 0
        assert donations.totals(session, Wanted(person_id=marie.id)).net_cents == 1500


def lines_that_went_back(session: Session) -> list[KeptLine]:
    """The credits that a return undoes."""
    every = {line.id: line for line in store.lines(session, range(1_000))}
    return [every[line.undoes] for line in every.values() if line.undoes is not None]
