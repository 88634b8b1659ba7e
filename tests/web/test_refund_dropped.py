"""A refund that nobody paid is dropped from the page of its gift by two colleagues: the gift stands again."""

from __future__ import annotations

import re
from collections.abc import Callable

from crm.assembly import Assembly
from crm.donations import corrections
from crm.donations import service as donations
from crm.donations.model import EntryKind, Method
from crm.staff.model import Role
from tests.web.conftest import Browser
from tests.web.supporters import words_of
from tests.web.test_gifts import donor, gift, stands


def test_a_decided_refund_is_dropped_by_two_and_paid_by_nobody(
    assembly: Assembly, browser: Callable[..., Browser]
) -> None:
    number = gift(assembly, donor(assembly, "Lambda"), 4000, Method.TRANSFER)
    asks, decides = browser(Role.FINANCE), browser(Role.FINANCE)
    page = f"/office/gifts/{number}"
    assert "Ne plus payer" not in words_of(asks.get(page).text)
    asks.post(f"{page}/refund", {"amount": "15", "reason": "erreur de montant"})
    with assembly.database.reading() as session:
        [asked] = donations.whole(session, number).refunds
    decides.post(f"/office/gifts/refunds/{asked.id}", {"decision": "approve"})
    assert stands(assembly, number)[1] == 2500
    shown = asks.get(page).text
    assert "décidé, à payer" in words_of(shown)
    assert "Ne plus payer le remboursement de 15,00 €" in words_of(shown)
    [name] = re.findall(r'name="refund" value="([^"]+)"', shown)
    [drop] = set(re.findall(rf'action="({page}/[^"]*drop[^"]*)"', shown))
    why = f"because-refund-{name}"
    asks.post(drop, {"refund": name, why: " "})
    asks.post(drop, {"refund": "999999", why: "elle laisse l’argent"})
    with assembly.database.reading() as session:
        assert corrections.waiting(session) == ()
    for _ in range(2):  # asked twice it waits once
        assert asks.post(drop, {"refund": name, why: "elle laisse l’argent"}).status_code == 303
    with assembly.database.reading() as session:
        [waits] = corrections.waiting(session)
    asks.post(f"/office/gifts/corrections/{waits.id}", {"decision": "approve"})
    assert stands(assembly, number)[1] == 2500  # whoever asked does not decide
    assert "elle laisse l’argent" in words_of(decides.get(page).text)
    decides.post(f"/office/gifts/corrections/{waits.id}", {"decision": "approve"})
    assert stands(assembly, number)[1] == 4000
    shown = words_of(asks.get(page).text)
    assert ("Ne plus payer" in shown, "plus à payer" in shown, "décidé, à payer" in shown) == (False, True, False)
    with assembly.database.reading() as session:
        kinds = [(one.kind, one.cents) for one in donations.whole(session, number).entries]
        assert donations.drift(session) == 0
    assert kinds == [(EntryKind.RECEIPT, 4000), (EntryKind.REFUND, -1500), (EntryKind.CORRECTION, 1500)]
    assert decides.post(drop, {"refund": name, why: "encore"}).status_code == 303
    with assembly.database.reading() as session:
        assert corrections.waiting(session) == ()
