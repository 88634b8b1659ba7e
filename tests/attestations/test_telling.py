"""Formats to come and answers that come back: nothing is filed that a schema refuses; answers find their fiche."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crm.assembly import Assembly, attesting_house
from crm.attestations import answering, correcting, filing, problem_json, service
from crm.attestations.errors import AnswerUnreadable, FileUnsound, FormatUnknown
from crm.attestations.filing import Prepared
from crm.attestations.model import Format
from crm.foundation.settings import Attestations, Bow, XmlYear
from crm.values.national_number import MASK
from tests.attestations.conftest import NUMBER, PROPOSER, YEAR, Give, NewDonor, locked
from tests.conftest import NOW

LINE: dict[str, Any] = {
    "type": "object",
    "required": ["s", "k"],
    "properties": {
        **{name: {} for name in ("s", "k", "delete")},
        "z": {"type": "object", "properties": {"2060": {"type": "integer", "minimum": 4000}}},
    },
    "additionalProperties": False,
}
XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:element name="Verzendingen"><xs:complexType><xs:sequence>
<xs:any processContents="lax" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
<xs:element name="Verzending"><xs:complexType><xs:sequence>
<xs:element name="v0002_inkomstenjaar"/><xs:element name="{word}" type="xs:string"/>
<xs:any processContents="skip" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element></xs:schema>"""


def knowing(house: Assembly, ways: Attestations) -> Assembly:
    return replace(house, settings=house.settings.model_copy(update={"attestations": ways}))


def filed(house: Assembly, format_: Format, *, is_noted: bool = True) -> tuple[Prepared, str]:
    with house.database.transaction() as session:
        desk = attesting_house(house)
        prepared = filing.prepare(session, desk, YEAR, format_)
        text = "".join(filing.pieces(session, desk, prepared, at=NOW))
        if is_noted:
            filing.note(session, desk, prepared, content_print=text, at=NOW, by=PROPOSER)
    return prepared, text


@pytest.fixture
def two(house: Assembly, donor: NewDonor, give: Give) -> Assembly:
    """A year of two numbered papers."""
    with house.database.transaction() as session:
        for cents, number in ((5000, NUMBER), (6000, "")):
            give(session, donor(session, number=number), cents)
    locked(house)
    return house


def test_json_lines_are_filed_once_the_schema_lets_them(two: Assembly, tmp_path: Path) -> None:
    with pytest.raises(FormatUnknown):
        filed(two, Format.BELCOTAX_JSONL)
    schema = tmp_path / "281-71.json"
    schema.write_text(json.dumps(LINE | {"required": ["s", "k", "never"]}))
    made = knowing(two, Attestations(bow=Bow(schema_file=schema, kind="urn:f:d:2026:71:1")))
    with pytest.raises(FileUnsound) as refused:
        filed(made, Format.BELCOTAX_JSONL)
    assert refused.value.flaws == ("1: required", "2: required")
    schema.write_text(json.dumps(LINE))
    _, text = filed(made, Format.BELCOTAX_JSONL)
    first, second = map(json.loads, text.splitlines())
    assert (first["s"], first["z"]["2011"], first["z"]["2060"]) == ("urn:f:d:2026:71:1", NUMBER, 5000)
    assert "2011" not in second["z"]
    with two.database.transaction() as session:
        correcting.cancel(session, attesting_house(two), YEAR, 2, reason="Double", at=NOW, by=PROPOSER)
    assert json.loads(filed(made, Format.BELCOTAX_JSONL)[1]) == {
        "s": "urn:f:d:2026:71:1",
        "k": second["k"],
        "delete": True,
    }


