"""`/theme.css`: the organisation's handful of colours as variables, for all pages; and the icon browsers ask for."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response, send_file

from crm.assembly import Assembly
from crm.foundation.settings import Theme
from crm.foundation.templating import TEMPLATES

blueprint = Blueprint("theme", __name__)


@blueprint.get("/theme.css")
def css() -> Response:
    """The variables; the same for everybody, kept five minutes."""
    assembly: Assembly = current_app.extensions["portevoix"]
    response = make_response(variables(assembly.settings.organisation.theme))
    response.content_type = "text/css; charset=utf-8"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@blueprint.get("/favicon.ico")
def icon() -> Response:
    """What a browser asks for by itself; a mail shown in a page, which has no origin of its own, may have it too."""
    response = send_file(TEMPLATES / "static" / "icon.svg", max_age=86400)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def variables(theme: Theme) -> str:
    """Light as the settings say; dark turns ink and paper round and keeps the signal."""
    return (
        ":root{"
        f"--pv-signal:{theme.signal};--pv-on-signal:{theme.on_signal};"
        f"--pv-ink:{theme.ink};--pv-paper:{theme.paper};--pv-ground:{theme.ground}"
        "}\n"
        "[data-bs-theme=dark]{--pv-ink:#f3f3ef;--pv-paper:#161616;--pv-ground:#1f1f1f}\n"
    )
