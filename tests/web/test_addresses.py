"""Address fields: what completes them, what is said when they cannot be used, and how an address is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.foundation.templating import environment
from crm.foundation.translation import translations
from crm.staff.model import Role
from crm.values.address_quality import Doubt
from crm.values.languages import Language
from crm.values.phone_number import PhoneFlaw, PhoneInvalid, PhoneNumber
from crm.values.postal_address import AddressFlaw, AddressInvalid, PostalAddress
from crm.web import address_form
from crm.web.office.address_words import DOUBTS
from tests.web.conftest import Browser

NewBrowser = Callable[..., Browser]
OFFICE, PUBLIC = "/office/addresses/localities", "/localites"
IXELLES = {"postcode": "1050", "locality": "Ixelles", "also": ""}


def _places(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    found: list[dict[str, str]] = answer.get_json()["localities"]
    return found


def test_the_office_completes_in_the_language_of_the_person_at_the_screen(browser: NewBrowser) -> None:
    french, dutch = browser(Role.EDITOR), browser(Role.EDITOR, language=Language.NL)
    assert _places(french.get(OFFICE, query_string={"q": "1050"}))[0] == IXELLES
    assert _places(french.get(OFFICE, query_string={"q": "elsene"})) == [{**IXELLES, "also": "Elsene"}]
    assert _places(dutch.get(OFFICE, query_string={"q": "1050"}))[0] == {**IXELLES, "locality": "Elsene"}


def test_a_whole_postcode_offers_all_of_its_villages(browser: NewBrowser, client: FlaskClient) -> None:
    villages = ["Fernelmont", "Bierwart", "Cortil-Wodon", "Forville", "Franc-Waret", "Hemptinne", "Hingeon",
                "Marchovelette", "Noville-les-Bois", "Pontillas", "Tillier"]  # fmt: skip
    for someone, path in ((browser(Role.EDITOR), OFFICE), (client, PUBLIC)):
        found = _places(someone.get(path, query_string={"q": "5380"}))
        assert [place["locality"] for place in found] == villages
        assert len(_places(someone.get(path, query_string={"q": "53"}))) == 8


def test_supporters_are_answered_without_signing_in_and_the_office_is_not_open(client: FlaskClient) -> None:
    assert _places(client.get(PUBLIC, query_string={"q": "lüttich", "lang": "de"}))[0] == {
        "postcode": "4000",
        "locality": "Liège",
        "also": "Lüttich",
    }
    assert client.get(OFFICE, query_string={"q": "1050"}).status_code == 303


@pytest.mark.parametrize("typed", ["", "1", " ", "zz%", "\x00\x00", "<b>", "x" * 5000])
def test_what_begins_no_locality_is_answered_with_none(client: FlaskClient, typed: str) -> None:
    assert _places(client.get(PUBLIC, query_string={"q": typed})) == []


def test_at_most_eight_places_are_offered(client: FlaskClient) -> None:
    assert len(_places(client.get(PUBLIC, query_string={"q": "10"}))) == 8


def test_the_style_guide_shows_an_address_to_fill_in_and_three_as_printed(browser: NewBrowser) -> None:
    page = browser(Role.EDITOR).get("/office/style").text
    assert f'data-localities="{OFFICE}"' in page
    assert 'id="demo-postcode-error"' in page
    assert 'aria-describedby="demo-postcode-error "' in page
    assert "Rue Berckmans 9 bte 4<br>1060 SAINT-GILLES</address>" in page
    assert "1 Easton Street<br>LONDON<br>WC1X 0DW<br>ROYAUME-UNI</address>" in page
    assert "La rue et la localité" not in page
    assert "Cette localité a un autre code postal." in page


@pytest.mark.parametrize("language", Language, ids=str)
def test_the_supporters_fields_are_whole_without_script(app: Flask, language: Language) -> None:
    given = {**address_form.parts(None), "street": 'Rue "Haute" <b>'}
    errors = {"postcode": translations(language).ugettext(address_form.ADDRESS_FLAWS[AddressFlaw.POSTCODE])}
    with app.test_request_context():
        fields = (
            environment(language)
            .get_template("public/address.html")
            .make_module({"url_for": app.jinja_env.globals["url_for"], "asset": lambda path: f"/static/{path}"})
        )
        shown = str(fields.address_fields(given, address_form.countries(language), errors))  # type: ignore[attr-defined]
    for name in ("street", "number", "box", "complement", "postcode", "locality", "country"):
        assert f'name="{name}"' in shown
    assert "Rue &#34;Haute&#34; &lt;b&gt;" in shown
    assert '<option value="BE" selected>' in shown
    assert 'id="postcode-error"' in shown
    assert f"lang={language}" in shown


def test_what_was_typed_is_read_or_refused_at_its_field_in_a_sentence() -> None:
    form = {"home-street": "Rue Haute 12/3", "home-postcode": "1000", "home-locality": "BRUXELLES", "home-country": ""}
    given = address_form.typed(form, "home-")
    address = address_form.read(given)
    assert address == PostalAddress.parse(street="Rue Haute 12 bte 3", postcode="1000", locality="Bruxelles")
    assert address_form.read(address_form.parts(address)) == address
    with pytest.raises(AddressInvalid) as news:
        address_form.read({**given, "postcode": "10 00"})
    assert address_form.problem(news.value, Language.EN, "home-") == {
        "home-postcode": "A Belgian postcode has four digits, for example 1000."
    }
    with pytest.raises(PhoneInvalid) as refused:
        PhoneNumber.parse("appelez-moi")
    assert address_form.problem(refused.value, Language.NL) == {
        "phone": "Vul een telefoonnummer in, bijvoorbeeld 0470 12 34 56."
    }


def test_every_flaw_and_every_doubt_has_its_sentence() -> None:
    assert set(address_form.ADDRESS_FLAWS) == set(AddressFlaw)
    assert set(address_form.PHONE_FLAWS) == set(PhoneFlaw)
    assert set(DOUBTS) == set(Doubt)


def test_belgium_and_its_neighbours_come_first() -> None:
    choice = address_form.countries(Language.FR)
    assert [code for code, _ in choice[:6]] == ["BE", "FR", "LU", "NL", "DE", "AF"]
    assert len(dict(choice)) == len(choice) > 240
