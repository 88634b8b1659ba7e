"""What leaves for the printer, byte for byte as it was approved by eye: `PORTEVOIX_APPROVE=1` writes it anew."""

from __future__ import annotations

import hashlib
import io
import json
import os
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

from python_calamine import CalamineWorkbook

from crm.assembly import Assembly
from crm.foundation import documents
from crm.magazine import freezing, labels, printing, service
from crm.magazine.model import Basis
from crm.people.model import PersonKind, Title
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW
from tests.magazine.conftest import HOME, Reader

GOLDEN = Path(__file__).parent / "golden"
DOEL = PostalAddress(
    street="Antwerpsesteenweg", number="10", box="A", postcode="9080", locality="Lochristi", country="BE",
    language=Language.NL,
)  # fmt: skip
EUPEN = PostalAddress(
    street="Klötzerbahnstraße", number="9", box="2", postcode="4700", locality="Eupen", country="BE",
    complement="Haus B, 3. Stock", language=Language.DE,
)  # fmt: skip
PARIS = PostalAddress(street="Rue de Rivoli", number="5 bis", postcode="75001", locality="Paris", country="FR")
LONDON = PostalAddress(
    organisation="Amnesty International", department="Magazine Desk", complement="3rd floor", street="Easton Street",
    number="1", postcode="WC1X 0DW", locality="London", country="GB",
)  # fmt: skip


def test_what_leaves_is_what_was_approved(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        reader(session, title=Title.MADAM, last_name="D’Hôte", member_number="10023745")
        reader(session, first_name="Łukasz", last_name="Dvořák", address=DOEL, language=Language.NL)
        reader(session, first_name="Heidi", last_name="Weiß", address=EUPEN, language=Language.DE)
        reader(
            session, first_name="Зоя", last_name="Иванова", address=replace(HOME, number="10", complement="=Porte 3")
        )
        reader(session, first_name="Jean", last_name="de la Tour d’Auvergne", address=PARIS)
        reader(session, first_name="Ann", last_name="O'Neill", address=LONDON, language=Language.EN)
        reader(
            session, kind=PersonKind.ORGANISATION, first_name="", last_name="", organisation_name="École du Lac",
            address=replace(HOME, number="100", box="", department="Service des membres"), said={"copies": 12},
        )  # fmt: skip
        for first, copies in (("Sana", 1), ("Ali", 2)):
            home = replace(HOME, number="9", box="4")
            reader(session, first_name=first, last_name="Benali", address=home, said={"copies": copies})
        reader(
            session,
            last_name="Témoin",
            said={"basis": Basis.STAFF, "by_hand": True, "notes": "Sonner deux fois"},
            address=replace(HOME, box="7"),
        )
        run = freezing.freeze(session, service.issues(session)[0].id, by=None, at=NOW)
    file, wanted = io.BytesIO(), printing.Wanted(xlsx=True, mail_id=True)
    with house.database.reading() as session:
        manifest = printing.write(session, run.id, file, wanted, at=NOW)
        printed = list(printing.copies(session, run.id))
    assert (run.mailed, run.copies, manifest.rows, manifest.copies) == (9, 21, 9, 21)
    facts = {name: labels.facts(printed, sheet, title="Étiquettes du n° 124") for name, sheet in labels.SHEETS.items()}
    left = {f"labels-{name.lower()}.json": _json(found) for name, found in facts.items()}
    left["labels.typ.sha256"] = hashlib.sha256((documents.FOLDER / "labels.typ").read_bytes()).hexdigest().encode()
    with ZipFile(file) as zipped:
        for name in zipped.namelist():
            content = zipped.read(name)
            if name.endswith(".xlsx"):
                table = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
                left[f"{name}.json"] = _json(table)
            elif name.endswith(".json"):
                left[name] = _without_sheets(content)
            else:
                left[name] = content
    if os.environ.get("PORTEVOIX_APPROVE"):
        GOLDEN.mkdir(exist_ok=True)
        for name, content in left.items():
            (GOLDEN / name).write_bytes(content)
    assert left == {path.name: path.read_bytes() for path in sorted(GOLDEN.iterdir())}


def _json(found: object) -> bytes:
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()


def _without_sheets(manifest: bytes) -> bytes:
    """A workbook says when it was made: its fingerprint is another each time, and not part of what is approved."""
    said = json.loads(manifest)
    for part in said["parts"]:
        if part["name"].endswith(".xlsx"):
            part["sha256"] = ""
    return _json(said)
