"""Every word is said in every language it is owed in, with the same placeholders; nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message

from crm.foundation import catalogues
from crm.values.languages import Language

OWED = [(language, domain) for domain, languages in catalogues.LANGUAGES.items() for language in languages]
WORD = re.compile(r"[^\W\d_]{2,}")
PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]?[\d.]*[a-zA-Z]|%%|\{\w*\}")


def _messages(language: Language, domain: str) -> Iterator[Message]:
    return (message for message in catalogues.read(language, domain) if message.id)


@cache
def _gathered() -> dict[str, Catalog]:
    return catalogues.gather()


def _texts(value: object) -> list[str]:
    return [str(text) for text in value] if isinstance(value, list | tuple) else [str(value)]


@pytest.mark.parametrize(("language", "domain"), OWED)
def test_a_catalogue_holds_what_is_said_and_no_more(language: Language, domain: str) -> None:
    said = {str(message.id) for message in _gathered()[domain] if message.id}
    kept = {str(message.id) for message in _messages(language, domain)}
    assert (kept - said, said - kept) == (set(), set()), "run `make messages`"


@pytest.mark.parametrize(("language", "domain"), OWED)
def test_nothing_is_missing_or_guessed(language: Language, domain: str) -> None:
    assert [m.id for m in _messages(language, domain) if m.fuzzy or not all(t.strip() for t in _texts(m.string))] == []


@pytest.mark.parametrize("domain", catalogues.LANGUAGES)
def test_no_sentence_is_left_in_another_language(domain: str) -> None:
    said: dict[tuple[str, str], set[str]] = {}
    for language in catalogues.LANGUAGES[domain]:
        for message in _messages(language, domain):
            for text in _texts(message.string):
                said.setdefault((str(message.id), text), set()).add(language)
    several = {text: languages for (_, text), languages in said.items() if len(languages) > 1}
    assert {text: who for text, who in several.items() if len(WORD.findall(PLACEHOLDER.sub("", text))) > 2} == {}


@pytest.mark.parametrize(("language", "domain"), OWED)
def test_placeholders_and_edges_are_kept(language: Language, domain: str) -> None:
    wrong = []
    for message in _messages(language, domain):
        sources, translations = _texts(message.id), _texts(message.string)
        wanted = sorted(PLACEHOLDER.findall(sources[-1]))
        for text in translations:
            # « 1 lecteur » may be said without its number in a singular, never in a plural.
            found = sorted(PLACEHOLDER.findall(text))
            singular = len(translations) > 1 and text == translations[0]
            if found != wanted and not (singular and set(found) <= set(wanted)):
                wrong.append(text)
            if (text[:1].isspace(), text[-1:].isspace()) != (sources[0][:1].isspace(), sources[0][-1:].isspace()):
                wrong.append(text)
    assert wrong == []
