"""What the demonstration's site tells: articles, petitions, events, campaigns and pages, dated for a given day."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from crm.demo.site_week import ahead, past

PICTURES = Path(__file__).with_name("pictures")
_FACTS = Path(__file__).with_name("facts")
_CUT_AT = 150


class Rubric(Enum):
    """A section of the site: its number in the feeds' addresses, its name, its folder."""

    NEWS = (1, "Actualités", "/infos/actualites/")
    WIRE = (2, "Fil d’infos", "/infos/fil-infos/")
    PETITIONS = (3, "Pétitions", "/veux-agir/agir-ligne/petitions/")
    EVENTS = (4, "Agenda", "/agenda/")
    BLOG = (5, "Blogs", "/infos/blogs/")
    FRONT = (6, "Dossiers", "/infos/dossiers/")

    def __init__(self, number: int, title: str, path: str) -> None:
        self.number = number
        self.title = title
        self.path = path


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """An article of the site. `number` is its own for ever; its dates move with the weeks.

    `wire_path` is the address under which the wire carries it too, empty where it does not.
    """

    rubric: Rubric
    number: int
    slug: str
    title: str
    chapo: str
    text: tuple[str, ...]
    author: str = ""
    label: str = ""
    published_on: date | None = None
    countries: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    picture: str = ""
    picture_words: str = ""
    wire_path: str = ""
    closes_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    starts_time: str = ""
    place: str = ""
    event_types: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return f"{self.rubric.path}article/{self.slug}"

    @property
    def tags(self) -> tuple[str, ...]:
        return self.countries + self.themes

    @property
    def introduction(self) -> tuple[str, bool]:
        """What stands below its title in a list: its chapo, else its text cut after a word; and whether it was cut."""
        if self.chapo:
            return self.chapo, False
        return " ".join(self.text)[:_CUT_AT].rpartition(" ")[0], True


@dataclass(frozen=True, kw_only=True, slots=True)
class Campaign:
    """A campaign of the organisation."""

    slug: str
    title: str
    text: tuple[str, ...]
    on_home: bool

    @property
    def path(self) -> str:
        return f"/campagne/{self.slug}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A page of few words and one button."""

    path: str
    title: str
    text: tuple[str, ...]
    button: str
    to: str
    picture: str = ""
    picture_words: str = ""


def things(today: date) -> tuple[Thing, ...]:
    """Everything the site tells on that Belgian day, the newest first; what bears no date comes last."""
    dated = (_moved(thing, today) for thing in _written())
    return tuple(sorted(dated, key=lambda t: (t.published_on or date.min, -t.number), reverse=True))


def front(today: date) -> tuple[Thing, ...]:
    """The things on top of the home page, in their order."""
    by_number = {thing.number: thing for thing in things(today)}
    return tuple(by_number[entry.get("same_as") or entry["number"]] for entry in _read("front"))


@cache
def campaigns() -> tuple[Campaign, ...]:
    """All campaigns; those with `on_home` first."""
    return tuple(
        Campaign(
            slug=entry["slug"],
            title=entry["title"],
            text=tuple(entry["text"]),
            on_home=entry.get("on_home", False),
        )
        for entry in _read("campaigns")
    )


@cache
def sheets() -> dict[str, Sheet]:
    """The pages of few words, by their path."""
    words = picture_words()
    return {
        entry["path"]: Sheet(
            path=entry["path"],
            title=entry["title"],
            text=tuple(entry["text"]),
            button=entry["button"],
            to=entry["to"],
            picture=entry.get("picture", ""),
            picture_words=words.get(entry.get("picture", ""), ""),
        )
        for entry in _read("pages")
    }


@cache
def picture_words() -> dict[str, str]:
    """What each picture shows, in words."""
    found: dict[str, str] = json.loads((_FACTS / "pictures.json").read_text())
    return found


def slug_of(tag: str) -> str:
    """The last part of a tag's address: small letters, digits and dashes."""
    bare = unicodedata.normalize("NFKD", tag.casefold().replace("·", ""))
    kept = "".join(c if c.isascii() and c.isalnum() else " " for c in bare if not unicodedata.combining(c))
    return "-".join(kept.split())


def _moved(thing: Thing, today: date) -> Thing:
    """The thing with its dates in the weeks around today. An event keeps its length."""
    starts, ends = thing.starts_on, thing.ends_on
    if starts and ends:
        moved_end = ahead(ends, today)
        starts, ends = moved_end - (ends - starts), moved_end
    return replace(
        thing,
        published_on=past(thing.published_on, today) if thing.published_on else None,
        closes_on=ahead(thing.closes_on, today) if thing.closes_on else None,
        starts_on=starts,
        ends_on=ends,
    )


@cache
def _written() -> tuple[Thing, ...]:
    files = {
        "news": Rubric.NEWS,
        "wire": Rubric.WIRE,
        "petitions": Rubric.PETITIONS,
        "events": Rubric.EVENTS,
        "blogs": Rubric.BLOG,
        "front": Rubric.FRONT,
    }
    return tuple(
        _thing(entry, rubric) for name, rubric in files.items() for entry in _read(name) if "same_as" not in entry
    )


def _thing(entry: dict[str, Any], rubric: Rubric) -> Thing:
    number = entry["number"]
    picture = entry.get("picture", "")
    thing = Thing(
        rubric=rubric,
        number=number,
        slug=entry["slug"],
        title=entry["title"],
        chapo=entry["chapo"],
        text=tuple(entry["text"]),
        author=entry.get("author", ""),
        label=entry.get("label", ""),
        published_on=_day(entry, "day"),
        countries=tuple(entry.get("countries", ())),
        themes=tuple(entry.get("themes", ())),
        picture=picture,
        picture_words=picture_words().get(picture, ""),
        closes_on=_day(entry, "closes_on"),
        starts_on=_day(entry, "starts_on"),
        ends_on=_day(entry, "ends_on"),
        starts_time=entry.get("starts_time", ""),
        place=entry.get("place", ""),
        event_types=tuple(entry.get("event_types", ())),
    )
    # SPIP answers to an article's number as well as to its name: the wire carries one thing under the first.
    addresses = {"same": thing.path, "number": f"/spip.php?article{number}", "": ""}
    return replace(thing, wire_path=thing.path if rubric is Rubric.WIRE else addresses[entry.get("in_wire", "")])


def _day(entry: dict[str, Any], name: str) -> date | None:
    return date.fromisoformat(entry[name]) if name in entry else None


def _read(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((_FACTS / f"{name}.json").read_text())
    return found
