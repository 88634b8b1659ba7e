"""numbers gone: that a national number was held and destroyed at the end of its term"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20ca'
down_revision = '2910'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('national_number_gone',
    sa.Column('id', BIG, nullable=False),
    sa.Column('person_id', BIG, nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('nothing_since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_national_number_gone_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_national_number_gone'))
    )
    op.create_index(op.f('ix_national_number_gone_person_id'), 'national_number_gone', ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_national_number_gone_person_id'), table_name='national_number_gone')
    op.drop_table('national_number_gone')