"""what came in kind has a column of its own; lines of batches that came in kind, or with a postmark; kinds turned"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a5c4"
down_revision = "a5c3"
branch_labels = None
depends_on = None

_GIFT = sa.table("gift", sa.column("id"), sa.column("in_kind_name"), sa.column("in_kind_what"))


def upgrade() -> None:
    op.add_column("gift", sa.Column("in_kind_what", sa.String(length=120), nullable=True))
    op.add_column("gift_batch_entry", sa.Column("postmark_on", sa.Date(), nullable=True))
    op.add_column(
        "gift_batch_entry", sa.Column("what", sa.String(length=120), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("gift_correction", sa.Column("what", sa.String(length=120), nullable=True))
    op.add_column("gift_correction", sa.Column("method", sa.String(length=40), nullable=True))
    told = sa.select(_GIFT.c.id, _GIFT.c.in_kind_name).where(_GIFT.c.in_kind_name.like("office %"))
    for gift_id, name in op.get_bind().execute(told).all():
        what = name.split(" ", 2)[2:] or [""]
        op.execute(sa.update(_GIFT).where(_GIFT.c.id == gift_id).values(in_kind_what=what[0]))


def downgrade() -> None:
    op.drop_column("gift_correction", "method")
    op.drop_column("gift_correction", "what")
    op.drop_column("gift_batch_entry", "what")
    op.drop_column("gift_batch_entry", "postmark_on")
    op.drop_column("gift", "in_kind_what")
