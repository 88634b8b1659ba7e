"""The papers: what they say in each language as somebody found it good, and made whoever dies on the way."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from crm.assembly import Assembly, press
from crm.attestations import paper, proving
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
    root = PdfFileReader(io.BytesIO(documents.pdf(TEMPLATE, said, at=NOW))).root
    assert (int(root["/Pages"]["/Count"]), "/StructTreeRoot" in root) == (1, True)


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
    assert (found.papers, found.flaws) == (6, ())
