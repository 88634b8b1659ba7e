"""The programs as one starts them, on PostgreSQL: a sign-up, its letter, and every page of the office."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from crm.assembly import assemble
from crm.demo.catcher import Catcher
from crm.demo.maildrop import Maildrop
from crm.foundation.programs import answers
from crm.foundation.settings import Settings
from tests.browser.furnishing import EMAIL, PASSWORD, furnish
from tests.browser.house import wait_for

READER = "zoe@exemple.test"


@dataclass(frozen=True, kw_only=True)
class Running:
    """A running `portevoix run`, and the mails it sends."""

    url: str
    mails: Maildrop


@pytest.fixture
def running(
    new_database_url: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Running]:
    home, url = tmp_path / "home", new_database_url("postgresql")
    monkeypatch.setenv("PORTEVOIX_HOME", str(home))
    catcher = Catcher(Maildrop(tmp_path / "mails"))
    catcher.start()
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = int(reserved.getsockname()[1])
    environment = os.environ | {
        "PORTEVOIX_HOME": str(home),
        "PORTEVOIX_DATABASE_URL": url,
        "PORTEVOIX_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORTEVOIX_SECURE_COOKIES": "false",
        "PORTEVOIX_MAIL__PORT": str(catcher.smtp_port),
    }
    assembly = assemble(Settings(home=home, database_url=url))
    furnish(assembly, datetime.now(UTC), site_url="http://127.0.0.1:9/")
    assembly.database.close()
    with (tmp_path / "log").open("wb") as log:
        command = [sys.executable, "-m", "crm.cli", "run", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        wait_for(lambda: answers(port) or None, "the web", 60)
        # The port listens before the pages are ready; a machine that does other things besides takes its time.
        urllib.request.urlopen(f"http://127.0.0.1:{port}/static/icon.svg", timeout=60).close()
        yield Running(url=f"http://127.0.0.1:{port}", mails=catcher.maildrop)
    finally:
        process.terminate()
        code = process.wait(20)
        catcher.stop()
    assert code == 0, (tmp_path / "log").read_text()


def test_a_sign_up_and_every_page_on_postgresql(running: Running, page: Page) -> None:
    page.goto(f"{running.url}/inscription")
    page.check("input[name=purpose][value=newsletter]")
    page.fill("#email", READER)
    page.check("input[name=age][value='18+']")
    page.wait_for_timeout(3500)  # the form wonders about anybody quicker
    page.click("main button[type=submit]")
    letter = wait_for(lambda: next(iter(running.mails.lines(looking_for=READER)[0]), None), "the letter", 30)
    assert letter.recipient == READER

    page.goto(f"{running.url}/office/")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.locator("h1")).to_have_text("Protégez votre compte")
    app = pyotp.TOTP(page.locator("code.secret").inner_text().replace(" ", ""))
    page.fill("#code", app.now())
    page.get_by_role("button", name="Terminer").click()
    page.get_by_role("link", name="C’est noté, entrer").click()
    expect(page.locator("h1")).to_have_text("Tableau de bord")
    pages = page.locator("nav a[href^='/office']").evaluate_all("links => [...new Set(links.map(l => l.href))]")
    assert len(pages) >= 7
    for address in pages:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        expect(page.locator("h1")).to_be_visible()
    page.goto(f"{running.url}/office/supporters?text=zoe")
    expect(page.locator("main")).to_contain_text(READER)
