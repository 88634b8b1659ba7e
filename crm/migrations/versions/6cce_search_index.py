"""search index"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '6cce'
down_revision = 'db1d'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('search_word',
    sa.Column('facet', sa.String(length=40), nullable=False),
    sa.Column('word', sa.String(length=60).with_variant(sa.String(length=60, collation='C'), 'postgresql'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('facet', 'word', 'person_id', name=op.f('pk_search_word')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('search_word', schema=None) as batch_op:
        batch_op.create_index('ix_search_word_person', ['person_id', 'word'], unique=False)

    op.create_table('search_text',
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('text', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_search_text_person_id')),
    sa.PrimaryKeyConstraint('person_id', 'kind', 'text', name=op.f('pk_search_text'))
    )


def downgrade() -> None:
    op.drop_table('search_text')
    with op.batch_alter_table('search_word', schema=None) as batch_op:
        batch_op.drop_index('ix_search_word_person')

    op.drop_table('search_word')
