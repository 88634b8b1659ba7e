"""The site's pages: home, sections, articles, petitions, events, campaigns, tags, and a few words where none is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.demo.site_facts import Rubric, Sheet, Thing, campaigns, front, sheets, slug_of, things
from crm.demo.site_feeds import feeds_of, rubric_of
from crm.foundation.templating import render
from crm.foundation.translation import french_spaces
from crm.values.languages import Language

_NUMBERED = re.compile(r"article(\d{1,6})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where the site answers, the day it tells of, and where its sign-up page is (empty where there is none)."""

    base_url: str
    today: date
    sign_up_url: str = ""


def page(path: str, query: str, place: Place) -> tuple[int, str]:
    """The status and text of the page at that address; kind words and 404 where there is none."""
    told = things(place.today)
    found = _home(told, place) if path == "/" else None
    found = found or _thing_page(path, query, told, place) or _list_page(path, told, place)
    sheet = sheets().get(path.rstrip("/"))
    if found is None and sheet is not None:
        found = _shown("sheet", place, title=sheet.title, sheet=sheet)
    return (200, found) if found else (404, missing(place))


def missing(place: Place) -> str:
    """The page for an address that leads nowhere."""
    sheet = Sheet(
        path="",
        title="Cette page n’existe pas",
        text=("L’adresse est peut-être incomplète, ou la page a été déplacée.",),
        button="Revenir à l’accueil",
        to="/",
    )
    return _shown("sheet", place, title=sheet.title, sheet=sheet)


def _home(told: tuple[Thing, ...], place: Place) -> str:
    wire = [t for t in told if t.wire_path][:8]
    return _shown(
        "home",
        place,
        title="",
        front=front(place.today),
        news=[t for t in told if t.rubric is Rubric.NEWS],
        wire=wire,
        petitions=[t for t in told if t.rubric is Rubric.PETITIONS],
        events=_by_start(told),
        blogs=[t for t in told if t.rubric is Rubric.BLOG],
        campaigns=campaigns(),
    )


def _thing_page(path: str, query: str, told: tuple[Thing, ...], place: Place) -> str | None:
    numbered = _NUMBERED.match(query) if path == "/spip.php" else None
    for thing in told:
        if path == thing.path or (numbered and int(numbered[1]) == thing.number):
            return _shown("article", place, title=thing.title, thing=thing, others=_others(thing, told))
        if thing.rubric is Rubric.PETITIONS and path == f"{thing.path}/signer":
            return _shown("sheet", place, title="Merci !", sheet=_not_signed(thing))
    return None


def _list_page(path: str, told: tuple[Thing, ...], place: Place) -> str | None:
    wanted = path.rstrip("/") + "/"
    for rubric in Rubric:
        if rubric.path == wanted:
            of_rubric = _by_start(told) if rubric is Rubric.EVENTS else [t for t in told if t.rubric is rubric]
            return _shown("list", place, title=rubric.title, things=of_rubric, text=())
    for campaign in campaigns():
        if f"{campaign.path}/" == wanted:
            tagged = [t for t in told if slug_of(campaign.title) in map(slug_of, t.themes)]
            return _shown("list", place, title=campaign.title, things=tagged, text=campaign.text)
    tagged = [t for t in told if wanted in (f"/mot/{slug_of(tag)}/" for tag in t.tags)]
    if not tagged:
        return None
    title = next(tag for tag in tagged[0].tags if f"/mot/{slug_of(tag)}/" == wanted)
    return _shown("list", place, title=title, things=tagged, text=())


def _by_start(told: tuple[Thing, ...]) -> list[Thing]:
    return sorted((t for t in told if t.starts_on), key=lambda t: (t.starts_on or date.max, t.number))


def _others(thing: Thing, told: tuple[Thing, ...]) -> list[Thing]:
    """Three more to read: those that share a tag first."""
    rest = [t for t in told if t.number != thing.number and t.picture and t.rubric is not Rubric.EVENTS]
    return sorted(rest, key=lambda t: not set(t.tags) & set(thing.tags))[:3]


def _not_signed(petition: Thing) -> Sheet:
    return Sheet(
        path="",
        title="Merci d’avoir voulu signer",
        text=(
            f"« {petition.title} »",
            "Ce site est une démonstration : il ne recueille aucune signature et ne vous demande rien.",
            "Sur le site d’une organisation, ce bouton ouvrirait le formulaire de la pétition.",
        ),
        button="Revenir à la pétition",
        to=petition.path,
    )


def _shown(name: str, place: Place, **values: Any) -> str:
    html = render(
        f"demo/site_{name}.html",
        Language.FR,
        slug_of=slug_of,
        sections=[rubric for rubric in Rubric if rubric_of(str(rubric.number))],
        feeds=[(title, url) for title, url, _ in feeds_of(place.base_url)],
        sign_up_url=place.sign_up_url,
        today=place.today,
        **values,
    )
    return french_spaces(html)
