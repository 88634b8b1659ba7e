"""paces: how often people want letters, as words that only grow; when those who chose a rhythm last had one"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import DDL

revision = 'c8e9'
down_revision = '71d2'
branch_labels = None
depends_on = None

KEPT = (
    "id", "recorded_person_id", "channel", "pause_until_on", "rhythm", "way", "evidence", "occurred_at", "recorded_at",
    "mark_key_id", "mark",
)
"""What never changes of a word about a pace; `person_id` follows a merge."""


def upgrade() -> None:
    op.create_table('last_letter',
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_last_letter_person_id')),
    sa.PrimaryKeyConstraint('person_id', 'channel', name=op.f('pk_last_letter'))
    )
    op.create_table('pace_event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recorded_person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('pause_until_on', sa.Date(), nullable=True),
    sa.Column('rhythm', sa.String(length=40), nullable=False),
    sa.Column('way', sa.String(length=40), nullable=False),
    sa.Column('evidence', sa.JSON(), nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('mark_key_id', sa.Integer(), nullable=False),
    sa.Column('mark', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_pace_event_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pace_event'))
    )
    with op.batch_alter_table('pace_event', schema=None) as batch_op:
        batch_op.create_index('ix_pace_event_person', ['person_id', 'channel'], unique=False)

    op.create_table('pace',
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('pause_until_on', sa.Date(), nullable=True),
    sa.Column('rhythm', sa.String(length=40), nullable=False),
    sa.Column('since_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['pace_event.id'], name=op.f('fk_pace_event_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_pace_person_id')),
    sa.PrimaryKeyConstraint('person_id', 'channel', name=op.f('pk_pace'))
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    body = (
        "BEGIN SELECT RAISE(ABORT, 'pace_event only grows'); END"
        if sqlite
        else "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    for name, act in (("update", f"UPDATE OF {', '.join(KEPT)}"), ("delete", "DELETE")):
        op.execute(DDL(f"CREATE TRIGGER pace_event_keeps_{name} BEFORE {act} ON pace_event {body}"))


def downgrade() -> None:
    op.drop_table('pace')
    with op.batch_alter_table('pace_event', schema=None) as batch_op:
        batch_op.drop_index('ix_pace_event_person')

    op.drop_table('pace_event')
    op.drop_table('last_letter')
