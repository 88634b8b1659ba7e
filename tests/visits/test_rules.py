"""Who knows what only they know, and how long a link lives."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from crm.values.identifiers import PersonId
from crm.visits.model import VisitLink
from crm.visits.rules import LINK_LASTS, MOST_MISSES, Knowledge, is_living, who_knows
from tests.conftest import NOW

LEA = Knowledge(PersonId(1), member_number="M-0012", birth_on=date(1980, 5, 1), postcodes=["4000"])
JEAN = Knowledge(PersonId(2), member_number="", birth_on=date(1980, 8, 9), postcodes=["4000", "1000"])
NOBODY = Knowledge(PersonId(3), member_number="", birth_on=None, postcodes=[])


@pytest.mark.parametrize(
    ("number", "postcode", "year", "who"),
    [
        ("m 0012", "", "", 1),
        ("0012", "", "", None),
        ("", "1000", "1980", 2),
        ("", "4000", "1980", None),
        ("", "4000", "", None),
        ("", "", "1980", None),
        ("", "", "", None),
        ("x", "1000", "1980", None),
    ],
)
def test_exactly_one_person_is_recognised_or_nobody(number: str, postcode: str, year: str, who: int | None) -> None:
    assert who_knows([LEA, JEAN, NOBODY], number=number, postcode=postcode, year=year) == who


def test_a_link_lives_half_an_hour_once_and_forgives_a_few_slips() -> None:
    link = VisitLink(id=1, address_key="k", created_at=NOW, expires_at=NOW + LINK_LASTS)
    lives: list[tuple[datetime, int, datetime | None, bool]] = [
        (NOW, 0, None, True),
        (NOW + LINK_LASTS, 0, None, False),
        (NOW, MOST_MISSES, None, False),
        (NOW + timedelta(minutes=29), MOST_MISSES - 1, None, True),
        (NOW, 0, NOW, False),
    ]
    for at, misses, used_at, living in lives:
        one = VisitLink(
            id=1,
            address_key="k",
            created_at=link.created_at,
            expires_at=link.expires_at,
            misses=misses,
            used_at=used_at,
        )
        assert is_living(one, at) is living
