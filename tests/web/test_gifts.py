"""Gifts in the office: the list, a refund that two decide, a gift that goes to another, piles of cheques."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.banking import refunds
from crm.care import service as care
from crm.care.model import TaskView
from crm.consent import restrictions
from crm.donations import batches, books, in_kind
from crm.donations import service as donations
from crm.donations.model import Basis, GiftKind, Method, Movement, NewGift, NewLine, Wanted
from crm.donations.tables import MoneyEntryRow
from crm.people import service as people
from crm.people.model import NewPerson
from crm.privacy import limits
from crm.staff.model import Role
from crm.values.email_address import EmailAddress
from crm.values.identifiers import AccountId, GiftId, PersonId
from crm.values.languages import Language
from tests.conftest import NOW
from tests.donations.test_cost_centres import furnish
from tests.web.conftest import Browser
from tests.web.supporters import words_of

Open = Callable[..., Browser]


def donor(assembly: Assembly, last: str) -> PersonId:
    new = NewPerson(
        language=Language.FR, first_name="Ana", last_name=last, email=EmailAddress.parse(f"{last}@exemple.be")
    )
    with assembly.database.transaction() as session:
        return people.add(session, assembly.addresses, new, at=NOW).id


def gift(assembly: Assembly, person_id: PersonId, cents: int, method: Method = Method.TRANSFER) -> GiftId:
    movement = Movement(method=method, booked_on=NOW.date())
    new = NewGift(person_id=person_id, lines=(NewLine(cents=cents),), given_on=NOW.date(), movement=movement)
    with assembly.database.transaction() as session:
        return donations.record(session, assembly.sealer, new, at=NOW).id


def stands(assembly: Assembly, gift_id: GiftId) -> tuple[PersonId, int]:
    with assembly.database.reading() as session:
        found = donations.gift(session, gift_id)
    return found.person_id, found.net_cents


def test_the_list_adds_up_what_its_filters_leave(assembly: Assembly, browser: Open) -> None:
    one = donor(assembly, "Alpha")
    for cents, method in ((2500, Method.CASH), (10000, Method.TRANSFER)):
        gift(assembly, one, cents, method)
    finance = browser(Role.FINANCE)
    every = words_of(finance.get("/office/gifts").text)
    assert "2 dons" in every
    assert "125,00 €" in every
    for query in ("method=cash", "least=25&method=cash", "until=2026-11-23&kind=one-off&method=cash"):
        shown = words_of(finance.get(f"/office/gifts?{query}").text)
        assert "1 don" in shown
        assert "25,00 €" in shown
        assert "125,00 €" not in shown
    assert "Aucun don ne répond" in words_of(finance.get("/office/gifts?since=2027-01-01").text)
    assert finance.get("/office/gifts?since=rien&kind=rien&least=rien&after=99").status_code == 200


def test_a_refund_needs_two_and_says_what_is_wrong_at_its_field(assembly: Assembly, browser: Open) -> None:
    number = gift(assembly, donor(assembly, "Beta"), 4000)
    asks, decides = browser(Role.FINANCE), browser(Role.FINANCE)
    for typed, said in (
        ({"amount": "beaucoup", "reason": "x"}, "Écrivez un montant"),
        ({"amount": "40,01", "reason": "x"}, "C’est plus que ce qui reste de ce don."),
        ({"amount": "10", "reason": " "}, "Dites pourquoi en quelques mots"),
    ):
        refused = asks.post(f"/office/gifts/{number}/refund", typed)
        assert refused.status_code == 422
        assert said in words_of(refused.text)
    assert asks.post(f"/office/gifts/{number}/refund", {"amount": "15,50", "reason": "Erreur"}).status_code == 303
    own = asks.get(f"/office/gifts/{number}").text
    assert "Vous l’avez demandé" in words_of(own)
    with assembly.database.reading() as session:
        (asked,) = donations.refunds_to_decide(session)
    assert asks.post(f"/office/gifts/refunds/{asked.id}", {"decision": "approve"}).status_code == 303
    assert stands(assembly, number)[1] == 4000
    assert f'action="/office/gifts/refunds/{asked.id}"' in decides.get(f"/office/gifts/{number}").text
    assert decides.post(f"/office/gifts/refunds/{asked.id}", {"decision": "approve"}).status_code == 303
    assert stands(assembly, number)[1] == 2450
    assert decides.post(f"/office/gifts/refunds/{asked.id}", {"decision": "approve"}).status_code == 404
    assert "24,50 €" in words_of(decides.get(f"/office/gifts/{number}").text)


def test_a_refund_handed_back_in_cash_is_owed_by_no_bank(assembly: Assembly, browser: Open) -> None:
    number = gift(assembly, donor(assembly, "Beta"), 4000, Method.CASH)
    asks, decides = browser(Role.FINANCE), browser(Role.FINANCE)
    for method, owed in (("cash", (0, 0)), ("transfer", (1, 1000))):
        assert asks.post(f"/office/gifts/{number}/refund", {"amount": "10", "reason": method}).status_code == 303
        with assembly.database.reading() as session:
            (asked,) = donations.refunds_to_decide(session)
        assert "Rendre en espèces" in words_of(decides.get(f"/office/gifts/{number}").text)
        decides.post(f"/office/gifts/refunds/{asked.id}", {"decision": "approve", "method": method})
        with assembly.database.reading() as session:
            count, cents, _ = refunds.unpaid(session, date(2026, 1, 1), date(2026, 12, 31), size=9)
            assert (count, cents) == owed
            last = donations.whole(session, number).entries[-1]
            assert (last.method.value, last.cents) == (method, -1000)
    assert stands(assembly, number)[1] == 2000


def test_a_gift_in_kind_says_what_it_was_moves_no_money_and_is_written_once(assembly: Assembly, browser: Open) -> None:
    one = donor(assembly, "Zeta")
    finance = browser(Role.FINANCE)
    page = finance.get("/office/gifts/in-kind").text
    form = re.search(r'name="form" value="(\w+)"', page)
    assert form is not None
    typed = {"who": "Ana Zeta", "what": "12 chaises", "value": "300", "given_on": "2026-11-23", "fund": "general"}
    for wrong in ({"who": "personne"}, {"what": " "}, {"value": "0"}, {"given_on": "2027-01-01"}, {"source_code": "x"}):
        assert finance.post("/office/gifts/in-kind", typed | {"form": form[1]} | wrong).status_code == 422
    several = {finance.post("/office/gifts/in-kind", typed | {"form": form[1]}).location for _ in range(2)}
    [address] = several
    with assembly.database.transaction() as session:
        [made] = donations.page(session, Wanted(person_id=one))
        whole = donations.whole(session, made.id)
        assert (made.kind, made.cents, made.net_cents, whole.entries) == (GiftKind.IN_KIND, 30000, 0, ())
        assert [line.is_deductible for line in whole.lines] == [False]
        assert donations.gift(session, made.id).what == "12 chaises"
        in_kind.forget(session, [one])
        session.expire_all()
        assert donations.gift(session, made.id).what == ""
    shown = words_of(finance.get(address).text)
    assert "300,00 €" in shown
    assert "Aucun argent n’a bougé." in shown


def test_a_gift_goes_to_another_donor_for_a_reason(assembly: Assembly, browser: Open) -> None:
    one, other = donor(assembly, "Gamma"), donor(assembly, "Delta")
    number = gift(assembly, one, 4000)
    finance = browser(Role.FINANCE)
    for typed in ({"who": "personne", "why": "x"}, {"who": "Ana Delta", "why": ""}):
        assert finance.post(f"/office/gifts/{number}/move", typed).status_code == 422
    assert finance.post(f"/office/gifts/{number}/move", {"who": "Ana Delta", "why": "Compte joint"}).status_code == 303
    assert stands(assembly, number) == (other, 4000)
    page = words_of(finance.get(f"/office/gifts/{number}").text)
    assert "Ana Gamma → Ana Delta" in page
    assert "Compte joint" in page


@pytest.mark.each_database
def test_a_pile_counts_once_it_agrees_and_once_only(assembly: Assembly, browser: Open) -> None:
    one = donor(assembly, "Epsilon")
    finance = browser(Role.FINANCE)
    head = {"method": "cheque", "received_on": "23/11/2026", "count": "2", "total": "60,00"}
    for wrong in (
        {"count": "deux"},
        {"total": "0"},
        {"received_on": ""},
        {"received_on": "24/11/2026"},
        {"method": "x"},
    ):
        assert finance.post("/office/gifts/batches", head | wrong).status_code == 422
    address = finance.post("/office/gifts/batches", head).location
    line = {"who": "Ana Epsilon", "amount": "25", "kind": "one-off", "fund": "general", "source_code": ""}
    for wrong in ({"who": "personne"}, {"amount": "-4"}, {"fund": "x"}, {"source_code": "x"}, {"kind": "in-kind"}):
        assert finance.post(f"{address}/enter", line | wrong).status_code == 422
    for amount in ("25", "36,00"):
        assert finance.post(f"{address}/enter", line | {"amount": amount}).status_code == 303
    assert "Il y a 1,00 € de trop" in words_of(finance.get(address).text)
    assert finance.post(f"{address}/post").status_code == 303
    with assembly.database.reading() as session:
        assert donations.page(session, Wanted()) == ()
    struck = re.search(r'action="([^"]+/strike/\d+)"', finance.get(address).text)
    assert struck is not None
    assert finance.post(struck[1]).status_code == 303
    assert finance.post(f"{address}/enter", line | {"amount": "35,00", "kind": "membership-fee"}).status_code == 303
    assert finance.post(f"{address}/post").location == "/office/gifts"
    assert finance.post(f"{address}/post").status_code == 404
    with assembly.database.reading() as session:
        booked = donations.page(session, Wanted(person_id=one))
        assert batches.waiting(session) == ()
    assert {(one.cents, one.kind, one.method) for one in booked} == {
        (2500, GiftKind.ONE_OFF, Method.CHEQUE),
        (3500, GiftKind.MEMBERSHIP_FEE, Method.CHEQUE),
    }
    assert "Cette pile est inscrite" in words_of(finance.get(address).text)


def test_a_pile_is_counted_again_or_thrown_away(assembly: Assembly, browser: Open) -> None:
    finance = browser(Role.FINANCE)
    head = {"method": "cash", "received_on": "2026-11-23", "count": "9", "total": "12"}
    address = finance.post("/office/gifts/batches", head).location
    assert finance.post(f"{address}/recount", {"count": "1", "total": "x"}).status_code == 422
    assert finance.post(f"{address}/recount", {"count": "1", "total": "13,00"}).status_code == 303
    assert "0 sur 1" in words_of(finance.get(address).text)
    assert finance.post(f"{address}/drop").status_code == 303
    assert finance.get(address).status_code == 404
    assert finance.post(f"{address}/drop").status_code == 303


def test_the_first_month_that_is_closed_closes_all_before_it(assembly: Assembly, browser: Open) -> None:
    one = donor(assembly, "Theta")
    with assembly.database.transaction() as session:
        for day in (date(2021, 3, 1), date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)):
            movement = Movement(method=Method.CASH, booked_on=day)
            new = NewGift(person_id=one, lines=(NewLine(cents=100),), given_on=day, movement=movement)
            donations.record(session, assembly.sealer, new, at=NOW)
    finance = browser(Role.FINANCE)
    assert finance.get("/office/gifts/books").text.count("Clore ce mois") == 3
    finance.post("/office/gifts/books/close", {"year": 2026, "month": 9})
    page = finance.get("/office/gifts/books").text
    assert page.count("Clore ce mois") == 1
    assert 'name="month" value="10"' in page
    with assembly.database.reading() as session:
        closed = [month.month_on for month in books.months(session) if month.closed_at]
    assert closed == [date(2026, 9, 1), date(2021, 3, 1)]


def test_a_persons_gifts_are_on_their_page_and_in_their_past(assembly: Assembly, browser: Open) -> None:
    one = donor(assembly, "Zeta")
    number = gift(assembly, one, 4000)
    with assembly.database.transaction() as session:
        for cents in range(100, 900, 100):
            movement = Movement(method=Method.ONLINE, booked_on=NOW.date())
            new = NewGift(person_id=one, lines=(NewLine(cents=cents),), given_on=NOW.date(), movement=movement)
            donations.record(session, assembly.sealer, new, at=NOW)
    page = browser(Role.CARE).get(f"/office/supporters/{one}").text
    assert "76,00 € en 9 dons · dont 76,00 € en 2026" in words_of(page)
    past = browser(Role.CARE).get(f"/office/supporters/{one}/timeline?kind=gifts").text
    assert f'href="/office/gifts/{number}"' in past
    assert "Dons" not in re.findall(r"<h2>(.*?)</h2>", browser(Role.EDITOR).get(f"/office/supporters/{one}").text)


def test_a_month_is_read_taken_along_and_closed_in_order(assembly: Assembly, browser: Open) -> None:
    one = donor(assembly, "Eta")
    with assembly.database.transaction() as session:
        for day, cents in ((date(2026, 8, 3), 2500), (date(2026, 8, 3), 1000), (date(2026, 11, 2), 4000)):
            movement = Movement(method=Method.TRANSFER, booked_on=day)
            new = NewGift(person_id=one, lines=(NewLine(cents=cents),), given_on=day, movement=movement)
            august = donations.record(session, assembly.sealer, new, at=NOW)
        donations.charge(session, assembly.sealer, august.id, movement, cents=35, at=NOW)
    finance = browser(Role.FINANCE)
    page = words_of(finance.get("/office/gifts/books").text)
    assert page.index("novembre 2026 40,00 € -0,35 €") < page.index("août 2026 35,00 €")
    journal = words_of(finance.get("/office/gifts/books/2026/8").text)
    assert "Virement Fonds général — 2 35,00 €" in journal
    sheet = finance.post("/office/gifts/books/2026/8/file", {"as": "xlsx"})
    rows = CalamineWorkbook.from_filelike(BytesIO(sheet.data)).get_sheet_by_index(0).to_python()
    with assembly.database.reading() as session:
        entries = select(func.sum(MoneyEntryRow.cents)).where(
            MoneyEntryRow.accounted_on.between(date(2026, 8, 1), date(2026, 8, 31))
        )
        ledger = session.scalar(entries)
    shown = sum(round(float(str(row[-1])) * 100) for row in rows[1:])
    assert (rows[0][-1], shown) == ("Montant", ledger)
    taken = finance.post("/office/gifts/books/2026/11/file")
    lines = taken.get_data().decode("utf-8-sig").splitlines()
    assert lines == [
        "Jour;Mouvement;Moyen;Fonds;Centre de coûts;Nombre;Montant",
        "2026-11-02;Frais du prestataire;Virement;;;1;-0.35",
        "2026-11-02;Reçu;Virement;Fonds général;;1;40.00",
    ]
    for month in (8, 9, 10):
        assert f'name="month" value="{month}"' in finance.get("/office/gifts/books").text
        assert finance.post("/office/gifts/books/close", {"year": 2026, "month": month}).status_code == 303
    assert 'name="month"' not in finance.get("/office/gifts/books").text
    finance.post("/office/gifts/books/close", {"year": 2026, "month": 11})
    with assembly.database.reading() as session:
        assert donations.closed_until(session) == date(2026, 10, 31)
    assert finance.get("/office/gifts/books/2026/13").status_code == 409
    assert "Rien n’a bougé ce mois-là" in words_of(finance.get("/office/gifts/books/2026/9").text)


def test_the_list_is_narrowed_by_everything_and_its_file_adds_up_to_its_total(
    assembly: Assembly, browser: Open
) -> None:
    one, other = donor(assembly, "Nu"), donor(assembly, "Xi")
    gift(assembly, other, 5000, Method.CASH)
    with assembly.database.transaction() as session:
        furnish(session)
        begun = batches.begin(
            session, method=Method.CHEQUE, received_on=NOW.date(), count=2, cents=7500, at=NOW, by=AccountId(1)
        )
        for cents, code in ((2500, "A-1"), (5000, "A-2")):
            batches.enter(session, begun.id, one, cents, kind=GiftKind.ONE_OFF, fund="urgences", source=code)
        batches.book(session, assembly.sealer, begun.id, at=NOW, by=AccountId(1))
    finance = browser(Role.FINANCE)
    for query, count, total in (
        (f"donor={one}", 2, "75,00"),
        (f"batch={begun.id}", 2, "75,00"),
        ("code=A-1", 1, "25,00"),
        ("least=26&most=60", 2, "100,00"),
        (f"donor={one}&most=30&fund=urgences&method=cheque&kind=one-off&since=2026-11-23&until=2026-11-23", 1, "25,00"),
        ("code=Z&batch=x&donor=rien", 0, ""),
    ):
        shown = words_of(finance.get(f"/office/gifts?{query}").text)
        assert (f"{count} don" in shown, f"{total} €" in shown) == (True, True) if count else "Aucun don" in shown
    page = finance.get(f"/office/gifts?batch={begun.id}&donor={one}").text
    assert ("Ana Nu" in page, "novalidate" in page) == (True, True)
    found = finance.post("/office/gifts/of", {"who": "Ana Nu", "method": "cheque"})
    assert found.location == f"/office/gifts?method=cheque&donor={one}"
    assert finance.post("/office/gifts/of", {"who": "zzz"}).location == "/office/gifts"
    taken = finance.post("/office/gifts/file", {"donor": str(one)})
    rows = taken.text.removeprefix("\ufeff").split("\r\n")
    assert [row.split(";")[11] for row in rows[1:-1]] == ["25.00", "50.00"]
    assert ("Ana Nu" in rows[1], rows[1].split(";")[7]) == (True, "A-1")
    book = finance.post("/office/gifts/file", {"as": "xlsx"}).data
    cells = CalamineWorkbook.from_filelike(BytesIO(book)).get_sheet_by_index(0).to_python()
    assert [row[11] for row in cells[1:]] == [25.0, 50.0, 50.0]
    assert browser(Role.CARE).post("/office/gifts/file", {}).status_code == 403


def test_the_file_of_the_list_names_nobody_whose_data_are_frozen_and_nobody_at_all_where_they_are_many(
    assembly: Assembly, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = {"people": 3}
    usual = limits.value
    monkeypatch.setattr(
        limits, "value", lambda s, one, on: large["people"] if one is limits.LARGE_FILE else usual(s, one, on)
    )
    frozen, other = donor(assembly, "Gel"), donor(assembly, "Xi")
    for who in (frozen, other):
        gift(assembly, who, 5000)
    with assembly.database.transaction() as session:
        restrictions.restrict(session, frozen, since_on=NOW.date(), reason="Conteste", by=None, at=NOW)
    finance = browser(Role.FINANCE)
    taken = finance.post("/office/gifts/file", {})
    cells = [row.split(";") for row in taken.text.removeprefix("\ufeff").split("\r\n")[1:-1]]
    assert sorted((one[3] != "", one[4], one[11]) for one in cells) == [
        (False, "Données gelées", "50.00"),
        (True, "Ana Xi", "50.00"),
    ]
    with assembly.database.reading() as session:
        [said] = [one for one in audit.latest(session, subject="gift") if one.action == "gifts.export"]
        assert said.account_id is not None
        [task] = care.tasks(session, TaskView.MINE, account_id=said.account_id, today=NOW.date())
    assert (said.facts["rows"], said.facts["sha256"]) == (2, hashlib.sha256(taken.data).hexdigest())
    assert (task.due_on, task.title.startswith("Détruire")) == (
        NOW.date() + timedelta(days=limits.SEGMENT_FILE.value),
        True,
    )
    assert "sans noms ni numéros" not in finance.get("/office/gifts").text
    large["people"] = 2
    assert "sans noms ni numéros" in finance.get("/office/gifts").text
    many = finance.post("/office/gifts/file", {})
    rows = [row.split(";") for row in many.text.split("\r\n")[1:-1]]
    assert [(one[3], one[4], one[11]) for one in rows] == [("", "", "50.00")] * 2, "all of the money, nobody's name"


def test_a_pile_of_things_and_a_cheque_by_its_postmark(assembly: Assembly, browser: Open) -> None:
    one, finance = donor(assembly, "Rho"), browser(Role.FINANCE)
    head = {"method": "none", "received_on": "2026-11-23", "count": "1", "total": "300"}
    things = finance.post("/office/gifts/batches", head).location
    line = {"who": "Ana Rho", "amount": "300", "kind": "in-kind", "fund": "general", "source_code": ""}
    for wrong in ({"what": ""}, {"what": "12 chaises", "kind": "one-off"}):
        assert finance.post(f"{things}/enter", line | wrong).status_code == 422
    assert finance.post(f"{things}/enter", line | {"what": "12 chaises"}).status_code == 303
    assert "12 chaises" in words_of(finance.get(things).text)
    assert finance.post(f"{things}/post").status_code == 303
    cheques = finance.post("/office/gifts/batches", head | {"method": "cheque", "total": "25"}).location
    line = line | {"amount": "25", "kind": "one-off"}
    for day in ("2026-11-24", "2026-08-22", "hier"):
        refused = finance.post(f"{cheques}/enter", line | {"postmark_on": day})
        assert (refused.status_code, "Écrivez le jour du cachet" in words_of(refused.text)) == (422, True)
    finance.post(f"{cheques}/enter", line | {"postmark_on": "20/11/2026"})
    assert "cachet du 20" in words_of(finance.get(cheques).text)
    finance.post(f"{cheques}/post")
    with assembly.database.reading() as session:
        cheque, thing = sorted(donations.page(session, Wanted(person_id=one)), key=lambda found: found.cents)
        [receipt] = donations.whole(session, cheque.id).entries
        assert donations.whole(session, thing.id).entries == ()
    assert (cheque.given_on, cheque.basis, receipt.booked_on) == (date(2026, 11, 20), Basis.POSTMARK, NOW.date())
    assert (thing.kind, thing.what, thing.cents, thing.net_cents) == (GiftKind.IN_KIND, "12 chaises", 30000, 0)
    panel = words_of(finance.get(f"/office/supporters/{one}").text)
    assert ("12 chaises" in panel, "valeur, hors total" in panel, "25,00 € en un don" in panel) == (True, True, True)
    page, decides = f"/office/gifts/in-kind/{cheque.id}", browser(Role.FINANCE)
    assert finance.post(page, {"thing": "2 tables", "worth": "x", "because_thing": "x"}).status_code == 422
    finance.post(page, {"thing": "2 tables", "worth": "80", "because_thing": "lu de travers"})
    decides.post("/office/gifts/corrections/1", {"decision": "approve"})
    shown = words_of(decides.get(f"/office/gifts/{cheque.id}").text)
    assert ("2 tables" in shown, "C’était de l’argent" in shown, "Corriger le montant" in shown) == (True, True, False)
    wanted = {"money_amount": "25", "money_kind": "one-off", "money_fund": "general", "because_money": "un chèque"}
    assert finance.post(f"{page}/money", wanted | {"money_method": "transfer"}).status_code == 422
    finance.post(f"{page}/money", wanted | {"money_method": "cheque"})
    decides.post("/office/gifts/corrections/2", {"decision": "approve"})
    assert stands(assembly, cheque.id) == (one, 2500)
