"""How quick pages are while web, clock and sender share one SQLite file and a mailing leaves."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from crm.assembly import Assembly, assemble
from crm.cli.run import house_programs
from crm.foundation.programs import answers
from crm.foundation.settings import Mail, Settings
from crm.migrations import schema
from crm.staff import service as staff
from crm.staff import sessions
from crm.staff.model import Role
from crm.values.languages import Language
from crm.web.app import create_app
from tests.bench.relays import relay
from tests.bench.senders import FILLER
from tests.delivery import ledger

GOAL_MILLISECONDS = 200


@dataclass(slots=True)
class Visitor:
    """Someone who looks at page after page, on a connection of their own."""

    port: int
    cookie: str
    pages: list[str]
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: dict[str, int] = field(default_factory=dict)

    def walk(self, until: threading.Event) -> None:
        """Visits every page in turn until told to stop."""
        while True:
            for page in self.pages:
                if until.is_set():
                    return
                self._visit(page)
                time.sleep(0.05)  # nobody reads faster; a closed loop would measure itself

    def _visit(self, page: str) -> None:
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", page, headers={"Cookie": self.cookie})
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        self.seconds[page].append(time.perf_counter() - began)
        if answer.status != http.HTTPStatus.OK:
            self.wrong[page] = answer.status


def pages_of(assembly: Assembly) -> list[str]:
    """Every page that needs no number in its address."""
    rules = create_app(assembly).url_map.iter_rules()
    plain = {r.rule for r in rules if not r.arguments and "GET" in (r.methods or ())}
    seen = ("/office", "/inscription")
    return sorted(rule for rule in plain - {"/office/", "/office/sign-in"} if rule == "/" or rule.startswith(seen))


@contextmanager
def running(home: Path, web_port: int, smtp_port: int) -> Iterator[None]:
    """Web, clock and sender of that home, as real processes."""
    environment = os.environ | {
        "PORTEVOIX_HOME": str(home),
        "PORTEVOIX_SECURE_COOKIES": "false",
        "PORTEVOIX_PUBLIC_URL": f"http://127.0.0.1:{web_port}",
        "PORTEVOIX_MAIL__PORT": str(smtp_port),
    }
    with (home / "log").open("wb") as log:
        started = [
            subprocess.Popen(list(p.command), env=environment, stdout=log, stderr=log)
            for p in house_programs("127.0.0.1", web_port)
        ]
        try:
            until = time.monotonic() + 30
            while not answers(web_port):
                if time.monotonic() > until:
                    raise TimeoutError((home / "log").read_text()[-2000:])
                time.sleep(0.1)
            yield
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(20)


def signed_in(assembly: Assembly) -> str:
    """The cookie of an administrator."""
    now = datetime.now(UTC)
    with assembly.database.transaction() as session:
        account = staff.add_account(
            session,
            email="mesure@exemple.test",
            name="Mesure",
            roles={Role.ADMINISTRATOR},
            language=Language.FR,
            password="une phrase assez longue",
            at=now,
        )
        return f"portevoix={sessions.open_session(session, account, at=now).token}"


def p95(values: list[float]) -> float:
    """The value that nineteen of twenty stay under."""
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def measure(messages: int, visitors: int) -> dict[str, object]:
    """Walks through the pages while so many mails leave; milliseconds by page."""
    with tempfile.TemporaryDirectory(prefix="pv-bench-") as folder, relay() as (kind, smtp_port):
        home = Path(folder)
        with socket.create_server(("127.0.0.1", 0)) as reserved:
            web_port = int(reserved.getsockname()[1])
        os.environ["PORTEVOIX_HOME"] = str(home)
        assembly = assemble(Settings(home=home, secure_cookies=False, mail=Mail(port=smtp_port)))
        schema.upgrade(assembly.database)
        cookie, pages = signed_in(assembly), pages_of(assembly)
        ended = threading.Event()
        walking = [Visitor(web_port, cookie, pages[n:] + pages[:n]) for n in range(visitors)]
        with running(home, web_port, smtp_port):
            for page in pages:
                Visitor(web_port, cookie, [page])._visit(page)
            with assembly.database.transaction() as session:
                ledger.add_readers(session, messages)
                ledger.add_mailing(session, filler=FILLER)
            began = time.monotonic()
            threads = [threading.Thread(target=visitor.walk, args=(ended,)) for visitor in walking]
            for thread in threads:
                thread.start()
            while ledger.states(assembly.database)["accepted"] < messages and time.monotonic() < began + 300:
                time.sleep(0.1)
            took = time.monotonic() - began
            ended.set()
            for thread in threads:
                thread.join()
        accepted = ledger.states(assembly.database)["accepted"]
        assembly.database.close()
    by_page: dict[str, list[float]] = defaultdict(list)
    for visitor in walking:
        for page, seconds in visitor.seconds.items():
            by_page[page] += [second * 1000 for second in seconds]
    everything = [value for values in by_page.values() for value in values]
    return {
        "relay": kind,
        "messages": accepted,
        "messages_per_second": round(accepted / took),
        "visits": len(everything),
        "p50": round(statistics.median(everything)),
        "p95": round(p95(everything)),
        "slowest": round(max(everything)),
        "pages": {page: (round(statistics.median(v)), round(p95(v))) for page, v in sorted(by_page.items())},
        "wrong": {page: status for visitor in walking for page, status in visitor.wrong.items()},
    }


def main() -> None:
    """Prints a line per page, and says whether the goal is met; exit code 1 where it is not."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.web_during_send", description=main.__doc__)
    options.add_argument("--messages", type=int, default=5000)
    options.add_argument("--visitors", type=int, default=2)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    found = measure(chosen.messages, chosen.visitors)
    if chosen.json:
        print(json.dumps(found))
        return
    pages = found["pages"]
    assert isinstance(pages, dict)
    print(f"{found['messages']} mails at {found['messages_per_second']}/s, {chosen.visitors} visitors meanwhile")
    for page, (middle, high) in pages.items():
        print(f"  {page:<32} p50 {middle:>4} ms   p95 {high:>4} ms")
    met = int(str(found["p95"])) < GOAL_MILLISECONDS and not found["wrong"]
    print(
        f"all {found['visits']} visits: p50 {found['p50']} ms, p95 {found['p95']} ms (goal: under {GOAL_MILLISECONDS})"
    )
    if found["wrong"]:
        print(f"pages that did not answer 200: {found['wrong']}")
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
