"""The papers: what they say in each language as somebody found it good, and made whoever dies on the way."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from lxml import etree
from pyhanko.pdf_utils.reader import PdfFileReader

from crm.assembly import Assembly, press
from crm.attestations import paper, proving, service
from crm.attestations.issuing import LEASE
from crm.attestations.model import FiscalKind, Home, Identity, Owed, Payment, Progress
from crm.attestations.paper import TEMPLATE, Institution
from crm.foundation import documents
from crm.values.identifiers import GiftId, PersonId
from crm.values.languages import Language
from tests import victims
from tests.approved_files import check_approved
from tests.attestations.conftest import YEAR, Give, NewDonor, locked
from tests.conftest import NOW
from tests.killing import killed

HOUSE = Institution(
    name="Droits humains exemple ASBL",
    street="Rue X 1",
    place="1060 Bruxelles",
    enterprise_number="0418308144",
    verify_url="https://nouvelles.exemple.test/attestation",
)
LONG = "Vandenbroucke-de-la-Marche-Saint-Hubert-et-de-la-Roche-Guyon"
PARIS = Home(street="Rue de Rivoli 1", postcode="75001", locality="Paris", country="FR")
ROME = Home(street="Rue de la Loi 16 bte 3", postcode="1000", locality="Bruxelles", country="BE")


def owed(language: Language, cents: int, *, kind: FiscalKind = FiscalKind.PERSON, **facts: object) -> Owed:
    """A paper of somebody."""
    known = {"name": "Dupont", "first_name": "Marie", "home": ROME, "enterprise_number": "", "has_number": True}
    who = Identity(person_id=PersonId(1), kind=kind, language=language, **{**known, **facts})  # type: ignore[arg-type]
    day = date(YEAR, 6, 1)
    payment = Payment(
        line_id=1, gift_id=GiftId(1), person_id=PersonId(1), given_on=day, cents=cents, net_cents=cents,
        is_deductible=True, is_test=False,
    )  # fmt: skip
    return Owed(identity=who, payments=(payment,), lacks_number=False)


PAGES = {
    "fr": (owed(Language.FR, 15000), {"written_number": "85.07.30-033.28"}),
    "nl": (owed(Language.NL, 123450, kind=FiscalKind.ENTERPRISE), {"written_number": "0418.308.144"}),
    "de": (owed(Language.DE, 4000, home=PARIS, name=LONG), {"written_number": "", "version": 2}),
    "en": (owed(Language.EN, 4000), {"written_number": "", "is_draft": True}),
}


def page(name: str) -> dict[str, object]:
    """The finished words of one of them."""
    about, facts = PAGES[name]
    return dict(paper.page(about, HOUSE, year=YEAR, number=7, code="ABCD-EFGH-JKLM-NPQR", **facts))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", PAGES)
def test_a_paper_says_what_was_approved_on_one_page(name: str) -> None:
    said = page(name)
    check_approved(f"letters/attestation-{name}.txt", json.dumps(said, ensure_ascii=False, indent=1) + "\n")
    made = documents.pdf(TEMPLATE, said, at=NOW)
    root = PdfFileReader(io.BytesIO(made)).root
    assert int(root["/Pages"]["/Count"]) == 1
    check_approved(f"papers/attestation-{name}.pdf", made)
    marked(made, str(said["language"]))
    tree = [(tag, language) for tag, language in tags(root["/StructTreeRoot"])]
    assert [tag for tag, _ in tree].count("/H1") == 1
    assert {tag for tag, _ in tree} == {"/Document", "/H1", "/P", "/Div"}
    assert [language for _, language in tree if language] == (["en-GB"] if name == "en" else [])


def marked(paper: bytes, language: str) -> None:
    """What a reading program looks at first: tagged, in which language, and the two standards it says to keep."""
    root = PdfFileReader(io.BytesIO(paper)).root
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"]) == (True, f"{language}-BE")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712 - an object of the file
    xmp = etree.fromstring(root["/Metadata"].data)
    said = {(one.tag.partition("}")[0][1:], etree.QName(one).localname): one.text for one in xmp.iter(etree.Element)}
    assert said[("http://www.aiim.org/pdfua/ns/id/", "part")] == "1"
    pdf_a = "http://www.aiim.org/pdfa/ns/id/"
    assert (said[(pdf_a, "part")], said[(pdf_a, "conformance")]) == ("2", "A")
    assert xmp.xpath("string(//*[local-name()='title'])").strip()


def tags(element: Any) -> Iterator[tuple[str, str]]:
    """(tag, language) of each part of a page, as it is read aloud."""
    if not hasattr(element, "get"):
        return
    if "/S" in element:
        yield str(element["/S"]), str(element.get("/Lang", ""))
    inside = element.get("/K", [])
    for one in inside if isinstance(inside, list) else [inside]:
        yield from tags(one.get_object() if hasattr(one, "get_object") else one)


def test_papers_are_all_made_whoever_dies_on_the_way(house: Assembly, donor: NewDonor, give: Give) -> None:
    with house.database.transaction() as session:
        for _ in range(6):
            give(session, donor(session), 5000)
    run = locked(house)
    killed(house.settings, victims.issue, run.id, after=0.2)
    later = replace(press(house), clock=lambda: NOW + 2 * LEASE)
    assert later.work(run.id) == Progress(made=6, waiting=0, failed=0)
    with house.database.reading() as session:
        found = proving.prove(session, later.seal, later.cabinet, YEAR)
        papers = [service.versions(session, YEAR, number)[0].id for number in (1, 6)]
    assert (found.papers, found.flaws) == (6, ())
    for paper_id in papers:
        marked(later.paper(paper_id), "fr")
        marked(later.copy(paper_id, at=NOW), "fr")
