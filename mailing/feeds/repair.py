"""The XML of a feed made whole, bounded and harmless before anything reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5
from typing import Any

from lxml import etree

from crm.foundation.translation import N_
from mailing.feeds.decoding import decoded
from mailing.feeds.errors import NotAFeed
from mailing.feeds.outline import NAMESPACES, outlined

MAX_BYTES = 5 * 1024 * 1024
MAX_ITEMS = 200

_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]{0,20}:)?(rss|feed|RDF)(?=[\s>/])")
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_DECLARATION = re.compile(r"<!\s*(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_WHOLE = re.compile(r"</(?:[A-Za-z_][\w.-]{0,20}:)?(?:item|entry)\s{0,9}>")
_STARTED = re.compile(r"<(?:[A-Za-z_][\w.-]{0,20}:)?(?:item|entry)(?=[\s>/])")
_AMPERSAND = re.compile(r"&(?:#([xX]?)([0-9A-Fa-f]{1,8});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_LOOSE_BRACKET = re.compile(r"<(?![A-Za-z_:/!?])")
_PREFIX = re.compile(r"[</\s]([A-Za-z_][\w.-]{0,20}):[A-Za-z_][\w.-]{0,60}[\s=/>]")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_NAMESPACES = NAMESPACES | {
    "atom": "http://www.w3.org/2005/Atom",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Repaired:
    """Well-formed UTF-8 XML of at most `MAX_ITEMS` items, and what had to be left behind, one sentence each."""

    xml: bytes
    remarks: tuple[str, ...]
    is_whole: bool


def repaired(body: bytes) -> Repaired:
    """The feed in `body`, readable by a strict parser. Raises `NotAFeed` where there is none.

    Declarations of document types and entities are refused in whatever encoding they hide. A file that breaks off
    keeps its whole items.
    """
    if len(body) > MAX_BYTES:
        raise NotAFeed(N_("le fichier dépasse %(number)s Mo") % {"number": MAX_BYTES // 1024 // 1024})
    text = decoded(body)
    if not text.strip():
        raise NotAFeed(N_("le fichier est vide"))
    root = _ROOT.search(text)
    page = _PAGE.search(text)
    if page and (root is None or page.start() < root.start()):
        raise NotAFeed(N_("c’est une page web, pas un flux"))
    if _DECLARATION.search(text):
        raise NotAFeed(N_("le fichier déclare un type de document ou des entités : refusé"))
    if root is None:
        raise NotAFeed(N_("ce n’est pas un flux"))
    text, is_whole = _whole_items(text[root.start() :], root[0][1:])
    remarks = [] if is_whole else ["le flux est coupé : seuls ses éléments entiers sont repris"]
    xml, count = outlined(_tree(_with_namespaces(_escaped(text))), at_most=MAX_ITEMS)
    if count > MAX_ITEMS:
        remarks.append(f"le flux a {count} éléments : les {MAX_ITEMS} premiers sont repris")
    return Repaired(xml=xml, remarks=tuple(remarks), is_whole=is_whole)


def _whole_items(text: str, root: str) -> tuple[str, bool]:
    """The text up to the end of the feed and True; of a file that breaks off, up to the end of its last whole item."""
    end = text.rfind(f"</{root}")
    if end >= 0 or re.match(r"<[^<>]*/>", text):
        return text[: end if end >= 0 else None], True
    last = None
    for last in _WHOLE.finditer(text):  # noqa: B007 - only the last one counts
        pass
    if last is None:
        raise NotAFeed(N_("le flux est coupé avant la fin de son premier élément"))
    return text[: last.end()], False


def _escaped(text: str) -> str:
    """References XML does not know become characters; lone ampersands and brackets become themselves."""
    return "".join(piece if is_literal else _plain(piece) for is_literal, piece in _sections(text))


def _sections(text: str) -> Iterator[tuple[bool, str]]:
    """The text in turns: markup, then literal (CDATA) sections."""
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0:
        end = text.find("]]>", start)
        if end < 0:
            break
        yield False, text[at:start]
        yield True, text[start : end + 3]
        at = end + 3
    yield False, text[at:].replace("<![CDATA[", "")


def _plain(text: str) -> str:
    return _LOOSE_BRACKET.sub("&lt;", _AMPERSAND.sub(_reference, text))


def _reference(found: re.Match[str]) -> str:
    if found[2]:
        number = int(found[2], 16 if found[1] else 10) if found[1] or found[2].isdecimal() else -1
        legal = number in (9, 10, 13) or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD
        return found[0] if legal or 0x10000 <= number <= 0x10FFFF else ""
    if not found[3]:
        return "&amp;"
    if found[3] in _XML_NAMES:
        return found[0]
    known = html5.get(found[3] + ";")
    return "&amp;" + found[0][1:] if known is None else known.replace("&", "&amp;").replace("<", "&lt;")


def _with_namespaces(text: str) -> str:
    """Every prefix in use gets a namespace on the root, the well-known ones their own."""
    head = re.match(r"<[^<>]{0,4000}", text)
    declared = set(re.findall(r"xmlns:([\w.-]+)", head[0])) if head else set()
    used = {found[1] for found in _PREFIX.finditer(text)} - declared - {"xml", "xmlns"}
    new = "".join(f' xmlns:{p}="{_NAMESPACES.get(p, "urn:x-unknown:" + p)}"' for p in sorted(used)[:60])
    name = re.match(r"<[\w.:-]+", text)
    assert name is not None
    return text[: name.end()] + new + text[name.end() :]


def _tree(text: str) -> Any:
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        tree = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotAFeed(N_("le flux est illisible")) from error
    if tree is None:
        raise NotAFeed(N_("le flux est illisible"))
    return tree
