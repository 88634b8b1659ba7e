"""Golden files: what a person once looked at and found good. `PORTEVOIX_APPROVE=1` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "approved"


def check_approved(name: str, made: str | bytes) -> None:
    """Fails unless `made` is what `tests/approved/<name>` holds, byte for byte."""
    file = FOLDER / name
    if isinstance(made, bytes):
        if os.environ.get("PORTEVOIX_APPROVE"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(made)
        is_same = file.is_file() and made == file.read_bytes()
        assert is_same, f"{name} is not what was approved: look at it, then run with PORTEVOIX_APPROVE=1"
        return
    if os.environ.get("PORTEVOIX_APPROVE"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(made.encode())
    assert file.is_file(), f"{name} was never approved: look at it, then run with PORTEVOIX_APPROVE=1"
    assert made == file.read_bytes().decode()
