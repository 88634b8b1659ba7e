"""The national number in the office: noted, never shown again, revealed to finance with a reason."""

from __future__ import annotations

from collections.abc import Callable

from crm.assembly import Assembly
from crm.people import service as people
from crm.people.model import NewPerson
from crm.staff.model import Role
from crm.values.languages import Language
from crm.values.national_number import MASK
from tests.conftest import NOW
from tests.web.conftest import Browser


def test_a_number_is_noted_masked_and_shown_to_finance_with_a_reason(
    assembly: Assembly, browser: Callable[..., Browser]
) -> None:
    with assembly.database.transaction() as session:
        marie = people.add(session, assembly.addresses, NewPerson(language=Language.FR, first_name="Marie"), at=NOW)
    page = f"/office/supporters/{marie.id}"
    care, finance = browser(Role.CARE), browser(Role.FINANCE)
    wrong = care.post(f"{page}/national-number/new", {"number": "85.07.30-033.82", "source": "phone"})
    assert (wrong.status_code, "85.07.30-033.82" in wrong.text) == (422, False)
    assert care.post(f"{page}/national-number/asked", {"way": "letter"}).status_code == 303
    assert care.post(f"{page}/national-number/new", {"number": "85.07.30-033.28", "source": "phone"}).status_code == 303
    shown = care.get(page).text
    assert (MASK in shown, "033.28" in shown, "national-number/reveal" in shown) == (True, False, False)
    assert care.get(f"{page}/national-number/reveal").status_code == 403
    assert "national-number/reveal" in finance.get(page).text
    without = finance.post(f"{page}/national-number/reveal")
    assert (without.status_code, "033.28" in without.text) == (422, False)
    revealed = finance.post(f"{page}/national-number/reveal", {"reason": "attestation"})
    assert (revealed.status_code, "85.07.30-033.28" in revealed.text) == (200, True)
    assert revealed.headers["Cache-Control"] == "no-store"
    assert care.post(f"{page}/national-number/remove").status_code == 303
    assert MASK not in care.get(page).text
