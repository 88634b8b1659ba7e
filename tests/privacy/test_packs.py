"""The pack of somebody's data: for people in their own way of writing, for programs exactly."""

from __future__ import annotations

import json

import pytest

from crm.contracts.personal_data import Column, Section, Subject
from crm.foundation.settings import Organisation
from crm.privacy import packs
from crm.privacy.erasing import Shown
from crm.values.languages import Language
from crm.values.money import euros
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("language", "read"),
    [
        (Language.FR, "1\u202f234,50\u00a0€"),
        (Language.NL, "€\u00a01.234,50"),
        (Language.DE, "1.234,50\u00a0€"),
        (Language.EN, "1.234,50\u00a0€"),
    ],
)
def test_an_amount_is_read_as_people_write_it_and_exact_for_programs(language: Language, read: str) -> None:
    section = Section(
        key="gifts", title="", columns=(Column(key="euro", label="€"),), rows=[{"euro": euros(123450)}], note=""
    )
    shown = Shown(subject=Subject.__new__(Subject), language=language, sections=[section])
    house = Organisation(name="Ligue")
    (told,) = packs.facts(shown, organisation=house, at=NOW)["sections"]
    assert told["rows"] == [[read]]
    (kept,) = json.loads(packs.as_json(shown, organisation=house, at=NOW))["sections"]
    assert kept["rows"] == [{"euro": "1234.50"}]
