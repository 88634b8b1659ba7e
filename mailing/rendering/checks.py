"""A last look at a finished mail: what keeps it from being read, by eyes, ears or fingers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailing.composition.model import Severity
from mailing.rendering.fill import fill_text
from mailing.rendering.markup import Element, elements
from mailing.rendering.model import Finding, FindingCode, RenderedEmail, Slot
from mailing.rendering.slots import slots_in
from mailing.rendering.words import PLACEHOLDER

HEAVIEST = 100_000
"""Bytes of HTML; a little above, some programs show only the beginning."""

SUBJECT_AT_MOST = 90
SMALLEST_TYPE = 14
DETAIL_AT_MOST = 80

_ERRORS = frozenset(
    {
        FindingCode.SUBJECT_EMPTY,
        FindingCode.TEXT_EMPTY,
        FindingCode.TOO_HEAVY,
        FindingCode.LANGUAGE_MISSING,
        FindingCode.ALT_MISSING,
        FindingCode.LINK_EMPTY,
        FindingCode.LINK_NOWHERE,
        FindingCode.LINK_UNSAFE,
        FindingCode.NO_UNSUBSCRIBE,
        FindingCode.PLACEHOLDER_LEFT,
    }
)
_FONT_SIZE = re.compile(r"(?:^|;)\s*font-size:\s*([0-9.]+)px")
_URL_MARKS = tuple(slot for slot in Slot if slot.value.endswith("_url"))


def findings(mail: RenderedEmail, *, is_list: bool = True) -> tuple[Finding, ...]:
    """What is wrong with a mail, errors first, each thing once. A letter to one person (`is_list` false) needs no
    unsubscribe link."""
    page = list(elements(mail.html))
    found = [*_of_words(mail, is_list=is_list), *_of_page(page), *_of_links(page), *_of_headings(page)]
    return tuple(sorted(dict.fromkeys(found), key=lambda f: f.severity is not Severity.ERROR))


def _found(code: FindingCode, detail: str = "") -> Finding:
    severity = Severity.ERROR if code in _ERRORS else Severity.WARNING
    shown = " ".join(detail.split())
    cut = shown if len(shown) <= DETAIL_AT_MOST else f"{shown[: DETAIL_AT_MOST - 1]}…"
    return Finding(code=code, severity=severity, detail=cut)


def _of_words(mail: RenderedEmail, *, is_list: bool) -> Iterator[Finding]:
    subject = fill_text(mail.subject, dict.fromkeys(Slot, ""))
    if not subject.strip():
        yield _found(FindingCode.SUBJECT_EMPTY)
    if len(subject) > SUBJECT_AT_MOST:
        yield _found(FindingCode.SUBJECT_LONG, str(len(subject)))
    if not mail.preheader.strip():
        yield _found(FindingCode.PREHEADER_EMPTY)
    if not mail.text.strip():
        yield _found(FindingCode.TEXT_EMPTY)
    if (weight := len(mail.html.encode())) > HEAVIEST:
        yield _found(FindingCode.TOO_HEAVY, str(weight))
    if is_list and not all(Slot.UNSUBSCRIBE_URL in slots_in(part) for part in (mail.html, mail.text)):
        yield _found(FindingCode.NO_UNSUBSCRIBE)
    for words in (mail.subject, mail.preheader, mail.text):
        for left in PLACEHOLDER.finditer(words):
            yield _found(FindingCode.PLACEHOLDER_LEFT, left[0])


def _of_page(page: list[Element]) -> Iterator[Finding]:
    names = {element.name for element in page}
    if not any(element.name == "html" and element.attributes.get("lang") for element in page):
        yield _found(FindingCode.LANGUAGE_MISSING)
    if "title" not in names or not any(e.text.strip() for e in page if e.name == "title"):
        yield _found(FindingCode.TITLE_MISSING)
    for element in page:
        if element.name == "img" and element.attributes.get("alt") is None:
            yield _found(FindingCode.ALT_MISSING, element.attributes.get("src") or "")
        if element.name == "table" and element.attributes.get("role") not in ("presentation", "none"):
            yield _found(FindingCode.TABLE_ROLE, element.text)
        size = _FONT_SIZE.search(element.attributes.get("style") or "")
        if size and float(size[1]) < SMALLEST_TYPE and element.own_text.strip():
            yield _found(FindingCode.SMALL_TYPE, element.own_text)


def _of_links(page: list[Element]) -> Iterator[Finding]:
    for link in (element for element in page if element.name == "a"):
        url = (link.attributes.get("href") or "").strip()
        scheme = url.partition(":")[0].lower()
        if not (link.text.strip() or link.picture_text.strip()):
            yield _found(FindingCode.LINK_EMPTY, url)
        if url in ("", "#") or url.startswith("#"):
            yield _found(FindingCode.LINK_NOWHERE, link.text)
        elif not (scheme in ("http", "https", "mailto") or any(slot in _URL_MARKS for slot in slots_in(url))):
            yield _found(FindingCode.LINK_UNSAFE, url)


def _of_headings(page: list[Element]) -> Iterator[Finding]:
    """One `h1` comes first, and no level is skipped on the way down."""
    headings = [element for element in page if re.fullmatch(r"h[1-6]", element.name)]
    level = 0
    for heading in headings:
        depth = int(heading.name[1])
        if depth > level + 1 or (depth == 1 and level):
            yield _found(FindingCode.HEADING_ORDER, heading.text)
        if not heading.text.strip():
            yield _found(FindingCode.HEADING_ORDER, heading.name)
        level = depth
    if not headings:
        yield _found(FindingCode.HEADING_ORDER)