def test_the_xml_of_a_later_year_is_written_as_the_settings_say(two: Assembly, tmp_path: Path) -> None:
    with pytest.raises(FormatUnknown):
        filed(two, Format.BELCOTAX_XML)
    schema, file = tmp_path / "later.xsd", tmp_path / "file.xml"
    schema.write_text(XSD.format(word="v0010_soort"))
    year = XmlYear(schema_file=schema, names={"v0010_bestandtype": "v0010_soort", "f2029_enkelopgave325": ""})
    made = knowing(two, Attestations(xml={YEAR: year}))
    prepared, text = filed(made, Format.BELCOTAX_XML, is_noted=False)
    file.write_text(text)
    assert ("v0010_soort" in text, "f2029" in text, "<f2008_typefiche>" in text) == (True, False, True)
    assert filing.refused(attesting_house(made), prepared, lambda: file.open("rb")) == ()
    schema.write_text(XSD.format(word="v0010_bestandtype"))
    (flaw,) = filing.refused(attesting_house(made), prepared, lambda: file.open("rb"))
    assert (flaw.startswith("SCHEMAV"), NUMBER in flaw) == (True, False)
    known = knowing(two, Attestations(xml={2024: year}))
    prepared, text = filed(known, Format.BELCOTAX_XML_2024, is_noted=False)
    file.write_text(text)
    assert filing.refused(attesting_house(known), prepared, lambda: file.open("rb")) == ()
    schema.write_text(XSD.format(word="v0010_soort"))
    assert len(filing.refused(attesting_house(known), prepared, lambda: file.open("rb"))) == 1


def test_a_house_that_does_not_say_how_it_is_reached_files_no_xml(two: Assembly) -> None:
    mute = two.settings.organisation.model_copy(update={"phone": "", "email": " "})
    made = replace(two, settings=two.settings.model_copy(update={"organisation": mute}))
    with pytest.raises(FileUnsound) as refused:
        filed(made, Format.BELCOTAX_XML_2024, is_noted=False)
    assert refused.value.flaws == ("the settings lack phone", "the settings lack email")
    assert filed(made, Format.CSV, is_noted=False)[0].count == 2


def test_answers_find_their_fiche_by_key_or_line(two: Assembly) -> None:
    filed(two, Format.CSV)
    with two.database.transaction() as session:
        key = service.versions(session, YEAR, 2)[0].fiche_key
        said = {
            "title": "Fichier",
            "errors": [
                {"key": key, "title": "Zone 2017", "detail": f"{NUMBER} inconnu", "severity": "warning"},
                {"line": 1, "title": "Zone 2013"},
                {"title": "Tout"},
            ],
        }
        assert answering.read(session, two.sealer, YEAR, json.dumps(said), at=NOW, by=PROPOSER) == 3
        assert answering.read(session, two.sealer, YEAR, json.dumps(said), at=NOW, by=PROPOSER) == 3
        found = [(one.number, one.level, one.said) for one in answering.of_year(session, YEAR, size=9)]
        first = service.versions(session, YEAR, 1)[0].id
        assert [one.said for one in answering.of_papers(session, [first])] == ["Zone 2013"]
    assert found == [(2, "warning", f"Zone 2017 · {MASK} inconnu"), (1, "", "Zone 2013"), (0, "", "Tout")]


def test_an_answer_that_comes_after_a_later_file_finds_the_file_it_speaks_of(two: Assembly) -> None:
    filed(two, Format.CSV)
    with two.database.transaction() as session:
        keys = [service.versions(session, YEAR, number)[0].fiche_key for number in (1, 2)]
        correcting.cancel(session, attesting_house(two), YEAR, 2, reason="Double", at=NOW, by=PROPOSER)
    filed(two, Format.CSV)
    with two.database.transaction() as session:
        first, second = filing.filings(session, YEAR)
        for key, told in ((keys[0], first), (keys[1], second), ("", second)):
            said = json.dumps([{"key": key, "severity": "error", "title": "Zone 2013"}])
            assert answering.read(session, two.sealer, YEAR, said, at=NOW, by=PROPOSER) == 1
            assert answering.tally(session, YEAR)[told.id] == ((1, 1, 0) if key else (0, 0, 1))
            found = [one.number for one in answering.of_year(session, YEAR, size=9)]
            assert found == [keys.index(key) + 1 if key else 0]


@pytest.mark.parametrize("text", ["", "3", "[1]", "<xml/>", "{", '{"errors": ["x"]}'])
def test_what_is_no_answer_is_refused(text: str) -> None:
    if not text:
        assert problem_json.problems(text) == ()
        return
    with pytest.raises(AnswerUnreadable):
        problem_json.problems(text)


def test_a_line_each_and_a_list_are_read_alike() -> None:
    several = [{"k": "2025_a", "code": "E1"}, {"lineNumber": 7, "message": "M"}]
    lines = "\n".join(map(json.dumps, several))
    assert problem_json.problems(lines) == problem_json.problems(json.dumps(several))
