"""A gift put right: two colleagues, a movement of its own, and only where no bank, collection or provider told it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest

from crm.assembly import Assembly, bank_counter
from crm.banking import bringing
from crm.banking import service as banking
from crm.donations import corrections, taking_over
from crm.donations import service as donations
from crm.donations.errors import CorrectedElsewhere, CorrectionMissing, FourEyes, GiftHasChanged
from crm.donations.model import EntryKind, GiftKind, LineKind, Method, Movement, NewGift, NewLine, RefundState
from crm.staff.model import Role
from crm.values.identifiers import AccountId, GiftId
from tests.banking import coda_files as coda
from tests.conftest import NOW
from tests.donations.conftest import donor
from tests.donations.test_cost_centres import furnish
from tests.web.conftest import Browser
from tests.web.supporters import words_of
from tests.web.test_gifts import donor as office_donor
from tests.web.test_gifts import gift, stands

Open = Callable[..., Browser]
CLAIRE, LUC = AccountId(1), AccountId(2)


def test_one_asks_another_decides_and_the_gift_comes_to_what_it_should(assembly: Assembly, browser: Open) -> None:
    number = gift(assembly, office_donor(assembly, "Kappa"), 4000, Method.CHEQUE)
    asks, decides = browser(Role.FINANCE), browser(Role.FINANCE)
    page = f"/office/gifts/{number}"
    for typed, said in (
        ({"should": "beaucoup", "because": "x"}, "Écrivez ce que ce don devait être"),
        ({"should": "-1", "because": "x"}, "Écrivez ce que ce don devait être"),
        ({"should": "40,00", "because": "x"}, "Écrivez ce que ce don devait être"),
        ({"should": "4", "because": " "}, "Dites pourquoi en quelques mots"),
    ):
        refused = asks.post(f"{page}/correct", typed)
        assert refused.status_code == 422
        assert said in words_of(refused.text)
    asks.post(f"{page}/correct", {"should": "400", "because": "un zéro de moins"})
    asks.post(f"{page}/correct", {"should": "5", "because": "encore"})
    with assembly.database.reading() as session:
        [waits] = corrections.waiting(session)
    assert (waits.was_cents, waits.cents) == (4000, 40000)
    assert "Une correction attend" in words_of(decides.get("/office").text)
    assert "un zéro de moins" in words_of(decides.get("/office/gifts").text)
    own = words_of(asks.get(page).text)
    assert "Vous l’avez demandé" in own
    assert "Corriger le montant" not in own
    asks.post(f"/office/gifts/corrections/{waits.id}", {"decision": "approve"})
    assert stands(assembly, number)[1] == 4000
    decides.post(f"/office/gifts/corrections/{waits.id}", {"decision": "approve"})
    assert stands(assembly, number)[1] == 40000
    assert decides.post(f"/office/gifts/corrections/{waits.id}", {"decision": "approve"}).status_code == 404
    decides.post(f"{page}/correct", {"should": "0", "because": "là deux fois"})
    asks.post(f"/office/gifts/corrections/{waits.id + 1}", {"decision": "approve"})
    assert stands(assembly, number)[1] == 0
    with assembly.database.reading() as session:
        kinds = [(one.kind, one.cents) for one in donations.whole(session, number).entries]
    assert kinds == [(EntryKind.RECEIPT, 4000), (EntryKind.CORRECTION, 36000), (EntryKind.CORRECTION, -40000)]


def test_what_the_bank_told_is_corrected_at_its_line(assembly: Assembly, browser: Open) -> None:
    file = coda.file(coda.statement([coda.Move(cents=2500, name="SILVA ANA", text="DON")]))
    bringing.bring(bank_counter(assembly), io.BytesIO(file), name="day.cod", by=None)
    with assembly.database.transaction() as session:
        [line] = banking.waiting(session)
        who = donor(session, assembly)
        banking.confirm(session, bank_counter(assembly), line.id, who, seen=line.version, by=CLAIRE, at=NOW)
        number = banking.line(session, line.id).gift_id
        assert number is not None
        with pytest.raises(CorrectedElsewhere):
            corrections.ask(session, number, 0, reason="x", at=NOW, by=CLAIRE)
    finance = browser(Role.FINANCE)
    page = finance.get(f"/office/gifts/{number}").text
    assert f"/office/bank?line={line.id}" in page
    assert "rouvrez sa ligne" in words_of(page)
    assert "Le rouvrir" in words_of(finance.get(f"/office/bank?line={line.id}").text)
    assert finance.post(f"/office/gifts/{number}/correct", {"should": "0", "because": "x"}).status_code == 303
    assert stands(assembly, number)[1] == 2500


@pytest.mark.each_database
def test_a_correction_is_of_what_was_seen_and_is_made_once(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        who = donor(session, assembly)
        movement = Movement(method=Method.TRANSFER, booked_on=NOW.date(), provider="import", external_id="7")
        lines = (NewLine(cents=2500), NewLine(cents=1500))
        new = NewGift(person_id=who, lines=lines, given_on=NOW.date(), movement=movement)
        made = donations.record(session, assembly.sealer, new, at=NOW)
        asked = corrections.ask(session, made.id, 1000, reason="mal lu", at=NOW, by=CLAIRE)
        with pytest.raises(FourEyes):
            corrections.decide(session, assembly.sealer, asked.id, agreed=True, at=NOW, by=CLAIRE)
        refund = donations.ask_refund(session, made.id, 500, reason="x", at=NOW, by=CLAIRE)
        paid = Movement(method=Method.TRANSFER, booked_on=NOW.date(), provider="refund", external_id=str(refund.id))
        donations.decide_refund(session, assembly.sealer, refund.id, paid, at=NOW, by=LUC)
        with pytest.raises(GiftHasChanged):
            corrections.decide(session, assembly.sealer, asked.id, agreed=True, at=NOW, by=LUC)
        corrections.decide(session, assembly.sealer, asked.id, agreed=False, at=NOW, by=LUC)
        again = corrections.ask(session, made.id, 1000, reason="mal lu", at=NOW, by=LUC)
        done = corrections.decide(session, assembly.sealer, again.id, agreed=True, at=NOW, by=CLAIRE)
        assert (done.state, donations.gift(session, made.id).net_cents) == (RefundState.DONE, 1000)
        with pytest.raises(CorrectionMissing):
            corrections.decide(session, assembly.sealer, again.id, agreed=True, at=NOW, by=CLAIRE)
        assert sum(line.net_cents for line in donations.whole(session, made.id).lines) == 1000
        assert donations.drift(session) == 0
        kept = taking_over.take_back(session, assembly.sealer, {made.id: who}, at=NOW, by=CLAIRE)
        assert set(kept) == {made.id}
        assert donations.record(session, assembly.sealer, new, at=NOW).id == made.id  # its file again changes nothing
        in_kind = NewGift(
            person_id=who, lines=(NewLine(cents=100),), given_on=NOW.date(), movement=Movement(
                method=Method.NONE, booked_on=NOW.date()), kind=GiftKind.IN_KIND,
        )  # fmt: skip
        thing = donations.record(session, assembly.sealer, in_kind, at=NOW)
        with pytest.raises(CorrectedElsewhere):
            corrections.ask(session, thing.id, 0, reason="x", at=NOW, by=CLAIRE)


def test_one_part_of_a_gift_is_corrected_by_itself(assembly: Assembly, browser: Open) -> None:
    with assembly.database.transaction() as session:
        new = NewGift(
            person_id=donor(session, assembly),
            lines=(NewLine(cents=1000, kind=LineKind.FEE), NewLine(cents=2000)),
            given_on=NOW.date(),
            movement=Movement(method=Method.CASH, booked_on=NOW.date()),
        )
        made = donations.record(session, assembly.sealer, new, at=NOW)
        fee, beside = donations.whole(session, made.id).lines
    asks, decides, page = browser(Role.FINANCE), browser(Role.FINANCE), f"/office/gifts/{made.id}"
    shown = asks.get(page).text
    assert all(f'name="{name}-{line.id}"' in shown for line in (fee, beside) for name in ("line", "fund", "kind"))
    asked = {"which": fee.id, f"kind-{fee.id}": "one-off", f"line-{fee.id}": "donation", f"fund-{fee.id}": "general"}
    asks.post(f"{page}/otherwise", {**asked, "which": beside.id + 99, f"because-{fee.id}": "x"})
    asks.post(f"{page}/otherwise", {**asked, f"because-{fee.id}": " "})
    for part in ("0", "x", "10,01"):
        asks.post(f"{page}/otherwise", {**asked, f"because-{fee.id}": "Rien", f"part-{fee.id}": part})
    with assembly.database.reading() as session:
        assert corrections.waiting(session) == ()
    asks.post(f"{page}/otherwise", {**asked, f"because-{fee.id}": "Rien en retour", f"part-{fee.id}": "10,00"})
    assert "Rien en retour" in words_of(decides.get(page).text)
    decides.post("/office/gifts/corrections/1", {"decision": "approve"})
    with assembly.database.reading() as session:
        whole = donations.whole(session, made.id)
    assert sorted((line.kind, line.net_cents, line.is_deductible) for line in whole.lines if line.net_cents) == [
        (LineKind.DONATION, 1000, True), (LineKind.DONATION, 2000, True),
    ]  # fmt: skip
    assert whole.gift.net_cents == 3000


def test_the_day_that_counts_is_corrected_on_the_page_and_the_journal_tells_it(
    assembly: Assembly, browser: Open
) -> None:
    number = gift(assembly, office_donor(assembly, "Lambda"), 4000, Method.TRANSFER)
    asks, decides = browser(Role.FINANCE), browser(Role.FINANCE)
    with assembly.database.reading() as session:
        booked = donations.gift(session, GiftId(number)).given_on
    page, earlier = f"/office/gifts/{number}", booked - timedelta(days=2)
    for typed, said in (
        ({"counted_on": "hier", "basis": "order", "because_day": "x"}, "Écrivez un jour qui peut être"),
        ({"counted_on": "2027-01-01", "basis": "order", "because_day": "x"}, "Écrivez un jour qui peut être"),
        ({"counted_on": f"{earlier}", "basis": "order", "because_day": " "}, "Dites pourquoi en quelques mots"),
    ):
        refused = asks.post(f"{page}/day", typed)
        assert (refused.status_code, said in words_of(refused.text)) == (422, True)
    assert asks.post(f"{page}/day", {"counted_on": f"{earlier}", "basis": "tard"}).status_code == 303
    asks.post(f"{page}/day", {"counted_on": f"{earlier}", "basis": "order", "because_day": "ordre donné avant"})
    with assembly.database.reading() as session:
        [waits] = corrections.waiting(session)
    assert "ordre donné avant" in words_of(decides.get("/office/gifts").text)
    decides.post(f"/office/gifts/corrections/{waits.id}", {"decision": "approve"})
    assert "jour de l’ordre à la banque" in words_of(decides.get(page).text)
    journal = words_of(decides.get(f"/office/gifts/books/{booked.year}/{booked.month}").text)
    assert ("Comptés par un autre jour" in journal, f"Don n° {number}" in journal) == (True, True)


def test_the_code_of_an_appeal_is_corrected_on_the_page(assembly: Assembly, browser: Open) -> None:
    number = gift(assembly, office_donor(assembly, "Mu"), 4000, Method.TRANSFER)
    with assembly.database.transaction() as session:
        furnish(session)
    asks, decides, page = browser(Role.FINANCE), browser(Role.FINANCE), f"/office/gifts/{number}"
    for typed, said in (
        ({"right_code": "Z-9", "because_code": "x"}, "Écrivez le code d’un appel"),
        ({"right_code": "", "because_code": "x"}, "Écrivez le code d’un appel"),
        ({"right_code": "A-2", "because_code": " "}, "Dites pourquoi en quelques mots"),
    ):
        refused = asks.post(f"{page}/code", typed)
        assert (refused.status_code, said in words_of(refused.text)) == (422, True)
    asks.post(f"{page}/code", {"right_code": "A-2", "because_code": "lu sur le talon"})
    asks.post(f"{page}/code", {"right_code": "B-1", "because_code": "encore"})
    with assembly.database.reading() as session:
        [waits] = corrections.waiting(session)
    assert "aucun code → A-2" in words_of(decides.get("/office/gifts").text)
    decides.post(f"/office/gifts/corrections/{waits.id}", {"decision": "approve"})
    shown = words_of(decides.get(page).text)
    assert ("lu sur le talon" in shown, "aucun code A-2" in shown) == (True, True)
    with assembly.database.reading() as session:
        assert donations.gift(session, number).source_code == "A-2"
