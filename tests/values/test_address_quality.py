"""What may keep a letter from arriving, and which spellings are one letterbox."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.values.address_key import dedupe_key, ledger_key
from crm.values.address_lines import lines, read_lines
from crm.values.address_quality import COSTS, Doubt, quality
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress, TypedParts
from tests.values.address_strategies import addresses, belgian_parts

GOOD: dict[str, Any] = {"street": "Rue Haute", "number": "12", "box": "3", "postcode": "1000", "locality": "Bruxelles"}


@pytest.mark.parametrize(
    ("changed", "doubts"),
    [
        ({}, ()),
        ({"street": "Rue Haute", "number": "", "box": ""}, (Doubt.NO_NUMBER,)),
        ({"street": "BP 12", "number": "", "box": ""}, ()),
        ({"street": "", "number": "", "box": ""}, (Doubt.NO_STREET,)),
        ({"locality": ""}, (Doubt.NO_LOCALITY,)),
        ({"postcode": ""}, (Doubt.NO_POSTCODE,)),
        ({"postcode": "1999"}, (Doubt.UNKNOWN_POSTCODE,)),
        ({"locality": "Namur"}, (Doubt.OTHER_LOCALITY,)),
        ({"locality": "Trou du Loup"}, (Doubt.UNKNOWN_LOCALITY,)),
        ({"box": "fond du couloir"}, (Doubt.BOX_NOTATION,)),
        ({"street": "Hoogstraat"}, (Doubt.MIXED_LANGUAGES,)),
        ({"language": Language.NL}, (Doubt.MIXED_LANGUAGES,)),
        ({"street": "Rue Ştefan"}, (Doubt.UNPRINTABLE_LETTERS,)),
        ({"street": "Rue de la très longue et très vieille église"}, (Doubt.LONG_LINE,)),
        ({"country": "FR", "postcode": "7500", "locality": "Paris"}, (Doubt.UNKNOWN_POSTCODE,)),
        ({"country": "FR", "postcode": "", "locality": "Paris"}, (Doubt.NO_POSTCODE,)),
        ({"country": "CD", "postcode": "", "locality": "Kinshasa"}, ()),
    ],
)
def test_each_doubt_is_named_and_costs_its_points(changed: dict[str, Any], doubts: tuple[Doubt, ...]) -> None:
    found = quality(PostalAddress.parse(**{**GOOD, **changed}))
    assert found.doubts == doubts
    assert found.score == 100 - sum(COSTS[doubt] for doubt in doubts)


@given(belgian_parts())
def test_a_real_locality_with_a_street_of_its_language_raises_no_doubt_about_the_place(parts: TypedParts) -> None:
    doubts = set(quality(PostalAddress.parse(**parts), width=200).doubts)
    assert doubts <= {Doubt.BOX_NOTATION}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"street": "Avenue Louise", "number": "12"}, {"street": "AV. LOUISE 12"}),
        ({"street": "Rue de la Loi", "number": "16", "box": "3"}, {"street": "r. de la loi, 16 / 3"}),
        ({"street": "Kerkstraat", "number": "12 bis"}, {"street": "Kerkstr. 12bis"}),
        ({"street": "Antwerpsesteenweg", "number": "1"}, {"street": "Antwerpse steenweg 1"}),
        ({"street": "Boulevard Saint-Michel", "number": "1"}, {"street": "Bd St Michel 1"}),
        ({"street": "Hauptstraße", "number": "1"}, {"street": "Hauptstrasse 1"}),
        ({"street": "Chaussée d’Ixelles", "number": "1", "box": "0007"}, {"street": "chée d'ixelles 1 bte 7"}),
        ({"street": "Boîte postale 12"}, {"street": "B.P. 12"}),
        ({"street": "Rue Haute 1", "box": "2.01"}, {"street": "Rue Haute 1", "box": "2/1"}),
        ({"street": "Rue Haute", "number": "10-12"}, {"street": "Rue Haute", "number": "10 - 12"}),
        ({"street": "Rue Haute 1", "organisation": "ASBL"}, {"street": "Rue Haute 1", "complement": "3e étage"}),
    ],
)
def test_two_spellings_of_one_letterbox_have_one_key(one: dict[str, Any], other: dict[str, Any]) -> None:
    there: dict[str, Any] = {"postcode": "1000", "locality": "Bruxelles"}
    assert dedupe_key(PostalAddress.parse(**{**there, **one})) == dedupe_key(PostalAddress.parse(**{**there, **other}))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"box": "1.1"}, {"box": "11"}),
        ({"box": "0.01"}, {"box": "1"}),
        ({"box": "2/01"}, {"box": "201"}),
        ({"number": "10-12"}, {"number": "1012"}),
        ({"street": "Rue Haute 1 11", "number": ""}, {"street": "Rue Haute 11 1", "number": ""}),
        ({"street": "", "complement": "Baraque 1.1"}, {"street": "", "complement": "Baraque 11"}),
    ],
)
def test_two_numbers_are_never_read_as_one(one: dict[str, Any], other: dict[str, Any]) -> None:
    there: dict[str, Any] = {"street": "Rue Haute", "number": "5", "postcode": "1000", "locality": "Bruxelles"}
    first, second = PostalAddress(**{**there, **one}), PostalAddress(**{**there, **other})
    assert dedupe_key(first) != dedupe_key(second)


def test_what_ledgers_know_a_letterbox_by_never_changes() -> None:
    there: dict[str, Any] = {"street": "Rue Haute", "number": "10-12", "box": "0.01", "postcode": "1000"}
    assert dedupe_key(PostalAddress(**there)) == "be|1000||rhaute|10-12|0-1"
    assert ledger_key(PostalAddress(**there)) == "be|1000||rhaute|1012|1"


@settings(max_examples=500)
@given(addresses(), st.booleans())
def test_capitals_and_the_way_through_paper_keep_the_key(address: PostalAddress, upper: bool) -> None:
    printed = [line.upper() if upper else line for line in lines(address)]
    assert dedupe_key(read_lines(printed)) == dedupe_key(address)


@settings(max_examples=500)
@given(addresses(), addresses())
def test_another_door_has_another_key(one: PostalAddress, other: PostalAddress) -> None:
    def door(address: PostalAddress) -> tuple[str, ...]:
        number = address.number.casefold().replace(" ", "")
        return address.country, address.postcode, address.street, number

    if door(one) != door(other):
        assert dedupe_key(one) != dedupe_key(other)
