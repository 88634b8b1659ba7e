"""National numbers: every usual spelling is seen and masked, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.values.national_number import MASK, NationalNumber, NationalNumberInvalid, redacted

KNOWN = (
    "85073003328",
    "17073003384",
    "26011500105",
    "26011500134",
    "99123199841",
    "00010100105",
    "00010100173",
    "80010100897",
    "85000012313",
    "98272899722",
    "98472899765",
    "01490700185",
)
SPELLINGS = (
    "{0}{1}{2}{3}{4}",
    "{0}.{1}.{2}-{3}.{4}",
    "{0}{1}{2}-{3}-{4}",
    "{0} {1} {2} {3} {4}",
    "{0}/{1}/{2} {3} {4}",
    "{0}{1}{2} {3}{4}",
    "{0}.{1}.{2}.{3}.{4}",
    "{0}-{1}-{2}-{3}-{4}",
    "{0}\u00a0{1}\u00a0{2}\u2013{3}.{4}",
    "{0}{1}{2}/{3}.{4}",
    "{0}{1}{2}.{3} - {4}",
)


def spelt(digits: str, spelling: str) -> str:
    return spelling.format(digits[:2], digits[2:4], digits[4:6], digits[6:9], digits[9:])


@settings(max_examples=300)
@given(
    st.sampled_from(KNOWN),
    st.sampled_from(SPELLINGS),
    st.sampled_from(("", "NN", "RN: ", "don 50 ", "n° ", "numéro national\n", "(", "25.11.2026 ")),
    st.sampled_from(("", " merci", ".", ")", "/", " 40", "EUR", " +++090/9337/55493+++")),
    st.booleans(),
)
def test_a_number_is_masked_however_it_is_written(
    digits: str, spelling: str, before: str, after: str, wide: bool
) -> None:
    written = spelt(digits, spelling)
    if wide:
        written = "".join(chr(0xFF10 + int(sign)) if sign.isdigit() else sign for sign in written)
    assert redacted(before + written + after) == (before + MASK + after, (NationalNumber(digits),))


@pytest.mark.parametrize(
    "text",
    [
        "+++090/9337/55493+++",
        "BE68 5390 0754 7034",
        "BE68539007547034",
        "NL91ABNA0417164300",
        "85073003382",
        "85130112374",
        "185073003328",
        "0475 12 34 56",
        "8507300332",
        "2026112500001",
        "12345678901",
        "",
    ],
)
def test_other_digits_stay(text: str) -> None:
    assert redacted(text) == (text, ())


def test_a_number_is_parsed_and_never_told_by_accident() -> None:
    number = NationalNumber.parse(" 85.07.30-033.28 ")
    assert number == NationalNumber.parse("85/07/30 033 28")
    assert (str(number), repr(number), number.masked) == (MASK, f"NationalNumber({MASK})", MASK)
    assert (number.digits, number.written) == ("85073003328", "85.07.30-033.28")
    for wrong in ("85073003382", "", "x85073003328", "8507300332"):
        with pytest.raises(NationalNumberInvalid):
            NationalNumber.parse(wrong)
