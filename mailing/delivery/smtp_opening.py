"""Opening a connection to our relay: connect, greet, secure, sign in; by the standard library, within bounds."""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress

from crm.foundation.settings import Mail
from mailing.delivery.errors import RelayDown
from mailing.delivery.replies import Garbled, ReplyReader, Silence


class _Opening(smtplib.SMTP):
    """smtplib, with replies read by our own bounded reader and one deadline for all of them."""

    def __init__(self, relay: Mail, reader: ReplyReader, tls: ssl.SSLContext | None) -> None:
        self._reader, self._tls = reader, tls
        self._until = time.monotonic() + relay.timeout_seconds
        own_name = relay.sender_domain if relay.sender_domain.isascii() else "localhost"
        super().__init__(local_hostname=own_name, timeout=relay.timeout_seconds)
        self._host = relay.host

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        return plain if self._tls is None else self._tls.wrap_socket(plain, server_hostname=host)

    def getreply(self) -> tuple[int, bytes]:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("closed")
        reply = self._reader.wait(self.sock, self._until)
        return reply.code, "\n".join(reply.lines).encode()


def open_relay(
    relay: Mail, reader: ReplyReader, tls: Callable[[], ssl.SSLContext]
) -> tuple[socket.socket, dict[str, str]]:
    """A socket on which the relay waits for a mail, and what it says it can do (names in lower case).

    Takes no longer than `relay.timeout_seconds`. Raises `RelayDown` saying what failed; nothing is left open then.
    """
    opening = _Opening(relay, reader, tls() if relay.security == "tls" else None)
    try:
        _expect(*opening.connect(relay.host, relay.port), "our call")
        _greet(opening)
        if relay.security == "starttls":
            _secure(opening, reader, tls())
        if relay.username:
            opening.login(relay.username, relay.password_file.read_text().strip() if relay.password_file else "")
    except smtplib.SMTPAuthenticationError as error:
        drop(opening.sock)
        raise RelayDown(f"the relay refused our name and password ({error.smtp_code})") from error
    except (OSError, smtplib.SMTPException, ValueError) as error:
        drop(opening.sock)
        raise RelayDown(why(error)) from error
    except RelayDown:
        drop(opening.sock)
        raise
    assert opening.sock is not None
    opening.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opening.sock, {name.lower(): value for name, value in opening.esmtp_features.items()}


def why(error: Exception) -> str:
    """What went wrong on the line, in a few words; never what the other side sent."""
    match error:
        case Silence() | Garbled():
            return str(error)
        case ssl.SSLCertVerificationError():
            return f"the relay's certificate is not valid: {error.verify_message}"
        case ConnectionRefusedError():
            return "the relay refuses connections"
        case TimeoutError():
            return "the relay does not answer"
        case socket.gaierror():
            return "the relay's name is not known"
        case _:
            return f"the connection failed ({type(error).__name__})"


def drop(connection: socket.socket | None) -> None:
    """Closes a socket, whatever state it is in."""
    if connection is not None:
        with suppress(OSError):
            connection.close()


def _greet(opening: smtplib.SMTP) -> None:
    code, said = opening.ehlo()
    if code // 100 == 5:
        code, said = opening.helo()
    _expect(code, said, "our greeting")


def _secure(opening: smtplib.SMTP, reader: ReplyReader, tls: ssl.SSLContext) -> None:
    if not opening.has_extn("starttls"):
        raise RelayDown("the relay offers no STARTTLS")
    _expect(*opening.starttls(context=tls), "STARTTLS")
    if not reader.is_empty:
        raise RelayDown("the relay spoke before the line was secured")
    _greet(opening)


def _expect(code: int, said: bytes, step: str) -> None:
    if code // 100 != 2:
        words = " ".join(said.decode("utf-8", "replace").split())[:200]
        raise RelayDown(f"the relay answered {step} with {code} {words}")
