"""appeals by mail: a file may be of one cell; which addresses Windows-1252 cannot print is known without reading all"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d1f9"
down_revision = "d1f8"
branch_labels = None
depends_on = None

AT_ONCE = 5000
_ROW = sa.table(
    "appeal_recipient",
    sa.column("id", sa.BigInteger()),
    sa.column("lines", sa.Text()),
    sa.column("first_name", sa.String()),
    sa.column("last_name", sa.String()),
    sa.column("is_odd", sa.Boolean()),
)


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("appeal_file", sa.Column("cell_id", number, nullable=True))
    op.add_column("appeal_recipient", sa.Column("is_odd", sa.Boolean(), server_default=sa.false(), nullable=False))
    _look()
    op.create_index(
        "ix_appeal_recipient_odd",
        "appeal_recipient",
        ["appeal_id", "seq"],
        sqlite_where=sa.text("is_odd"),
        postgresql_where=sa.text("is_odd"),
    )


def downgrade() -> None:
    op.drop_index("ix_appeal_recipient_odd", table_name="appeal_recipient")
    op.drop_column("appeal_recipient", "is_odd")
    op.drop_column("appeal_file", "cell_id")


def _look() -> None:
    """Once through all that was frozen, so many at a time."""
    connection, last = op.get_bind(), 0
    columns = (_ROW.c.id, _ROW.c.lines, _ROW.c.first_name, _ROW.c.last_name)
    while rows := connection.execute(
        sa.select(*columns).where(_ROW.c.id > last).order_by(_ROW.c.id).limit(AT_ONCE)
    ).all():
        last = rows[-1].id
        odd = [number for number, *texts in rows if not all(map(_is_printable, texts))]
        if odd:
            connection.execute(sa.update(_ROW).where(_ROW.c.id.in_(odd)).values(is_odd=sa.true()))


def _is_printable(text: str) -> bool:
    try:
        text.encode("windows-1252")
    except UnicodeEncodeError:
        return False
    return True
