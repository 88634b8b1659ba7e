"""Slips of every day: who must be found first for each, and who must not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from crm.assembly import Assembly
from crm.people import search, service
from crm.people.model import NewPerson
from crm.people.search_model import Field
from crm.people.search_words import domains_near, houses_near, misspelt
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW
from tests.people.finding import passing

HELD = (
    ("Luna", "Maes", "luna.maes@telenet.be"),
    ("René", "Gill", "rene@skynet.be"),
    ("Marc", "Smet", "marc.smet@gmial.com"),
    ("Marie", "Dupont", "marie@gmail.com"),
    ("Marie", "Anciaux", "marie.anciaux@ulb.be"),
    ("Noor", "Claes", "noor@hotmail.com"),
    ("Lena", "Bols", "lena@outlook.be"),
    ("Ilona", "Roos", "ilona@proton.me"),
    ("Jean", "Piret", "jean@voo.be"),
    ("Paul", "Genin", "paul@mail.genin.be"),
)

FIRST = {
    # a name of four letters: another letter, one more, one less, two swapped, an accent that is none of its own
    "Luma": "Luna Maes",
    "Lunna": "Luna Maes",
    "Luan maes": "Luna Maes",
    "Lna maes": "Luna Maes",
    "Renè": "René Gill",
    "Renne": "René Gill",
    "Gil": "René Gill",
    "Gyll": "René Gill",
    "Mrac": "Marc Smet",
    "Smt": "Marc Smet",
    "Noro claes": "Noor Claes",
    "maez": "Luna Maes",
    # as typed comes before as meant, the same first letter before another
    "Lena": "Lena Bols",
    "Lona": "Lena Bols",
    # a mail house: a slip, another ending, both, and the slip on our side
    "marie@gmial.com": "Marie Dupont",
    "marie@gmail.be": "Marie Dupont",
    "marie@gmial.be": "Marie Dupont",
    "marie@gmailcom": "Marie Dupont",
    "MARIE@gmail.con": "Marie Dupont",
    "noor@hotmial.be": "Noor Claes",
    "noor@hotmal.com": "Noor Claes",
    "rene@skynet.com": "René Gill",
    "lena@outlok.be": "Lena Bols",
    "ilona@protn.me": "Ilona Roos",
    "marc.smet@gmail.com": "Marc Smet",
    "noro@hotmial.com": "Noor Claes",
    # a town of four letters
    "maes gant": "Luna Maes",
}

NOBODY = ("Lxxa", "Rn", "zoé@gmial.com", "Mxs", "100x", "lxxa@voo.be", "piert@amnesty.be", "uxl.be")


@pytest.fixture
def known(assembly: Assembly) -> Iterator[Any]:
    """Ten people, in a transaction that passes."""
    with passing(assembly.database) as session:
        gent = PostalAddress.parse(street="Leyestraat", number="4", postcode="9000", locality="Gent")
        for first, last, email in HELD:
            facts: dict[str, Any] = {"address": gent} if last == "Maes" else {}
            new = NewPerson(
                language=Language.FR, first_name=first, last_name=last, email=EmailAddress.parse(email), **facts
            )
            service.add(session, assembly.addresses, new, at=NOW)
        yield session


def test_the_slips_of_every_day_find_whom_was_meant_first(assembly: Assembly, known: Any) -> None:
    found = {}
    for typed in FIRST:
        hits = search.find(known, assembly.addresses, typed).hits
        found[typed] = hits[0].person.full_name if hits else ""
    assert found == FIRST


def test_what_resembles_nobody_finds_nobody(assembly: Assembly, known: Any) -> None:
    found = {text: [h.person.full_name for h in search.find(known, assembly.addresses, text).hits] for text in NOBODY}
    assert {typed: several for typed, several in found.items() if several} == {}


def test_an_address_that_is_held_never_stands_behind_one_that_resembles_it(assembly: Assembly, known: Any) -> None:
    twin = NewPerson(
        language=Language.FR, first_name="Zoé", last_name="Zander", email=EmailAddress.parse("marie@gmail.be")
    )
    zoe = service.add(known, assembly.addresses, twin, at=NOW)
    hits = search.find(known, assembly.addresses, "marie@gmail.be").hits
    assert (hits[0].person.id, hits[0].is_guess) == (zoe.id, False)
    assert [(m.field, m.text) for m in hits[0].matches] == [(Field.EMAIL, "marie@gmail.be")]
    (guess, *_) = search.find(known, assembly.addresses, "marie@gmail.fr").hits
    assert guess.is_guess
    assert [m.field for m in guess.matches] == [Field.EMAIL]


def test_only_mail_houses_are_guessed_and_short_words_only_lack_a_letter() -> None:
    assert houses_near("gmial.com") == ("gmail.com",)
    assert houses_near("gmail.be") == ("gmail.com",)
    assert houses_near("amnesty.be") == houses_near("ulb.ac.be") == houses_near("") == ()
    assert "gmail.be" in domains_near("gmial.com")
    assert domains_near("genin.be") == ()
    assert {len(one) for one in misspelt("gil")} == {4}
    assert misspelt("li") == misspelt("a1c") == ()
    assert misspelt("lona")[0][0] == "l"
