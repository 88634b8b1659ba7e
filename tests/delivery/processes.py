"""Senders as processes of their own, to be stopped and killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from crm.foundation.database import Database

_PROGRAM = """\
import sys
from datetime import UTC, datetime
from crm.foundation.database import open_database
from crm.foundation.settings import Mail
from mailing.delivery.worker import Worker
from tests.delivery import ledger
import signal

url, port, connections, lease, once = sys.argv[1:]
relay = Mail(host="127.0.0.1", port=int(port), connections=int(connections), lease_seconds=float(lease))
worker = Worker(open_database(url), relay=relay, post=ledger.POST, clock=lambda: datetime.now(UTC))
signal.signal(signal.SIGTERM, lambda *_: worker.stop())
worker.run(once=once == "True")
"""


def start(
    database: Database, folder: Path, port: int, *, connections: int, lease_seconds: float, once: bool = False
) -> subprocess.Popen[bytes]:
    """A sender on that database and relay, in a process of its own."""
    url = database.engine.url.render_as_string(hide_password=False)
    arguments = [url, str(port), str(connections), str(lease_seconds), str(once)]
    with (folder / "senders.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", _PROGRAM, *arguments],
            stdout=log,
            stderr=log,
            cwd=Path(__file__).parents[2],
            env=os.environ | {"PORTEVOIX_HOME": str(folder)},
        )
