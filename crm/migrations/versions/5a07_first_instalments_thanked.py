"""First instalments that nobody was thanked for, and what came in kind, owe thanks for as long as it takes."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = '5a07'
down_revision = "9e17"
branch_labels = None
depends_on = None

FRESH = timedelta(days=90)
GIFT = sa.table(
    'gift',
    sa.column('id', sa.BigInteger),
    sa.column('person_id', sa.BigInteger),
    sa.column('kind', sa.String),
    sa.column('given_on', sa.Date),
    sa.column('given_cents', sa.BigInteger),
    sa.column('is_test', sa.Boolean),
    sa.column('owes_thanks', sa.Boolean),
    sa.column('thanked_at', sa.DateTime),
)


def upgrade() -> None:
    gift, before = GIFT, GIFT.alias('before')
    earlier = sa.select(before.c.id).where(
        before.c.person_id == gift.c.person_id,
        before.c.kind == 'instalment',
        sa.or_(before.c.given_cents > 0, before.c.thanked_at.is_not(None)),
        before.c.is_test.is_(sa.false()),
        sa.or_(
            before.c.given_on < gift.c.given_on,
            sa.and_(before.c.given_on == gift.c.given_on, before.c.id < gift.c.id),
        ),
    )
    first = sa.and_(gift.c.kind == 'instalment', gift.c.given_cents > 0, ~earlier.correlate(gift).exists())
    op.get_bind().execute(
        sa.update(gift)
        .where(
            sa.or_(first, gift.c.kind == 'in-kind'),
            gift.c.thanked_at.is_(None),
            gift.c.is_test.is_(sa.false()),
            gift.c.given_on > date.today() - FRESH,
        )
        .values(owes_thanks=sa.true())
    )


def downgrade() -> None:
    op.get_bind().execute(
        sa.update(GIFT).where(GIFT.c.kind.in_(['instalment', 'in-kind'])).values(owes_thanks=sa.false())
    )
