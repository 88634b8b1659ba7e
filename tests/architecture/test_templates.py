"""Templates show, they do not think: each compiles in every language, none holds script or style."""

from __future__ import annotations

import re

import pytest
from jinja2 import nodes

from crm.foundation.templating import environment
from crm.values.languages import Language
from tests.architecture.sources import templates

PAGES = [(name, text) for name, text in templates(".html") if not name.startswith("mail/")]
INLINE = {
    "a script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "a style block": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"\son(?!e\b)[a-z]+\s*=", re.IGNORECASE),
    "htmx evaluating": re.compile(r"\bhx-(on|vals\s*=\s*[\"']js:)", re.IGNORECASE),
    "a javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "something loaded from elsewhere": re.compile(
        r"<(script|link|img|iframe)\b[^>]*(src|href)=[\"'](https?:)?//", re.IGNORECASE
    ),
}


@pytest.mark.parametrize("language", Language, ids=str)
def test_every_template_compiles_in_every_language(language: Language) -> None:
    house = environment(language)
    for name, _ in templates(".html", ".txt"):
        if not name.startswith("static/"):
            house.get_template(name)


@pytest.mark.parametrize(("what", "pattern"), INLINE.items(), ids=INLINE)
def test_no_page_holds(what: str, pattern: re.Pattern[str]) -> None:
    assert [name for name, text in PAGES if pattern.search(text)] == [], what


def test_every_form_that_changes_something_is_a_post_with_a_token() -> None:
    bare = []
    for name, text in PAGES:
        if not name.startswith("office/"):
            continue
        for form in re.findall(r"<form\b.*?</form>", text, re.IGNORECASE | re.DOTALL):
            changes = re.match(r"<form\b[^>]*method\s*=\s*[\"']?post", form, re.IGNORECASE)
            if changes and "csrf" not in form:
                bare.append(f"{name}: {form[:80]}")
    assert bare == []


def test_filters_and_tests_a_template_names_exist() -> None:
    unknown = []
    for name, text in templates(".html", ".txt"):
        if name.startswith("static/"):
            continue
        house = environment(Language.FR)
        for node in house.parse(text).find_all((nodes.Filter, nodes.Test)):
            known = house.filters if isinstance(node, nodes.Filter) else house.tests
            if node.name not in known:
                unknown.append(f"{name}: {node.name}")
    assert unknown == []
