"""The one door for outbound HTTP."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from queue import Empty, SimpleQueue
from urllib.parse import urljoin

from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Url, parse_url

from crm.foundation.egress import is_public
from crm.foundation.inflate import Damaged, TooMuch, inflated
from crm.foundation.settings import Egress
from crm.foundation.translation import N_
from crm.values.errors import Invalid, Unavailable

Resolver = Callable[[str, int], Sequence[str]]
"""Host and port in, numeric addresses out; raises OSError where there are none."""

MAX_HOPS = 5
_MAX_URL = 2000
_MAX_ADDRESSES = 4
_STEP = 64 * 1024
_GRACE = 0.01
"""So that the time is truly over when a socket is shut: the reason given depends on it."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class FetchRefused(Invalid):
    """The address is not one we may go to."""


class FetchFailed(Unavailable):
    """The server did not give what was asked. `retry_after` is its own wish about when to come back, as written."""

    def __init__(self, message: str, *, status: int = 0, retry_after: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """An answer: status 200 to 299 with its whole body unfolded, or 304 without one. `url` is where it was found."""

    status: int
    body: bytes
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""
    url: str


def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses the machine's own resolver gives."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches public web addresses under the egress rules.

    Each name is resolved once and the connection goes to that very address, so that what was checked is what is
    reached. No proxy, no cookie; no credential but the `bearer` of a call, which never follows a redirect. `tls`
    replaces the machine's trusted authorities.
    """

    rules: Egress
    resolve: Resolver = field(default=system_resolver, kw_only=True)
    tls: ssl.SSLContext | None = field(default=None, kw_only=True)

    def fetch(
        self, url: str, *, etag: str = "", last_modified: str = "", max_bytes: int | None = None, bearer: str = ""
    ) -> Fetched:
        """The body behind `url` after at most 5 redirects, or a 304 where it has not changed since `etag`.

        Raises `FetchRefused` for an address outside the rules and `FetchFailed` for everything a server can do wrong;
        the whole, redirects included, ends within the time limit of the rules, however slowly the server drips.
        """
        clock = _Clock(self.rules.timeout_seconds)
        headers = {"User-Agent": self.rules.user_agent, "Accept-Encoding": "gzip", "Connection": "close"}
        headers["Accept"] = "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.5"
        if etag and _is_plain(etag):
            headers["If-None-Match"] = etag
        if last_modified and _is_plain(last_modified):
            headers["If-Modified-Since"] = last_modified
        if bearer:
            headers |= {"Authorization": f"Bearer {bearer}", "Accept": "application/json, application/hal+json"}
        limit = self.rules.max_bytes if max_bytes is None else max_bytes
        here = url
        for _ in range(MAX_HOPS + 1):
            target = _target(here)
            answer = self._once(target, headers, limit, clock)
            if isinstance(answer, Fetched):
                return replace(answer, url=target.url)
            if bearer:
                raise FetchFailed(N_("redirection d’une adresse à mot de passe"))
            here = urljoin(target.url, answer)
        raise FetchFailed(N_("trop de redirections"))

    def _once(self, target: Url, headers: dict[str, str], limit: int, clock: _Clock) -> Fetched | str:
        """One request: what was fetched, or where a redirect points."""
        host, port = _host(target), _port(target)
        connection: HTTPConnection
        with clock.watching() as watch, _explained(clock), self._connect(host, port, clock) as raw:
            watch(raw)
            if target.scheme == "https":
                context = self.tls or ssl.create_default_context()
                connection = HTTPSConnection(target.host or "", target.port, timeout=clock.left())
                connection.sock = context.wrap_socket(raw, server_hostname=host)
            else:
                connection = HTTPConnection(target.host or "", target.port, timeout=clock.left())
                connection.sock = raw
            try:
                path = target.request_uri
                connection.request("GET", path, headers=headers, preload_content=False, decode_content=False)
                with connection.getresponse() as response:
                    return _answer(response, limit, clock)
            finally:
                connection.close()

    def _connect(self, host: str, port: int, clock: _Clock) -> socket.socket:
        addresses = list(dict.fromkeys(_resolved(self.resolve, host, port, clock)))
        if not addresses:
            raise FetchFailed(N_("le nom du site est introuvable"))
        allowed = f"{host}:{port}".lower() in (pair.lower() for pair in self.rules.allow)
        if not allowed and not all(map(is_public, addresses)):
            raise FetchRefused(N_("adresse refusée : elle mène à un réseau privé"), field="url")
        tries = addresses[:_MAX_ADDRESSES]
        for number, address in enumerate(tries):
            try:
                return socket.create_connection((address, port), timeout=clock.left() / (len(tries) - number))
            except OSError:
                continue
        clock.left()
        raise FetchFailed(N_("le site ne répond pas"))


class _Clock:
    """The time left for one fetch; closes a watched socket when it is over, so that no read can outlast it."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; raises once there are none."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise FetchFailed(N_("le site est trop lent à répondre"))
        return seconds

    @contextmanager
    def watching(self) -> Iterator[Callable[[socket.socket], None]]:
        """Gives a function that puts a socket under watch until the block ends."""
        twins: list[socket.socket] = []
        timers: list[threading.Timer] = []

        def watch(connected: socket.socket) -> None:
            # A twin of the descriptor: shutting it down ends reads on the original, also once TLS has taken it over.
            twin = connected.dup()
            timer = threading.Timer(self.left() + _GRACE, _shut, [twin])
            timer.daemon = True
            twins.append(twin)
            timers.append(timer)
            timer.start()

        try:
            yield watch
        finally:
            for timer in timers:
                timer.cancel()
                timer.join()
            for twin in twins:
                twin.close()


def _shut(twin: socket.socket) -> None:
    with suppress(OSError):
        twin.shutdown(socket.SHUT_RDWR)


@contextmanager
def _explained(clock: _Clock) -> Iterator[None]:
    """Turns what libraries raise into the house's words; a failure after the end of the time is a slow server."""
    try:
        yield
    except (FetchFailed, FetchRefused):
        raise
    except ssl.SSLCertVerificationError as error:
        raise FetchFailed(N_("le certificat du site n’est pas valable")) from error
    except (TimeoutError, OSError, HTTPException, HTTPError, ValueError) as error:
        clock.left()
        words = (
            N_("la liaison sécurisée a échoué") if isinstance(error, ssl.SSLError) else N_("la liaison a été coupée")
        )
        raise FetchFailed(words) from error


def _target(url: str) -> Url:
    """Parses an address once for all uses, refusing whatever is not plain http(s)."""
    if len(url) > _MAX_URL:
        raise FetchRefused(N_("adresse refusée : trop longue"), field="url")
    try:
        target = parse_url(url.strip())
    except LocationParseError as error:
        raise FetchRefused(N_("ce n’est pas une adresse web"), field="url") from error
    if target.scheme not in ("http", "https") or not target.host:
        raise FetchRefused(N_("adresse refusée : seulement http ou https"), field="url")
    if target.auth is not None:
        raise FetchRefused(N_("adresse refusée : elle contient un mot de passe"), field="url")
    return target._replace(fragment=None)


def _host(target: Url) -> str:
    return (target.host or "").strip("[]")


def _port(target: Url) -> int:
    return target.port or (443 if target.scheme == "https" else 80)


def _resolved(resolve: Resolver, host: str, port: int, clock: _Clock) -> Sequence[str]:
    """Asks the resolver in a thread of its own: the machine's knows no time limit."""
    answers: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host, port))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=clock.left())
    except Empty:
        raise FetchFailed(N_("le nom du site ne se résout pas à temps")) from None
    if isinstance(answer, Exception):
        raise FetchFailed(N_("le nom du site est introuvable")) from answer
    return answer


