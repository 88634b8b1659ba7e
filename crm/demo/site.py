"""The demonstration organisation's website: SPIP-shaped feeds, article pages and pictures, on a loopback port."""

from __future__ import annotations

import argparse
import hashlib
import ipaddress
import signal
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from crm.demo.site_facts import PICTURES, picture_words
from crm.demo.site_feeds import feed, feeds_of, rubric_of
from crm.demo.site_pages import Place, missing, page
from crm.foundation.templating import TEMPLATES
from crm.values.calendar import brussels_day, instant_of
from crm.values.errors import Invalid

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["feeds_of", "opened", "serve", "site_app"]

LOOPBACK = "127.0.0.1"
_HTML = "text/html; charset=utf-8"
_KINDS = {".css": "text/css; charset=utf-8", ".png": "image/png", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
_POLICY = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
_FONTS = TEMPLATES / "static" / "vendor" / "source-sans-3"
_FONT_NAMES = frozenset({f"source-sans-3-{part}-wght-normal.woff2" for part in ("latin", "latin-ext")})


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    body: bytes
    kind: str
    status: HTTPStatus = HTTPStatus.OK
    changed_at: datetime | None = None


def site_app(now: Callable[[], datetime], base_url: str, sign_up_url: str = "") -> WSGIApplication:
    """The site as it is at `now()`, for those who reach it at `base_url`. Reads nothing of its visitors, keeps nothing.

    With `sign_up_url` its pages lead to that sign-up page.
    """

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD"):
            start_response("405 Method Not Allowed", [("Allow", "GET, HEAD"), ("Content-Length", "0")])
            return [b""]
        place = Place(base_url=base_url, today=brussels_day(now()), sign_up_url=sign_up_url)
        answer = _answer(environ.get("PATH_INFO") or "/", environ.get("QUERY_STRING", ""), place)
        etag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
        headers = [
            ("Content-Type", answer.kind),
            ("ETag", etag),
            ("Content-Security-Policy", _POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-cache"),
        ]
        if answer.changed_at:
            headers.append(("Last-Modified", format_datetime(answer.changed_at, usegmt=True)))
        if answer.status is HTTPStatus.OK and _has_it(environ, etag, answer.changed_at):
            start_response("304 Not Modified", headers[1:])
            return [b""]
        headers.append(("Content-Length", str(len(answer.body))))
        start_response(f"{answer.status.value} {answer.status.phrase}", headers)
        return [b"" if method == "HEAD" else answer.body]

    return app


def opened(host: str, port: int, sign_up_url: str = "", *, now: Callable[[], datetime] = _now) -> WSGIServer:
    """The site's server, listening; port 0 means any free one, told by `server_port`.

    Raises Invalid where `host` is not this machine alone, OSError for a taken port.
    """
    if host != "localhost" and not _is_loopback(host):
        raise Invalid("le site de démonstration n’écoute que sur cette machine")
    server = _Threaded((host, port), _Quiet)
    base_url = f"http://{LOOPBACK}:{server.server_port}/"
    server.set_app(site_app(now, base_url, sign_up_url))
    return server


def serve(host: str, port: int, stop_event: threading.Event, sign_up_url: str = "") -> None:
    """Serves the site until the event is set. Raises what `opened` raises."""
    with opened(host, port, sign_up_url) as server:
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        stop_event.wait()
        server.shutdown()
        serving.join(timeout=10)


def _answer(path: str, query: str, place: Place) -> _Answer:
    asked = parse_qs(query)
    if path == "/spip.php" and "page" in asked:
        rubric = rubric_of(asked.get("id_rubrique", [""])[-1]) if asked["page"] == ["backend"] else None
        if rubric is None:
            return _Answer(body=missing(place).encode(), kind=_HTML, status=HTTPStatus.NOT_FOUND)
        body = feed(rubric, place.today, place.base_url)
        return _Answer(body=body, kind="text/xml; charset=utf-8", changed_at=instant_of(place.today, time(0)))
    if file := _file(path):
        return _Answer(body=file.read_bytes(), kind=_KINDS[file.suffix])
    status, html = page(path, query, place)
    return _Answer(body=html.encode(), kind=_HTML, status=HTTPStatus(status))


def _file(path: str) -> Path | None:
    """The file at an address: only those we know by name."""
    folder, _, name = path.rpartition("/")
    if folder == "/IMG/logo" and name.endswith(".png") and name.removesuffix(".png") in picture_words():
        return PICTURES / name
    if folder == "/fonts" and name in _FONT_NAMES:
        return _FONTS / name
    known = {"/site.css": "site.css", "/icon.svg": "site_icon.svg"}.get(path)
    return TEMPLATES / "demo" / known if known else None


def _has_it(environ: WSGIEnvironment, etag: str, changed_at: datetime | None) -> bool:
    """True where the visitor holds what we would send; a mark outweighs a date."""
    marks = environ.get("HTTP_IF_NONE_MATCH")
    if marks is not None:
        return marks.strip() == "*" or etag in (mark.strip().removeprefix("W/") for mark in marks.split(","))
    since = environ.get("HTTP_IF_MODIFIED_SINCE")
    if since is None or changed_at is None:
        return False
    try:
        return changed_at <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Threaded(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    """No line per request: the terminal belongs to the launcher."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name the library calls
        return


def main() -> None:
    """Runs the site until a signal ends it."""
    wanted = argparse.ArgumentParser(description="The demonstration organisation's website.")
    wanted.add_argument("--port", type=int, required=True)
    wanted.add_argument("--sign-up", default="", help="the address of the page where one signs up for newsletters")
    given = wanted.parse_args()
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    serve(LOOPBACK, given.port, ended, given.sign_up)


if __name__ == "__main__":
    main()
