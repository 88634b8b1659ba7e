"""Which locality has which postcode."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.values.belgium import localities as belgium
from crm.values.belgium.by_hand import GERMAN_SPEAKING
from crm.values.belgium.languages import written_language
from crm.values.belgium.localities import Locality, Province, Region, every_locality
from crm.values.languages import Language

FR, NL, DE = Language.FR, Language.NL, Language.DE
PLACES = st.sampled_from(every_locality())


def test_the_tables_hold_all_of_belgium() -> None:
    every = every_locality()
    towns = [place for place in every if place.is_municipality]
    assert len({place.nis_code for place in towns}) == 565
    assert len({place.postcode for place in towns}) == 1149
    assert {place.nis_code for place in every if DE in place.languages} == GERMAN_SPEAKING
    assert {place.province for place in every} == set(Province)
    assert len([place for place in every if not place.is_municipality]) > 2_200


@pytest.mark.parametrize(
    ("postcode", "language", "names"),
    [
        ("1050", FR, ("Ixelles", "Bruxelles")),
        ("1050", NL, ("Elsene", "Brussel")),
        ("1020", NL, ("Brussel", "Laken")),
        ("4780", DE, ("Sankt Vith", "Recht")),
        ("4000", DE, ("Lüttich", "Glain", "Rocourt")),
        ("2000", FR, ("Anvers",)),
        (
            "1367",
            FR,
            (
                "Ramillies",
                "Autre-Église",
                "Bomal",
                "Geest-Gérompont-Petit-Rosière",
                "Gérompont",
                "Grand-Rosière-Hottomont",
                "Huppaye",
                "Mont-Saint-André",
            ),
        ),
        ("8587", NL, ("Spiere-Helkijn", "Helkijn", "Spiere")),
        ("9999", FR, ()),
    ],
)
def test_a_postcode_has_its_names(postcode: str, language: Language, names: tuple[str, ...]) -> None:
    assert belgium.localities(postcode, language) == names


@pytest.mark.parametrize(
    ("typed", "language", "first"),
    [
        ("1050", FR, ("1050", "Ixelles", "")),
        ("105", NL, ("1050", "Elsene", "")),
        ("ixel", FR, ("1050", "Ixelles", "")),
        ("ELSENE", FR, ("1050", "Ixelles", "Elsene")),
        ("liege", FR, ("4000", "Liège", "")),
        ("lutt", FR, ("4000", "Liège", "Lüttich")),
        ("anvers", FR, ("2000", "Antwerpen", "Anvers")),
        ("saint vith", FR, ("4780", "Sankt Vith", "Saint-Vith")),
        ("st-gilles", FR, ("1060", "Saint-Gilles", "")),
        ("4000 li", FR, ("4000", "Liège", "")),
        ("jambes", NL, ("5100", "Jambes", "")),
        ("kessel-lo", DE, ("3010", "Kessel-Lo", "")),
    ],
)
def test_a_beginning_finds_its_place_in_any_language(typed: str, language: Language, first: tuple[str, ...]) -> None:
    found = belgium.complete(typed, language)[0]
    assert (found.postcode, found.locality, found.also) == first


@pytest.mark.parametrize(
    ("typed", "language", "several"),
    [
        ("bru", FR, {"Bruxelles", "Brugge", "Brugelette", "Brunehaut"}),
        ("br", NL, {"Brussel", "Brugge"}),
        ("ant", NL, {"Antwerpen", "Antoing"}),
        ("char", FR, {"Charleroi"}),
    ],
)
def test_a_beginning_offers_many_places_not_many_postcodes_of_one(
    typed: str, language: Language, several: set[str]
) -> None:
    found = [line.locality for line in belgium.complete(typed, language, 8)]
    assert several <= set(found)
    names = list(dict.fromkeys(found))
    assert found[: len(names)] == names


def test_a_whole_name_offers_each_of_its_postcodes() -> None:
    assert {line.locality for line in belgium.complete("mons", FR, 6)} == {"Mons"}


@pytest.mark.parametrize("typed", ["", "  ", "zzz", "\x00", "99999", "-", "%", "x" * 10_000])
def test_what_begins_nothing_finds_nothing(typed: str) -> None:
    assert belgium.complete(typed, FR) == ()


@given(PLACES, st.sampled_from(Language), st.integers(1, 30))
def test_each_name_and_postcode_completes_to_its_own_place(place: Locality, language: Language, limit: int) -> None:
    for name in place.names.values():
        found = belgium.complete(f"{place.postcode} {name}", language, limit)
        assert (place.postcode, place.name(language)) in {(line.postcode, line.locality) for line in found}
        assert len(found) <= limit
        assert belgium.agrees(place.postcode, name) is True
        assert belgium.spelling(place.postcode, name.upper()) == name


@pytest.mark.parametrize(
    ("postcode", "name", "answer"),
    [
        ("1000", "brussel", True),
        ("1030", "Bruxelles", True),
        ("1020", "Laken", True),
        ("4000", "Namur", False),
        ("1000", "Liège", False),
        ("5100", "Trou du Loup", None),
    ],
)
def test_a_postcode_and_a_name_agree_or_not_or_nobody_knows(postcode: str, name: str, answer: bool | None) -> None:
    assert belgium.agrees(postcode, name) is answer


def test_a_place_lies_somewhere() -> None:
    assert belgium.nis_of("1000") == "21004"
    assert belgium.nis_of("1050") is None
    assert belgium.nis_of("1050", "Elsene") == "21009"
    assert belgium.nis_of("9999") is None
    assert [belgium.language_of(code) for code in ("1000", "4700", "4000", "9000", "21004", "9999", "99999")] == [
        (FR, NL),
        (DE,),
        (FR,),
        (NL,),
        (FR, NL),
        (),
        (),
    ]
    assert [belgium.region_of(code) for code in ("1000", "4700", "9000", "9999")] == [
        Region.BRUSSELS,
        Region.WALLONIA,
        Region.FLANDERS,
        None,
    ]
    assert [belgium.province_of(code) for code in ("1000", "5000", "9999")] == [Province.BRUSSELS, Province.NAMUR, None]


@pytest.mark.parametrize(
    ("street", "postcode", "locality", "language"),
    [
        ("Rue Haute", "1000", "Bruxelles", FR),
        ("Hoogstraat", "1000", "Brussel", NL),
        ("Spoorwegstraße", "4700", "Eupen", DE),
        ("Am Bahnhof", "4720", "Kelmis", DE),
        ("Am Bahnhof", "4720", "La Calamine", FR),
        ("Dorp", "9000", "Gent", NL),
        ("Flagey", "1050", "Elsene", NL),
        ("Ilot", "1000", "", None),
    ],
)
def test_an_address_tells_its_language(street: str, postcode: str, locality: str, language: Language | None) -> None:
    assert written_language(street=street, postcode=postcode, locality=locality) is language
