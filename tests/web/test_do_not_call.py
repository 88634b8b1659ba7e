"""The page of the national do-not-call list: a file is read as it came, and hashes are kept."""

from __future__ import annotations

import io
from collections.abc import Callable

from sqlalchemy import select

from crm.assembly import Assembly
from crm.consent import do_not_call
from crm.consent.tables import BlockedNumberRow
from crm.people import contacts
from crm.staff.model import Role
from crm.values.phone_number import PhoneNumber
from tests.web.conftest import Browser
from tests.web.supporters import words_of

Open = Callable[..., Browser]
HERE = "/office/do-not-call"
PHONES = [PhoneNumber.parse(f"0470 12 34 0{n}") for n in range(3)]


def test_a_list_is_brought_in_the_office_and_holds_hashes_only(assembly: Assembly, browser: Open) -> None:
    raiser = browser(Role.FUNDRAISER)
    assert "Aucune liste n’est importée" in words_of(raiser.get(HERE).text)
    content = b"Nummer;Datum\r\n0470/12.34.00;2026-11-01\r\n+32 470 12 34 01;x\r\n470123402;x\r\npas de num\xe9ro;x\r\n"
    for fields, said in (
        ({"dated_on": "hier"}, "Écrivez le jour"),
        ({"dated_on": "2026-11-24"}, "pas encore venu"),
        ({"file": (io.BytesIO(b""), "a.csv")}, "vide"),
        ({"file": (io.BytesIO(b"nom\r\nAna\r\n"), "a.csv")}, "aucun numéro"),
        ({"file": (io.BytesIO(b"n\r\n0470123400\r\nAna\r\nLuc\r\n"), "a.csv")}, "Trop de lignes"),
    ):
        answer = raiser.post(HERE, _form(content) | fields)
        assert (answer.status_code, said in words_of(answer.text)) == (422, True), said
    for _ in range(2):
        assert raiser.post(HERE, _form(content)).status_code == 303
    page = raiser.get(HERE).text
    assert "3 numéros ne seront pas appelés. Lignes sans numéro" in page
    assert raiser.post(HERE, _form(content) | {"dated_on": "2026-11-01"}).status_code == 422
    with assembly.database.reading() as session:
        kept = set(session.scalars(select(BlockedNumberRow.address_key)))
        assert len(do_not_call.lists(session)) == 1
    assert kept == {contacts.phone_key(assembly.addresses, one) for one in PHONES}
    elsewhere = _form(b"n\r\n0470123403\r\n") | {"source": "Robinson"}
    assert raiser.post(HERE, elsewhere).status_code == 303
    page = words_of(raiser.get(HERE).text)
    assert "4 numéros ne sont pas appelés" in page
    assert "Une seule liste de chaque nom est tenue : Ne m’appelez plus, Robinson" in page
    assert raiser.post(f"{HERE}/2/drop").status_code == 303
    page = raiser.get(HERE).text
    assert "Cette liste n’est plus tenue" in page
    assert "3 numéros ne sont pas appelés" in words_of(page)
    assert browser(Role.FINANCE).get(HERE).status_code == 200
    assert browser(Role.FINANCE).post(HERE, _form(content)).status_code == 403


def _form(content: bytes) -> dict[str, object]:
    return {"dated_on": "2026-11-20", "file": (io.BytesIO(content), "dncm.csv")}
