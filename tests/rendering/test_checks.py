"""The last look at a mail finds what would keep a reader from reading, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crm.values.languages import Language
from mailing.composition.model import Severity
from mailing.rendering.checks import DETAIL_AT_MOST, findings
from mailing.rendering.model import FindingCode, RenderedEmail, Slot
from mailing.rendering.slots import mark

LEAVE = f'<a href="{mark(Slot.UNSUBSCRIBE_URL)}">Partir</a>'
GOOD = RenderedEmail(
    language=Language.FR,
    subject="Un sujet",
    preheader="Une suite",
    html=f'<html lang="fr"><head><title>T</title></head><body><h1>Un</h1><h2>Deux</h2>{LEAVE}</body></html>',
    text=f"Bonjour\n{mark(Slot.UNSUBSCRIBE_URL)}\n",
)


def with_body(body: str) -> RenderedEmail:
    return replace(GOOD, html=GOOD.html.replace("</body>", f"{body}</body>"))


@pytest.mark.parametrize(
    ("mail", "code", "detail"),
    [
        (replace(GOOD, subject=" "), FindingCode.SUBJECT_EMPTY, ""),
        (replace(GOOD, subject="a" * 91), FindingCode.SUBJECT_LONG, "91"),
        (replace(GOOD, preheader=""), FindingCode.PREHEADER_EMPTY, ""),
        (with_body("a" * 100_000), FindingCode.TOO_HEAVY, str(len(GOOD.html) + 100_000)),
        (replace(GOOD, html=GOOD.html.replace(' lang="fr"', "")), FindingCode.LANGUAGE_MISSING, ""),
        (replace(GOOD, html=GOOD.html.replace("<title>T", "<title> ")), FindingCode.TITLE_MISSING, ""),
        (with_body('<img src="https://x.example/1.png">'), FindingCode.ALT_MISSING, "https://x.example/1.png"),
        (with_body('<a href="https://x.example/"> </a>'), FindingCode.LINK_EMPTY, "https://x.example/"),
        (with_body('<a href="#">Ici</a>'), FindingCode.LINK_NOWHERE, "Ici"),
        (with_body("<a>Ici</a>"), FindingCode.LINK_NOWHERE, "Ici"),
        (with_body('<a href="javascript:x()">Ici</a>'), FindingCode.LINK_UNSAFE, "javascript:x()"),
        (with_body('<a href="page.html">Ici</a>'), FindingCode.LINK_UNSAFE, "page.html"),
        (with_body("<h4>Quatre</h4>"), FindingCode.HEADING_ORDER, "Quatre"),
        (with_body("<h1>Encore un</h1>"), FindingCode.HEADING_ORDER, "Encore un"),
        (with_body("<h2> </h2>"), FindingCode.HEADING_ORDER, "h2"),
        (with_body("<table><tr><td>x</td></tr></table>"), FindingCode.TABLE_ROLE, "x"),
        (with_body('<p style="color:red; font-size:11px">Petit</p>'), FindingCode.SMALL_TYPE, "Petit"),
        (replace(GOOD, text="Bonjour"), FindingCode.NO_UNSUBSCRIBE, ""),
        (replace(GOOD, html=GOOD.html.replace(LEAVE, "")), FindingCode.NO_UNSUBSCRIBE, ""),
        (replace(GOOD, text=f"{GOOD.text}((inconnu|x))"), FindingCode.PLACEHOLDER_LEFT, "((inconnu|x))"),
    ],
)
def test_each_fault_is_found_once_and_shown(mail: RenderedEmail, code: FindingCode, detail: str) -> None:
    assert [(found.code, found.detail) for found in findings(mail)] == [(code, detail)]


def test_a_good_mail_has_no_findings() -> None:
    assert findings(GOOD) == ()


def test_pictures_speak_for_a_link_and_decoration_may_be_silent() -> None:
    assert findings(with_body('<a href="https://x.example/"><img alt="Lire"></a><img alt="">')) == ()
    found = findings(with_body('<a href="https://x.example/"><img alt=""></a>'))
    assert [f.code for f in found] == [FindingCode.LINK_EMPTY]


def test_a_page_without_headings_and_words_is_told_so() -> None:
    bare = replace(GOOD, html="<p>x</p>", text="")
    assert {f.code for f in findings(bare, is_list=False)} == {
        FindingCode.TEXT_EMPTY,
        FindingCode.LANGUAGE_MISSING,
        FindingCode.TITLE_MISSING,
        FindingCode.HEADING_ORDER,
    }


def test_a_letter_needs_no_way_to_unsubscribe() -> None:
    assert findings(replace(GOOD, text="x"), is_list=False) == ()


def test_errors_come_first_and_details_stay_short() -> None:
    found = findings(replace(with_body(f'<a href="{"x" * 500}">Ici</a>'), preheader=""))
    assert [f.severity for f in found] == [Severity.ERROR, Severity.WARNING]
    assert len(found[0].detail) == DETAIL_AT_MOST


def test_a_closing_tag_too_many_hurts_nobody() -> None:
    assert findings(with_body("</section>")) == ()
