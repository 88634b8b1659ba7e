"""The one way to register an office page: with the permission it asks for."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, Flask, Response, abort, current_app, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from crm.assembly import Assembly
from crm.staff import rules
from crm.staff import service as staff
from crm.staff.model import Permission, SessionLimits, StaffSession

P = ParamSpec("P")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOUCH_EVERY_SECONDS = 60


def page(
    blueprint: Blueprint, rule: str, *, permission: Permission, methods: tuple[str, ...] = ("GET",)
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Registers a route and what it asks for. Methods other than GET need the session's own form token."""

    def register(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            refusal = _refusal(permission)
            return refusal if refusal is not None else view(*args, **kwargs)

        guarded.__dict__["permission"] = permission
        blueprint.add_url_rule(rule, endpoint=view.__name__, view_func=guarded, methods=list(methods))
        return view

    return register


def open_page(
    blueprint: Blueprint, rule: str, *, methods: tuple[str, ...] = ("GET",)
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Registers an office route that asks for nothing: the sign-in, and nothing else."""

    def register(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def opened(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            g.staff = _session()
            return view(*args, **kwargs)

        opened.__dict__["permission"] = None
        blueprint.add_url_rule(rule, endpoint=view.__name__, view_func=opened, methods=list(methods))
        return view

    return register


def route_permissions(app: Flask) -> Mapping[tuple[str, str], Permission | None]:
    """(rule, method) of every office route and the permission it declares; None for one open to all.

    Raises `KeyError` for an office route that was registered past `page`.
    """
    declared: dict[tuple[str, str], Permission | None] = {}
    for rule in app.url_map.iter_rules():
        if rule.rule == "/office" or rule.rule.startswith("/office/"):
            permission = app.view_functions[rule.endpoint].__dict__["permission"]
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                declared[rule.rule, method] = permission
    return declared


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


def _refusal(permission: Permission) -> ResponseReturnValue | None:
    found = _session()
    g.staff = found
    if found is None:
        return _ask_to_sign_in()
    if request.method not in SAFE and not _came_from_our_form(found):
        abort(403)
    if not rules.may(found.account.roles, permission):
        abort(403)
    return None


def _session() -> StaffSession | None:
    assembly: Assembly = current_app.extensions["portevoix"]
    token = request.cookies.get(cookie_name(assembly), "")
    if not token:
        return None
    now = assembly.clock()
    with assembly.database.reading() as session:
        found = staff.session_of(session, token, now, limits=_limits(assembly))
    if found and (now - found.last_seen_at).total_seconds() >= TOUCH_EVERY_SECONDS:
        with assembly.database.transaction() as session:
            staff.touch(session, found.id, now)
    return found


def _limits(assembly: Assembly) -> SessionLimits:
    return SessionLimits.of(idle_minutes=assembly.settings.session_idle_minutes, hours=assembly.settings.session_hours)


def _came_from_our_form(found: StaffSession) -> bool:
    given = request.headers.get("X-CSRF") or request.form.get("csrf", "")
    return comes_from_here() and secrets.compare_digest(given.encode(), found.csrf.encode())


def comes_from_here() -> bool:
    """False where the browser itself says that another site made this request."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def _ask_to_sign_in() -> Response:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    target = url_for("sign_in.form", next=wanted if wanted and wanted != "/office" else None)
    if request.headers.get("HX-Request"):
        response = make_response("", 401)
        response.headers["HX-Redirect"] = url_for("sign_in.form")
        return response
    return make_response(redirect(target, 303))
