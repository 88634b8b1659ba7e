"""Nouns of files that are made at the desk for the administration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from crm.attestations.model import Format
from crm.values.identifiers import AccountId


class FileState(StrEnum):
    """Where a file that was asked for stands. A checked one waits for a word of somebody, a made one to be taken."""

    CHECKING = "checking"
    REFUSED = "refused"
    CHECKED = "checked"
    MAKING = "making"
    MADE = "made"
    TAKEN = "taken"
    CHANGED = "changed"
    """Something changed since it was looked at: nothing was made."""
    GONE = "gone"
    """Nobody took it in time."""


UNDER_WAY = (FileState.CHECKING, FileState.MAKING)


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedFile:
    """A file as it was asked for, how far it has come, and how it ended.

    `figures`: control totals of what passed our checks; `flaws`: `number: what is wrong` of what did not.
    `filing_id`: the filing it is of; of one that is made anew from the first.
    """

    id: int
    year: int
    format: Format
    is_test: bool
    reference: str
    state: FileState
    asked_at: datetime
    asked_by: AccountId | None
    seen: int
    total: int
    figures: Mapping[str, Any]
    flaws: tuple[str, ...]
    filing_id: int | None
    token: str
    ready_at: datetime | None
    taken_at: datetime | None
    taken_by: AccountId | None
