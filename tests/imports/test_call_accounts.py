"""A welcome call with another bank account than the one we hold: said as a difference, changed by a person alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from crm.imports import service as imports
from crm.imports.model import Row, Run
from crm.imports.tables import ImportChangeRow, ImportRowRow
from crm.imports.wish import Decided
from crm.people import links
from crm.people import service as people
from crm.people.tables import ContactPointRow
from crm.plans import mandates
from crm.plans.mandates import IBAN, account_key
from crm.plans.model import Plan
from crm.values.iban import Iban
from crm.values.languages import Language
from tests.imports.conftest import Desk
from tests.imports.test_welcome_calls import STREET, bring, plan_of

OLD, NEW = "BE71096123456769", "BE68539007547034"
CALL = f"donor id;date d'appel;montant;iban;gsm\nD3;2026-11-09;12;{NEW};0470123456\n"
TAILS = "…6769 → …7034"


def decide(desk: Desk, run: Run, *, takes: bool) -> Row:
    with desk.assembly.database.transaction() as session:
        return imports.decide(
            session, desk.assembly.addresses, desk.assembly.sealer, run.id,
            number=2, said=Decided(takes_account=takes), at=desk.assembly.clock(), language=Language.FR,
        )  # fmt: skip


def account(desk: Desk) -> tuple[str, int, bool, int]:
    """The account of the third donor's mandate, what is asked, whether the new one finds them, their phones."""
    plan: Plan = plan_of(desk, "D3")
    made = desk.assembly
    assert plan.mandate_id is not None
    with made.database.reading() as session:
        plain = mandates.account_of(session, made.safe, plan.mandate_id).plain
        knows = plan.person_id in links.ids_by_key(session, IBAN, account_key(made.addresses, Iban(NEW)))
        phones = session.scalars(select(ContactPointRow).where(ContactPointRow.person_id == plan.person_id)).all()
    return plain, plan.terms.cents, knows, len(phones)


@pytest.mark.parametrize("is_tried", [True, False])
def test_another_account_waits_for_a_person_and_is_taken_or_not(desk: Desk, is_tried: bool) -> None:
    desk.apply(bring(desk, "street-recruits", STREET.replace(";;10;", ";RUE-3;10;"), "signed_on"))
    run = bring(desk, "welcome-calls", CALL, "called_on")
    assert desk.said(run) == {2: ("review", f"account-otherwise:{TAILS}")}
    if is_tried:  # decided before the file goes in: nothing is written yet
        assert decide(desk, run, takes=True).reasons[-1] == ("account-taken", TAILS)
        assert account(desk) == (OLD, 1000, False, 0)
        with desk.assembly.database.transaction() as session:
            assert imports.ask_again(session, run.id, number=2).reasons == (("account-otherwise", TAILS),)
        decide(desk, run, takes=True)
        run = desk.apply(run)
    else:
        run = desk.apply(run)
        assert account(desk) == (OLD, 1000, False, 0)
        decide(desk, run, takes=True)
    assert desk.said(run) == {2: ("update", "adds:phone", f"account-taken:{TAILS}")}
    assert account(desk) == (NEW, 1200, True, 1)
    with desk.assembly.database.reading() as session:
        for row in (*session.scalars(select(ImportRowRow)), *session.scalars(select(ImportChangeRow))):
            kept = repr([getattr(row, name, None) for name in ("given", "before", "after")])
            assert (OLD in kept, NEW in kept) == (False, False)
    assert desk.said(bring(desk, "welcome-calls", CALL, "called_on")) == {2: ("same", "went-in")}
    assert desk.undo(run).counts["kept"] == 0
    assert account(desk) == (OLD, 1000, False, 0)


def test_the_account_that_is_held_may_be_kept_and_the_rest_goes_in(desk: Desk) -> None:
    desk.apply(bring(desk, "street-recruits", STREET.replace(";;10;", ";RUE-3;10;"), "signed_on"))
    run = desk.apply(bring(desk, "welcome-calls", CALL, "called_on"))
    decide(desk, run, takes=False)
    assert desk.said(run) == {2: ("update", "adds:phone", "amends:12.00")}
    assert account(desk) == (OLD, 1200, False, 1)


def test_an_account_that_a_colleague_changed_since_stays(desk: Desk) -> None:
    desk.apply(bring(desk, "street-recruits", STREET.replace(";;10;", ";RUE-3;10;"), "signed_on"))
    run = desk.apply(bring(desk, "welcome-calls", CALL, "called_on"))
    decide(desk, run, takes=True)
    plan, third = plan_of(desk, "D3"), Iban("BE43068999999501")
    assert plan.mandate_id is not None
    with desk.assembly.database.transaction() as session:
        mandates.amend_account(session, desk.assembly.safe, plan.mandate_id, third, at=desk.assembly.clock())
        assert people.find_person(session, plan.person_id)
    assert desk.undo(run).counts["kept"] == 1
    assert account(desk)[0] == third.plain


def test_a_mandate_brought_again_from_another_account_is_no_news_that_slips_by(desk: Desk) -> None:
    desk.apply(bring(desk, "street-recruits", STREET, "signed_on"))
    run = bring(desk, "street-recruits", STREET.replace("RUE-1;10;BE71096123456769", f"RUE-1;10;{NEW}"), "signed_on")
    assert desk.said(run)[2] == ("review", "plan-account")
