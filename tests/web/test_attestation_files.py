"""The file for the administration from the office: checked, refused by name, made, taken once, made again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crm.assembly import Assembly
from crm.people import contacts
from crm.staff.model import Role
from crm.values.postal_address import PostalAddress
from crm.web.office import attestation_files
from jobs import make_attestation_files
from tests.attestations.conftest import HOME, YEAR, locked
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.test_attestation_desks import DESK, assembly, donor

__all__ = ["assembly"]
Open = Callable[..., Browser]
HERE, XML = f"{DESK}/file", {"format": "belcotax-xml-2024"}


def test_a_file_is_checked_made_and_taken_once(
    assembly: Assembly, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    donor(assembly, address=HOME)
    finance, admin = browser(Role.FINANCE), browser(Role.ADMINISTRATOR)
    assert "Rien à déclarer" in finance.get(HERE).text
    locked(assembly)
    assert f'href="{HERE}"' in finance.get(DESK).text
    assert finance.post(f"{HERE}/check", {"format": "word"}).status_code == 400
    finance.post(f"{HERE}/check", XML)
    page = finance.get(HERE).text
    for word in ("Le fichier est contrôlé", "Somme des numéros", "nouvelles : 1", "3, 5", "50,00", "Faire le fichier"):
        assert word in page, word
    assert "Faire le fichier" not in admin.get(HERE).text
    assert (admin.post(f"{HERE}/1/make").status_code, admin.post(f"{HERE}/1/take").status_code) == (403, 403)
    finance.post(f"{HERE}/1/make")
    assert "Le fichier est prêt" in finance.get(HERE).text
    file = finance.post(f"{HERE}/1/take")
    assert (file.mimetype, "<f2009_volgnummer>1<" in file.text) == ("application/xml", True)
    assert (file.headers["Cache-Control"], f"attestations-{YEAR}-1.xml" in file.headers["Content-Disposition"]) == (
        "no-store", True,
    )  # fmt: skip
    assert finance.post(f"{HERE}/1/take").status_code == 303
    page = finance.get(HERE).text
    assert ("Pris par" in page, "Refaire à l’identique" in page, "Contrôler les fiches" in page) == (True, True, False)
    assert finance.post(f"{HERE}/again", {"filing": "9"}).status_code == 404
    monkeypatch.setattr(attestation_files, "AT_ONCE", 0)
    finance.post(f"{HERE}/again", {"filing": "1"})
    page = finance.get(HERE).text
    assert ("Le fichier se fait" in page, f"{HERE}/progress" in page) == (True, True)
    assert finance.get(f"{HERE}/progress").status_code == 200
    make_attestation_files.run(assembly, NOW)
    assert finance.get(f"{HERE}/progress").headers["HX-Refresh"] == "true"
    assert finance.post(f"{HERE}/2/take").data == file.data
    finance.post(f"{DESK}/1/mend", {"deed": "cancel", "reason": "Doublon"})
    finance.post(f"{HERE}/check", XML | {"reference": "000123"})
    make_attestation_files.run(assembly, NOW)
    page = finance.get(HERE).text
    assert ("corrections" in page, "annulées : 1" in page) == (True, True)
    assert browser(Role.EDITOR).get(HERE).status_code == 403


def test_a_fiche_that_would_be_refused_is_named_and_led_to(assembly: Assembly, browser: Open) -> None:
    """donrec 17: going back lost what one had chosen; here it stands as it was sent."""
    there = PostalAddress(street="Rue de la Loi", number="16", postcode="99999", locality="Bruxelles", country="BE")
    donor(assembly, address=HOME, first_name="Jean")
    marie = donor(assembly, address=there)
    locked(assembly)
    finance = browser(Role.FINANCE)
    finance.post(f"{HERE}/check", XML | {"is_test": "on"})
    page = finance.get(HERE).text
    assert ('"belcotax-xml-2024" selected' in page, 'value="on" checked' in page) == (True, True)
    for word in ("Une chose à corriger", f'href="{DESK}/2"', f"/office/supporters/{marie}", "le code postal est faux"):
        assert word in page, word
    assert ("Jean" in page, "99999" in page, "Faire le fichier" in page) == (False, False, False)
    finance.post(f"{HERE}/check", {"format": "belcotax-jsonl"})
    assert "Les réglages ne nomment pas le schéma" in finance.get(HERE).text
    with assembly.database.transaction() as session:
        (wrong,) = contacts.addresses_of(session, [marie])[marie]
        contacts.correct_address(session, assembly.addresses, wrong.id, HOME)
    finance.post(f"{DESK}/2/mend", {"deed": "correct", "reason": "Code postal"})
    finance.post(f"{HERE}/check", XML)
    page = finance.get(HERE).text
    assert ("Le fichier est contrôlé" in page, "nouvelles : 2" in page) == (True, True)
