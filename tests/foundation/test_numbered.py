"""Rows by many numbers in one parameter: the same on both databases, by the index, none of them, one, or thousands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, insert, not_, select, text
from sqlalchemy.orm import Session

from crm.foundation.database import Database
from crm.foundation.numbered import numbered

_rows = Table("numbered_rows", MetaData(), Column("id", BigInteger, primary_key=True))
_THESE = select(_rows.c.id).where(numbered(_rows.c.id)).order_by(_rows.c.id)
_OTHERS = select(_rows.c.id).where(not_(numbered(_rows.c.id, "others"))).order_by(_rows.c.id)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        _rows.create(session.connection())
        session.execute(insert(_rows), [{"id": number} for number in range(1, 5_001)])
        yield session
        session.rollback()


@pytest.mark.parametrize("ids", [[], [3], [2, 2, 9_999_999_999], range(1, 5_001)])
def test_the_rows_with_those_numbers(session: Session, ids: list[int]) -> None:
    there = sorted({one for one in ids if one <= 5_000})
    assert list(session.scalars(_THESE, {"ids": ids})) == there
    assert list(session.scalars(_OTHERS, {"others": ids})) == [one for one in range(1, 5_001) if one not in there]


def test_an_index_finds_them(session: Session) -> None:
    if session.get_bind().dialect.name != "sqlite":
        return
    asked = str(_THESE.compile(session.get_bind()))
    steps = [row[-1] for row in session.execute(text("EXPLAIN QUERY PLAN " + asked.replace("?", "'[1]'")))]
    assert any(step.startswith("SEARCH numbered_rows USING") for step in steps), steps
