"""What tests of delivery share: who signs links, and a sender on any relay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from crm.foundation.database import Database, open_database
from crm.foundation.settings import Mail
from mailing.delivery.mails import Post
from mailing.delivery.worker import Worker
from tests.delivery import ledger

Senders = Callable[..., Worker]


@pytest.fixture(scope="session")
def post() -> Post:
    return ledger.POST


@pytest.fixture
def embedded(new_database_url: Callable[[str], str]) -> Iterator[Database]:
    """An empty SQLite database, for what has nothing to do with the kind of database."""
    opened = open_database(new_database_url("sqlite"))
    yield opened
    opened.close()


@pytest.fixture
def sender(post: Post) -> Senders:
    """Makes a sender for a database and a relay's port; other settings of the relay by name."""

    def make(database: Database, port: int, **relay: Any) -> Worker:
        usual: dict[str, Any] = {"connections": 4, "timeout_seconds": 5, "lease_seconds": 30}
        return Worker(
            database,
            relay=Mail(host="127.0.0.1", port=port, **(usual | relay)),
            post=post,
            clock=lambda: datetime.now(UTC),
        )

    return make
