"""The demonstration's site, answering for a while."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from crm.demo.site import opened
from tests.conftest import NOW


@pytest.fixture
def port() -> Iterator[int]:
    """Where it answers, as of NOW."""
    with opened("127.0.0.1", 0, now=lambda: NOW) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()
