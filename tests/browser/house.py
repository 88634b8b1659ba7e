"""A whole house in one process, on one clock that can be moved: web, clock, sender, mail catcher and the site."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from crm.assembly import Assembly, assemble
from crm.demo.catcher import Catcher
from crm.demo.maildrop import CaughtMail, Maildrop
from crm.demo.site import site_app
from crm.foundation.database import Database
from crm.foundation.settings import Collecting, Egress, Mail, Organisation, Settings
from crm.web.app import create_app
from jobs import turns
from jobs.timetable import TIMETABLE
from mailing.delivery.mails import Post
from mailing.delivery.worker import Worker
from tests.conftest import NOW

T = TypeVar("T")


@dataclass(slots=True)
class Clock:
    """Goes on by itself from `start`, and ahead when told to."""

    start: datetime = NOW
    _ahead: timedelta = timedelta()
    _began: float = field(default_factory=time.monotonic)

    def __call__(self) -> datetime:
        return self.start + timedelta(seconds=time.monotonic() - self._began) + self._ahead

    def go_to(self, at: datetime) -> None:
        """Moves on to an instant; never back."""
        self._ahead += max(at - self(), timedelta())


@dataclass(frozen=True, kw_only=True)
class House:
    """What a journey needs of a running house."""

    url: str
    site_url: str
    clock: Clock
    assembly: Assembly
    mails: Maildrop

    def mail_to(self, address: str, *, about: str = "", seconds: float = 30) -> CaughtMail:
        """Waits for the newest mail to an address whose subject holds `about`."""
        return wait_for(lambda: next(iter(self.mails_to(address, about)), None), f"a mail to {address}", seconds)

    def mails_to(self, address: str, about: str = "") -> list[CaughtMail]:
        """Every mail to that address so far whose subject holds `about`, newest first."""
        lines, _ = self.mails.lines(looking_for=address, size=1000)
        wanted = [line.id for line in lines if line.recipient == address and about in line.subject]
        return [mail for mail in map(self.mails.mail, wanted) if mail]


def wait_for(look: Callable[[], T | None], what: str, seconds: float = 30) -> T:
    """The first thing `look` finds; fails after so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = look()
        if found is not None:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {seconds:.0f} s")


@contextmanager
def running_house(database: Database, home: Path) -> Iterator[House]:
    """Starts everything on ports the system chooses; on leaving everything is stopped and waited for."""
    clock = Clock()
    with ExitStack() as stack:
        catcher = Catcher(Maildrop(home / "mails"), Maildrop(home / "bounces"))
        catcher.start()
        stack.callback(catcher.stop)
        web, site = _server(), _server()
        url, site_url = f"http://127.0.0.1:{web.port}", f"http://127.0.0.1:{site.port}/"
        site.app = site_app(clock, site_url, f"{url}/inscription")
        chosen = Settings(
            home=home,
            database_url=database.engine.url.render_as_string(hide_password=False),
            public_url=url,
            secure_cookies=False,
            require_second_factor=("finance",),
            organisation=Organisation(
                name="Ligue des libertés",
                legal_name="Ligue des libertés ASBL",
                enterprise_number="0418.308.144",
                street="Rue des Droits 10",
                postcode="1000",
                locality="Bruxelles",
                phone="+32 2 000 00 00",
                website=site_url,
                donate_url=f"{site_url}don",
            ),
            mail=Mail(port=catcher.smtp_port, connections=2, bounce_maildir=home / "bounces"),
            collecting=Collecting(creditor_id="BE05ZZZ0418308144", account="BE71096123456769", bic="GKCCBEBB"),
            egress=Egress(allow=(site_url.removeprefix("http://").rstrip("/"),)),
        )
        assembly = replace(assemble(chosen, clock=clock), database=database)
        web.app = create_app(assembly)
        for server in (web, site):
            stack.callback(server.server_close)
            stack.enter_context(_thread(server.serve_forever, server.shutdown))
        stack.enter_context(_ticking(assembly))
        post = Post(links=assembly.links, public_url=url, bounce_domain=chosen.mail.bounce_domain)
        sender = Worker(database, relay=chosen.mail, post=post, clock=clock)
        stack.enter_context(_thread(sender.run, sender.stop))
        yield House(url=url, site_url=site_url, clock=clock, assembly=assembly, mails=catcher.maildrop)


@contextmanager
def _ticking(assembly: Assembly) -> Iterator[None]:
    """Does what is due, five times a second, as the runner does once a second."""
    ended = threading.Event()

    def tick() -> None:
        while not ended.wait(0.2):
            turns.once(assembly, TIMETABLE, assembly.clock())

    with _thread(tick, ended.set):
        yield


@contextmanager
def _thread(work: Callable[[], object], stop: Callable[[], object]) -> Iterator[None]:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop()
        thread.join(20)
        assert not thread.is_alive()


def _server() -> BaseWSGIServer:
    """Listens at once; what it serves is given afterwards, since that has to know the address."""
    return make_server("127.0.0.1", 0, _not_yet, threaded=True, request_handler=_Quiet)


def _not_yet(_environ: object, _start: object) -> list[bytes]:
    """Stands in until the real application is known."""
    return []


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        return
