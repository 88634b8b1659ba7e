"""Which links of an edition are to a page of ours to give on, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import pytest

from crm.values.identifiers import AppealId
from mailing.composition.model import Among
from mailing.rendering import service
from mailing.rendering.fill import fill_html, fill_text
from mailing.rendering.giving import with_code
from mailing.rendering.markup import elements
from mailing.rendering.model import Slot
from tests.rendering.samples import FULL, NEWSLETTER, ORGANISATION, PUBLIC_URL, READER

HOUSE = ORGANISATION.model_copy(
    update={"giving_pages": ("https://urgence.example", "https://www.portevoix.example:8443/legs/"),
            "source_parameter": "c"}
)  # fmt: skip


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://www.portevoix.example/don", "https://www.portevoix.example/don?c=K"),
        ("http://WWW.portevoix.example:80/don/#monthly", "http://WWW.portevoix.example:80/don/?c=K#monthly"),
        ("https://www.portevoix.example/don/mensuel?m=20&c=OLD", "https://www.portevoix.example/don/mensuel?m=20&c=K"),
        ("https://urgence.example/tout/en/bas", "https://urgence.example/tout/en/bas?c=K"),
        ("https://www.portevoix.example:8443/legs", "https://www.portevoix.example:8443/legs?c=K"),
        ("https://www.portevoix.example/donner", ""),
        ("https://www.portevoix.example/legs", ""),
        ("https://www.portevoix.example:8443/don", ""),
        ("https://don.ailleurs.example/don", ""),
        ("https://www.portevoix.example.ailleurs.example/don", ""),
        ("https://www.portevoix.example:x/don", ""),
        ("mailto:don@portevoix.example", ""),
    ],
)
def test_only_our_pages_to_give_on_are_told_the_code(url: str, told: str) -> None:
    coded, bare = with_code(url, HOUSE), (told or url).replace("?c=K", "").replace("&c=K", "")
    assert fill_text(coded, {Slot.SOURCE_CODE: "K"}) == (told or url)
    assert fill_text(coded, {Slot.SOURCE_CODE: ""}) == bare
    escaped = fill_html(f'<a href="{escape(coded)}">', {Slot.SOURCE_CODE: ""})
    assert escaped == f'<a href="{escape(bare)}">'


def test_without_a_page_to_give_on_no_link_changes() -> None:
    nowhere = ORGANISATION.model_copy(update={"donate_url": ""})
    assert with_code("https://www.portevoix.example/don", nowhere) == "https://www.portevoix.example/don"


def test_every_link_to_give_of_an_edition_carries_the_code_also_those_within_words() -> None:
    opening = "Un don : https://www.portevoix.example/don/urgence.\n\nNotre site : https://www.portevoix.example/"
    asking = replace(FULL, opening=opening, among=Among(appeal_id=AppealId(1)))
    mail = service.render_edition(asking, NEWSLETTER, ORGANISATION, public_url=PUBLIC_URL)
    values = READER | {Slot.SOURCE_CODE: "NOEL26-E1-A-01"}
    links = {str(one.attributes["href"]) for one in elements(fill_html(mail.html, values)) if one.name == "a"}
    about = {url for url in links if url.startswith("https://www.portevoix.example/don")}
    assert "https://www.portevoix.example/don/urgence?source=NOEL26-E1-A-01" in about
    assert all(url.endswith("?source=NOEL26-E1-A-01") for url in about)
    assert {url for url in links if "source=" in url} == about
    archived = fill_html(mail.html, READER | {Slot.SOURCE_CODE: ""})
    assert "source=" not in archived
    assert 'href="https://www.portevoix.example/don/urgence"' in archived
    plain = service.render_edition(replace(asking, among=None), NEWSLETTER, ORGANISATION, public_url=PUBLIC_URL)
    assert "source" not in fill_html(plain.html, READER).replace("resource", "")
