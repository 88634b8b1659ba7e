"""How far postcodes lie apart."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.values.belgium.distances import FARTHEST_KM, centre_of, far_between, postcodes_within
from crm.values.belgium.localities import every_locality, postcode_of, table_rows

POSTCODES = sorted({place.postcode for place in every_locality()})
CODES = st.sampled_from(POSTCODES)


def test_every_postcode_has_a_centre_in_belgium_and_the_page_says_where_from() -> None:
    assert Counter(how for *_, how in table_rows("centres.tsv")) == {"source": 1137, "commune": 9, "hand": 3}
    without = [code for code in POSTCODES if centre_of(code) is None]
    assert without == []
    for code in POSTCODES:
        latitude, longitude = centre_of(code) or (0, 0)
        assert 49.49 < latitude < 51.51
        assert 2.54 < longitude < 6.41


@pytest.mark.parametrize(
    ("one", "other", "kilometres"),
    [("1000", "7000", 52), ("4000", "9000", 134), ("6700", "8400", 268), ("5000", "6000", 31), ("2000", "2018", 0)],
)
def test_towns_are_as_far_apart_as_on_a_map(one: str, other: str, kilometres: int) -> None:
    here, there = centre_of(one), centre_of(other)
    assert here
    assert there
    assert far_between(here, there) == pytest.approx(kilometres, abs=4)


@given(one=CODES, other=CODES, near=st.integers(1, FARTHEST_KM), farther=st.integers(0, 50))
def test_near_is_mutual_and_grows(one: str, other: str, near: int, farther: int) -> None:
    assert one in postcodes_within(one, near) <= postcodes_within(one, near + farther)
    assert (other in postcodes_within(one, near)) == (one in postcodes_within(other, near))
    assert postcodes_within(one, FARTHEST_KM) == set(POSTCODES)
    assert postcodes_within("9999", near) == frozenset()


@pytest.mark.parametrize(
    ("typed", "postcode"),
    [
        ("7000", "7000"),
        ("mons", "7000"),
        ("Bergen", "7000"),
        ("4000 Liège", "4000"),
        ("9999", None),
        ("Nulle part", None),
    ],
)
def test_a_place_is_found_by_its_figures_or_its_name(typed: str, postcode: str | None) -> None:
    assert postcode_of(typed) == postcode
