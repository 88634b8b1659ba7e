"""Column types and the declarative base that every room's tables share."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Integer, MetaData, String, cast, func, literal
from sqlalchemy.dialects.sqlite import DATETIME as SQLITE_DATETIME
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """A UTC instant with microseconds; always comes back with its zone, never goes in without."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(SQLITE_DATETIME())  # type: ignore[no-untyped-call] # SQLAlchemy left it bare
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """A word of a closed list, stored as its text."""

    impl = String(40)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.words(value)


class Words(TypeDecorator[frozenset[StrEnum]]):
    """A set of words of a closed list, stored as a sorted JSON list."""

    impl = JSON
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Collection[StrEnum | str] | None, dialect: Dialect) -> list[str] | None:
        return None if value is None else sorted({self.words(word).value for word in value})

    def process_result_value(self, value: list[str] | None, dialect: Dialect) -> frozenset[StrEnum]:
        return frozenset(self.words(word) for word in value or ())


BigId = BigInteger().with_variant(Integer, "sqlite")
"""A row's number: 64 bits on both databases (SQLite only counts up by itself under the name INTEGER)."""


class AddressKey(String):
    """A keyed hash of `foundation.signing.AddressHasher`: what a rotation of its key goes through."""


class KeyedJson(JSON):
    """Structured values that may hold such hashes, as texts of their own."""


Json = JSON
"""Structured values that no query looks into."""


class Held:
    """What every row of a ledger carries: its number, and the block that holds it.

    `block` is None until the sealer comes by; it is set once.
    """

    id: Mapped[int]
    block: Mapped[int | None]


class Chained(Held):
    """A row of a ledger that also bears the keyed mark of its content from the moment it is written."""

    mark_key_id: Mapped[int]
    mark: Mapped[str] = mapped_column(String(64))


class Base(DeclarativeBase):
    """The base of every mapped class; one metadata, one naming convention."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Instant(), dict[str, Any]: Json, list[Any]: Json}


class days_before(FunctionElement[datetime]):  # noqa: N801 - it is used as a function in queries
    """`days_before(instant, days)`: the instant so many days earlier, days being a value or a column."""

    type = Instant()
    inherit_cache = True


@compiles(days_before, "sqlite")
def _days_before_on_sqlite(element: days_before, compiler: SQLCompiler, **how: Any) -> str:
    instant, days = element.clauses
    shift = literal("-").concat(cast(days, String)).concat(literal(" days"))
    # SQLite compares instants as text: the form is the one in which columns keep them, to the millisecond.
    return str(compiler.process(func.strftime("%Y-%m-%d %H:%M:%f", instant, shift), **how))


@compiles(days_before, "postgresql")
def _days_before_on_postgresql(element: days_before, compiler: SQLCompiler, **how: Any) -> str:
    instant, days = element.clauses
    return str(compiler.process(instant - func.make_interval(0, 0, 0, cast(days, Integer)), **how))


class days_between(FunctionElement[int]):  # noqa: N801 - it is used as a function in queries
    """`days_between(earlier, later)`: the days from one day to another, in whole numbers."""

    type = Integer()
    inherit_cache = True


@compiles(days_between, "sqlite")
def _days_between_on_sqlite(element: days_between, compiler: SQLCompiler, **how: Any) -> str:
    earlier, later = element.clauses
    return str(compiler.process(cast(func.julianday(later) - func.julianday(earlier), Integer), **how))


@compiles(days_between, "postgresql")
def _days_between_on_postgresql(element: days_between, compiler: SQLCompiler, **how: Any) -> str:
    earlier, later = element.clauses
    return f"({compiler.process(later, **how)} - {compiler.process(earlier, **how)})"
