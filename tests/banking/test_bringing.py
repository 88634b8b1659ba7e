"""Files brought in: twice is once, no cent is lost, no number is written in clear, lines find their people."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm.assembly import Assembly, bank_counter
from crm.banking import bringing, matching, store, words
from crm.banking import service as banking
from crm.banking.errors import FileRefused, GiftHasMoved, LineDecided, NothingToUndo
from crm.banking.kept import Gap, KeptLine, LineState, Report, Rule
from crm.banking.tables import BankLineRow
from crm.donations import service as donations
from crm.donations.model import Wanted
from crm.people import links
from crm.people import service as people
from crm.people.model import NewPerson, Person
from crm.values.identifiers import AccountId
from crm.values.languages import Language
from crm.vault import service as vault
from tests.banking import coda_files as coda
from tests.banking import samples
from tests.banking.coda_files import Move, direct_debit
from tests.conftest import NOW
from tests.web.whole_database import digest

CLAIRE = AccountId(1)
EXAMPLES = count(1)
ACTS = ("confirm", "aside", "reopen")
MARIE = Move(
    cents=3000, name="DUPONT MARIE", account=samples.DONOR, text="don 85.07.30-033.28 merci", bank_reference="REF1"
)


def brought(assembly: Assembly, *statements: list[str]) -> Report:
    return bringing.bring(bank_counter(assembly), io.BytesIO(coda.file(*statements)), name="day.cod", by=CLAIRE)


def waiting(assembly: Assembly) -> list[KeptLine]:
    with assembly.database.reading() as session:
        return banking.waiting(session)


def person(assembly: Assembly, first: str, last: str) -> Person:
    with assembly.database.transaction() as session:
        new = NewPerson(language=Language.FR, first_name=first, last_name=last)
        return people.add(session, assembly.addresses, new, at=NOW)


def confirmed(assembly: Assembly, line: KeptLine, to: Person) -> KeptLine:
    with assembly.database.transaction() as session:
        return banking.confirm(session, bank_counter(assembly), line.id, to.id, seen=line.version, by=CLAIRE, at=NOW)


MOVES = st.builds(
    Move,
    cents=st.integers(-500, 500).filter(bool),
    name=st.sampled_from(("DUPONT MARIE", "NOEL JEAN", "")),
    text=st.sampled_from(("", "DON", "85073003328")),
    bank_reference=st.sampled_from(("", "REF1")),
)


@settings(
    max_examples=4,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.lists(MOVES, max_size=6), min_size=1, max_size=3), st.data())
def test_bringing_files_again_in_any_order_changes_nothing_and_no_cent_is_lost(
    assembly: Assembly, days: list[list[Move]], data: st.DataObject
) -> None:
    with assembly.database.reading() as session:
        before = store.total(session)
    example = next(EXAMPLES)
    files, opening = [], 0
    for at, moves in enumerate(days):
        drawn = [replace(move, on=date(2026, 1, 1 + at), text=f"{move.text} {example}") for move in moves]
        files.append(coda.statement(drawn, opening=opening, on=date(2026, 1, 1 + at), number=at + 1))
        opening += sum(move.cents for move in moves)
    order = st.permutations(range(len(files)))
    new = {at: brought(assembly, files[at]).new for at in data.draw(order)}
    assert new == {at: len(moves) for at, moves in enumerate(days)}
    kept = digest(assembly)
    again = [brought(assembly, files[at]).new for at in data.draw(order)]
    together = brought(assembly, *files).new if days[0] else 0
    with assembly.database.reading() as session:
        assert (sum(again), together, store.total(session) - before) == (0, 0, opening)
    now = digest(assembly)
    assert {name for name in kept if kept[name] != now[name]} <= {"bank_file"}  # the files as one are another file


def test_a_national_number_never_reaches_a_row_and_goes_to_who_paid(assembly: Assembly) -> None:
    report = brought(assembly, coda.statement([MARIE, Move(cents=500, name="NOEL JEAN")]))
    assert (report.new, report.known, report.matched, report.open, report.numbers) == (2, 0, 0, 2, 1)
    [line, _] = waiting(assembly)
    assert line.communication == "don ••.••.••-•••.•• merci"
    with assembly.database.reading() as session:
        rows = [str(vars(row)) for row in session.scalars(select(BankLineRow))]
    assert not [row for row in rows if ("033" in row and "33.28" in row) or samples.DONOR in row]
    marie = person(assembly, "Marie", "Dupont")
    with assembly.database.reading() as session:
        found = banking.candidates(session, bank_counter(assembly), line)
    assert [(one.person_id, one.why) for one in found] == [(marie.id, ("name",))]
    assert confirmed(assembly, line, marie).rule is Rule.COLLEAGUE
    with assembly.database.reading() as session:
        held = vault.held(session, marie.id)
    assert held is not None
    learned = brought(assembly, coda.statement([Move(cents=900, name="Marie DUPONT", account=samples.DONOR)], number=2))
    assert learned.matched == 1
    ogm = ("101", "090933755493")
    [appeal] = [one for one in waiting(assembly) if one.cents == 500]
    assert appeal.name == "NOEL JEAN"
    brought(assembly, coda.statement([Move(cents=902, name="DUPONT MARIE", structured=ogm)], number=4))
    [mine] = [one for one in waiting(assembly) if one.cents == 902]
    confirmed(assembly, mine, marie)
    printed = [Move(cents=903, name="DUPONT M.", structured=ogm), Move(cents=904, name="LEROY PAUL", structured=ogm)]
    assert brought(assembly, coda.statement(printed, number=5)).matched == 1  # one communication, two people
    shared = brought(assembly, coda.statement([Move(cents=901, name="PAUL LEROY", account=samples.DONOR)], number=3))
    assert shared.matched == 0  # somebody else who writes from the same account: a person looks


def test_a_slip_at_the_desk_leaves_nothing_with_the_wrong_person(assembly: Assembly) -> None:
    brought(assembly, coda.statement([MARIE]))
    [line] = waiting(assembly)
    marie, other, counter = (
        person(assembly, "Marie", "Dupont"),
        person(assembly, "Luc", "Martin"),
        bank_counter(assembly),
    )
    confirmed(assembly, line, other)
    with assembly.database.transaction() as session:
        assert vault.held(session, other.id) is not None
        reopened = banking.reopen(session, counter, line.id, seen=2, by=CLAIRE, at=NOW)
        assert vault.held(session, other.id) is None
        keys = {(key.kind, key.key) for key in matching.keys_of(reopened)}
        assert links.known_by(session, keys) == {}
    confirmed(assembly, reopened, marie)
    with assembly.database.reading() as session:
        assert vault.held(session, marie.id) is not None


def test_two_colleagues_decide_and_one_of_them_is_told(assembly: Assembly) -> None:
    brought(assembly, coda.statement([Move(cents=900, name="SILVA ANA")]))
    [line] = waiting(assembly)
    ana, counter = person(assembly, "Ana", "Silva"), bank_counter(assembly)
    confirmed(assembly, line, ana)
    with pytest.raises(LineDecided) as told, assembly.database.transaction() as session:
        banking.set_aside(session, counter, line.id, seen=line.version, by=CLAIRE, at=NOW)
    assert (told.value.found.state, told.value.found.person_id) == (LineState.MATCHED, ana.id)
    with assembly.database.transaction() as session:
        opened = banking.reopen(session, counter, line.id, seen=2, by=CLAIRE, at=NOW)
        newest, someone = banking.confirm_newcomer(
            session,
            counter,
            line.id,
            first_name="Ana",
            last_name="Silva Costa",
            language=Language.FR,
            seen=opened.version,
            by=CLAIRE,
            at=NOW,
        )
    assert (newest.person_id, newest.rule, someone.full_name) == (someone.id, Rule.NEWCOMER, "Ana Silva Costa")


def test_a_returned_collection_goes_to_whom_it_came_from_and_undoes_it_once(assembly: Assembly) -> None:
    debit = direct_debit(mandate="AIBF-1", text="plan 1")
    back = direct_debit(mandate="AIBF-1", text="plan 1", paid="4", kind="2", reason="AM04")
    brought(assembly, coda.statement([Move(cents=2000, code="00550000", structured=debit, reference="E2E-1")]))
    [line] = waiting(assembly)
    marie = person(assembly, "Marie", "Dupont")
    confirmed(assembly, line, marie)
    returned = Move(cents=-2000, code="00503000", structured=back, reference="E2E-1")
    report = brought(assembly, coda.statement([returned, returned], opening=102_000, number=2))
    assert (report.matched, report.open) == (1, 1)
    with assembly.database.reading() as session:
        [undone] = [one for one in store.lines(session, range(10)) if one.undoes]
        assert donations.totals(session, Wanted(person_id=marie.id)).net_cents == 0
    assert (undone.undoes, undone.person_id, undone.rule, undone.return_reason) == (
        line.id,
        marie.id,
        Rule.RETURN,
        "AM04",
    )


@settings(
    max_examples=4,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from(("confirm", "aside", "reopen")), st.booleans()), max_size=12)
)
def test_gifts_come_to_what_the_lines_of_people_come_to_whatever_is_decided(
    assembly: Assembly, acts: list[tuple[int, str, bool]]
) -> None:
    example, counter = next(EXAMPLES), bank_counter(assembly)
    donors = [person(assembly, "Marie", f"Dupont {example}"), person(assembly, "Jean", f"Noël {example}")]
    debit = direct_debit(mandate=f"M{example}", text="plan")
    back = direct_debit(mandate=f"M{example}", text="plan", paid="4", kind="2", reason="AM04")
    moves = [Move(cents=100 + at, text=f"{example}") for at in range(3)]
    moves += [Move(cents=500, code="00550000", structured=debit), Move(cents=-500, code="00503000", structured=back)]
    brought(assembly, coda.statement(moves, number=example % 999))
    with assembly.database.reading() as session:
        newest = [one.id for one in store.waiting(session, size=10_000)][-5:]
    for place, act, other in acts:
        with suppress(LineDecided, GiftHasMoved, NothingToUndo), assembly.database.transaction() as session:
            line = banking.line(session, newest[place])
            seen = line.version
            if act == "confirm":
                banking.confirm(session, counter, line.id, donors[other].id, seen=seen, by=CLAIRE, at=NOW)
            elif act == "aside":
                banking.set_aside(session, counter, line.id, seen=seen, by=CLAIRE, at=NOW)
            else:
                banking.reopen(session, counter, line.id, seen=seen, by=CLAIRE, at=NOW)
    with assembly.database.reading() as session:
        kept = store.lines(session, newest)
        for donor in donors:
            mine = [one for one in kept if one.person_id == donor.id and one.gift_id is not None]
            given = donations.totals(session, Wanted(person_id=donor.id)).net_cents
            assert given == sum(one.cents for one in mine)
        assert donations.drift(session) == 0


def test_a_missing_statement_is_told_and_a_wrong_file_keeps_nothing(assembly: Assembly) -> None:
    day = date(2026, 11, 26)
    brought(assembly, coda.statement([Move(cents=100)]))
    report = brought(assembly, coda.statement([Move(cents=200)], opening=100_500, on=day, number=232))
    assert report.gaps == (
        Gap(account=coda.ACCOUNT, before_on=coda.DAY, closed_cents=100_100, after_on=day, opened_cents=100_500),
    )
    with pytest.raises(FileRefused):
        brought(assembly, coda.statement([Move(cents=300)], closing=5))
    assert [line.cents for line in waiting(assembly)] == [100, 200]
    other = "BE71096123456769"  # nobody's account yet: it is read, and somebody is told to look
    said = [brought(assembly, coda.statement([Move(cents=400)], account=other)) for _ in range(2)]
    assert [(one.new, one.strangers) for one in (report, *said)] == [(1, ()), (1, (other,)), (0, ())]
    assert f"Le compte {other} n’avait jamais été lu ici" in words.report(said[0]).partition("\n")[0]
