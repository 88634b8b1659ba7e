"""How rooms forget: rows deleted or emptied and counted, and rows that quote words nobody may find any more."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

Where = ColumnElement[bool]


def delete_rows(session: Session, row: Any, *where: Where) -> int:
    """Deletes rows of a mapped class; how many."""
    session.flush()
    key = next(iter(row.__table__.primary_key.columns))
    gone = session.execute(delete(row).where(*where).returning(key).execution_options(synchronize_session=False))
    return len(gone.all())


def empty_rows(session: Session, row: Any, values: Mapping[str, Any], *where: Where) -> int:
    """Writes values (by attribute) into rows of a mapped class; how many."""
    session.flush()
    key = next(iter(row.__table__.primary_key.columns))
    emptied = session.execute(
        update(row).where(*where).values(dict(values)).returning(key).execution_options(synchronize_session=False)
    )
    return len(emptied.all())


def leave_own_name(session: Session, row: Any, names: Collection[str], *where: Where) -> int:
    """Takes names off what was printed for others together with them: `lines` open with the row's own name then.

    How many lines changed; the rows have `first_name`, `last_name` and `lines`.
    """
    session.flush()
    changed = 0
    for one in session.scalars(select(row).where(quotes(row.lines, texts=(), names=names, phones=()), *where)):
        own, (_, *below) = f"{one.first_name} {one.last_name}".strip(), one.lines.split("\n")
        if own and one.lines != (alone := "\n".join((own, *below))):
            one.lines, changed = alone, changed + 1
    session.flush()
    return changed


def quotes(column: Any, *, texts: Collection[str], names: Collection[str], phones: Collection[str]) -> Where:
    """Whether a column (text or JSON), read as text, quotes one of the texts, all words of a name, or a number.

    A number is found however it is spelt: what people write between digits is left out, and the last nine count.
    """
    plain = func.lower(cast(column, Text))
    found = [_has(plain, text) for text in texts if text]
    found += [and_(*(_has(plain, word) for word in name.split())) for name in names if len(name.split()) > 1]
    digits = plain
    for sign in (" ", ".", "/", "-", "(", ")"):
        digits = func.replace(digits, sign, "")
    found += [digits.contains(phone[-9:], autoescape=True) for phone in phones if len(phone) >= 9]
    return or_(*found) if found else column.is_(None) & column.is_not(None)


def _has(plain: Any, word: str) -> Where:
    """JSON may write é as \\u00e9, and lower() of the database may leave É as it is."""
    spellings = {word.lower(), word, word.upper(), word.title()}
    spellings |= {json.dumps(one)[1:-1].lower() for one in spellings}
    return or_(*(plain.contains(one, autoescape=True) for one in sorted(spellings)))
