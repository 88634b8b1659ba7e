"""each line of a batch knows the gift that it became"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a5c2"
down_revision = "a5c1"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_LINE = sa.table("gift_batch_entry", sa.column("id"), sa.column("batch_id"), sa.column("gift_id"))
_MONEY = sa.table("money_entry", sa.column("gift_id"), sa.column("provider"), sa.column("external_id"))


def upgrade() -> None:
    with op.batch_alter_table("gift_batch_entry") as table:
        table.add_column(sa.Column("gift_id", _NUMBER, nullable=True))
        table.create_foreign_key(op.f("fk_gift_batch_entry_gift_id"), "gift", ["gift_id"], ["id"])
        table.create_index("ix_gift_batch_entry_gift", ["gift_id"])
    name = sa.cast(_LINE.c.batch_id, sa.String).concat("-").concat(sa.cast(_LINE.c.id, sa.String))
    booked = sa.select(_MONEY.c.gift_id).where(_MONEY.c.provider == "batch", _MONEY.c.external_id == name)
    op.execute(sa.update(_LINE).values(gift_id=booked.scalar_subquery()))


def downgrade() -> None:
    with op.batch_alter_table("gift_batch_entry") as table:
        table.drop_index("ix_gift_batch_entry_gift")
        table.drop_constraint(op.f("fk_gift_batch_entry_gift_id"), type_="foreignkey")
        table.drop_column("gift_id")
