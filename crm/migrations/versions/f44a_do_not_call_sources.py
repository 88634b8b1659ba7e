"""do-not-call sources: one list is held of each, beside those of the others"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = 'f44a'
down_revision = "c6a1"
branch_labels = None
depends_on = None

NATIONAL = "Ne m’appelez plus"
LIST = sa.table("do_not_call_list", sa.column("id"), sa.column("source"), sa.column("is_held", sa.Boolean()))
NUMBER = sa.table("do_not_call_number", sa.column("list_id"))


def upgrade() -> None:
    """Column by column: SQLite makes a table anew otherwise, and numbers point at this one."""
    source = sa.Column("source", sa.String(length=60), nullable=False, server_default=NATIONAL)
    op.add_column("do_not_call_list", source)
    op.add_column("do_not_call_list", sa.Column("is_held", sa.Boolean(), nullable=False, server_default=sa.false()))
    newest = sa.select(sa.func.max(LIST.alias().c.id)).scalar_subquery()
    op.execute(LIST.update().where(LIST.c.id == newest).values(is_held=sa.true()))
    with op.batch_alter_table('do_not_call_number', schema=None) as batch_op:
        batch_op.drop_constraint('pk_do_not_call_number', type_='primary')
        batch_op.create_primary_key('pk_do_not_call_number', ['address_key', 'list_id'])


def downgrade() -> None:
    """What is held of other sources goes: there is room for one list only."""
    others = sa.select(LIST.c.id).where(LIST.c.source != NATIONAL)
    op.execute(NUMBER.delete().where(NUMBER.c.list_id.in_(others)))
    op.execute(LIST.delete().where(LIST.c.source != NATIONAL))
    with op.batch_alter_table('do_not_call_number', schema=None) as batch_op:
        batch_op.drop_constraint('pk_do_not_call_number', type_='primary')
        batch_op.create_primary_key('pk_do_not_call_number', ['address_key'])
    op.drop_column("do_not_call_list", "is_held")
    op.drop_column("do_not_call_list", "source")
