"""donations: what people gave, in lines; the money that moved, in a ledger that only grows; months that are closed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import DDL

revision = '5596'
down_revision = 'f2c1'
branch_labels = None
depends_on = None

KEPT = {
    "money_entry": (
        "id", "gift_id", "kind", "cents", "method", "booked_on", "value_on", "executed_on", "accounted_on", "provider",
        "external_id", "reason_code", "recorded_at", "recorded_by", "mark_key_id", "mark",
    ),
    "money_part": ("entry_id", "line_id", "cents"),
    "gift_move": ("id", "gift_id", "from_person_id", "to_person_id", "moved_at", "moved_by"),
}
"""What never changes of a movement, of how it falls on lines, and of a gift that went over to somebody else."""


def upgrade() -> None:
    op.create_table('campaign',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign')),
    sa.UniqueConstraint('code', name=op.f('uq_campaign_code'))
    )
    op.create_table('closed_month',
    sa.Column('month_on', sa.Date(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.PrimaryKeyConstraint('month_on', name=op.f('pk_closed_month'))
    )
    op.create_table('deduction_rule',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('gift_kind', sa.String(length=40), nullable=False),
    sa.Column('line_kind', sa.String(length=40), nullable=False),
    sa.Column('is_deductible', sa.Boolean(), nullable=False),
    sa.Column('why', sa.String(length=40), nullable=False),
    sa.Column('valid_from_on', sa.Date(), nullable=False),
    sa.Column('valid_until_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deduction_rule')),
    sa.UniqueConstraint('gift_kind', 'line_kind', 'valid_from_on', name=op.f('uq_deduction_rule_gift_kind_line_kind_valid_from_on'))
    )
    op.create_table('fund',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('is_open', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_fund'))
    )
    op.create_table('appeal',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('campaign_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('cost_cents', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_appeal_campaign_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appeal')),
    sa.UniqueConstraint('code', name=op.f('uq_appeal_code'))
    )
    with op.batch_alter_table('appeal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_appeal_campaign_id'), ['campaign_id'], unique=False)

    op.create_table('gift_source',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('appeal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('package', sa.String(length=80), nullable=False),
    sa.Column('cell', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['appeal_id'], ['appeal.id'], name=op.f('fk_gift_source_appeal_id')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_gift_source'))
    )
    with op.batch_alter_table('gift_source', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_gift_source_appeal_id'), ['appeal_id'], unique=False)

    op.create_table('appeal_reference',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('appeal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source_code', sa.String(length=40), nullable=True),
    sa.Column('digits', sa.String(length=12), nullable=True),
    sa.ForeignKeyConstraint(['appeal_id'], ['appeal.id'], name=op.f('fk_appeal_reference_appeal_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_appeal_reference_person_id')),
    sa.ForeignKeyConstraint(['source_code'], ['gift_source.code'], name=op.f('fk_appeal_reference_source_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appeal_reference')),
    sa.UniqueConstraint('appeal_id', 'person_id', name=op.f('uq_appeal_reference_appeal_id_person_id')),
    sa.UniqueConstraint('digits', name=op.f('uq_appeal_reference_digits'))
    )
    with op.batch_alter_table('appeal_reference', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_appeal_reference_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_appeal_reference_source_code'), ['source_code'], unique=False)

    op.create_table('gift',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recorded_person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('given_on', sa.Date(), nullable=False),
    sa.Column('basis', sa.String(length=40), nullable=False),
    sa.Column('method', sa.String(length=40), nullable=False),
    sa.Column('source_code', sa.String(length=40), nullable=True),
    sa.Column('split_beforehand', sa.Boolean(), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('net_cents', sa.BigInteger(), nullable=False),
    sa.Column('tribute', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('is_test', sa.Boolean(), nullable=False),
    sa.Column('thanked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_gift_person_id')),
    sa.ForeignKeyConstraint(['source_code'], ['gift_source.code'], name=op.f('fk_gift_source_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gift'))
    )
    with op.batch_alter_table('gift', schema=None) as batch_op:
        batch_op.create_index('ix_gift_day', ['given_on', 'id'], unique=False)
        batch_op.create_index('ix_gift_person', ['person_id', 'given_on'], unique=False)
        batch_op.create_index('ix_gift_source', ['source_code'], unique=False)

    op.create_table('gift_line',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('gift_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('fund_code', sa.String(length=40), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('net_cents', sa.BigInteger(), nullable=False),
    sa.Column('is_deductible', sa.Boolean(), nullable=False),
    sa.Column('why', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['fund_code'], ['fund.code'], name=op.f('fk_gift_line_fund_code')),
    sa.ForeignKeyConstraint(['gift_id'], ['gift.id'], name=op.f('fk_gift_line_gift_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gift_line'))
    )
    with op.batch_alter_table('gift_line', schema=None) as batch_op:
        batch_op.create_index('ix_gift_line_fund', ['fund_code'], unique=False)
        batch_op.create_index('ix_gift_line_gift', ['gift_id', 'position'], unique=False)

    op.create_table('gift_move',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('gift_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('from_person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('to_person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('moved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('moved_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['gift_id'], ['gift.id'], name=op.f('fk_gift_move_gift_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gift_move'))
    )
    with op.batch_alter_table('gift_move', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_gift_move_gift_id'), ['gift_id'], unique=False)

    op.create_table('money_entry',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('gift_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('method', sa.String(length=40), nullable=False),
    sa.Column('booked_on', sa.Date(), nullable=False),
    sa.Column('value_on', sa.Date(), nullable=True),
    sa.Column('executed_on', sa.Date(), nullable=True),
    sa.Column('accounted_on', sa.Date(), nullable=False),
    sa.Column('provider', sa.String(length=40), nullable=False),
    sa.Column('external_id', sa.String(length=120), nullable=True),
    sa.Column('reason_code', sa.String(length=20), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('mark_key_id', sa.Integer(), nullable=False),
    sa.Column('mark', sa.String(length=64), nullable=False),
    sa.Column('block', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['gift_id'], ['gift.id'], name=op.f('fk_money_entry_gift_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_money_entry')),
    sa.UniqueConstraint('provider', 'external_id', name=op.f('uq_money_entry_provider_external_id'))
    )
    with op.batch_alter_table('money_entry', schema=None) as batch_op:
        batch_op.create_index('ix_money_entry_block', ['block', 'id'], unique=False)
        batch_op.create_index('ix_money_entry_day', ['accounted_on', 'id'], unique=False)
        batch_op.create_index('ix_money_entry_gift', ['gift_id', 'id'], unique=False)

    op.create_table('refund',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('gift_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('asked_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['gift_id'], ['gift.id'], name=op.f('fk_refund_gift_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refund'))
    )
    with op.batch_alter_table('refund', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_refund_gift_id'), ['gift_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_refund_state'), ['state'], unique=False)

    op.create_table('money_part',
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('line_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['money_entry.id'], name=op.f('fk_money_part_entry_id')),
    sa.ForeignKeyConstraint(['line_id'], ['gift_line.id'], name=op.f('fk_money_part_line_id')),
    sa.PrimaryKeyConstraint('entry_id', 'line_id', name=op.f('pk_money_part'))
    )
    with op.batch_alter_table('money_part', schema=None) as batch_op:
        batch_op.create_index('ix_money_part_line', ['line_id'], unique=False)
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, columns in KEPT.items():
        body = (
            f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            if sqlite
            else "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        for name, act in (("update", f"UPDATE OF {', '.join(columns)}"), ("delete", "DELETE")):
            op.execute(DDL(f"CREATE TRIGGER {table}_keeps_{name} BEFORE {act} ON {table} {body}"))



def downgrade() -> None:
    with op.batch_alter_table('money_part', schema=None) as batch_op:
        batch_op.drop_index('ix_money_part_line')

    op.drop_table('money_part')
    with op.batch_alter_table('refund', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_refund_state'))
        batch_op.drop_index(batch_op.f('ix_refund_gift_id'))

    op.drop_table('refund')
    with op.batch_alter_table('money_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_money_entry_gift')
        batch_op.drop_index('ix_money_entry_day')
        batch_op.drop_index('ix_money_entry_block')

    op.drop_table('money_entry')
    with op.batch_alter_table('gift_move', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_gift_move_gift_id'))

    op.drop_table('gift_move')
    with op.batch_alter_table('gift_line', schema=None) as batch_op:
        batch_op.drop_index('ix_gift_line_gift')
        batch_op.drop_index('ix_gift_line_fund')

    op.drop_table('gift_line')
    with op.batch_alter_table('gift', schema=None) as batch_op:
        batch_op.drop_index('ix_gift_source')
        batch_op.drop_index('ix_gift_person')
        batch_op.drop_index('ix_gift_day')

    op.drop_table('gift')
    with op.batch_alter_table('appeal_reference', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_appeal_reference_source_code'))
        batch_op.drop_index(batch_op.f('ix_appeal_reference_person_id'))

    op.drop_table('appeal_reference')
    with op.batch_alter_table('gift_source', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_gift_source_appeal_id'))

    op.drop_table('gift_source')
    with op.batch_alter_table('appeal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_appeal_campaign_id'))

    op.drop_table('appeal')
    op.drop_table('fund')
    op.drop_table('deduction_rule')
    op.drop_table('closed_month')
    op.drop_table('campaign')
