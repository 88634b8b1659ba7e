"""Which pages of other sites may call the API from a browser: none, but those that a living token names (CORS)."""

from __future__ import annotations

from flask import Flask, Response, current_app, g, request

from crm.assembly import Assembly
from crm.partners import service as partners
from crm.web.api import gate

MINUTES = 10
HEADERS = "Authorization, Content-Type, Idempotency-Key"
SHOWN = "Content-Language, Idempotency-Replayed, Location, Retry-After"


def add_to(app: Flask) -> None:
    """Answers preflights, and lets an allowed page read its answer. Cookies are never part of it."""
    app.after_request(_headers)


def _headers(response: Response) -> Response:
    if not request.path.startswith(f"{gate.PREFIX}/"):
        return response
    response.vary.add("Origin")
    origin: str | None = g.get("api_origin")
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        origin = _preflight(request.headers.get("Origin", ""))
        if origin is not None:
            response.headers["Access-Control-Allow-Methods"] = "GET, POST"
            response.headers["Access-Control-Allow-Headers"] = HEADERS
            response.headers["Access-Control-Max-Age"] = str(60 * MINUTES)
    if origin is not None:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = SHOWN
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _preflight(origin: str) -> str | None:
    made: Assembly = current_app.extensions["portevoix"]
    with made.database.reading() as session:
        return origin if origin in partners.live_origins(session, at=made.clock()) else None
