"""Addresses of static files that change when the file does, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import cache

from flask import Flask, Response, request

from crm.foundation.templating import TEMPLATES

STATIC = TEMPLATES / "static"


def asset(path: str) -> str:
    """The address of `templates/static/<path>`, with a mark of its content."""
    return f"/static/{path}?v={_mark(path, (STATIC / path).stat().st_mtime_ns)}"


@cache
def _mark(path: str, _changed_at: int) -> str:
    return hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]


def add_to(app: Flask) -> None:
    """Static files asked for with their mark are kept a year; the others five minutes."""

    @app.after_request
    def _keep(response: Response) -> Response:
        if request.path.startswith("/static/") and response.status_code == 200:
            kept = "public, max-age=31536000, immutable" if request.args.get("v") else "public, max-age=300"
            response.headers["Cache-Control"] = kept
        return response
