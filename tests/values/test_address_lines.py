"""What is printed on an envelope, and that reading it gives the address back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.values.address_lines import MOST_LINES, fits, lines, read_lines
from crm.values.countries import COUNTRIES, country_names
from crm.values.errors import Invalid
from crm.values.folding import folded
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress, TypedParts
from tests.values.address_strategies import belgian_parts, foreign_parts

TEXT = st.text(alphabet="abcXYZ 0123456789éß,/-.’bte", max_size=24)


@settings(max_examples=500)
@given(belgian_parts(), st.sampled_from(Language))
def test_a_belgian_address_read_from_its_lines_is_the_same_address(parts: TypedParts, language: Language) -> None:
    address = PostalAddress.parse(**parts)
    assert {name: getattr(address, name) for name in parts} == parts
    printed = lines(address, recipient="Sana Diallo", language=language)
    assert len(printed) <= MOST_LINES
    assert read_lines(printed, recipient="Sana Diallo") == address


@settings(max_examples=300)
@given(foreign_parts(), st.sampled_from(Language))
def test_an_address_abroad_read_from_its_lines_is_the_same_address(parts: TypedParts, language: Language) -> None:
    address = PostalAddress.parse(**parts)
    assert {name: getattr(address, name) for name in parts} == parts
    printed = lines(address, recipient="Sana Diallo", language=language)
    assert len(printed) <= MOST_LINES
    assert printed[-1] == country_names(language)[address.country].upper()
    assert read_lines(printed, recipient="Sana Diallo") == replace(address, language=None)


@settings(max_examples=500)
@given(
    st.fixed_dictionaries(
        dict.fromkeys(("organisation", "department", "complement", "street", "number", "box", "locality"), TEXT)
    ),
    st.sampled_from(["BE", "BE", "FR", "GB", "DE", "US", "JP", "CD"]),
    st.sampled_from(["1000", "4700", "9999", ""]),
)
def test_whatever_was_typed_is_tidied_once_and_no_letter_is_lost(
    typed: dict[str, Any], country: str, postcode: str
) -> None:
    try:
        address = PostalAddress.parse(**typed, country=country, postcode=postcode)
    except Invalid:
        return
    again = {name: getattr(address, name) for name in (*typed, "country", "postcode", "nis_code", "language")}
    assert PostalAddress.parse(**again) == address
    kept = "".join(getattr(address, name) for name in typed)
    lost = set(_letters("".join(typed.values()))) - set(_letters(kept))
    assert lost <= set("bte")  # the word before a box is not kept, it is printed again


@settings(max_examples=300)
@given(
    st.fixed_dictionaries(dict.fromkeys(("organisation", "department", "complement", "number", "box"), TEXT)),
    st.text(alphabet="abcXYZ 0123456789éß,/-.’", min_size=1, max_size=24),
    st.sampled_from(
        [("BE", "1000", "Trou du Loup"), ("FR", "75001", "Paris"), ("GB", "SW1A 2AA", "London"), ("CD", "", "Boma")]
    ),
)
def test_reading_any_printed_address_loses_and_invents_no_letter(
    typed: dict[str, Any], street: str, place: tuple[str, str, str]
) -> None:
    country, postcode, locality = place
    try:
        address = PostalAddress.parse(**typed, street=street, country=country, postcode=postcode, locality=locality)
    except Invalid:
        return
    printed = lines(address)
    assert sorted(_letters("".join(lines(read_lines(printed))))) == sorted(_letters("".join(printed)))


def _letters(text: str) -> list[str]:
    return [c for c in folded(text) if c.isalnum()]


@pytest.mark.parametrize(
    ("typed", "street", "number", "box"),
    [
        ("Rue de la Loi 16 bte 3", "Rue de la Loi", "16", "3"),
        ("Kerkstraat 12/4", "Kerkstraat", "12", "4"),
        ("Chaussée de Wavre 1015 B12", "Chaussée de Wavre", "1015", "12"),
        ("av. des Arts 3-4", "av. des Arts", "3-4", ""),
        ("12bis", "", "12bis", ""),
        ("Rue Haute 12 bis", "Rue Haute", "12 bis", ""),
        ("Rue du 4 Août 12", "Rue du 4 Août", "12", ""),
        ("Place du 20 Août 7", "Place du 20 Août", "7", ""),
        ("Rue du 8 Mai 1945", "Rue du 8 Mai 1945", "", ""),
        ("16, rue de la Loi boîte 3", "rue de la Loi", "16", "3"),
        ("Kerkstraat 12 A bus 0301", "Kerkstraat", "12 A", "0301"),
        ("Rue Haute n° 12", "Rue Haute", "12", ""),
        ("Hauptstraße 3 Postfach 4", "Hauptstraße", "3", "4"),
        ("Rue Haute 12 # 4", "Rue Haute", "12", "4"),
        ("BP 12", "BP 12", "", ""),
        ("Postbus 4", "Postbus 4", "", ""),
        ("Hameau du Bout", "Hameau du Bout", "", ""),
        ("Hameau bte 3", "Hameau", "", "3"),
    ],
)
def test_number_and_box_are_told_from_the_street(typed: str, street: str, number: str, box: str) -> None:
    address = PostalAddress.parse(street=typed, postcode="1000", locality="Bruxelles")
    assert (address.street, address.number, address.box, address.complement) == (street, number, box, "")


def test_a_floor_goes_above_the_street_as_the_post_wants_it() -> None:
    address = PostalAddress.parse(street="Rue Haute 12 bte 3, 2e étage", postcode="1000", locality="BRUXELLES")
    assert lines(address, recipient="Sana Diallo") == (
        "Sana Diallo",
        "2e étage",
        "Rue Haute 12 bte 3",
        "1000 BRUXELLES",
    )


def test_a_box_with_its_word_typed_in_any_field_is_the_same_box() -> None:
    wanted = PostalAddress.parse(street="Kerkstraat", number="12", box="4", postcode="9000", locality="Gent")
    assert PostalAddress.parse(street="Kerkstraat", number="12 bus 4", postcode="9000", locality="gent") == wanted
    assert PostalAddress.parse(street="Kerkstraat", number="12", box="bus 4", postcode="9000", locality="Gand") == (
        replace(wanted, locality="Gand")
    )


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        (
            ["Kerkstraat 12/4, 9000 Gent"],
            PostalAddress(
                street="Kerkstraat",
                number="12",
                box="4",
                postcode="9000",
                locality="Gent",
                nis_code="44021",
                language=Language.NL,
            ),
        ),
        (
            ["Amnesty International", "Service Membres", "Rue Haute 1", "Liège 4000", "Belgique"],
            PostalAddress(
                organisation="Amnesty International",
                department="Service Membres",
                street="Rue Haute",
                number="1",
                postcode="4000",
                locality="Liège",
                nis_code="62063",
                language=Language.FR,
            ),
        ),
        (
            ["10 Downing Street", "LONDON  SW1A 2AA", "United Kingdom"],
            PostalAddress(street="Downing Street", number="10", postcode="SW1A 2AA", locality="London", country="GB"),
        ),
        (
            ["Rue Haute 1", "4000 LIEGE", "porte bleue"],
            PostalAddress(
                complement="porte bleue",
                street="Rue Haute",
                number="1",
                postcode="4000",
                locality="Liège",
                nis_code="62063",
                language=Language.FR,
            ),
        ),
        (["quelque part"], PostalAddress(street="quelque part")),
    ],
)
def test_typed_lines_become_parts(typed: list[str], wanted: PostalAddress) -> None:
    assert read_lines(typed) == wanted


def test_no_two_countries_share_a_name() -> None:
    owners: dict[str, set[str]] = {}
    for language in Language:
        for code in COUNTRIES:
            owners.setdefault(folded(country_names(language)[code]), set()).add(code)
    assert {name: codes for name, codes in owners.items() if len(codes) > 1} == {}


@pytest.mark.parametrize(
    ("country", "number", "box", "door"),
    [
        ("FR", "5", "3", "5 Rue Longue bte 3"),
        ("FR", "5", "bâtiment B", "5 Rue Longue bâtiment B"),
        ("NL", "5", "3", "Rue Longue 5 box 3"),
        ("US", "5", "Apt 4", "5 Rue Longue Apt 4"),
        ("DE", "5", "3", "Rue Longue 5 box 3"),
        ("BE", "5", "/3", "Rue Longue 5 bte 3"),
    ],
)
def test_the_word_before_a_box_is_one_that_is_read_where_the_letter_goes(
    country: str, number: str, box: str, door: str
) -> None:
    address = PostalAddress.parse(street="Rue Longue", number=number, box=box, locality="Là", country=country)
    assert door in lines(address, language=Language.FR)


def test_a_german_box_bears_a_word_that_the_law_knows() -> None:
    """Royal decree of 24 April 2014, art. 34: « boîte », « bte », « bus » or « box »."""
    typed = PostalAddress.parse(street="Klötzerbahnstraße 9 Postfach 2", postcode="4700", locality="Eupen")
    assert (typed.box, typed.language) == ("2", Language.DE)
    assert lines(typed, language=Language.DE) == ("Klötzerbahnstraße 9 box 2", "4700 EUPEN")


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("GB", "sw1a2aa", "SW1A 2AA"), ("NL", "1012nx", "1012 NX"), ("CA", "h3a1a1", "H3A 1A1"),
        ("SE", "11455", "114 55"), ("PL", "00950", "00-950"), ("PT", "1100148", "1100-148"),
        ("IE", "D02AF30", "D02 AF30"), ("LU", "L-1234", "1234"), ("GB", "x", "X"), ("US", "62701-1234", "62701-1234"),
    ],
)  # fmt: skip
def test_a_postcode_abroad_is_parted_as_the_post_there_parts_it(country: str, typed: str, kept: str) -> None:
    assert PostalAddress.parse(street="Rue", postcode=typed, locality="Là", country=country).postcode == kept


def test_the_fullest_address_abroad_has_seven_lines() -> None:
    address = PostalAddress.parse(
        organisation="Amnesty International",
        department="Service des membres",
        complement="Building C",
        street="Easton Street",
        number="1",
        postcode="WC1X 0DW",
        locality="London",
        country="GB",
    )
    printed = lines(address, recipient="Sana Diallo")
    assert printed == (
        "Sana Diallo",
        "Service des membres",
        "Amnesty International",
        "Building C",
        "1 Easton Street",
        "LONDON WC1X 0DW",
        "ROYAUME-UNI",
    )
    assert read_lines(printed, recipient="Sana Diallo") == address
    assert fits(printed, 38)
    assert not fits((*printed, "x" * 39), 38)
