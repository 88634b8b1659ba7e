"""Numbers of enterprises as people write them, checked by their last two digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.values.enterprise_number import enterprise_number, read, shown, written
from crm.values.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("0418.308.144", "0418308144"),
        (" BE 0418.308.144 ", "0418308144"),
        ("418308144", "0418308144"),
        ("TVA BE0418 308 144", "0418308144"),
        ("BTW: 0418-308-144", "0418308144"),
        ("N° d’entreprise 0418.308.144", "0418308144"),
        ("KBO nr. 0418/308/144", "0418308144"),
        ("0418.308.145", None),
        ("0418.308.14", None),
        ("FR 0418308144", None),
        ("École", None),
        ("0" * 9000, None),
    ],
)
def test_a_number_is_read_however_it_is_written(typed: str, digits: str | None) -> None:
    assert enterprise_number(typed) == digits


@given(st.integers(2_000_000, 19_999_999))
def test_one_wrong_digit_is_always_seen(base: int) -> None:
    digits = f"{base:08d}{97 - base % 97:02d}"
    assert enterprise_number(written(digits)) == read(shown(digits)) == digits
    for place in range(10):
        wrong = f"{digits[:place]}{(int(digits[place]) + 1) % 10}{digits[place + 1 :]}"
        with pytest.raises(Invalid):
            read(wrong)


def test_nothing_is_no_number_and_what_is_held_otherwise_stands() -> None:
    assert (read("  "), shown("RPM 12"), shown("")) == ("", "RPM 12", "")
