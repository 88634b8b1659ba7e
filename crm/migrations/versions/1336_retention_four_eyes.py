"""How long things are kept is proposed by one and decided by another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1336"
down_revision = "7876"
branch_labels = None
depends_on = None

TERM = sa.table(
    "retention_term",
    sa.column("proposed_by", sa.BigInteger),
    sa.column("proposed_at", sa.DateTime(timezone=True)),
    sa.column("decided_by", sa.BigInteger),
    sa.column("decided_at", sa.DateTime(timezone=True)),
    sa.column("is_approved", sa.Boolean),
)


def upgrade() -> None:
    """What was decided by one alone goes on to hold."""
    with op.batch_alter_table("retention_term", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("proposed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("is_approved", sa.Boolean(), nullable=True))
    op.execute(
        TERM.update().values(
            proposed_by=TERM.c.decided_by, proposed_at=TERM.c.decided_at, decided_by=None, is_approved=sa.true()
        )
    )
    with op.batch_alter_table("retention_term", schema=None) as batch_op:
        batch_op.alter_column("proposed_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.alter_column("is_approved", existing_type=sa.Boolean(), nullable=False)
        batch_op.alter_column("decided_at", existing_type=sa.DateTime(timezone=True), nullable=True)


def downgrade() -> None:
    """A proposal that nobody decided on has no place there."""
    op.execute(TERM.delete().where(sa.or_(TERM.c.decided_at.is_(None), sa.not_(TERM.c.is_approved))))
    with op.batch_alter_table("retention_term", schema=None) as batch_op:
        batch_op.alter_column("decided_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.drop_column("is_approved")
        batch_op.drop_column("proposed_at")
        batch_op.drop_column("proposed_by")
