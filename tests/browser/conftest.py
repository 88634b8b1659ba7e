"""A browser for each journey, and a page that complains when anything goes wrong behind the scenes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect, sync_playwright

from crm.foundation.database import open_database
from tests.browser import chromium
from tests.browser.house import House, running_house


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A Chromium of its own."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.found(), args=chromium.FLAGS)
        yield started
        started.close()


expect.set_options(timeout=15_000)


LEFT = ("htmx:afterRequest", "htmx:sendAbort", "htmx:sendError")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page; the test fails where the console told of an error, or the policy of a page was broken."""
    context = browser.new_context(locale="fr-BE", viewport={"width": 1280, "height": 900})
    opened, wrong = context.new_page(), list[str]()

    def hear(message: ConsoleMessage) -> None:
        # A page that is left takes its requests with it, as does a newer one of the same place; htmx says so. A bad
        # answer it tells otherwise.
        if message.type in ("error", "warning") and not message.text.startswith(LEFT):
            wrong.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def mind(error: Error) -> None:
        wrong.append(f"uncaught: {error}")

    opened.on("console", hear)
    opened.on("pageerror", mind)
    opened.set_default_timeout(15_000)
    yield opened
    context.close()
    assert wrong == []


@pytest.fixture
def house(new_database_url: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A whole house on SQLite, with nothing in it yet."""
    home = tmp_path / "home"
    monkeypatch.setenv("PORTEVOIX_HOME", str(home))
    database = open_database(new_database_url("sqlite"))
    with running_house(database, home) as running:
        yield running
    database.close()
