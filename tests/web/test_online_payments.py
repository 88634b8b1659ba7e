"""The desk of payments online: whose one is, said by a colleague, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from crm.assembly import Assembly, till
from crm.donations import service as donations
from crm.donations.model import Wanted
from crm.payments import service as payments
from crm.people import service as people
from crm.people.model import NewPerson
from crm.staff.model import Role
from crm.values.languages import Language
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
