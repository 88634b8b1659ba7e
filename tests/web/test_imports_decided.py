"""Rows in doubt: a person says who they are about, or that it is another gift; an undo takes that along."""

from __future__ import annotations

from collections.abc import Callable

from crm.assembly import Assembly
from crm.imports.model import RunState
from crm.staff.model import Role
from tests.web.conftest import Browser
from tests.web.test_imports import bring, state, text_of

KNOWN = "prénom;nom;email\nMarie;Dupont;famille@exemple.be\n"
FAMILY = (
    "id;prénom;nom;email\n"
    ";Éloïse;Martin;famille@exemple.be\n"
    ";Marion;Dupond;famille@exemple.be\n"
    "X9;Jan;Sac;famille@exemple.be\n"
)
PEOPLE = {"column-first_name": "0", "column-last_name": "1", "column-email": "2"}
WITH_ID = {"column-external_id": "0", "column-first_name": "1", "column-last_name": "2", "column-email": "3"}
WITH_ID |= {"choice-system": "vieux"}
GIFTS = "montant;date;email;nom\n10,00;2026-02-01;famille@exemple.be;\n"
ANOTHER = GIFTS + "10,00;2026-02-01;famille@exemple.be;Dupont\n"
GIVEN = {"column-amount": "0", "column-given_on": "1", "column-email": "2", "column-last_name": "3"}
GIVEN |= {"format-amount": "comma", "format-given_on": "iso", "choice-method": "transfer"}


def import_(browser: Browser, number: int, content: str, kind: str, columns: dict[str, str]) -> None:
    bring(browser, content.encode(), kind=kind)
    assert browser.post(f"/office/imports/{number}/check", columns).headers["Location"] == f"/office/imports/{number}"
    browser.post(f"/office/imports/{number}/apply")


def test_a_row_in_doubt_goes_in_as_a_person_decides(browser: Callable[..., Browser], assembly: Assembly) -> None:
    care = browser(Role.CARE)
    import_(care, 1, KNOWN, "people", PEOPLE)
    import_(care, 2, FAMILY, "people", WITH_ID)
    # A number of its own makes the fourth row somebody else without asking.
    assert state(assembly, 2) == (RunState.APPLIED, {"create": 1, "review": 2})
    page = text_of(care.get("/office/imports/2?show=review"))
    assert ("C’est Marie Dupont" in page, "C’est quelqu’un de nouveau" in page) == (True, True)
    assert care.post("/office/imports/2/rows/2/decide", {"person": "99"}).status_code == 303
    assert state(assembly, 2)[1] == {"create": 1, "review": 2}
    assert care.post("/office/imports/2/rows/2/decide", {"gift": "1"}).status_code == 409
    care.post("/office/imports/2/rows/2/decide", {"person": "0"})
    care.post("/office/imports/2/rows/3/decide", {"person": "1"})
    assert state(assembly, 2)[1] == {"create": 2, "review": 1}
    assert "Éloïse Martin" in text_of(care.get("/office/supporters"))
    assert care.post("/office/imports/2/rows/2/decide", {"person": "0"}).status_code == 409
    care.post("/office/imports/2/undo")
    assert "Tout est comme avant" in text_of(care.get("/office/imports/2"))
    people = text_of(care.get("/office/supporters"))
    assert ("Éloïse Martin" in people, "Marie Dupont" in people) == (False, True)


def test_a_gift_of_the_same_day_and_amount_goes_in_once_somebody_says_that_it_is_another(
    browser: Callable[..., Browser], assembly: Assembly
) -> None:
    finance = browser(Role.FINANCE)
    import_(finance, 1, KNOWN, "people", PEOPLE)
    import_(finance, 2, GIFTS, "gifts", GIVEN)
    import_(finance, 3, ANOTHER, "gifts", GIVEN)
    assert state(assembly, 3)[1] == {"review": 1, "same": 1, "cents": 1000, "cents-aside": 1000}
    assert "C’est un autre don" in text_of(finance.get("/office/imports/3"))
    finance.post("/office/imports/3/rows/3/decide", {"gift": "1"})
    assert state(assembly, 3)[1] == {"update": 1, "same": 1, "cents": 2000, "cents-aside": 0}
    assert browser(Role.CARE).post("/office/imports/3/rows/3/decide", {"gift": "1"}).status_code == 403
    finance.post("/office/imports/3/undo")
    assert "Tout est comme avant" in text_of(finance.get("/office/imports/3"))


def test_rows_are_decided_before_the_file_goes_in_and_the_word_can_be_taken_back(
    browser: Callable[..., Browser], assembly: Assembly
) -> None:
    care = browser(Role.CARE)
    import_(care, 1, KNOWN, "people", PEOPLE)
    bring(care, FAMILY.encode(), kind="people")
    care.post("/office/imports/2/check", WITH_ID)
    assert state(assembly, 2) == (RunState.CHECKED, {"create": 1, "review": 2})
    assert "C’est Marie Dupont" in text_of(care.get("/office/imports/2?show=review"))
    care.post("/office/imports/2/rows/2/decide", {"person": "0"})
    care.post("/office/imports/2/rows/3/decide", {"person": "1"})
    # The third row differs from the record it is about: what differs waits in that person's queue.
    assert state(assembly, 2) == (RunState.CHECKED, {"create": 2, "review": 1})
    assert "Éloïse Martin" not in text_of(care.get("/office/supporters"))
    page = text_of(care.get("/office/imports/2"))
    assert (page.count("Revenir sur la décision"), "Décidé : quelqu’un de nouveau" in page) == (2, True)
    assert care.post("/office/imports/2/rows/4/ask-again").status_code == 409
    care.post("/office/imports/2/rows/3/ask-again")
    assert text_of(care.get("/office/imports/2")).count("Revenir sur la décision") == 1
    assert "C’est Marie Dupont" in text_of(care.get("/office/imports/2?show=review"))
    care.post("/office/imports/2/rows/3/decide", {"person": "1"})
    care.post("/office/imports/2/apply")
    assert state(assembly, 2) == (RunState.APPLIED, {"create": 2, "review": 1})
    assert "C’est Marie Dupont" not in text_of(care.get("/office/imports/2?show=review"))
    assert "Éloïse Martin" in text_of(care.get("/office/supporters"))
    assert care.post("/office/imports/2/rows/3/ask-again").status_code == 409
    care.post("/office/imports/2/undo")
    assert "Éloïse Martin" not in text_of(care.get("/office/supporters"))


def test_a_twin_of_a_row_above_is_another_gift_before_either_is_in(
    browser: Callable[..., Browser], assembly: Assembly
) -> None:
    finance = browser(Role.FINANCE)
    bring(finance, GIFTS.encode() + ANOTHER.splitlines()[1].encode() + b"\n", kind="gifts")
    finance.post("/office/imports/1/check", GIVEN)
    assert state(assembly, 1)[1] == {"create": 1, "review": 1, "cents": 1000, "cents-aside": 1000}
    finance.post("/office/imports/1/rows/3/decide", {"gift": "1"})
    tried = state(assembly, 1)[1]
    assert tried == {"create": 1, "update": 1, "cents": 2000, "cents-aside": 0}
    finance.post("/office/imports/1/apply")
    assert state(assembly, 1) == (RunState.APPLIED, tried)
