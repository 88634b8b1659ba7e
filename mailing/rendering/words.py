"""What editors and feeds wrote, made fit for a mail: paragraphs, placeholders from a list, links by themselves."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from crm.values.errors import Invalid
from crm.values.web_address import web_address
from mailing.rendering.errors import TwoFallbacks, UnknownPlaceholder
from mailing.rendering.slots import disarmed, disarmed_link, without_controls

FIRST_NAME = "prénom"
PLACEHOLDER = re.compile(r"\(\(\s*([^()|\n]{1,60}?)\s*(?:\|([^()|\n]{0,60}))?\)\)")
_URL = re.compile(r"https?://[^\s<>\"“”«»|\\^`{}]+", re.IGNORECASE)
_TRAILING = ".,;:!?…’'*_"
_SPACES = re.compile(r"[ \t\n\r\v\f\x1c-\x1f\x85\u2028\u2029]+")
_BREAKS = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of words; a link where it has a `url`."""

    text: str
    url: str = ""


Line = tuple[Run, ...]
Paragraph = tuple[Line, ...]


def one_line(text: str) -> str:
    """A title or a label on one line, without controls, in which no slot mark can be read. Hard spaces stay."""
    spaced = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
    return disarmed(re.sub(" +", " ", without_controls(spaced))).strip()


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Blank lines part paragraphs, single line breaks part lines; http(s) addresses become links.

    `text` has been through `tidy` (and `replaced`, where it is an editor's).
    """
    blocks = re.split(r"\n[ \t]*\n\s*", text)
    lines = ([line.strip() for line in block.split("\n")] for block in blocks)
    return tuple(tuple(_runs(line) for line in block if line) for block in lines if any(block))


def tidy(text: str) -> str:
    """A text of several lines, which end with LF, without other controls or readable slot marks."""
    lines = _BREAKS.sub("\n", unicodedata.normalize("NFC", text)).replace("\t", " ").split("\n")
    return disarmed("\n".join(without_controls(line) for line in lines)).strip()


def link(url: str) -> str:
    """`url` where it is an http(s) address a mail may hold, else nothing."""
    try:
        return disarmed_link(web_address(url))
    except Invalid:
        return ""


def fallback_of(texts: Iterable[str]) -> str:
    """The one word by which editors' texts call readers without a first name: `((prénom|ami·e))`. Empty if none does.

    Raises `TwoFallbacks` where they do not agree.
    """
    found = ""
    for text in texts:
        for name, fallback in PLACEHOLDER.findall(text):
            word = one_line(fallback)
            if _folded(name) == _folded(FIRST_NAME) and word:
                if found and found != word:
                    raise TwoFallbacks(found, word)
                found = word
    return found


def replaced(text: str, values: Mapping[str, str], *, field: str) -> str:
    """An editor's tidied text with its placeholders replaced, whatever their case and accents.

    Raises `UnknownPlaceholder`, naming it, for one that is not among `values`.
    """
    known = {_folded(name): value for name, value in values.items()}

    def value(found: re.Match[str]) -> str:
        name = _folded(found[1])
        if name not in known:
            raise UnknownPlaceholder(found[1].strip(), field=field)
        return known[name]

    return PLACEHOLDER.sub(value, text)


def typeset(words: tuple[Paragraph, ...], spaces: Callable[[str], str]) -> tuple[Paragraph, ...]:
    """The same words with the language's own spaces; links stay as they are."""
    return tuple(
        tuple(tuple(run if run.url else Run(spaces(run.text)) for run in line) for line in paragraph)
        for paragraph in words
    )


def _runs(line: str) -> tuple[Run, ...]:
    runs, position = [], 0
    for found in _URL.finditer(line):
        text = found[0].rstrip(_TRAILING)
        while text.endswith(")") and text.count("(") < text.count(")"):
            text = text[:-1].rstrip(_TRAILING)
        url = link(text)
        if not url:
            continue
        runs += [Run(line[position : found.start()]), Run(text, url)]
        position = found.start() + len(text)
    runs.append(Run(line[position:]))
    return tuple(run for run in runs if run.text)


def _folded(name: str) -> str:
    parted = unicodedata.normalize("NFD", name.strip().casefold())
    return "".join(c for c in parted if not unicodedata.combining(c))
