"""The letters the house owes one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from crm.values.languages import Language
from mailing.rendering import service
from mailing.rendering.checks import findings
from mailing.rendering.errors import WrongFacts
from mailing.rendering.fill import fill_html, fill_text
from mailing.rendering.markup import elements
from mailing.rendering.model import LetterKind, RenderedEmail, Slot
from mailing.rendering.slots import slots_in
from tests.approved_files import check_approved
from tests.rendering.samples import ORGANISATION, PUBLIC_URL, PURPOSES, READER, WORDS

Facts = Mapping[str, str | Sequence[str]]
FACTS: Mapping[LetterKind, Facts] = {
    LetterKind.CONFIRM: {"purposes": PURPOSES, "words": WORDS},
    LetterKind.ALREADY: {"purposes": PURPOSES},
    LetterKind.WELCOME: {"purposes": PURPOSES},
    LetterKind.GOODBYE: {"purposes": PURPOSES[:1], "kept": PURPOSES[1:]},
    LetterKind.INVITATION: {},
    LetterKind.RESET: {},
    LetterKind.ANCHOR: {"heads": (f"audit:7:{'0a' * 32}", f"consent:12:{'b3' * 32}")},
    LetterKind.VISIT: {},
    LetterKind.RECEIPT: {"said": ("Vous ne recevez plus « La lettre » à cette adresse.",), "words": WORDS},
    LetterKind.THANKS: {"given": ("40,00 €, le 3 novembre 2026",), "first": ("yes",)},
    LetterKind.PAYMENT: {"amount": "40,00 €", "on": "3 novembre 2026"},
    LetterKind.NOTICE: {
        "amount": "10,00 €",
        "rhythm": "par mois",
        "on": "5 janvier 2027",
        "reference": "PV-000012",
        "creditor": "BE05ZZZ0418308144",
        "tail": "6769",
    },
    LetterKind.AGAIN: {"purposes": ("Trois signatures qui comptent",)},
    LetterKind.STILL: {"purposes": PURPOSES[:1], "words": WORDS[:1], "until": "26 janvier 2027"},
    LetterKind.ISSUE: {"title": "Le Fil 124 · Les voix du lac", "link": "https://www.exemple.test/le-fil-124.pdf"},
    LetterKind.NUMBER: {"year": "2026"},
    LetterKind.ATTESTATION: {"year": "2026"},
    LetterKind.FEE: {"until": "12 mars 2027", "fee": "25,00 €"},
    LetterKind.ASSEMBLY: {
        "title": "Assemblée générale 2027",
        "on": "samedi 17 avril 2027",
        "place": "Chaussée de Wavre 169, Bruxelles",
        "agenda": ("Comptes de 2026", "Élection de l’organe d’administration"),
    },
    LetterKind.SERIES: {
        "subject": "Ce que votre don permet",
        "paragraphs": ("Bonjour,", "Il y a trois jours…", "https://www.exemple.test/apropos"),
    },
    LetterKind.ORIGIN: {"source": ("Dialogue Direct, qui recrute pour nous, à Namur",)},
}
LINKS = {
    LetterKind.CONFIRM: {Slot.CONFIRM_URL},
    LetterKind.ALREADY: {Slot.PREFERENCES_URL},
    LetterKind.WELCOME: {Slot.PREFERENCES_URL},
    LetterKind.AGAIN: {Slot.WEB_URL},
    LetterKind.GOODBYE: {Slot.PREFERENCES_URL},
    LetterKind.INVITATION: {Slot.CONFIRM_URL},
    LetterKind.RESET: {Slot.CONFIRM_URL},
    LetterKind.ORIGIN: {Slot.PREFERENCES_URL},
    LetterKind.STILL: {Slot.PREFERENCES_URL, Slot.UNSUBSCRIBE_URL},
    LetterKind.ANCHOR: set(),
    LetterKind.ISSUE: set(),
    LetterKind.THANKS: set(),
    LetterKind.PAYMENT: set(),
    LetterKind.NOTICE: set(),
    LetterKind.RECEIPT: {Slot.PREFERENCES_URL},
    LetterKind.VISIT: {Slot.CONFIRM_URL},
    LetterKind.NUMBER: {Slot.CONFIRM_URL},
    LetterKind.ATTESTATION: {Slot.CONFIRM_URL},
    LetterKind.FEE: set(),
    LetterKind.ASSEMBLY: set(),
    LetterKind.SERIES: {Slot.PREFERENCES_URL, Slot.UNSUBSCRIBE_URL},
}


def written(kind: LetterKind, facts: Facts | None = None, language: Language = Language.FR) -> RenderedEmail:
    return service.render_letter(kind, language, ORGANISATION, public_url=PUBLIC_URL, facts=facts or FACTS[kind])


@pytest.mark.parametrize("kind", LetterKind)
def test_a_letter_is_what_was_approved(kind: LetterKind) -> None:
    mail = written(kind)
    check_approved(f"mails/{kind}.html", mail.html)
    check_approved(f"mails/{kind}.txt", f"{mail.subject}\n{mail.preheader}\n\n{mail.text}")


@pytest.mark.parametrize("language", Language)
def test_thanks_are_what_was_approved_in_every_language(language: Language) -> None:
    first, again = (written(LetterKind.THANKS, {"given": ("40 €",), "first": one}, language) for one in ("yes", ()))
    told = [f"{mail.subject}\n{mail.preheader}\n\n{mail.text}" for mail in (first, again)]
    check_approved(f"mails/thanks-{language}.txt", "\n".join(told))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", [LetterKind.ORIGIN, LetterKind.STILL])
def test_what_the_law_wants_told_is_what_was_approved_in_every_language(kind: LetterKind, language: Language) -> None:
    mail = written(kind, language=language)
    check_approved(f"mails/{kind}-{language}.txt", f"{mail.subject}\n{mail.preheader}\n\n{mail.text}")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", LetterKind)
def test_a_letter_passes_every_check_in_every_language(kind: LetterKind, language: Language) -> None:
    mail = written(kind, language=language)
    assert findings(mail, is_list=False) == ()
    assert mail.language is language


@pytest.mark.parametrize("kind", LetterKind)
def test_a_letter_asks_for_no_more_than_its_link_and_the_address(kind: LetterKind) -> None:
    mail = written(kind)
    for part in (mail.html, mail.text):
        assert slots_in(part) == LINKS[kind] | {Slot.ADDRESS}
    assert slots_in(mail.subject + mail.preheader) == set()


def test_the_confirmation_repeats_the_exact_words_and_has_one_button() -> None:
    mail = written(LetterKind.CONFIRM)
    html, text = fill_html(mail.html, READER), fill_text(mail.text, READER)
    for words in WORDS:
        assert words in [e.text for e in elements(html) if e.name == "p"]
        assert words in " ".join(text.split())
    buttons = [e for e in elements(html) if "button" in (e.attributes.get("class") or "").split()]
    assert [e.attributes["href"] for e in buttons] == [READER[Slot.CONFIRM_URL]]
    assert "Ne faites rien" in html
    assert "Ne faites rien" in text


def test_without_exact_words_the_confirmation_names_what_was_asked() -> None:
    text = written(LetterKind.CONFIRM, {"purposes": "La lettre\nLes pétitions"}).text
    assert "  – La lettre\n  – Les pétitions\n" in text


@pytest.mark.parametrize("facts", [{}, {"words": "x"}, {"purposes": "x", "first_name": "Achetez sur http://x.example"}])
def test_a_letter_takes_the_facts_it_knows_and_no_name(facts: Facts) -> None:
    with pytest.raises(WrongFacts):
        service.render_letter(LetterKind.CONFIRM, Language.FR, ORGANISATION, public_url=PUBLIC_URL, facts=facts)


def test_facts_are_text_too() -> None:
    wild = "<script>x</script> zqslot-confirm-url-qz ((prénom)) {{ 7*7 }}"
    mail = written(LetterKind.WELCOME, {"purposes": (wild,)})
    assert "&lt;script&gt;x&lt;/script&gt; zq\u2060slot-confirm-url-qz ((prénom)) {{ 7*7 }}" in mail.html
    assert slots_in(mail.html) == {Slot.PREFERENCES_URL, Slot.ADDRESS}


def test_a_letter_says_who_writes() -> None:
    mail = written(LetterKind.GOODBYE)
    for part in (mail.html, mail.text):
        for word in ("Portevoix ASBL", "Rue des Droits 10", "1000 Bruxelles", "0418.308.144"):
            assert word in part


def test_a_goodbye_is_the_last_word_unless_something_is_kept() -> None:
    assert "une dernière fois" not in written(LetterKind.GOODBYE).text
    assert "une dernière fois" in written(LetterKind.GOODBYE, {"purposes": PURPOSES}).text
