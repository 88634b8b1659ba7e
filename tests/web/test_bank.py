"""The bank desk over HTTP: a file brought in, a line confirmed, a newcomer, two colleagues at one line."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace

from crm.assembly import Assembly
from crm.banking import service as banking
from crm.donations import appeals
from crm.donations import service as donations
from crm.donations.model import EntryKind, GiftKind, LineKind, Method, Movement, NewGift, NewLine, Wanted
from crm.people import service as people
from crm.people.model import NewPerson
from crm.staff.model import Role
from crm.values.languages import Language
from tests.banking import coda_files as coda
from tests.banking import samples
from tests.banking.coda_files import Move, direct_debit
from tests.banking.test_deposits import DECEMBER, agrees, pile
from tests.conftest import NOW
from tests.web.conftest import Browser


def test_a_file_is_brought_in_and_its_lines_find_their_people(
    assembly: Assembly, browser: Callable[..., Browser]
) -> None:
    with assembly.database.transaction() as session:
        marie = people.add(
            session, assembly.addresses, NewPerson(language=Language.FR, first_name="Marie", last_name="Dupont"), at=NOW
        )
    finance, colleague = browser(Role.FINANCE), browser(Role.FINANCE)
    moves = [Move(cents=3000, name="DUPONT MARIE", text="<b>don</b>"), Move(cents=2500, name="SILVA ANA")]
    wrong = coda.file(coda.statement(moves, closing=1))
    refused = finance.post("/office/bank/new", {"file": (io.BytesIO(wrong), "wrong.cod")})
    assert (refused.status_code, "ligne" in refused.text) == (422, True)
    right = coda.file(coda.statement(moves))
    assert finance.post("/office/bank/new", {"file": (io.BytesIO(right), "day.cod")}).status_code == 303
    desk = finance.get("/office/bank").text
    assert ("Marie Dupont" in desk, "&lt;b&gt;don" in desk, "<b>don" in desk) == (True, True, False)
    first, seen = chosen(desk)
    with assembly.database.transaction() as session:
        campaign = appeals.add_campaign(session, code="C26", name="Automne")
        made = appeals.add_appeal(session, campaign.id, code="A26", name="Automne", starts_on=NOW.date(), cost_cents=0)
        appeals.put_sources(session, made.id, {"A26-1": ("", "")})
    typed = {"seen": seen, "person_id": marie.id, "source_code": "A27"}
    assert "Ce code n’est celui d’aucun appel" in finance.post(f"/office/bank/{first}/confirm", typed).text
    assert finance.post(f"/office/bank/{first}/confirm", typed | {"source_code": "A26-1"}).status_code == 303
    with assembly.database.reading() as session:
        assert [one.source_code for one in donations.page(session, Wanted(code="A26"))] == ["A26-1"]
    late = colleague.post(f"/office/bank/{first}/aside", {"seen": seen, "why": "cost"})
    assert (late.status_code, "vient de décider" in colleague.get("/office/bank").text) == (303, True)
    second, seen = chosen(finance.get("/office/bank").text)
    assert second != first
    nameless = finance.post(f"/office/bank/{second}/newcomer", {"seen": seen})
    assert nameless.status_code == 422
    named = {"seen": seen, "first_name": "Ana", "last_name": "Silva"}
    assert finance.post(f"/office/bank/{second}/newcomer", named).status_code == 303
    assert "Chaque mouvement a trouvé sa personne" in finance.get("/office/bank").text
    again = [Move(cents=3001, name="DUPONT PAUL", account="BE71096123456769")]
    file = coda.file(coda.statement(again, number=2))
    finance.post("/office/bank/new", {"file": (io.BytesIO(file), "next.cod")})
    third, seen = chosen(finance.get("/office/bank").text)
    finance.post(f"/office/bank/{third}/confirm", {"seen": seen, "person_id": marie.id})
    page = finance.get(f"/office/supporters/{marie.id}").text
    assert ("Payeurs reconnus" in page, f"/office/bank/payers/{third}/forget" in page) == (True, True)
    file = coda.file(coda.statement([replace(again[0], cents=3002)], number=3))
    finance.post("/office/bank/new", {"file": (io.BytesIO(file), "last.cod")})
    known = finance.get(f"/office/bank?line={int(third) + 1}").text
    assert re.search(r"déjà confirmé le [^<]+ pour Marie Dupont", known)
    assert finance.post(f"/office/bank/payers/{third}/forget").status_code == 303
    assert "Payeurs reconnus" not in finance.get(f"/office/supporters/{marie.id}").text
    held = finance.get(f"/office/bank?line={first}").text
    assert f"/office/supporters/{marie.id}" in held
    assert finance.post(f"/office/bank/{first}/reopen", {"seen": "2"}).status_code == 303
    assert chosen(finance.get("/office/bank").text)[0] == first


def test_what_is_no_gift_waits_for_a_word_and_is_never_attested(
    assembly: Assembly, browser: Callable[..., Browser]
) -> None:
    with assembly.database.transaction() as session:
        marie = people.add(
            session, assembly.addresses, NewPerson(language=Language.FR, first_name="Marie", last_name="Dupont"), at=NOW
        )
    finance = browser(Role.FINANCE)

    def bring(*moves: Move, number: int) -> str:
        file = coda.file(coda.statement(list(moves), number=number))
        assert finance.post("/office/bank/new", {"file": (io.BytesIO(file), "day.cod")}).status_code == 303
        return finance.get("/office/bank").text

    iban = "BE71096123456769"
    fee = Move(cents=2500, name="DUPONT MARIE", account=iban, text="ma cotisation")
    line, seen = chosen(page := bring(fee, number=1))
    assert '<option value="membership-fee" selected>' in page
    said = {"seen": seen, "person_id": marie.id, "kind": "membership-fee"}
    assert finance.post(f"/office/bank/{line}/confirm", said).status_code == 303
    # The account is hers by now. As much again may be next year's fee; another amount is a gift; a notary gives none.
    silent, gift = replace(fee, text="merci"), replace(fee, cents=4000, text="merci")
    legacy = replace(fee, cents=900_000, text="succession Dupont")
    page = bring(silent, gift, legacy, number=2)
    assert '<option value="membership-fee" selected>' in page
    with assembly.database.reading() as session:
        gifts = [donations.whole(session, one.id) for one in donations.latest_of(session, marie.id, size=9)]
        lines = {line.cents: (one.gift.kind, line.kind, line.is_deductible) for one in gifts for line in one.lines}
    assert lines == {
        2500: (GiftKind.MEMBERSHIP_FEE, LineKind.FEE, False),
        4000: (GiftKind.ONE_OFF, LineKind.DONATION, True),
    }
    assert "2 mouvements attendent" in page


def test_a_return_asks_which_gift_it_takes_back(assembly: Assembly, browser: Callable[..., Browser]) -> None:
    with assembly.database.transaction() as session:
        new = NewPerson(language=Language.FR, first_name="Marie", last_name="Dupont")
        marie = people.add(session, assembly.addresses, new, at=NOW)
        given = NewGift(
            person_id=marie.id, lines=(NewLine(cents=5000),), given_on=coda.DAY,
            movement=Movement(method=Method.TRANSFER, booked_on=coda.DAY),
        )  # fmt: skip
        gift = donations.record(session, assembly.sealer, given, at=NOW)
    back = coda.direct_debit(mandate="AUTRE", text="plan", paid="4", kind="2", reason="MD06")
    content = coda.file(coda.statement([Move(cents=-2000, code="00503000", structured=back)]))
    finance = browser(Role.FINANCE)
    finance.post("/office/bank/new", {"file": (io.BytesIO(content), "day.cod")})
    line, seen = chosen(finance.get("/office/bank").text)
    asked = finance.post(f"/office/bank/{line}/confirm", {"seen": seen, "person_id": marie.id})
    assert (asked.status_code, "Quel don reprend-il" in asked.text) == (422, True)
    stranger = finance.post(f"/office/bank/{line}/newcomer", {"seen": seen, "last_name": "Autre"})
    assert (stranger.status_code, "aucun don de cette personne" in stranger.text) == (422, True)
    said = {"seen": seen, "person_id": marie.id, "gift_id": gift.id}
    assert finance.post(f"/office/bank/{line}/confirm", said).status_code == 303
    with assembly.database.transaction() as session:
        assert donations.gift(session, gift.id).net_cents == 3000
        refund = Movement(method=Method.TRANSFER, booked_on=coda.DAY, provider="refund", external_id="1")
        donations.take_back(session, assembly.sealer, gift.id, EntryKind.REFUND, refund, cents=1000, at=NOW)
    content = coda.file(coda.statement([Move(cents=-3000, code="00503000", structured=back)], opening=98_000, number=2))
    finance.post("/office/bank/new", {"file": (io.BytesIO(content), "next.cod")})
    line, seen = chosen(finance.get("/office/bank").text)
    asked = finance.post(f"/office/bank/{line}/confirm", {"seen": seen, "person_id": marie.id})
    assert f'name="loss_{gift.id}" value="1000"' in asked.text
    assert "10,00 € seront notés en perte" in asked.text.replace("\xa0", " ")
    unseen = finance.post(f"/office/bank/{line}/confirm", said | {"seen": seen})
    assert (unseen.status_code, "regardez encore une fois" in unseen.text) == (422, True)
    assert (
        finance.post(f"/office/bank/{line}/confirm", said | {"seen": seen, f"loss_{gift.id}": 1000}).status_code == 303
    )
    page = finance.get(f"/office/gifts/{gift.id}").text
    assert ("remboursé, puis repris par la banque" in page, "Remboursement passé en perte" in page) == (True, True)
    with assembly.database.reading() as session:
        assert donations.gift(session, gift.id).net_cents == 0


def chosen(page: str) -> tuple[str, str]:
    line = re.search(r"/office/bank/(\d+)/aside", page)
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert line
    assert seen
    return line.group(1), seen.group(1)


def test_a_debit_says_which_refund_it_paid_or_why_it_is_set_aside(
    assembly: Assembly, browser: Callable[..., Browser]
) -> None:
    finance, decides = browser(Role.FINANCE), browser(Role.FINANCE)
    with assembly.database.transaction() as session:
        new = NewPerson(language=Language.FR, first_name="Marie", last_name="Dupont")
        marie = people.add(session, assembly.addresses, new, at=NOW)
        given = NewGift(
            person_id=marie.id, lines=(NewLine(cents=12_000),), given_on=coda.DAY,
            movement=Movement(method=Method.CASH, booked_on=coda.DAY),
        )  # fmt: skip
        gift = donations.record(session, assembly.sealer, given, at=NOW)
    finance.post(f"/office/gifts/{gift.id}/refund", {"amount": "50", "reason": "Une erreur"})
    decides.post("/office/gifts/refunds/1", {"decision": "approve"})
    year = f"/office/gifts/control/{NOW.year}"
    page = finance.get(year).text
    assert ("1 remboursement décidé n’est pas payé" in page, "Tout concorde" in page) == (True, False)
    moves = [Move(cents=-5000, name="DUPONT MARIE"), Move(cents=-900, name="LOYER")]
    file = coda.file(coda.statement(moves))
    assert finance.post("/office/bank/new", {"file": (io.BytesIO(file), "day.cod")}).status_code == 303
    line, seen = aside(page := finance.get("/office/bank").text)
    assert ("Quel remboursement a-t-il payé" in page, "C’est bien cette personne" in page) == (True, False)
    assert finance.post(f"/office/bank/{line}/confirm", {"seen": seen, "person_id": marie.id}).status_code == 303
    assert finance.post(f"/office/bank/{line}/refund", {"seen": seen, "refund_id": "999"}).status_code == 422
    entry = re.search(r'name="refund_id" value="(\d+)"', page)
    assert entry is not None
    assert finance.post(f"/office/bank/{line}/refund", {"seen": seen, "refund_id": entry[1]}).status_code == 303
    assert "a payé un ou plusieurs remboursements" in finance.get(f"/office/bank?line={line}").text
    line, seen = aside(finance.get("/office/bank").text)
    assert finance.post(f"/office/bank/{line}/aside", {"seen": seen}).status_code == 422
    assert finance.post(f"/office/bank/{line}/aside", {"seen": seen, "why": "cost"}).status_code == 303
    page = finance.get(year).text
    assert ("1 ligne de côté" in page, "loyer, facture" in page, "Tout concorde" in page) == (True, True, True)
    told = direct_debit(mandate="X-1", text="compte clos", paid="4", kind="2", reason="AC04")
    back = [Move(cents=5000, name="DUPONT MARIE", code="00503000", structured=told)]
    finance.post(
        "/office/bank/new", {"file": (io.BytesIO(coda.file(coda.statement(back, opening=94_100, number=2))), "b.cod")}
    )
    line, seen = aside(page := finance.get("/office/bank").text)
    assert ("Quel remboursement nous revient" in page, "C’est bien cette personne" in page) == (True, False)
    assert finance.post(f"/office/bank/{line}/confirm", {"seen": seen, "person_id": marie.id}).status_code == 303
    assert "argent qui nous revient" in finance.get("/office/bank").text
    assert finance.post(f"/office/bank/{line}/refund", {"seen": seen, "refund_id": "999"}).status_code == 422
    assert finance.post(f"/office/bank/{line}/refund", {"seen": seen, "refund_id": entry[1]}).status_code == 303
    assert "ramené un ou plusieurs remboursements" in finance.get(f"/office/bank?line={line}").text
    assert "1 remboursement décidé n’est pas payé" in finance.get(year).text


def test_a_cheque_that_bounces_takes_its_gift_back_and_is_taken_back_itself(
    assembly: Assembly, browser: Callable[..., Browser]
) -> None:
    with assembly.database.transaction() as session:
        made = pile(session, assembly, (5000, 2500))
        cheque = next(one for one in donations.page(session, Wanted(batch_id=made.id)) if one.net_cents == 5000)
    finance = browser(Role.FINANCE)
    file = coda.file(coda.statement([Move(cents=7500, text="DEPOT"), Move(cents=-5000, text="CHEQUE IMPAYE")]))
    finance.post("/office/bank/new", {"file": (io.BytesIO(file), "day.cod")})
    with assembly.database.reading() as session:
        lines = {one.cents: one for one in banking.waiting(session)}
    address, said = f"/office/bank/{lines[-5000].id}", {"seen": str(lines[-5000].version)}
    assert finance.post(f"{address}/unpaid", said | {"gift_id": str(cheque.id)}).status_code == 422  # not deposited yet
    deposited = {"seen": str(lines[7500].version), "batch_id": str(made.id)}
    assert finance.post(f"/office/bank/{lines[7500].id}/deposit", deposited).status_code == 303
    page = finance.get(f"/office/bank?line={lines[-5000].id}").text
    assert ("Est-ce un chèque revenu impayé" in page, f'name="gift_id" value="{cheque.id}"' in page) == (True, True)
    for wrong in ("", "999"):
        assert finance.post(f"{address}/unpaid", said | {"gift_id": wrong}).status_code == 422
    assert finance.post(f"{address}/unpaid", said | {"gift_id": str(cheque.id)}).status_code == 303
    with assembly.database.reading() as session:
        found = agrees(session, NOW.year)
        assert (found.ledger_cents, found.bank_cents, found.waiting) == (2500, 2500, 0)
        assert donations.gift(session, cheque.id).net_cents == 0
        seen = banking.line(session, lines[-5000].id).version
    assert finance.get(f"/office/bank?line={lines[-5000].id}").status_code == 200
    assert finance.post(f"{address}/unpaid", said | {"gift_id": str(cheque.id)}).status_code == 303  # somebody decided
    assert finance.post(f"{address}/reopen", {"seen": str(seen)}).status_code == 303
    with assembly.database.reading() as session:
        assert (agrees(session, NOW.year).bank_cents, donations.gift(session, cheque.id).net_cents) == (7500, 5000)


def test_what_somebody_sent_is_asked_of_people_first_and_no_pile_is_ticked_for_it(
    assembly: Assembly, browser: Callable[..., Browser]
) -> None:
    with assembly.database.transaction() as session:
        pile(session, assembly, (2500, 4000), Method.CASH)
    moves = [
        Move(cents=6500, name="NOUVEAU PAUL"),
        Move(cents=6500, account=samples.DONOR),
        Move(cents=6500, text="don pour les prisonniers"),
        Move(cents=6500, text="VERSEMENT ESPECES 24/11"),
    ]
    finance = browser(Role.FINANCE)
    file = coda.file(coda.statement(moves))
    finance.post("/office/bank/new", {"file": (io.BytesIO(file), "day.cod")})
    with assembly.database.reading() as session:
        pages = [finance.get(f"/office/bank?line={one.id}").text for one in banking.waiting(session)]
    deposit = 'name="batch_id" value="1"'
    for page in pages[:3]:
        assert (deposit in page, deposit + " checked" in page) == (True, False)
        assert page.index("Chercher la personne") > page.index("<summary>C’est le dépôt d’une pile")
        assert re.search(r'<details class="desk-other" open>\s*<summary>Chercher la personne', page)
        assert not re.search(r'<details class="desk-other" open>\s*<summary>C’est le dépôt', page)
        assert not re.search(r"<button[^>]*autofocus", page)
    known = finance.get("/office/bank?line=1&pile_on=2020-01-01").text
    assert ("Aucune pile de ce jour" in known, "Une autre pile" in known) == (False, False)
    assert (deposit + " checked" in pages[3], bool(re.search(r"<button[^>]*autofocus", pages[3]))) == (True, True)


def aside(page: str) -> tuple[str, str]:
    """The line that waits, as the form that sets it aside names it, and its version."""
    found = re.search(r'/office/bank/(\d+)/aside".*?name="seen" value="(\d+)"', page, re.DOTALL)
    assert found is not None
    return found[1], found[2]


def test_a_deposit_is_of_the_pile_that_makes_it_and_is_taken_back(
    assembly: Assembly, browser: Callable[..., Browser]
) -> None:
    with assembly.database.transaction() as session:
        made = pile(session, assembly, (2500, 4000), on=DECEMBER)
        known = NewPerson(language=Language.FR, first_name="Marie", last_name="Dupont")
        people.add(session, assembly.addresses, known, at=NOW)
    gift = Move(cents=6500, name="DUPONT MARIE", text="DON")
    file = coda.file(coda.statement([Move(cents=6500, text="DEPOT CHEQUES"), gift]))
    finance = browser(Role.FINANCE)
    finance.post("/office/bank/new", {"file": (io.BytesIO(file), "day.cod")})
    desk = finance.get("/office/bank").text
    of_marie = finance.get(re.findall(r'href="(/office/bank\?line=\d+)"', desk)[1]).text
    # By chance of the very amount: who it may be of comes first, the deposit is one click away.
    assert of_marie.index("De qui vient-il") < of_marie.index("De quelle pile")
    assert ("De quelle pile" in desk, f'value="{made.id}" checked' in desk) == (True, True)
    line, seen = chosen(desk)
    refused = finance.post(f"/office/bank/{line}/deposit", {"seen": seen})
    assert (refused.status_code, "Les piles cochées doivent faire" in refused.text) == (422, True)
    settled = {"seen": seen, "batch_id": str(made.id)}
    assert finance.post(f"/office/bank/{line}/deposit", settled).status_code == 303
    page = finance.get(f"/office/gifts/batches/{made.id}").text
    assert ("Déposée à la banque" in page, f"/office/bank?line={line}" in page) == (True, True)
    done = finance.get(f"/office/bank?line={line}").text
    assert ("dépôt de chèques" in done, f"/office/gifts?batch={made.id}" in done) == (True, True)
    for year, word in ((DECEMBER.year, "En route vers la banque"), (NOW.year, "en main une autre")):
        assert word in finance.get(f"/office/gifts/control/{year}").text
    assert finance.post(f"/office/bank/{line}/deposit", settled).status_code == 303  # somebody decided
    version = re.search(r'name="seen" value="(\d+)"', done)
    assert version is not None
    finance.post(f"/office/bank/{line}/reopen", {"seen": version[1]})
    assert "Pas encore à la banque" in finance.get(f"/office/gifts/batches/{made.id}").text
    assert "Pas encore à la banque" in finance.get("/office/gifts/batches").text
