"""Who died before the move: they come as such, or the news waits for a decision; an undo restores the living."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.actions import service as actions
from crm.actions.model import CallKind, NewCall
from crm.consent import gate
from crm.consent.model import SERVICE, Refusal
from crm.people import changes, differences, selects, taking
from crm.people import service as people
from crm.people.model import DifferenceState, Person
from crm.people.tables import DifferenceRow
from crm.values.identifiers import AccountId
from crm.values.languages import Language
from tests.conftest import NOW
from tests.imports.conftest import Desk, desk_on

HEAD = "id;prénom;nom;email;décédé·e;décédé·e le\n"
CHOSEN = {"system": "vieux"}


def find(desk: Desk, number: str) -> Person | None:
    with desk.assembly.database.reading() as session:
        return people.find_external(session, "vieux", number)


def without(desk: Desk, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    """All the house holds, but in those tables."""
    return {name: rows for name, rows in desk.held().items() if name not in tables}


def test_the_dead_come_as_such_once_and_go_again(desk: Desk, tmp_path: Path) -> None:
    before = desk.held()
    rows = HEAD + (
        "1;Marie;Dupont;marie@exemple.be;oui;2019-05-04\n"
        "2;Jean;Petit;;overleden;\n"
        "3;Noël;Lambert;;;2020-02-01\n"
        "4;Luc;Vivant;luc@exemple.be;non;\n"
        "5;Zoé;Étrange;;non;2020-02-01\n"
        "6;Ana;Étrange;;peut-être;\n"
        "7;Eva;Étrange;;oui;2030-01-01\n"
        "1;Marie;Dupont;marie@exemple.be;ja;\n"
    )
    run = desk.apply(desk.bring("people", rows, choices=CHOSEN))
    assert desk.said(run) == {
        2: ("create", "died"),
        3: ("create", "died"),
        4: ("create", "died"),
        5: ("create",),
        6: ("error", "not-flag:deceased"),
        7: ("error", "not-flag:deceased"),
        8: ("error", "day-to-come:deceased_on"),
        9: ("same", "row-before", "deceased"),
    }
    told = [find(desk, number) for number in "1234"]
    assert [(one.is_deceased, one.deceased_on) for one in told if one] == [
        (True, date(2019, 5, 4)),
        (True, None),
        (True, date(2020, 2, 1)),
        (False, None),
    ]
    once = desk.held()
    again = desk.apply(desk.bring("people", rows, choices=CHOSEN))
    assert {said[0] for said in desk.said(again).values()} == {"same", "error"}
    assert desk.held() == once
    assert desk.said(desk.bring("people", "id;décédé\n1;oui\n1;non\n", choices=CHOSEN)) == {
        2: ("same", "deceased"),
        3: ("review", "deceased"),
    }
    later = desk_on(desk.assembly, tmp_path / "files", minutes=2)
    assert [later.undo(one).counts["kept"] for one in (again, run)] == [0, 0]
    assert without(desk, "donor_windows") == before


def test_of_somebody_we_know_the_news_waits_and_can_be_taken_back(desk: Desk, tmp_path: Path) -> None:
    living = desk.apply(desk.bring("people", "id;prénom;nom\n1;Marie;Dupont\n2;Jean;Petit\n", choices=CHOSEN))
    assert living.counts == {"create": 2}
    before = without(desk, "donor_windows")
    rows = HEAD + "1;Marie;Dupont;;oui;2019-05-04\n2;;;;oui;\n"
    run = desk.apply(desk.bring("people", rows, choices=CHOSEN))
    assert desk.said(run) == dict.fromkeys((2, 3), ("review", "differs:deceased_on"))
    marie, jean = find(desk, "1"), find(desk, "2")
    assert marie is not None
    assert jean is not None
    assert not marie.is_deceased
    made = desk.assembly
    with made.database.transaction() as session:
        for who in (marie, jean):
            assert service_mail(session, who) is Refusal.DECEASED
            [waiting] = differences.open_of(session, who.id)
            found = differences.decide(session, waiting.id, DifferenceState.TAKEN, by=AccountId(1), at=NOW)
            with changes.recorded(session, who.id, by=None, at=NOW) as change:
                taking.take(session, made.addresses, found, at=NOW)
            differences.wrote(session, found.id, change.id)
    taken = [(one.is_deceased, one.deceased_on) for number in "12" if (one := find(desk, number))]
    assert taken == [(True, date(2019, 5, 4)), (True, None)]
    with made.database.transaction() as session:
        for who in (marie, jean):
            differences.reopen(session, differences.of(session, who.id)[0].id, at=NOW)
            assert service_mail(session, who) is Refusal.DECEASED
    assert desk_on(made, tmp_path / "files", minutes=2).undo(run).counts["kept"] == 0
    assert without(desk, "donor_windows", "person_change") == before
    with made.database.reading() as session:
        assert [service_mail(session, who) for who in (marie, jean)] == [None, None]


def test_no_letter_leaves_for_whom_a_file_says_dead_until_a_colleague_says_that_they_live(desk: Desk) -> None:
    made = desk.assembly
    head = "id;prénom;nom;email\n"
    desk.apply(desk.bring("people", f"{head}1;Marie;Dupont;m@exemple.be\n2;Jean;Petit;j@exemple.be\n", choices=CHOSEN))
    marie, jean = find(desk, "1"), find(desk, "2")
    assert marie is not None
    assert jean is not None
    desk.apply(desk.bring("people", HEAD + "1;Marie;Dupont;m@exemple.be;oui;\n", choices=CHOSEN))
    with made.database.transaction() as session:
        point = selects.reachable(NOW.date(), f"{NOW:%m-%d}").subquery("point")
        assert set(session.scalars(select(point.c.person_id))) == {jean.id}
        [waiting] = differences.open_of(session, marie.id)
        differences.decide(session, waiting.id, DifferenceState.KEPT, by=AccountId(1), at=NOW)
        assert set(session.scalars(select(point.c.person_id))) == {marie.id, jean.id}
        assert service_mail(session, marie) is None
    # The same news again is no news: what a colleague said stands.
    desk.apply(desk.bring("people", "id;décédé\n1;oui\n", choices=CHOSEN))
    with made.database.transaction() as session:
        assert service_mail(session, marie) is None
        decided = update(DifferenceRow).where(DifferenceRow.person_id == marie.id)
        session.execute(decided.values(decided_at=NOW - timedelta(days=3 * 365)))
    # Three years on, they may have.
    assert (
        desk.said(desk.apply(desk.bring("people", "id;décédé;prénom\n1;oui;Marie\n", choices=CHOSEN)))[2][0] == "review"
    )
    with made.database.reading() as session:
        assert service_mail(session, marie) is Refusal.DECEASED


def service_mail(session: Session, who: Person) -> Refusal | None:
    """Why a letter that we owe them does not leave; None where it does."""
    return gate.verdict(session, person_id=who.id, purpose=SERVICE, address_key="", at=NOW).refusal


def test_the_dead_keep_what_they_signed(desk: Desk) -> None:
    with desk.assembly.database.transaction() as session:
        call = NewCall(kind=CallKind.PETITION, code="iran", title="Iran", language=Language.FR)
        actions.put_call(session, call, at=NOW)
    desk.apply(desk.bring("people", f"{HEAD}2;Jean;Petit;;oui;2015-01-01\n", choices=CHOSEN))
    rows = "petition;date de signature;id contact;prénom;nom\niran;2010-05-01;2;Jean;Petit\n"
    run = desk.apply(desk.bring("signatures", rows, choices=CHOSEN))
    assert desk.said(run) == {2: ("update", "deceased", "signs:iran")}
    assert desk.undo(run).counts["kept"] == 0


def test_a_day_on_which_nobody_alive_was_born_is_left_out(desk: Desk) -> None:
    rows = "id;prénom;nom;date de naissance\n1;Ana;Alpha;1900-01-01\n2;Bo;Beta;0001-01-01\n3;Cy;Gamma;00/00/0000\n"
    run = desk.apply(desk.bring("people", rows, choices=CHOSEN, formats={"birth_on": "day-month"}))
    assert desk.said(run) == {
        2: ("create", "not-birth:1900-01-01"),
        3: ("create", "not-birth:0001-01-01"),
        4: ("create",),
    }


def test_who_left_by_their_death_comes_as_dead_and_the_dead_keep_what_they_were(desk: Desk) -> None:
    head = "contact id;prénom;nom;membre depuis;fin;raison\n"
    desk.apply(desk.bring("people", f"{HEAD}2;Jean;Petit;;oui;2015-01-01\n", choices=CHOSEN))
    rows = head + (
        "1;Marie;Dupont;2001-01-01;2019-05-31;décès\n"
        "2;Jean;Petit;1990-01-01;1995-01-01;déménagement\n"
        "2;Jean;Petit;2001-01-01;;\n"
    )
    run = desk.apply(desk.bring("memberships", rows, choices=CHOSEN))
    assert desk.said(run) == {
        2: ("create", "died", "joins"),
        3: ("update", "deceased", "joins"),
        4: ("review", "deceased"),
    }
    marie = find(desk, "1")
    assert marie is not None
    assert marie.is_deceased
    assert marie.deceased_on is None
