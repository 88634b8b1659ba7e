"""Senders as processes of their own, to be stopped and killed."""

from __future__ import annotations

from multiprocessing.context import ForkServerProcess
from pathlib import Path

from crm.foundation.database import Database
from crm.foundation.settings import Mail, Settings
from tests import killing, victims


def start(
    database: Database, folder: Path, port: int, *, connections: int, lease_seconds: float, once: bool = False
) -> ForkServerProcess:
    """A sender on that database and relay, in a process of its own."""
    url = database.engine.url.render_as_string(hide_password=False)
    relay = Mail(host="127.0.0.1", port=port, connections=connections, lease_seconds=lease_seconds)
    return killing.started(Settings(home=folder, database_url=url), victims.send, relay, once)


def ended(process: ForkServerProcess, seconds: float) -> int | None:
    """What it ended with; None where it goes on."""
    process.join(seconds)
    return process.exitcode
