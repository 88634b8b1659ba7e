"""What every office page shares: the frame around it, its words, and the notice after an action."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Response, current_app, g, make_response, redirect, request, url_for

from crm.assembly import Assembly
from crm.foundation.signing import TokenPurpose
from crm.foundation.templating import environment, render
from crm.staff.model import Permission, StaffSession
from crm.values.languages import Language
from crm.web import words
from crm.web.assets import asset
from crm.web.office import guard, navigation, staff_words

FLASH_COOKIE = "portevoix-notice"
THEME_COOKIE = "portevoix-theme"
THEMES = ("light", "dark")


def assembly() -> Assembly:
    """The assembly of this application."""
    made: Assembly = current_app.extensions["portevoix"]
    return made


def now() -> datetime:
    """This moment, by the assembly's clock."""
    return assembly().clock()


def language() -> Language:
    """The language of the person at the screen; the house's before they sign in."""
    found: StaffSession | None = g.get("staff") or g.get("half")
    return found.account.language if found else assembly().settings.office_language


def say(text: str, **values: object) -> str:
    """A marked sentence in the language of the person at the screen."""
    return words.say(language(), text, **values)


def say_count(one: str, many: str, n: int, **values: object) -> str:
    """The same for a count; `%(n)s` is the number."""
    return words.say_count(language(), one, many, n, **values)


def number(value: int) -> str:
    """A count as the language writes it."""
    return str(environment(language()).filters["number"](value))


def day(value: date | datetime, style: str = "medium") -> str:
    """A Belgian calendar day as the language writes it: short, medium, long, or a pattern of CLDR."""
    return str(environment(language()).filters["day"](value, style))


def money(cents: int) -> str:
    """An amount as the language writes it."""
    return str(environment(language()).filters["money"](cents))


def is_partial() -> bool:
    """True where htmx asks for a piece of a page rather than the whole."""
    return "HX-Request" in request.headers and "HX-Boosted" not in request.headers


def show(template: str, *, status: int = 200, **values: Any) -> Response:
    """A page (or a piece of one) with everything the frame and the components need.

    Templates get, besides `values`: `account`, `role_names`, `csrf`, `may(permission)`, `navigation`, `here`,
    `organisation`, `now`, `url_for`, `asset`, `theme` and `notice`.
    """
    found: StaffSession | None = g.get("staff")
    response = make_response(
        render(
            template,
            language(),
            **{
                "account": found.account if found else None,
                "role_names": staff_words.names(found.account.roles) if found else (),
                "csrf": found.csrf if found else "",
                "may": lambda permission: guard.may(Permission(permission)),
                "navigation": navigation.entries(found.account.roles) if found else (),
                "here": (request.endpoint or "").partition(".")[0],
                "organisation": assembly().settings.organisation,
                "public_url": assembly().settings.public_url,
                "is_demo": assembly().settings.demo,
                "now": now(),
                "url_for": url_for,
                "asset": asset,
                "theme": request.cookies.get(THEME_COOKIE) if request.cookies.get(THEME_COOKIE) in THEMES else "auto",
                "notice": _notice(),
                **values,
            },
        ),
        status,
    )
    response.content_type = "text/html; charset=utf-8"
    response.vary.add("HX-Request")
    if FLASH_COOKIE in request.cookies and not is_partial():
        response.delete_cookie(FLASH_COOKIE, path="/office")
    return response


def ticked(name: str) -> list[int]:
    """The numbers of what was ticked under a name; what is no number of a row is passed over."""
    return [int(one) for one in request.form.getlist(name) if one.isascii() and one.isdigit() and len(one) < 16]


def back(address: str, message: str = "", *, kind: str = "done", undo: tuple[str, str] | None = None) -> Response:
    """Goes to an address of ours after a POST (303), with a notice: `kind` is done, note or refused.

    `undo` is (address to POST to, its hidden `name=value` field or ""): the notice offers "Annuler".
    """
    if "HX-Request" in request.headers:
        response = make_response("", 204)
        response.headers["HX-Redirect"] = address
    else:
        response = make_response(redirect(address, 303))
    if message:
        response.set_cookie(
            FLASH_COOKIE,
            assembly().links.sign(TokenPurpose.FORM, ["notice", kind, message, *(undo or ())]),
            max_age=60,
            path="/office",
            httponly=True,
            secure=assembly().settings.secure_cookies,
            samesite="Lax",
        )
    return response


def _notice() -> dict[str, str] | None:
    match assembly().links.read(TokenPurpose.FORM, request.cookies.get(FLASH_COOKIE, "")):
        case ["notice", str(kind), str(message)]:
            return {"kind": kind, "message": message, "undo": "", "field": ""}
        case ["notice", str(kind), str(message), str(undo), str(undo_field)]:
            return {"kind": kind, "message": message, "undo": undo, "field": undo_field}
    return None
