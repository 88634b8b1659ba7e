"""What may be written to and linked to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.languages import Language
from crm.values.web_address import is_web_address, web_address

LONG = ("a" * 65, "é" * 33, "a" * 64 + "é")
"""Longer than the 64 octets that RFC 5321 (4.5.3.1.1) leaves to the part before the at sign."""


@pytest.mark.parametrize(
    "text",
    [
        *("", "sana", "sana@", "@exemple.be", "a@b", "a b@exemple.be", "sana@localhost", "a@[127.0.0.1]"),
        *(f"{part}@exemple.be" for part in LONG),
    ],
)
def test_what_cannot_be_written_to_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(Invalid) as news:
        EmailAddress.parse(text, field="courriel")
    assert news.value.field == "courriel"
    assert not text or text not in str(news.value)


def test_an_address_may_be_as_long_as_the_post_carries() -> None:
    for part in ("a" * 64, "é" * 32):
        assert EmailAddress.parse(f"{part}@exemple.be").text == f"{part}@exemple.be"


def test_two_spellings_of_one_mailbox_compare_equal() -> None:
    one, two = EmailAddress.parse(" Sana.Diallo@Exemple.BE "), EmailAddress.parse("sana.diallo@exemple.be")
    assert one.normal == two.normal
    assert one.text == "Sana.Diallo@exemple.be"
    assert one.masked == "S…@exemple.be"


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_a_clear_refusal(text: str) -> None:
    try:
        found = EmailAddress.parse(text)
    except Invalid:
        return
    assert EmailAddress.parse(found.text) == found
    assert "\n" not in found.text
    assert "\r" not in found.text


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//exemple.be/x",
        "/petition",
        "ftp://exemple.be",
        "http://u:p@exemple.be/",
        "https://",
        "http://[::1",
        "http://exemple.be:99999/",
    ],
)
def test_links_that_are_not_plain_web_addresses_are_refused(text: str) -> None:
    assert not is_web_address(text)


def test_a_link_is_tidied() -> None:
    assert web_address(" HTTPS://www.exemple.be ") == "https://www.exemple.be/"
    assert web_address("https://exemple.be/a\r\nBcc: x") == "https://exemple.be/aBcc:x"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("fr-BE", Language.FR),
        ("NL", Language.NL),
        ("de_DE", Language.DE),
        ("en", Language.EN),
        ("pt", Language.FR),
        (None, Language.FR),
    ],
)
def test_a_language_is_the_nearest_of_ours(wanted: str | None, found: Language) -> None:
    assert Language.best(wanted) is found
