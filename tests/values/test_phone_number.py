"""Numbers one can call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.values.errors import Invalid
from crm.values.phone_number import PhoneFlaw, PhoneInvalid, PhoneKind, PhoneNumber


@pytest.mark.parametrize(
    ("typed", "kept", "abroad", "at_home", "kind"),
    [
        ("0470/12.34.56", "+32470123456", "+32 470 12 34 56", "0470 12 34 56", PhoneKind.MOBILE),
        ("00 32 (0)2 538 81 77", "+3225388177", "+32 2 538 81 77", "02 538 81 77", PhoneKind.LANDLINE),
        ("+32 81 12 34 56", "+3281123456", "+32 81 12 34 56", "081 12 34 56", PhoneKind.LANDLINE),
        ("+33 6 12 34 56 78", "+33612345678", "+33 6 12 34 56 78", "06 12 34 56 78", PhoneKind.MOBILE),
        ("0800 11 222", "+3280011222", "+32 800 11 222", "0800 11 222", PhoneKind.OTHER),
    ],
)
def test_a_number_is_kept_one_way_and_shown_two(
    typed: str, kept: str, abroad: str, at_home: str, kind: PhoneKind
) -> None:
    number = PhoneNumber.parse(typed)
    assert (number.e164, number.international, number.national, number.kind) == (kept, abroad, at_home, kind)
    assert number.masked == f"{abroad.split(maxsplit=1)[0]} … {kept[-2:]}"


def test_a_number_without_prefix_belongs_to_the_region_asked_for() -> None:
    assert PhoneNumber.parse("06 12 34 56 78", region="FR").region == "FR"
    assert PhoneNumber.parse("0470123456").region == "BE"


@pytest.mark.parametrize(
    ("typed", "flaw"),
    [
        ("", PhoneFlaw.UNREADABLE),
        ("appelez-moi", PhoneFlaw.UNREADABLE),
        ("0470 1", PhoneFlaw.TOO_SHORT),
        ("0470 12 34 56 78 90 12", PhoneFlaw.TOO_LONG),
        ("0" * 41, PhoneFlaw.TOO_LONG),
        ("+999 123456", PhoneFlaw.COUNTRY),
        ("+32 0 00 00 00 00", PhoneFlaw.UNKNOWN),
        ("02 538 81 77 ext. 12", PhoneFlaw.UNREADABLE),
        ("0470\x00123456", PhoneFlaw.UNREADABLE),
    ],
)
def test_what_cannot_be_called_is_refused_with_its_reason(typed: str, flaw: PhoneFlaw) -> None:
    with pytest.raises(PhoneInvalid) as news:
        PhoneNumber.parse(typed, field="telephone")
    assert (news.value.flaw, news.value.field) == (flaw, "telephone")


@given(st.text(alphabet="0123456789+ /.-()ext\x00é", max_size=45) | st.text(max_size=45))
def test_any_text_is_a_number_or_a_clear_refusal(text: str) -> None:
    try:
        number = PhoneNumber.parse(text)
    except Invalid:
        return
    assert PhoneNumber.parse(number.e164) == number
    assert PhoneNumber.parse(number.international) == number
    assert PhoneNumber.parse(number.national, region=number.region or "BE") == number
