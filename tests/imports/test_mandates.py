"""Mandates and plans from files: each once, accounts never in clear, taken out again while nothing rests on them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Thread

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm.imports import service as imports
from crm.imports.model import RowVerdict, Run, RunState
from crm.imports.tables import ImportRowRow
from crm.people import links
from crm.people import service as people
from crm.people.model import ExternalId, NewPerson
from crm.plans import mandates, service
from crm.plans.model import Channel, PlanState, Wanted, Way
from crm.values.iban import Iban
from crm.values.identifiers import AccountId
from crm.values.languages import Language
from tests.conftest import NOW
from tests.imports.conftest import Desk
from tests.imports.test_laws import ON_DATABASES, House, founded

__all__ = ["founded"]

HEAD = (
    "Référence du mandat;Signé le;Montant;Rythme;IBAN;Titulaire;Mode de paiement;Dernière collecte;État;Terminé le;"
    "Cotisation;Contact ID;Prénom;Nom\n"
)
CHOICES = {"system": "CiviCRM"}
DAYS = ("signed_on", "last_collected_on", "ended_on", "starts_on")
FORMATS = {**dict.fromkeys(DAYS, "day-month"), "amount": "comma", "fee": "comma"}
ONE, TWO = "BE71 0961 2345 6769", "BE68539007547034"


def bring(desk: Desk, rows: list[str]) -> Run:
    return desk.bring("mandates", HEAD + "\n".join(rows) + "\n", choices=CHOICES, formats=FORMATS)


def test_a_file_of_mandates_goes_in_and_says_of_each_bad_row_why(desk: Desk) -> None:
    run = bring(
        desk,
        [
            f"M-1;03/04/2019;12,50;;{ONE};Marie Dupont;;15/10/2026;actif;;;77;Marie;Dupont",
            "OP-2;01/02/2020;60;trimestriel;;;ordre permanent;;;;;77;;",
            f"M-3;01/02/2020;25;annuel;{TWO};;;;annulé;30/06/2024;25;78;Jean;Sac",
            f"M-1;03/04/2019;12,50;mensuel;{ONE};Marie Dupont;;15/10/2026;;;;77;;",
            f"M-1;03/04/2019;15;;{ONE};;;15/10/2026;;;;77;;",
            f"M-1;03/04/2019;12,50;;{ONE};;;15/10/2026;;;;78;;",
            "M-5;01/09/2026;10;;;;;;;;;78;;",
            "M-6;01/09/2026;10;;BE72 0961 2345 6769;;;;;;;78;;",
            f"M-7;01/09/2026;10;tous les vendredis;{ONE};;;;;;;78;;",
            f"M-8;01/09/2026;10;;{ONE};;;;fini;;;78;;",
            f"M-9;01/09/2026;10;;{ONE};;;;annulé;;;78;;",
            f"deux mots;01/09/2026;10;;{ONE};;;;;;;78;;",
            f"M-10;01/09/2020;10;;{ONE};;;01/10/2023;;;;78;;",
            f"M-11;01/09/2026;10;;{ONE};;;;;;11;78;;",
            f"M-12;01/09/2027;10;;{ONE};;;;;;;78;;",
            f";01/09/2026;10;;{ONE};;;;;;;78;;",
        ],
    )
    assert desk.said(run) == {
        2: ("create", "promises:12.50"),
        3: ("update", "row-before", "promises:60.00"),
        4: ("create", "promises:25.00"),
        5: ("same", "row-before", "plan-there:12.50"),
        6: ("review", "plan-otherwise:12.50"),
        7: ("review", "plan-of-another"),
        8: ("error", "lacking:account"),
        9: ("error", "not-account:account"),
        10: ("error", "not-rhythm:every_months"),
        11: ("error", "not-plan-state:state"),
        12: ("error", "lacking:ended_on"),
        13: ("error", "not-reference:reference"),
        14: ("error", "mandate-asleep:last_collected_on"),
        15: ("error", "fee-too-large:fee"),
        16: ("error", "day-to-come:signed_on"),
        17: ("error", "lacking:reference"),
    }
    assert run.cents == 1250 + 6000 + 2500 + 1250 + 1500 + 1250
    tried = desk.said(run)
    assert desk.said(desk.apply(run)) == tried
    with desk.assembly.database.reading() as session:
        several = service.page(session, Wanted(on=NOW.date()))
        order, over, monthly = sorted(several, key=lambda one: one.supplier_reference, reverse=True)[::1]
        by_name = {one.supplier_reference: one for one in (order, over, monthly)}
        assert {name: one.way for name, one in by_name.items()} == {
            "M-1": Way.DIRECT_DEBIT, "M-3": Way.DIRECT_DEBIT, "OP-2": Way.STANDING_ORDER,
        }  # fmt: skip
        assert (by_name["M-3"].standing.ended_on, by_name["M-3"].terms.fee_cents) == (date(2024, 6, 30), 2500)
        due = service.falling_due(
            session, [one.id for one in several], first_on=date(2026, 1, 1), last_on=date(2026, 12, 31)
        )
        assert {by.supplier_reference: [one.period for one in due[by.id]] for by in several} == {
            "M-1": ["2026-11", "2026-12"], "OP-2": ["2026-02", "2026-05", "2026-08", "2026-11"], "M-3": [],
        }  # fmt: skip
        signed = by_name["M-1"].mandate_id
        assert signed is not None
        assert mandates.account_of(session, desk.assembly.safe, signed) == Iban.parse(ONE)
        assert mandates.mandate(session, signed).last_collected_on == date(2026, 10, 15)


def test_an_account_stands_nowhere_in_clear_and_makes_its_owner_known(desk: Desk) -> None:
    run = bring(
        desk,
        [f"M-1;03/04/2025;10;;{ONE};Marie Dupont;;;;;;77;Marie;Dupont", f"M-2;;10;;{TWO};;;;;;;77;;"],
    )
    desk.apply(run)
    with desk.assembly.database.reading() as session:
        kept = repr(session.scalars(select(ImportRowRow.given)).all()).replace(" ", "")
        assert [one in kept for one in (ONE.replace(" ", ""), TWO, "…7034")] == [False, False, True]
        key = mandates.account_key(desk.assembly.addresses, Iban.parse(ONE))
        who = people.find_external(session, "CiviCRM", "77")
        assert who is not None
        assert links.ids_by_key(session, mandates.IBAN, key) == (who.id,)
    assert desk.undo(run).counts["kept"] == 0
    with desk.assembly.database.reading() as session:
        assert links.ids_by_key(session, mandates.IBAN, key) == ()


def test_undone_what_was_changed_since_stays_and_the_dead_promise_nothing(desk: Desk) -> None:
    with desk.assembly.database.transaction() as session:
        new = NewPerson(language=Language.FR, first_name="Ana", last_name="Alpha")
        dead = people.add(session, desk.assembly.addresses, new, at=NOW).id
        links.add_external_id(session, dead, ExternalId(system="CiviCRM", value="79"))
        people.record_death(session, dead, died_on=NOW.date(), at=NOW)
    run = desk.apply(
        bring(
            desk,
            [
                f"M-1;03/04/2025;10;;{ONE};Marie Dupont;;;;;;77;Marie;Dupont",
                f"M-2;03/04/2025;10;;{TWO};Jean Sac;;;;;;78;Jean;Sac",
                f"M-3;03/04/2025;10;;{TWO};Ana Alpha;;;;;;79;Ana;Alpha",
            ],
        )
    )
    assert desk.said(run)[4] == ("review", "deceased")
    with desk.assembly.database.transaction() as session:
        plan = next(one for one in service.page(session, Wanted(on=NOW.date())) if one.supplier_reference == "M-1")
        service.pause(
            session, plan.id, seen=1, on=NOW.date(), until_on=None, channel=Channel.PHONE, at=NOW, by=AccountId(1)
        )
    undone = desk.undo(run)
    assert {row.number: row.kept_because for row in desk.rows(undone).values()} == {2: "used", 3: "", 4: ""}
    with desk.assembly.database.reading() as session:
        (left,) = service.page(session, Wanted(on=NOW.date()))
        assert (left.id, service.plan(session, left.id).standing.ended_on) == (plan.id, None)
        assert service.totals(session, Wanted(on=NOW.date(), state=PlanState.PAUSED)).plans == 1


def test_the_dead_keep_the_plan_that_ended(desk: Desk) -> None:
    with desk.assembly.database.transaction() as session:
        new = NewPerson(language=Language.FR, first_name="Ana", last_name="Alpha")
        dead = people.add(session, desk.assembly.addresses, new, at=NOW).id
        links.add_external_id(session, dead, ExternalId(system="CiviCRM", value="79"))
        people.record_death(session, dead, died_on=NOW.date(), at=NOW)
    run = desk.apply(bring(desk, [f"M-3;03/04/2025;10;;{TWO};Ana Alpha;;;annulé;01/06/2026;;79;Ana;Alpha"]))
    assert desk.said(run)[2] == ("update", "deceased", "promises:10.00")
    with desk.assembly.database.reading() as session:
        [plan] = service.page(session, Wanted(on=NOW.date(), person_id=dead))
        assert plan.standing.ended_on == date(2026, 6, 1)
    assert desk.undo(run).counts["kept"] == 0


def test_a_recruiters_file_brings_the_mandate_with_the_donor(desk: Desk) -> None:
    head = "Donor ID;Mandat;Date de signature;Prénom;Nom;Montant;IBAN;Date de début;Jour du mois\n"
    run = desk.bring(
        "street-recruits",
        head
        + f"D1;S-1;20/11/2026;Léa;Rue;15;{ONE};05/12/2026;5\nD2;S-2;20/11/2026;Omar;Rue;;;;\n"
        + "D3;S-3;20/11/2026;Zoé;Rue;15;;;\nD4;S-4;20/11/2026;Ida;Rue;15;;;32\n",
        choices={"system": "Rue & Co", "purpose": "news"},
        formats={"signed_on": "day-month", "starts_on": "day-month", "amount": "comma"},
    )
    assert desk.said(run) == {
        2: ("create", "promises:15.00"),
        3: ("create",),
        4: ("error", "lacking:account"),
        5: ("error", "lacking:account", "not-day-of-month:anchor_day"),
    }
    desk.apply(run)
    with desk.assembly.database.reading() as session:
        (plan,) = service.page(session, Wanted(on=NOW.date()))
        assert (plan.supplier, plan.supplier_reference, plan.started_on) == ("Rue & Co", "S-1", date(2026, 12, 5))
        due = service.falling_due(session, [plan.id], first_on=date(2026, 1, 1), last_on=date(2027, 1, 31))
        assert [one.due_on for one in due[plan.id]] == [date(2026, 12, 5), date(2027, 1, 5)]


def told(desk: Desk, run: Run) -> dict[int, RowVerdict]:
    return {number: row.verdict for number, row in desk.rows(run).items()}


ROWS = st.tuples(
    st.sampled_from(["M1", "M2", "M3"]),
    st.sampled_from(["10", "12,50", "x"]),
    st.sampled_from([f"{ONE};", f"{TWO};", ";ordre permanent"]),
    st.sampled_from(["X1", "X2", ""]),
    st.sampled_from(["Marie", "Jean"]),
).map(lambda one: f"{one[0]};03/04/2024;{one[1]};;{';;'.join(one[2].split(';'))};;;;;{one[3]};{one[4]};Dupont")


@settings(ON_DATABASES, max_examples=4)
@given(rows=st.lists(ROWS, min_size=1, max_size=6))
def test_twice_is_once_and_undone_it_can_come_again(founded: Callable[[], House], rows: list[str]) -> None:
    later = founded()
    desk = later()
    before = desk.held()
    run = bring(desk, rows)
    verdicts = told(desk, run)
    desk.apply(run)
    assert told(desk, run) == verdicts
    once = desk.held()
    again = bring(later(), rows)
    decided = {RowVerdict.REVIEW, RowVerdict.ERROR}
    for number, row in desk.rows(again).items():
        assert row.verdict is RowVerdict.SAME or verdicts[number] in decided
    later().apply(again)
    if RowVerdict.REVIEW not in verdicts.values():
        assert desk.held() == once
        assert [later().undo(one).counts["kept"] for one in (again, run)] == [0, 0]
        assert desk.held().get("plan", []) == before.get("plan", [])
        third = bring(later(), rows)
        assert told(desk, third) == verdicts


def test_one_file_imported_by_two_at_once_makes_each_plan_once(desk: Desk) -> None:
    rows = [f"M-{i};03/04/2026;10;;{ONE};;;;;;;{i};Marie;Nom{i}" for i in range(40)]
    runs = [bring(desk, rows) for _ in range(2)]
    with desk.assembly.database.transaction() as session:
        for run in runs:
            imports.apply(session, run.id, at=NOW)
    threads = [Thread(target=desk.worker.work, args=(run.id,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with desk.assembly.database.reading() as session:
        assert service.totals(session, Wanted(on=NOW.date())).plans == len(rows)
        assert {imports.get(session, run.id).state for run in runs} == {RunState.APPLIED}
