"""What can go wrong with an import."""

from __future__ import annotations

from enum import StrEnum

from crm.values.errors import Conflict, Invalid, Missing


class Refused(StrEnum):
    """Why a file as a whole cannot be read. `words.REFUSED` says each in a sentence."""

    EMPTY = "empty"
    NO_ROWS = "no-rows"
    TOO_LARGE = "too-large"
    NOT_A_TABLE = "not-a-table"
    OLD_WORKBOOK = "old-workbook"
    NUL = "nul"
    LONG_LINE = "long-line"
    OPEN_QUOTE = "open-quote"
    TOO_MANY_COLUMNS = "too-many-columns"
    TOO_MANY_ROWS = "too-many-rows"
    UNFOLDS_TOO_FAR = "unfolds-too-far"
    DAMAGED = "damaged"
    LOCKED = "locked"
    NO_SHEET = "no-sheet"
    TOO_HEAVY = "too-heavy"
    GONE = "gone"


class FileRefused(Invalid):
    """A file that cannot be read at all. `line` is where it went wrong, where that is known."""

    def __init__(self, why: Refused, *, line: int | None = None) -> None:
        super().__init__(f"this file cannot be read: {why.value}" + (f" at line {line}" if line else ""), field="file")
        self.why = why
        self.line = line


class RunMissing(Missing):
    """There is no such import."""

    def __init__(self) -> None:
        super().__init__("no such import")


class WrongMoment(Conflict):
    """The import is not in a state that allows this."""

    def __init__(self) -> None:
        super().__init__("the import is no longer in a state that allows this")


class MappingIncomplete(Invalid):
    """A column, a format or a choice is still missing; `missing` names what, in the order of the form."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__("still to be chosen: " + ", ".join(missing), field=missing[0])
        self.missing = missing


class KindMissing(Missing):
    """There is no such kind of file."""

    def __init__(self) -> None:
        super().__init__("no such kind of file")
