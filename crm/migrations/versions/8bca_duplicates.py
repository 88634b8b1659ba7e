"""duplicates: pairs, merges and their moves; how names sound; person_key kept once on SQLite"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '8bca'
down_revision = 'ffcd'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('comparison_mark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('up_to_person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comparison_mark'))
    )
    op.create_table('duplicate_pair',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('low_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('high_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('later_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['high_id'], ['person.id'], name=op.f('fk_duplicate_pair_high_id')),
    sa.ForeignKeyConstraint(['low_id'], ['person.id'], name=op.f('fk_duplicate_pair_low_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duplicate_pair')),
    sa.UniqueConstraint('low_id', 'high_id', name=op.f('uq_duplicate_pair_low_id_high_id'))
    )
    with op.batch_alter_table('duplicate_pair', schema=None) as batch_op:
        batch_op.create_index('ix_duplicate_pair_high', ['high_id'], unique=False)
        batch_op.create_index('ix_duplicate_pair_queue', ['state', 'score'], unique=False)

    op.create_table('person_merge',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('survivor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('loser_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('merged_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('merged_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('chosen', sa.JSON(), nullable=False),
    sa.Column('gave_way', sa.JSON(), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['loser_id'], ['person.id'], name=op.f('fk_person_merge_loser_id')),
    sa.ForeignKeyConstraint(['survivor_id'], ['person.id'], name=op.f('fk_person_merge_survivor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_merge'))
    )
    with op.batch_alter_table('person_merge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_merge_loser_id'), ['loser_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_merge_survivor_id'), ['survivor_id'], unique=False)

    op.create_table('merge_move',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('merge_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room', sa.String(length=40), nullable=False),
    sa.Column('table_name', sa.String(length=63), nullable=False),
    sa.Column('row_keys', sa.JSON(), nullable=False),
    sa.Column('before_values', sa.JSON(), nullable=False),
    sa.Column('after_values', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['merge_id'], ['person_merge.id'], name=op.f('fk_merge_move_merge_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_merge_move'))
    )
    with op.batch_alter_table('merge_move', schema=None) as batch_op:
        batch_op.create_index('ix_merge_move_merge', ['merge_id', 'id'], unique=False)

    # Sounds are no matter of SQL: those of people known before are written by `crm.people.keys.mend`.
    op.add_column('person', sa.Column('first_sound', sa.String(length=4), nullable=False, server_default=''))
    op.add_column('person', sa.Column('last_sound', sa.String(length=4), nullable=False, server_default=''))
    _keep_keys(with_rowid=False)


def _keep_keys(*, with_rowid: bool) -> None:
    if op.get_bind().dialect.name == 'sqlite':
        with op.batch_alter_table('person_key', recreate='always', table_kwargs={'sqlite_with_rowid': with_rowid}):
            pass


def downgrade() -> None:
    _keep_keys(with_rowid=True)
    op.drop_column('person', 'last_sound')
    op.drop_column('person', 'first_sound')

    with op.batch_alter_table('merge_move', schema=None) as batch_op:
        batch_op.drop_index('ix_merge_move_merge')

    op.drop_table('merge_move')
    with op.batch_alter_table('person_merge', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_merge_survivor_id'))
        batch_op.drop_index(batch_op.f('ix_person_merge_loser_id'))

    op.drop_table('person_merge')
    with op.batch_alter_table('duplicate_pair', schema=None) as batch_op:
        batch_op.drop_index('ix_duplicate_pair_queue')
        batch_op.drop_index('ix_duplicate_pair_high')

    op.drop_table('duplicate_pair')
    op.drop_table('comparison_mark')
