"""The catcher's pages: the list of mails, and one mail as its reader sees it, as text, as headers and as bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, Response, abort, request, send_file

from crm.demo.maildrop import Maildrop
from crm.foundation.templating import TEMPLATES, render
from crm.values.languages import Language

VIEWS = {"html": "Mail", "texte": "Texte seul", "en-tetes": "En-têtes", "source": "Source"}
_PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "font-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
    )
)
_MAIL_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'unsafe-inline'",  # mails carry their styles in their elements
        "img-src * data:",
        "font-src *",
        "sandbox allow-popups allow-popups-to-escape-sandbox",
    )
)


def pages(maildrop: Maildrop) -> Flask:
    """The WSGI application over one Maildir."""
    app = Flask("portevoix-catcher", static_folder=None)
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost"]

    @app.after_request
    def _closed(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", _PAGE_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    @app.get("/")
    def _list() -> str:
        return _shown(maildrop, None, "html")

    @app.get("/m/<mail_id>")
    @app.get("/m/<mail_id>/<view>")
    def _mail(mail_id: str, view: str = "html") -> str:
        if view not in VIEWS:
            abort(404)
        return _shown(maildrop, mail_id, view)

    @app.get("/corps/<mail_id>")
    def _body(mail_id: str) -> Response:
        mail = maildrop.mail(mail_id) or abort(404)
        # Links open beside the catcher, not inside its frame.
        html = mail.html.replace("<head>", '<head><base target="_blank">', 1)
        return Response(html, mimetype="text/html", headers={"Content-Security-Policy": _MAIL_POLICY})

    @app.get("/catcher.css")
    def _style() -> Response:
        return send_file(TEMPLATES / "demo" / "catcher.css")

    @app.get("/fonts/<name>")
    def _font(name: str) -> Response:
        file = TEMPLATES / "static" / "vendor" / "source-sans-3" / Path(name).name
        return send_file(file) if file.suffix == ".woff2" and file.is_file() else abort(404)

    return app


def _shown(maildrop: Maildrop, mail_id: str | None, view: str) -> str:
    looking_for = request.args.get("q", "")
    lines, more = maildrop.lines(looking_for=looking_for, after=request.args.get("apres", ""))
    mail = maildrop.mail(mail_id) if mail_id else None
    if mail_id and mail is None:
        abort(404)
    return render(
        "demo/catcher.html",
        Language.FR,
        lines=lines,
        more=more,
        looking_for=looking_for,
        count=len(maildrop.ids()),
        mail=mail,
        source=mail.raw.decode("utf-8", "replace") if mail else "",
        view=view,
        views=VIEWS,
        now=datetime.now(UTC),
    )
