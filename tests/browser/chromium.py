"""Where a Chromium is on this machine, and how the journeys start it."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",  # it runs as root on build machines, and opens nothing but our own pages
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@cache
def found() -> str | None:
    """The path of a Chromium: an installed one, else one that playwright fetched; None where there is neither."""
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    cache_folder = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "~/.cache/ms-playwright")
    fetched = sorted(Path(cache_folder).expanduser().glob("chromium-*/chrome-linux*/chrome"))
    return str(fetched[-1]) if fetched else None
