"""The mail catcher: takes every mail of the demonstration over real SMTP, keeps it, and shows it on a page of its own.

Loopback only. Two kinds of address play their part: `refus.…` is refused at once, `retour.…` is taken and comes back
as a delivery report in the bounce Maildir, as a mailbox that no longer exists does.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import threading
import uuid
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING

from aiosmtpd.smtp import SMTP
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from crm.demo.catcher_pages import pages
from crm.demo.maildrop import Maildrop

if TYPE_CHECKING:
    from aiosmtpd.smtp import Envelope, Session

LOOPBACK = "127.0.0.1"
MAX_BYTES = 20 * 1024 * 1024


@dataclass(slots=True)
class Catcher:
    """One SMTP server and one page over one Maildir; port 0 means any free one, told by `smtp_port` and `web_port`."""

    maildrop: Maildrop
    bounces: Maildrop | None = None
    smtp_port: int = 0
    web_port: int = 0
    _loop: asyncio.AbstractEventLoop = field(init=False)
    _smtp: asyncio.Server = field(init=False)
    _web: BaseWSGIServer = field(init=False)
    _threads: list[threading.Thread] = field(init=False, default_factory=list)

    def start(self) -> None:
        """Listens on both ports; raises OSError where one is taken."""
        self._loop = asyncio.new_event_loop()
        try:
            self._smtp = self._loop.run_until_complete(
                self._loop.create_server(self._conversation, LOOPBACK, self.smtp_port)
            )
            try:
                app = pages(self.maildrop)
                self._web = make_server(LOOPBACK, self.web_port, app, threaded=True, request_handler=_Quiet)
            except BaseException:
                self._loop.run_until_complete(self._hang_up())
                raise
        except BaseException:
            self._loop.close()
            raise
        self.smtp_port = self._smtp.sockets[0].getsockname()[1]
        self.web_port = self._web.port
        for work in (self._loop.run_forever, self._web.serve_forever):
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Stops both servers and waits for them."""
        self._web.shutdown()
        self._loop.call_soon_threadsafe(self._loop.stop)
        for thread in self._threads:
            thread.join(timeout=10)
        self._web.server_close()
        self._loop.run_until_complete(self._hang_up())
        self._loop.close()

    async def _hang_up(self) -> None:
        self._smtp.close()
        conversations = asyncio.all_tasks() - {asyncio.current_task()}
        for conversation in conversations:
            conversation.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)

    def _conversation(self) -> SMTP:
        return SMTP(
            _Reception(self), data_size_limit=MAX_BYTES, enable_SMTPUTF8=True, ident="attrape-courriel", loop=self._loop
        )


@dataclass(frozen=True, slots=True)
class _Reception:
    """What the SMTP server asks at each step of a conversation."""

    catcher: Catcher

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.lower().startswith("refus."):
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        raw = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        sender = envelope.mail_from or ""
        for recipient in envelope.rcpt_tos:
            mail_id = self.catcher.maildrop.keep(raw, sender=sender, recipient=recipient)
            if self.catcher.bounces and sender and recipient.lower().startswith("retour."):
                report = delivery_report(return_path=sender, recipient=recipient)
                self.catcher.bounces.keep(report, sender="", recipient=sender)
        return f"250 2.0.0 OK {mail_id}"


def delivery_report(*, return_path: str, recipient: str) -> bytes:
    """An RFC 3464 report saying that a mailbox does not exist, addressed to the return path."""
    boundary = uuid.uuid4().hex
    lines = [
        "From: MAILER-DAEMON@exemple.test",
        f"To: {return_path}",
        f"Date: {formatdate()}",
        f"Message-ID: <{uuid.uuid4().hex}@exemple.test>",
        "Subject: Undelivered Mail Returned to Sender",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"',
        "",
        f"--{boundary}",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        f"The mailbox {recipient} does not exist.",
        "",
        f"--{boundary}",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; exemple.test",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed",
        "Status: 5.1.1",
        "Diagnostic-Code: smtp; 550 5.1.1 no such mailbox here",
        "",
        f"--{boundary}--",
        "",
    ]
    return "\r\n".join(lines).encode("ascii", "replace")


class _Quiet(WSGIRequestHandler):
    """No line per request: the terminal belongs to the launcher."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        return


def main() -> None:
    """Runs a catcher until a signal ends it."""
    wanted = argparse.ArgumentParser(description="The demonstration's mail catcher.")
    wanted.add_argument("--folder", type=Path, required=True, help="where mails are kept")
    wanted.add_argument("--bounces", type=Path, help="the Maildir that delivery reports go to")
    wanted.add_argument("--smtp-port", type=int, required=True)
    wanted.add_argument("--web-port", type=int, required=True)
    given = wanted.parse_args()
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    catcher = Catcher(
        Maildrop(given.folder),
        Maildrop(given.bounces) if given.bounces else None,
        smtp_port=given.smtp_port,
        web_port=given.web_port,
    )
    catcher.start()
    ended.wait()
    catcher.stop()


if __name__ == "__main__":
    main()
