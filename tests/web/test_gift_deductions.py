"""The page of what is deductible: one proposes, another accepts, and each refusal says why."""

from __future__ import annotations

from collections.abc import Callable

from crm.staff.model import Role
from tests.web.conftest import Browser
from tests.web.supporters import words_of

Open = Callable[..., Browser]
HERE = "/office/gifts/deductions"
FORM = {"what": "magazine", "is_deductible": "no", "valid_from_on": "2027-01-01", "reason": "Avis du conseil"}


def test_one_proposes_and_another_accepts(browser: Open) -> None:
    one = browser(Role.FINANCE)
    assert "ne compte pas comme reçu en retour" in words_of(one.get(HERE).text)
    for wrong in (
        {"what": "rien"},
        {"what": "one-off/x"},
        {"valid_from_on": ""},
        {"valid_from_on": "x"},
        {"reason": ""},
    ):
        assert one.post(HERE, FORM | wrong).status_code == 422
    assert one.post(HERE, FORM).status_code == 303
    assert one.post(HERE, FORM | {"what": "one-off/donation"}).status_code == 303
    assert "Une autre personne en décide." in words_of(one.get(HERE).text)
    assert one.post(f"{HERE}/1/decide", {"decision": "accept"}).status_code == 303
    other = browser(Role.FINANCE)
    assert "Accepter" in words_of(other.get(HERE).text)
    assert other.post(f"{HERE}/1/decide", {"decision": "accept"}).status_code == 303
    assert other.post(f"{HERE}/2/decide", {"decision": "refuse"}).status_code == 303
    assert other.post(f"{HERE}/2/decide", {"decision": "refuse"}).status_code == 404
    shown = words_of(other.get(HERE).text)
    assert ("acceptée" in shown, "écartée" in shown, "Avis du conseil" in shown) == (True, True, True)
    assert browser(Role.CARE).post(HERE, FORM).status_code == 403


def test_the_control_of_a_year_opens_for_finance(browser: Open) -> None:
    finance = browser(Role.FINANCE)
    assert "Tout concorde, au centime près." in words_of(finance.get("/office/gifts/control/2026").text)
    assert finance.get("/office/gifts/control/1999").status_code == 404
    assert browser(Role.FUNDRAISER).get("/office/gifts/control/2026").status_code == 403
