"""The one door for outbound HTTP goes nowhere it may not, and always comes back in time."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.foundation.egress import is_public
from crm.foundation.fetch import Fetched, Fetcher, FetchFailed, FetchRefused
from crm.foundation.inflate import Damaged, TooMuch, inflated
from crm.foundation.settings import Egress
from tests.foundation.wire import answer, wire


def fetcher(*allow: str, to: str = "127.0.0.1", seconds: float = 5, most: int = 100_000) -> Fetcher:
    """A fetcher for which every name leads to `to`."""
    return Fetcher(
        Egress(allow=allow, timeout_seconds=seconds, max_bytes=most, user_agent="essai"),
        resolve=lambda host, port: [to],
    )


PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.9.10",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001::1",
    "2001:db8::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "100::1",
    "5f00::1",
    "localhost",
    "",
]
PUBLIC = [
    "8.8.8.8",
    "172.32.0.1",
    "2606:4700::1111",
    "100.128.0.1",
    "2a00:1450::1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(FetchRefused, match="réseau privé"):
        fetcher(to=address).fetch("http://flux.exemple.test/")


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_open(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses())
def test_no_address_the_library_calls_private_is_open(address: object) -> None:
    if getattr(address, "is_private", False) or getattr(address, "is_multicast", False):
        assert not is_public(str(address))


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "0", "[::1]", "[::ffff:7f00:1]", "localhost"]
)
def test_no_spelling_of_loopback_gets_in(host: str) -> None:
    with wire(answer(b"secret")) as server:
        with pytest.raises((FetchRefused, FetchFailed)):
            Fetcher(Egress()).fetch(f"http://{host}:{server.port}/")
        assert server.requests == []


def test_one_private_address_among_public_ones_refuses_the_whole_name() -> None:
    mixed = Fetcher(Egress(), resolve=lambda host, port: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(FetchRefused):
        mixed.fetch("http://flux.exemple.test/")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://exemple.test/",
        "gopher://exemple.test/",
        "javascript:alert(1)",
        "//exemple.test/x",
        "http://",
        "",
        "http://moi:secret@exemple.test/",
        "http://exemple.test:99999/",
        "http://exemple.test/" + "a" * 3000,
        "http://[::1/",
        "pas une adresse",
    ],
)
def test_only_plain_web_addresses_are_gone_to(url: str) -> None:
    with pytest.raises((FetchRefused, FetchFailed)) as caught:
        fetcher().fetch(url)
    assert "secret" not in str(caught.value)


def test_what_was_checked_is_what_is_reached_and_the_host_keeps_its_name() -> None:
    asked: list[tuple[str, int]] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.1"]

    with wire(answer(b"bonjour", 'ETag: "a1"', "Last-Modified: hier", "Content-Type: text/xml")) as server:
        rules = Egress(allow=(f"flux.exemple.test:{server.port}",), user_agent="essai")
        got = Fetcher(rules, resolve=resolve).fetch(f"http://FLUX.exemple.test:{server.port}/f?a=1&lang=fr#bas")
        request = server.requests[0].split("\r\n")
    assert asked == [("flux.exemple.test", server.port)]
    assert request[0] == "GET /f?a=1&lang=fr HTTP/1.1"
    assert f"Host: flux.exemple.test:{server.port}" in request
    assert not [line for line in request if line.lower().startswith(("cookie", "authorization", "proxy"))]
    assert got == Fetched(
        status=200,
        body=b"bonjour",
        etag='"a1"',
        last_modified="hier",
        content_type="text/xml",
        url=f"http://flux.exemple.test:{server.port}/f?a=1&lang=fr",
    )


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    with wire(answer(b"direct")) as server:
        assert fetcher(server.place).fetch(f"http://{server.place}/").body == b"direct"


def test_a_conditional_request_comes_back_with_304_and_no_body() -> None:
    with wire(b'HTTP/1.1 304 Not Modified\r\nETag: W/"b"\r\n\r\n') as server:
        got = fetcher(server.place).fetch(f"http://{server.place}/", etag='W/"b"', last_modified="hier\r\nX: y")
        assert 'If-None-Match: W/"b"' in server.requests[0]
        assert "If-Modified-Since" not in server.requests[0]
    assert (got.status, got.body, got.etag) == (304, b"", 'W/"b"')


def test_redirects_are_followed_by_hand_and_each_is_checked() -> None:
    moved = answer(b"", "Location: /ailleurs", status="301 Moved")
    with wire(moved, answer(b"ici")) as server:
        got = fetcher(server.place).fetch(f"http://{server.place}/")
        assert (got.body, got.url) == (b"ici", f"http://{server.place}/ailleurs")
    inward = answer(b"", "Location: http://169.254.169.254/latest/meta-data", status="302 Found")
    with wire(inward) as server, pytest.raises(FetchRefused, match="réseau privé"):
        Fetcher(Egress(allow=(server.place,))).fetch(f"http://{server.place}/")
    for bad in ("file:///etc/passwd", "http://u:p@exemple.test/"):
        with wire(answer(b"", f"Location: {bad}", status="302 Found")) as server, pytest.raises(FetchRefused):
            fetcher(server.place).fetch(f"http://{server.place}/")


def test_redirects_without_end_and_without_address_fail() -> None:
    with wire(answer(b"", "Location: /", status="302 Found")) as server:
        with pytest.raises(FetchFailed, match="trop de redirections"):
            fetcher(server.place).fetch(f"http://{server.place}/")
        assert len(server.requests) == 6
    with wire(answer(b"", status="302 Found")) as server, pytest.raises(FetchFailed, match="sans adresse"):
        fetcher(server.place).fetch(f"http://{server.place}/")


def test_an_error_status_says_so_and_keeps_the_servers_wish() -> None:
    with wire(answer(b"x", "Retry-After: 120", status="503 Busy")) as server, pytest.raises(FetchFailed) as caught:
        fetcher(server.place).fetch(f"http://{server.place}/")
    assert str(caught.value) == "le site répond par une erreur 503"
    assert (caught.value.status, caught.value.retry_after) == (503, "120")


@pytest.mark.parametrize(
    "sent",
    [
        answer(b"", "X: " + "a" * 200),
        b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 200,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" + b"a" * 200,
    ],
    ids=["headers", "body", "chunk"],
)
def test_one_byte_at_a_time_does_not_outlast_the_limit(sent: bytes) -> None:
    with wire(sent, pause=0.05) as server:
        start = time.monotonic()
        with pytest.raises(FetchFailed, match="trop lent"):
            fetcher(server.place, seconds=0.5).fetch(f"http://{server.place}/")
        assert time.monotonic() - start < 2


def test_a_resolver_that_never_answers_does_not_outlast_the_limit() -> None:
    def stuck(host: str, port: int) -> list[str]:
        time.sleep(3)
        return []

    with pytest.raises(FetchFailed, match="à temps"):
        Fetcher(Egress(timeout_seconds=0.2), resolve=stuck).fetch("http://exemple.test/")


@pytest.mark.parametrize(
    "sent",
    [
        answer(b"a" * 2000),
        b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 2000,
        answer(gzip.compress(b"a" * 2000), "Content-Encoding: gzip"),
        answer(zlib.compress(b"a" * 2000), "Content-Encoding: deflate"),
    ],
    ids=["declared", "undeclared", "gzip", "deflate"],
)
def test_a_body_over_the_size_is_refused_on_the_wire_and_unfolded(sent: bytes) -> None:
    with wire(sent) as server, pytest.raises(FetchFailed, match="taille permise"):
        fetcher(server.place).fetch(f"http://{server.place}/", max_bytes=1000)


def test_a_gzip_bomb_is_never_unfolded() -> None:
    bomb = gzip.compress(gzip.compress(b"\0" * 50_000_000))
    with wire(answer(bomb, "Content-Encoding: gzip")) as server:
        got = fetcher(server.place).fetch(f"http://{server.place}/")
    assert len(got.body) < 100_000
    with pytest.raises(TooMuch):
        inflated(got.body, at_most=1_000_000)


def test_compressed_bodies_unfold_whole_or_not_at_all() -> None:
    text = bytes(range(256)) * 50
    with wire(answer(gzip.compress(text[:99]) + gzip.compress(text[99:]), "Content-Encoding: GZip")) as server:
        assert fetcher(server.place).fetch(f"http://{server.place}/").body == text
    for damaged in (gzip.compress(text)[:-20], b"pas du gzip", gzip.compress(b"") * 1000):
        with pytest.raises(Damaged):
            inflated(damaged, at_most=1_000_000)
    with wire(answer(text, "Content-Encoding: br")) as server, pytest.raises(FetchFailed, match="inconnue"):
        fetcher(server.place).fetch(f"http://{server.place}/")


@given(st.binary(max_size=200))
def test_unfolding_ends_in_bytes_or_a_refusal(data: bytes) -> None:
    with suppress(TooMuch, Damaged):
        assert len(inflated(data, at_most=1000)) <= 1000


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\ncourt",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 70_000 + b"\r\n\r\n",
    ],
    ids=["nothing", "ssh", "short", "chunk", "header"],
)
def test_a_broken_answer_is_a_failure_in_words(sent: bytes) -> None:
    with wire(sent) as server, pytest.raises(FetchFailed, match="coupée"):
        fetcher(server.place).fetch(f"http://{server.place}/")


def test_a_closed_port_and_an_unknown_name_are_failures_in_words() -> None:
    with wire() as server:
        place = server.place
    with pytest.raises(FetchFailed, match="ne répond pas"):
        fetcher(place).fetch(f"http://{place}/")
    with pytest.raises(FetchFailed, match="introuvable"):
        Fetcher(Egress(), resolve=lambda host, port: []).fetch("http://exemple.test/")


def _authority(folder: Path, name: str) -> tuple[Path, Path]:
    """A self-signed certificate for `name`, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl on this machine: certificates are not tried")
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    command += ["-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


def _tls_server(certificate: Path, key: Path) -> Callable[[socket.socket], socket.socket]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return lambda raw: context.wrap_socket(raw, server_side=True)


def test_the_certificate_must_bear_the_hosts_own_name(tmp_path: Path) -> None:
    certificate, key = _authority(tmp_path, "flux.exemple.test")
    trusting = ssl.create_default_context(cafile=str(certificate))
    with wire(answer(b"sur"), wrap=_tls_server(certificate, key)) as server:
        rules = Egress(allow=(f"flux.exemple.test:{server.port}", f"autre.exemple.test:{server.port}"))
        secure = Fetcher(rules, resolve=lambda host, port: ["127.0.0.1"], tls=trusting)
        assert secure.fetch(f"https://flux.exemple.test:{server.port}/").body == b"sur"
        with pytest.raises(FetchFailed, match="certificat"):
            secure.fetch(f"https://autre.exemple.test:{server.port}/")
        with pytest.raises(FetchFailed, match="certificat"):
            Fetcher(rules, resolve=secure.resolve).fetch(f"https://flux.exemple.test:{server.port}/")
