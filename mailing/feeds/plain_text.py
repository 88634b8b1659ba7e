"""HTML of strangers to plain text: what a reader would read, and nothing a browser would run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from mailing.feeds.decoding import WINDOWS

_MAX_HTML = 200_000
_SILENT = frozenset({"script", "style", "template", "noscript", "iframe", "object", "head", "svg", "math", "select"})
_BLOCKS = frozenset(
    {"p", "br", "div", "li", "ul", "ol", "tr", "td", "th", "table", "blockquote", "section", "article", "figure"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "hr", "dl", "dt", "dd", "pre", "header", "footer", "figcaption"}
)
_MARKUP = re.compile(r"[<&]")
_TAG_LIKE = re.compile(r"<+(?=[A-Za-z/!?])")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]")
_SPACES = re.compile("[ \t\r\n\f\v\x85]+")
_CUT = re.compile(r"[\s\u00a0\u202f]*[(\[]\s?(?:…|\.{3})\s?[)\]][\s\u00a0.…]*$")
_LEFT_OVER = re.compile(r"[\s\u00a0,/–—-]+$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Introduction:
    """A text to stand below a title; `was_cut` where the site or we shortened it (the mark is gone)."""

    text: str
    was_cut: bool


def plain(html: str, *, at_most: int) -> str:
    """The words of `html` on one line, at most that many characters long, ending on a whole word.

    No markup survives, not even markup that was escaped twice; typographic spaces stay.
    """
    return shortened(_words(html), at_most=at_most)[0]


def introduction(html: str, *, at_most: int) -> Introduction:
    """The text of a description without the links to sections and tags that SPIP adds to it, nor its "(…)"."""
    root = _parsed(html)
    if root is not None:
        links = [a for a in root.iter("a") if {"directory", "tag"} & set((a.get("rel") or "").lower().split())]
        for link in links:
            _remove(link)
        text = _settled(_text(root))
        if links:
            text = _LEFT_OVER.sub("", text)
    else:
        text = _settled(html)
    whole = _CUT.sub("", text)
    short, was_cut = shortened(whole, at_most=at_most)
    return Introduction(text=short, was_cut=was_cut or whole != text)


def first_image(html: str) -> str:
    """The address of the first picture in `html` that a reader would see, as written; empty where there is none."""
    root = _parsed(html)
    if root is None:
        return ""
    for image in root.iter("img"):
        source = (image.get("src") or "").strip()
        is_dot = any((image.get(side) or "").strip() in ("0", "1", "2") for side in ("width", "height"))
        if source and not is_dot and not source.lower().startswith("data:"):
            return str(source)
    return ""


def shortened(text: str, *, at_most: int) -> tuple[str, bool]:
    """`text` cut after a whole word where it is longer than `at_most`, and whether it was."""
    if len(text) <= at_most:
        return text, False
    head, space, _ = text[: at_most + 1].rpartition(" ")
    kept = head if space and len(head) > at_most // 2 else text[:at_most]
    return kept.rstrip(" ,;:–—-\u00a0\u202f"), True


def _words(html: str) -> str:
    root = _parsed(html)
    return _settled(html if root is None else _text(root))


def _settled(text: str) -> str:
    """One line of text from which whatever still looks like a tag is taken out."""
    text = _UNSEEN.sub("", text.translate(WINDOWS))
    for _ in range(3):
        if not _TAG_LIKE.search(text):
            break
        root = _parsed(text)
        if root is None:
            break
        text = _text(root)
    text = _TAG_LIKE.sub("", _UNSEEN.sub("", text.translate(WINDOWS)))
    return _SPACES.sub(" ", text).strip(" \u00a0\u202f")


def _parsed(html: str) -> Any:
    """The tree of `html`, or None where it holds no markup at all."""
    if not _MARKUP.search(html):
        return None
    parser = etree.HTMLParser(recover=True, no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        return etree.fromstring(f"<div>{html[:_MAX_HTML]}</div>".encode("utf-8", "ignore"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _text(root: Any) -> str:
    return "".join(_pieces(root))


def _pieces(root: Any) -> Iterator[str]:
    """Texts in reading order. No recursion: strangers nest as deep as they like."""
    hidden: Any = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            if hidden is None and element.tag in _SILENT:
                hidden = element
            if hidden is None:
                if element.tag in _BLOCKS:
                    yield " "
                yield element.text or ""
        else:
            if hidden is None and element.tag in _BLOCKS:
                yield " "
            if hidden is element:
                hidden = None
            if hidden is None and element is not root:
                yield element.tail or ""


def _remove(element: Any) -> None:
    """Takes an element out and leaves the text that followed it."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    tail = element.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)
