"""The headers that every response carries, errors included."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response

from crm.foundation.settings import Settings

_USES = "camera={camera}, geolocation=(), microphone=(), payment=()"


def add_to(app: Flask, settings: Settings) -> None:
    """Every response of the application gets them; a view may only choose `as_mail` or `with_camera` instead."""
    page = page_policy(settings)
    over_https = settings.public_url.startswith("https://")

    @app.after_request
    def _headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", page)
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", _USES.format(camera="()"))
        if over_https:
            response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def with_camera(response: Response) -> Response:
    """For the one page that looks through a camera, if its reader lets it."""
    response.headers["Permissions-Policy"] = _USES.format(camera="(self)")
    return response


def page_policy(settings: Settings) -> str:
    """Our own files only; pictures of the site may be shown; nobody may frame a page."""
    return _policy(
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "manifest-src 'self'",
        f"img-src {_pictures(settings)}",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )


def as_mail(response: Response, settings: Settings) -> Response:
    """For a mail shown in a page: it brings its own styles, runs nothing, and only we may frame it."""
    response.headers["Content-Security-Policy"] = _policy(
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        f"img-src {_pictures(settings)}",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation",
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def as_specimen(response: Response) -> Response:
    """For a form shown as it will look elsewhere: our style, nothing that runs or sends, and only we may frame it."""
    response.headers["Content-Security-Policy"] = _policy(
        "default-src 'none'",
        "style-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox",
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _pictures(settings: Settings) -> str:
    """Where pictures may come from: here, any https site, and the private hosts that the settings name."""
    named = [f"http://{place}" for place in settings.egress.allow if urlsplit(f"//{place}").hostname]
    return " ".join(("'self'", "data:", "https:", *named))


def _policy(*rules: str) -> str:
    return "; ".join(rules)
