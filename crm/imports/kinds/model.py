"""What every kind of import says of itself: its fields, its choices, and how it reads a row."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from crm.imports.kinds.cells import Cells
from crm.imports.wish import Wish


class Sort(StrEnum):
    """What stands in a column."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    DAY = "day"
    AMOUNT = "amount"


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """Something a column may hold. `aliases` are folded headers that mean it; `label` and `help` are marked French."""

    name: str
    label: str
    aliases: tuple[str, ...]
    sort: Sort = Sort.TEXT
    required: bool = False
    help: str = ""

    def but(self, *, required: bool | None = None, help: str = "") -> Field:  # noqa: A002 - what the field calls it
        """The same field in a kind of file that cannot do without it, or can, or means something else by it."""
        return replace(self, required=self.required if required is None else required, help=help or self.help)


class ChoiceSort(StrEnum):
    """What is chosen for the whole file."""

    TEXT = "text"
    PURPOSE = "purpose"
    LANGUAGE = "language"
    WAY = "way"
    METHOD = "method"
    GIFT_KIND = "gift-kind"
    COLLEAGUE = "colleague"
    CHANNEL = "channel"
    OWNER = "owner"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Something that holds for every row, where no column says it."""

    name: str
    label: str
    sort: ChoiceSort = ChoiceSort.TEXT
    required: bool = False
    help: str = ""


class Kind(Protocol):
    """One kind of file. `read` makes a wish of a row, or notes in `cells` why it cannot."""

    code: str
    label: str
    about: str
    fields: tuple[Field, ...]
    choices: tuple[Choice, ...]

    def read(self, cells: Cells) -> Wish | None:
        """What the row wishes; None where `cells.reasons` says why it is a bad one."""
        ...


def has_money(kind: Kind, columns: Collection[str]) -> bool:
    """Whether the rows of a file with those fields come to an amount, to be compared with what the old system says."""
    return "amount" in columns and any(field.name == "amount" for field in kind.fields)
