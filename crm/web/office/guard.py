"""The one way to register an office page: with the permission it asks for."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, Flask, Response, abort, current_app, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from crm.assembly import Assembly
from crm.people import service as people
from crm.staff import rules, sessions
from crm.staff.model import Permission, Role, SessionLimits, StaffSession, Visit
from crm.values.identifiers import PersonId

P = ParamSpec("P")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOUCH_EVERY_SECONDS = 60


class Door(StrEnum):
    """The few office pages that ask for no permission: those before the door, and those on its threshold."""

    OPEN = "open"
    THRESHOLD = "threshold"


def page(
    blueprint: Blueprint,
    rule: str,
    *,
    permission: Permission,
    methods: tuple[str, ...] = ("GET",),
    fresh: bool = False,
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Registers a route and what it asks for. Methods other than GET need the session's own form token.

    A `fresh` page is sensitive: whoever proved longer than ten minutes ago who they are does so again first. The proof
    leads back to the page itself, or from a POST to the nearest page above it.
    """
    return _registered(blueprint, rule, methods, permission, lambda: _refusal(permission, fresh=fresh), fresh=fresh)


def open_page(
    blueprint: Blueprint, rule: str, *, methods: tuple[str, ...] = ("GET",)
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Registers an office route that asks for nothing: the sign-in, and what leads to it."""
    return _registered(blueprint, rule, methods, Door.OPEN, _look)


def threshold_page(
    blueprint: Blueprint, rule: str, *, methods: tuple[str, ...] = ("GET",)
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Registers a route for those whose password was right and who still owe a second factor, and for nobody else."""
    return _registered(blueprint, rule, methods, Door.THRESHOLD, _refusal_at_the_threshold)


def _registered(
    blueprint: Blueprint,
    rule: str,
    methods: tuple[str, ...],
    asked: Permission | Door,
    refuse: Callable[[], ResponseReturnValue | None],
    *,
    fresh: bool = False,
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    def register(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            refusal = refuse()
            if refusal is not None:
                return refusal
            if request.method not in SAFE and "person_id" in kwargs:
                kwargs["person_id"] = _of_today(kwargs["person_id"])
            return view(*args, **kwargs)

        guarded.__dict__["permission"] = asked
        guarded.__dict__["fresh"] = fresh
        blueprint.add_url_rule(rule, endpoint=view.__name__, view_func=guarded, methods=list(methods))
        return view

    return register


def _of_today(person_id: object) -> int:
    """Whom a form is about: whom its person was merged into since it was opened, so that nothing lands out of sight."""
    assert isinstance(person_id, int)
    with _assembly().database.reading() as session:
        living = people.find_survivor(session, PersonId(person_id))
    return person_id if living is None else living.id


def route_permissions(app: Flask) -> Mapping[tuple[str, str], Permission | Door]:
    """(rule, method) of every office route and what it declares.

    Raises `KeyError` for an office route that was registered past this module.
    """
    return {route: app.view_functions[endpoint].__dict__["permission"] for route, endpoint in _routes(app).items()}


def fresh_routes(app: Flask) -> frozenset[tuple[str, str]]:
    """(rule, method) of every office route that asks again who one is."""
    return frozenset(
        route for route, endpoint in _routes(app).items() if app.view_functions[endpoint].__dict__["fresh"]
    )


def _routes(app: Flask) -> dict[tuple[str, str], str]:
    return {
        (rule.rule, method): rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule == "/office" or rule.rule.startswith("/office/")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    }


def cookie_name(assembly: Assembly) -> str:
    """`__Host-` binds the cookie to this host and to https; plain for local trials."""
    return "__Host-portevoix" if assembly.settings.secure_cookies else "portevoix"


def signed_in() -> StaffSession:
    """The session of this request. Only inside a guarded page."""
    found: StaffSession | None = g.get("staff")
    if found is None:
        abort(403)
    return found


def may(permission: Permission) -> bool:
    """True where the person at the screen has that permission."""
    return rules.may(signed_in().account.roles, permission)


def required() -> frozenset[Role]:
    """The roles that this house asks a second factor of."""
    return frozenset(Role(name) for name in _assembly().settings.require_second_factor)


def visit() -> Visit:
    """Where this request comes from."""
    return Visit(device=rules.device(request.user_agent.string), origin=(request.remote_addr or "")[:45])


def limits() -> SessionLimits:
    """How long a session lives in this house."""
    chosen = _assembly().settings
    return SessionLimits.of(idle_minutes=chosen.session_idle_minutes, hours=chosen.session_hours)


def _refusal(permission: Permission, *, fresh: bool) -> ResponseReturnValue | None:
    _look()
    found: StaffSession | None = g.staff
    if found is None:
        return _ask_to_sign_in()
    if request.method not in SAFE and not _came_from_our_form(found):
        abort(403)
    if not rules.may(found.account.roles, permission):
        abort(403)
    if fresh and not rules.is_fresh(found.proved_at, _assembly().clock()):
        return _leave_for(url_for("proof.form", next=_page_here()))
    return None


def _refusal_at_the_threshold() -> ResponseReturnValue | None:
    g.staff = None
    made, token = _assembly(), _token()
    found = None
    if token:
        with made.database.reading() as session:
            found = sessions.half_session_of(session, token, made.clock())
    if found is None:
        return _leave_for(url_for("sign_in.form"))
    if request.method not in SAFE and not _came_from_our_form(found):
        abort(403)
    g.half = found
    return None


def half() -> StaffSession:
    """The session at the threshold. Only inside a threshold page."""
    found: StaffSession = g.half
    return found


def _look() -> None:
    g.staff = None
    made, token = _assembly(), _token()
    if not token:
        return
    now = made.clock()
    with made.database.reading() as session:
        found = sessions.session_of(session, token, now, limits=limits())
    if found and (now - found.last_seen_at).total_seconds() >= TOUCH_EVERY_SECONDS:
        with made.database.transaction() as session:
            sessions.touch(session, found.id, now)
    g.staff = found


def _assembly() -> Assembly:
    made: Assembly = current_app.extensions["portevoix"]
    return made


def _token() -> str:
    return request.cookies.get(cookie_name(_assembly()), "")


def _came_from_our_form(found: StaffSession) -> bool:
    given = request.headers.get("X-CSRF") or request.form.get("csrf", "")
    return comes_from_here() and secrets.compare_digest(given.encode(), found.csrf.encode())


def comes_from_here() -> bool:
    """False where the browser itself says that another site made this request."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def _ask_to_sign_in() -> Response:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    if request.headers.get("HX-Request"):
        return _leave_for(url_for("sign_in.form"))
    return _leave_for(url_for("sign_in.form", next=wanted if wanted and wanted != "/office" else None))


def _page_here() -> str:
    """The address one can come back to with a GET: this one, or the nearest above it."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    adapter = current_app.url_map.bind("")
    path = request.path
    while path.startswith("/office/"):
        try:
            adapter.match(path, method="GET")
        except RequestRedirect:
            return path
        except HTTPException:
            path = path.rpartition("/")[0]
        else:
            return path
    return "/office"


def _leave_for(address: str) -> Response:
    if request.headers.get("HX-Request"):
        response = make_response("", 401)
        response.headers["HX-Redirect"] = address
        return response
    return make_response(redirect(address, 303))