def _answer(response: HTTPResponse, limit: int, clock: _Clock) -> Fetched | str:
    status = response.status
    if status in _REDIRECTS:
        location = response.headers.get("Location", "")
        if not location:
            raise FetchFailed(N_("redirection sans adresse"), status=status)
        return location
    if status != 304 and not 200 <= status < 300:
        raise FetchFailed(
            N_("le site répond par une erreur %(number)s") % {"number": status},
            status=status,
            retry_after=response.headers.get("Retry-After", "")[:100],
        )
    return Fetched(
        status=status,
        body=b"" if status == 304 else _body(response, limit, clock),
        etag=_kept(response.headers.get("ETag", ""), 500),
        last_modified=_kept(response.headers.get("Last-Modified", ""), 100),
        content_type=response.headers.get("Content-Type", "")[:200],
        url="",
    )


def _body(response: HTTPResponse, limit: int, clock: _Clock) -> bytes:
    """The whole body, counted on the wire and again once unfolded."""
    too_big = FetchFailed(N_("le fichier dépasse la taille permise (%(number)s ko)") % {"number": limit // 1024})
    declared = response.headers.get("Content-Length", "")
    if declared.isdigit() and int(declared[:20]) > limit:
        raise too_big
    pieces: list[bytes] = []
    size = 0
    while piece := response.read(_STEP):
        clock.left()
        size += len(piece)
        if size > limit:
            raise too_big
        pieces.append(piece)
    clock.left()
    body = b"".join(pieces)
    match response.headers.get("Content-Encoding", "identity").strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip" | "deflate":
            try:
                return inflated(body, at_most=limit)
            except TooMuch:
                raise too_big from None
            except Damaged:
                raise FetchFailed(N_("le fichier compressé est abîmé")) from None
        case _:
            raise FetchFailed(N_("le fichier est compressé d’une manière inconnue"))


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _kept(text: str, size: int) -> str:
    """A validator to send back later: as it came, or nothing where it could not travel in a header."""
    return text if len(text) <= size and _is_plain(text) else ""
