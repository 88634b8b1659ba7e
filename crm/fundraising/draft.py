"""The draft of a freeze: the roll, written once into a passing table, from which all that is frozen is laid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Insert,
    MetaData,
    Select,
    String,
    Table,
    case,
    insert,
    literal,
    select,
)
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable, DropTable

from crm.fundraising import letters, selects
from crm.fundraising.model import Arm, Cell
from crm.fundraising.question import Asked
from crm.fundraising.tables import LeftOutRow, RecipientRow
from crm.values.identifiers import AppealId

POST = ("place", "at_country", "at_postcode", "at_street", "at_number", "person_id")
"""The order of the post; where there is no post, of cells and people."""
_NUMBERS = frozenset({"person_id", "place", "contact_point_id", "last_cents", "largest_cents"})
_LEFT_OUT = ("appeal_id", "person_id", "cell_id", "reason", "refusal")


@contextmanager
def drawn(session: Session, asked: Asked) -> Iterator[Table]:
    """The roll as of now, in one statement: who says no meanwhile is on one side of it or the other, whole.

    A table of this connection alone, gone at the end, or with the transaction where that is undone.
    """
    roll, connection = selects.roll(asked, whole=True), session.connection()
    names = list(roll.selected_columns.keys())
    table = Table("appeal_draft", MetaData(), *map(_column, names), prefixes=["TEMPORARY"], postgresql_on_commit="DROP")
    connection.execute(DropTable(table, if_exists=True))
    connection.execute(CreateTable(table))
    connection.execute(insert(table).from_select(names, roll))
    yield table
    connection.execute(DropTable(table))


def left_out(draft: Table, appeal_id: AppealId, cells: Sequence[Cell]) -> Insert:
    """Writes down who is not asked, and why."""
    rows = select(literal(appeal_id), draft.c.person_id, _cell_id(draft, cells), draft.c.reason, draft.c.refusal)
    rows = rows.where(draft.c.reason.is_not(None)).order_by(draft.c.person_id)
    return insert(LeftOutRow).from_select(list(_LEFT_OUT), rows, include_defaults=False)


def control(draft: Table, appeal_id: AppealId, cells: Sequence[Cell]) -> Insert:
    """Writes down who is left alone: nothing of them but that."""
    into = RecipientRow.__table__.c
    own: dict[str, Any] = {"person_id": draft.c.person_id, "cell_id": _cell_id(draft, cells)}
    values = {"appeal_id": appeal_id, "arm": Arm.CONTROL} | letters.NOTHING
    columns = own | {name: literal(value, into[name].type) for name, value in values.items()}
    rows = select(*columns.values()).where(draft.c.arm == Arm.CONTROL.value)
    return insert(RecipientRow).from_select(list(columns), rows, include_defaults=False)


def written_to(draft: Table) -> Select[*tuple[Any, ...]]:
    """What a letter needs of each who is asked (`letters.Row`), cell by cell, in the order of the post."""
    columns = [draft.c[name] for name in letters.Row._fields if name in draft.c]
    order = [draft.c[name] for name in POST if name in draft.c]
    return select(*columns).where(draft.c.arm == Arm.MAILED.value).order_by(*order)


def _column(name: str) -> Column[Any]:
    is_number = name in _NUMBERS or name.startswith("in_")
    return Column(name, BigInteger if is_number else String)


def _cell_id(draft: Table, cells: Sequence[Cell]) -> ColumnElement[int]:
    return case({place: literal(cell.id) for place, cell in enumerate(cells)}, value=draft.c.place)
