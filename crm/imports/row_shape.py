"""How a checked row is kept and comes back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm.imports.model import Change, Reason, Row, Told
from crm.values.identifiers import PersonId


def told_json(reasons: Iterable[Told]) -> list[list[str]]:
    """Reasons as JSON keeps them."""
    return [[why.value, what] if what else [why.value] for why, what in reasons]


def row_of(row: Any) -> Row:
    """A row from its columns."""
    return Row(
        number=row.number,
        verdict=row.verdict,
        reasons=tuple((Reason(one[0]), one[1] if len(one) > 1 else "") for one in row.reasons),
        given=row.given,
        person_id=None if row.person_id is None else PersonId(row.person_id),
        kept_because=row.kept_because,
        fingerprint=row.fingerprint or "",
    )


def change_of(row: Any) -> Change:
    """A change from its columns."""
    return Change(
        id=row.id,
        number=row.number,
        kind=row.kind,
        target_id=row.target_id,
        person_id=row.person_id,
        before=row.before,
        after=row.after,
    )
