"""several roles: one person may wear several hats"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7060"
down_revision = "7b1e"
branch_labels = None
depends_on = None

account = sa.table("account", sa.column("role", sa.String), sa.column("roles", sa.JSON))


def upgrade() -> None:
    op.add_column("account", sa.Column("roles", sa.JSON(), nullable=False, server_default="[]"))
    as_list = sa.literal('["').concat(account.c.role).concat('"]')
    op.execute(account.update().values(roles=sa.cast(as_list, sa.JSON) if _is_postgresql() else as_list))
    op.drop_column("account", "role")
    if _is_postgresql():
        op.alter_column("account", "roles", server_default=None)


def downgrade() -> None:
    """Whoever had several roles keeps the strongest that there was then."""
    op.add_column("account", sa.Column("role", sa.String(40), nullable=False, server_default="care"))
    for role in ("editor", "administrator"):
        has_it = sa.cast(account.c.roles, sa.Text).like(f'%"{role}"%')
        op.execute(account.update().where(has_it).values(role=role))
    op.drop_column("account", "roles")
    if _is_postgresql():
        op.alter_column("account", "role", server_default=None)


def _is_postgresql() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")
