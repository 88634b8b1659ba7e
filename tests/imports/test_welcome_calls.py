"""What a welcome call learnt of a plan: another amount, an end, a row for a person; and all of it put back."""

from __future__ import annotations

from datetime import date

from crm.care import service as care
from crm.care.model import TaskView
from crm.consent import gate
from crm.imports.model import Run
from crm.people import service as people
from crm.plans import service as plans
from crm.plans.model import Channel, Plan
from crm.staff import service as staff
from crm.staff.model import Role
from crm.values.calendar import brussels_day
from crm.values.languages import Language
from tests.conftest import NOW
from tests.imports.conftest import Desk

STREET = (
    "donor id;signature;prénom;nom;mandat;montant;iban\n"
    "D1;2026-11-01;Ana;Silva;RUE-1;10;BE71096123456769\n"
    "D2;2026-11-01;Luc;Sac;RUE-2;10;BE71096123456769\n"
    "D3;2026-11-01;Zoé;Mai;;10;BE71096123456769\n"
    "D4;2026-11-01;Jan;Roc;;;\n"
)
CALLS = (
    "donor id;date d'appel;mandat;montant;iban;issue;gsm\n"
    "D1;2026-11-09;RUE-1;15;BE71 0961 2345 6769;changé;0470123456\n"
    "D2;2026-11-09;;;;Annulé;\n"
    "D3;2026-11-09;;12;BE68539007547034;;\n"
    "D4;2026-11-09;;12;;;\n"
    "D3;2026-11-10;;;;pas joint;\n"
    "D3;2026-11-10;;;;peut-être;\n"
    "D1;2026-11-10;RUE-1;15;;confirmé;\n"
)
CHOSEN = {"system": "rue-sa", "purpose": "news"}


def bring(desk: Desk, kind: str, text: str, day: str, **choices: str) -> Run:
    formats = {day: "iso", "amount": "comma"}
    return desk.bring(kind, text, choices=CHOSEN | choices, formats=formats)


def plan_of(desk: Desk, donor: str) -> Plan:
    with desk.assembly.database.reading() as session:
        person = people.find_external(session, "rue-sa", donor)
        assert person is not None
        [plan] = plans.of_person(session, person.id, on=brussels_day(NOW))
        return plan


def terms(desk: Desk) -> list[tuple[int, str]]:
    found = [plan_of(desk, donor) for donor in ("D1", "D2", "D3")]
    return [(one.terms.cents, str(one.standing.ended_on or "")) for one in found]


def test_a_no_to_the_letter_is_heard_though_the_row_gives_no_address(desk: Desk) -> None:
    street = "donor id;signature;prénom;nom;email;newsletter\nD1;2026-11-01;Ana;Silva;ana@exemple.be;oui\n"
    desk.apply(bring(desk, "street-recruits", street, "signed_on"))
    calls = "donor id;date d'appel;newsletter\nD1;2026-11-09;non\n"
    run = desk.apply(bring(desk, "welcome-calls", calls, "called_on"))
    assert desk.said(run) == {2: ("update", "objection:news/email")}
    with desk.assembly.database.reading() as session:
        key = desk.assembly.addresses.key_of("ana@exemple.be")
        person = people.find_external(session, "rue-sa", "D1")
        assert person is not None
        assert gate.verdict(session, person_id=person.id, purpose="news", address_key=key, at=NOW).refusal is not None


def test_a_call_changes_or_ends_a_plan_and_hands_the_rest_to_a_colleague(desk: Desk) -> None:
    with desk.assembly.database.transaction() as session:
        mine = staff.add_account(
            session, email="sana@exemple.be", name="Sana", roles={Role.CARE}, language=Language.FR,
            password="bougie-jaune-sana", at=NOW,
        ).id  # fmt: skip
    desk.apply(bring(desk, "street-recruits", STREET, "signed_on"))
    run = bring(desk, "welcome-calls", CALLS, "called_on", assignee=str(mine))
    assert desk.said(run) == {
        2: ("update", "adds:phone", "amends:15.00"),
        3: ("update", "cancels"),
        4: ("review", "account-otherwise:…6769 → …7034"),
        5: ("review", "no-plan"),
        6: ("same",),
        7: ("error", "not-outcome:outcome"),
        8: ("same", "plan-there:15.00"),
    }
    assert terms(desk) == [(1000, ""), (1000, ""), (1000, "")]
    applied = desk.apply(run)
    assert terms(desk) == [(1500, ""), (1000, "2026-11-09"), (1000, "")]
    with desk.assembly.database.reading() as session:
        [task] = care.tasks(session, TaskView.MINE, account_id=mine, today=brussels_day(NOW))
    assert task.title == f"Importation {run.id} : 3 lignes mises de côté"
    assert desk.said(bring(desk, "welcome-calls", CALLS, "called_on"))[2] == ("same", "went-in")
    assert desk.undo(applied).counts["kept"] == 0
    assert terms(desk) == [(1000, ""), (1000, ""), (1000, "")]


def test_of_a_plan_that_has_not_begun_what_a_call_says_last_is_asked(desk: Desk) -> None:
    street = "donor id;signature;prénom;nom;mandat;montant;iban;début\n"
    street += "D1;2026-11-01;Ana;Silva;RUE-1;10;BE71096123456769;2026-12-05\n"
    formats = {"signed_on": "iso", "amount": "comma", "starts_on": "iso"}
    desk.apply(desk.bring("street-recruits", street, choices=CHOSEN, formats=formats))
    runs = []
    for day, cents in (("09", 12), ("10", 10)):
        call = f"donor id;date d'appel;mandat;montant\nD1;2026-11-{day};RUE-1;{cents}\n"
        runs.append(desk.apply(bring(desk, "welcome-calls", call, "called_on")))
        assert desk.said(runs[-1]) == {2: ("update", f"amends:{cents}.00")}
    for run, cents in ((runs[1], 1200), (runs[0], 1000)):
        assert desk.undo(run).counts["kept"] == 0
        with desk.assembly.database.reading() as session:
            plan = plan_of(desk, "D1")
            assert plan.started_on == date(2026, 12, 5)
            assert plans.whole(session, plan.id).versions[-1].terms.cents == cents


def test_what_somebody_changed_after_the_call_stays(desk: Desk) -> None:
    desk.apply(bring(desk, "street-recruits", STREET, "signed_on"))
    run = desk.apply(bring(desk, "welcome-calls", CALLS, "called_on"))
    first = plan_of(desk, "D1")
    with desk.assembly.database.transaction() as session:
        plans.change(
            session, first.id, cents=2000, seen=first.version, effective_on=brussels_day(NOW), channel=Channel.PHONE,
            at=NOW, by=None,
        )  # fmt: skip
    assert desk.undo(run).counts["kept"] == 1
    assert terms(desk)[0] == (2000, "")
