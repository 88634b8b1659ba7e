"""Whether a row is one of those whose numbers a statement is given, however many these are.

One parameter: the text of the statement stays the same, so that neither SQLAlchemy nor the driver writes and reads
thousands of place-holders anew each time.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Dialect,
    Text,
    TypeDecorator,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


class _Numbers(TypeDecorator[Collection[int]]):
    """Numbers as one value: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(BigInteger()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> Any:
        numbers = [int(one) for one in value or ()]
        return numbers if dialect.name == "postgresql" else json.dumps(numbers)


class _Among(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True
    name = "among_numbers"

    def self_group(self, against: Any = None) -> _Among:
        """Left as it is: SQLAlchemy would ask SQLite whether it equals 1, and no index answers that."""
        return self


def numbered(column: Any, name: str = "ids") -> ColumnElement[bool]:
    """True where a column holds one of the numbers that the statement gets as `name` (any collection of integers)."""
    return _Among(column, bindparam(name, type_=_Numbers()))


def one_of(column: Any, numbers: Collection[int]) -> ColumnElement[bool]:
    """The same for a statement that is put together with its numbers."""
    return _Among(column, bindparam(None, list(numbers), type_=_Numbers()))


@compiles(_Among, "postgresql")
def _as_array(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, numbers = element.clauses
    return compiler.process(column == any_(numbers), **how)


@compiles(_Among)
def _as_json(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, numbers = element.clauses
    listed = func.json_each(numbers).table_valued("value", name="listed")
    return compiler.process(column.in_(select(listed.c.value)), **how)
