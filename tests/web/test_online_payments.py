"""The desk of payments online: whose one is, said by a colleague, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from crm.assembly import Assembly, till
from crm.donations import service as donations
from crm.donations.model import GiftKind, LineKind, NewLine, Wanted
from crm.payments import service as payments
from crm.payments.model import Said
from crm.people import service as people
from crm.people.model import NewPerson
from crm.staff.model import Role
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from mailing.delivery import service as delivery
from tests.conftest import NOW
from tests.payments.test_law import told
from tests.web.conftest import Browser


def test_a_colleague_says_whose_a_payment_is_once(assembly: Assembly, browser: Callable[..., Browser]) -> None:
    with assembly.database.transaction() as session:
        nobody = replace(told("tr_lost1", 2500), giver=None)
        waits = payments.take(session, till(assembly), "mollie", nobody, at=NOW).payment
        sac = people.add(session, assembly.addresses, NewPerson(language=Language.FR, last_name="Sac"), at=NOW)
    finance = browser(Role.FINANCE)
    page = finance.get(f"/office/online?payment={waits.id}").text
    assert ("25,00" in page, "Lui donner ce paiement" in page, "tr_lost1" in page) == (True, True, True)
    address = f"/office/online/{waits.id}/assign"
    assert finance.post(address, {"who": "personne du tout"}).status_code == 422
    assert [finance.post(address, {"other_id": sac.id}).status_code for _ in range(2)] == [303, 303]
    with assembly.database.reading() as session:
        [gift] = donations.page(session, Wanted())
        assert (gift.person_id, gift.net_cents, payments.waiting_sum(session)) == (sac.id, 2500, (0, 0))


def test_the_desk_shows_what_the_site_said_and_the_receipt_goes_when_somebody_says_whose_it_is(
    assembly: Assembly, browser: Callable[..., Browser]
) -> None:
    parts = (NewLine(cents=2500, kind=LineKind.FEE), NewLine(cents=1500))
    said = Said(lines=parts, kind=GiftKind.MEMBERSHIP_FEE, source_code="FAUTE26")
    with assembly.database.transaction() as session:
        unread = replace(told("tr_lost2", 4000), giver=None, said=said)
        waits = payments.take(session, till(assembly), "mollie", unread, at=NOW).payment
        new = NewPerson(language=Language.FR, last_name="Sac", email=EmailAddress.parse("sac@exemple.be"))
        sac = people.add(session, assembly.addresses, new, at=NOW)
    finance = browser(Role.FINANCE)
    page = finance.get(f"/office/online?payment={waits.id}").text
    assert ("FAUTE26" in page, '<option value="membership-fee" selected>' in page, "25,00" in page) == (True,) * 3
    finance.post(f"/office/online/{waits.id}/assign", {"other_id": sac.id, "kind": "membership-fee", "fund": ""})
    with assembly.database.reading() as session:
        [gift] = donations.page(session, Wanted())
        lines = donations.whole(session, gift.id).lines
        mailing = delivery.find_mailing(session, code="payment")
        sent = delivery.deliveries(session, mailing.id, size=9).deliveries if mailing else ()
    assert [(line.kind, line.cents, line.is_deductible) for line in lines] == [
        (LineKind.FEE, 2500, False), (LineKind.DONATION, 1500, True),
    ]  # fmt: skip
    assert [one.address for one in sent] == ["sac@exemple.be"]
    assert "Codes d’appel inconnus" in finance.get("/office/online").text
