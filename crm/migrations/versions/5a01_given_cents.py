"""What of each gift makes a donor: its donations, neither a fee nor goods. Donors are counted anew the next night."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '5a01'
down_revision = "da7a"
branch_labels = None
depends_on = None

INDEX = ['kind', 'given_on', 'person_id', 'net_cents', 'is_test']
FEE, SALE = 'membership-fee', 'sale'


def upgrade() -> None:
    op.add_column('gift', sa.Column('given_cents', sa.BigInteger(), server_default='0', nullable=False))
    op.drop_index('ix_gift_kind', 'gift')

    gift = sa.table(
        'gift',
        sa.column('id', sa.BigInteger()),
        sa.column('kind', sa.String()),
        sa.column('given_cents', sa.BigInteger()),
        sa.column('net_cents', sa.BigInteger()),
    )
    line = sa.table(
        'gift_line',
        sa.column('gift_id', sa.BigInteger()),
        sa.column('kind', sa.String()),
        sa.column('net_cents', sa.BigInteger()),
    )
    of_gift, is_given = line.c.gift_id == gift.c.id, line.c.kind == 'donation'
    sum_of = sa.func.coalesce(sa.func.sum(line.c.net_cents), 0)
    cents = sa.select(sum_of).where(of_gift, is_given).correlate(gift).scalar_subquery()
    beside = sa.select(line.c.gift_id).where(of_gift, ~is_given).correlate(gift).exists()
    op.execute(
        gift.update()
        .where(gift.c.net_cents != 0, sa.or_(gift.c.kind.not_in([FEE, SALE]), beside))
        .values(given_cents=cents)
    )
    # What a mandate brings with a donation in it is an instalment, as it is from now on.
    collection = sa.table('collection', sa.column('gift_id', sa.BigInteger()))
    collected = sa.select(collection.c.gift_id).where(collection.c.gift_id.is_not(None))
    op.execute(
        gift.update()
        .where(gift.c.kind == FEE, gift.c.given_cents > 0, gift.c.id.in_(collected))
        .values(kind='instalment')
    )
    windows = sa.table('donor_windows', sa.column('counted_at', sa.DateTime(timezone=True)))
    op.execute(windows.update().values(counted_at=None))
    op.create_index('ix_gift_kind', 'gift', ['kind', 'given_on', 'person_id', 'net_cents', 'given_cents', 'is_test'])


def downgrade() -> None:
    op.drop_index('ix_gift_kind', 'gift')
    op.drop_column('gift', 'given_cents')
    op.create_index('ix_gift_kind', 'gift', INDEX)
