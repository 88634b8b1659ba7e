"""Alembic's entry: runs the history on the connection that `crm.migrations.schema` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from crm.foundation.columns import Instant, Word
from crm.migrations.schema import METADATA


def _plain_types(kind: str, value: Any, _autogenerate: Any) -> str | Literal[False]:
    """A migration must not change its meaning when our types do: it names what the database holds."""
    if kind == "type" and isinstance(value, Word):
        return "sa.String(length=40)"
    if kind == "type" and isinstance(value, Instant):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=False,
    render_item=_plain_types,
)
with context.begin_transaction():
    context.run_migrations()
