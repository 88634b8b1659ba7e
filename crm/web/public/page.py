"""What every supporters' page shares: its language, its frame, and the desk that letters are written at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, current_app, g, make_response, request, url_for

from crm.assembly import Assembly
from crm.foundation.templating import render
from crm.values.languages import Language
from crm.web import words
from crm.web.assets import asset

OWN_NAMES = {Language.FR: "Français", Language.NL: "Nederlands", Language.DE: "Deutsch", Language.EN: "English"}


@dataclass(frozen=True, kw_only=True, slots=True)
class LanguageLink:
    """This page in another language, under that language's own name."""

    code: str
    name: str
    address: str
    is_current: bool


def assembly() -> Assembly:
    """The assembly of this application."""
    made: Assembly = current_app.extensions["portevoix"]
    return made


def now() -> datetime:
    """This moment, by the assembly's clock."""
    return assembly().clock()


def language(of_person: Language | None = None) -> Language:
    """The language of this page: the one asked for in the address, else the person's own, else the browser's."""
    asked = request.args.get("lang", "")
    if asked in set(Language):
        return Language(asked)
    return of_person or Language.best(request.accept_languages.best_match([one.value for one in Language]))


def say(speaks: Language, text: str, **values: object) -> str:
    """A marked sentence in the page's language."""
    return words.say(speaks, text, **values)


def show(template: str, *, speaks: Language, status: int = 200, is_private: bool = False, **values: Any) -> Response:
    """A page in the supporters' frame. A private one (its address is somebody's own) is kept out of search engines."""
    g.language = speaks
    response = make_response(
        render(
            f"public/{template}",
            speaks,
            organisation=assembly().settings.organisation,
            asset=asset,
            url_for=url_for,
            languages=_language_links(speaks),
            is_private=is_private,
            **values,
        ),
        status,
    )
    response.content_type = "text/html; charset=utf-8"
    response.headers["Content-Language"] = speaks.value
    response.vary.add("Accept-Language")
    if is_private:
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def lost_link() -> Response:
    """The one answer to every link that is cut, changed, forged or out of use: it tells nothing about anybody."""
    return show("lost_link.html", speaks=language(), status=404, is_private=True)


def _language_links(speaks: Language) -> tuple[LanguageLink, ...]:
    return tuple(
        LanguageLink(
            code=one.value, name=OWN_NAMES[one], address=f"{request.path}?lang={one.value}", is_current=one is speaks
        )
        for one in Language
    )
