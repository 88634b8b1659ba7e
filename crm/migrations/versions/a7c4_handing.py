"""handing: links that ask for numbers, papers handed over, and rows of attestations that the database itself keeps"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import DDL

revision = 'a7c4'
down_revision = '0853'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
KEPT = {
    'attestation': (
        'id', 'run_id', 'year', 'number', 'version', 'cents', 'has_number', 'uid', 'code', 'fiche_key', 'print',
        'locked_at',
    ),
    'attestation_line': ('attestation_id', 'line_id', 'gift_id', 'given_on', 'cents'),
    'attestation_handing': ('id', 'attestation_id', 'way', 'is_copy', 'at', 'by'),
    'attestation_filing': ('id', 'year', 'format', 'is_correction', 'count', 'cents', 'print', 'made_at', 'made_by'),
    'attestation_filed': ('filing_id', 'attestation_id', 'operation'),
}
"""What never changes once written, nor goes; `attestation.person_id` follows a merge."""
ONCE = {
    'sealed': ("sealed", "NEW.sealed <> ''"),
    'paper': ("issued_at, paper_print", "OLD.issued_at IS NOT NULL"),
    'end': ("status", "OLD.status <> 'valid'"),
}
"""What is written once: a paper that is made is made, a version that ended has ended, and what it says is only ever
emptied, when its term is over."""


def upgrade() -> None:
    op.add_column('national_number_request', sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('fiscal_identity', sa.Column('language', sa.String(length=40), nullable=True))
    op.add_column('attestation_run', sa.Column('handed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('attestation_run', sa.Column('handed_by', BIG, nullable=True))
    op.create_table('attestation_handing',
    sa.Column('id', BIG, nullable=False),
    sa.Column('attestation_id', BIG, nullable=False),
    sa.Column('way', sa.String(length=40), nullable=False),
    sa.Column('is_copy', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', BIG, nullable=True),
    sa.ForeignKeyConstraint(['attestation_id'], ['attestation.id'], name=op.f('fk_attestation_handing_attestation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attestation_handing'))
    )
    op.create_index(op.f('ix_attestation_handing_attestation_id'), 'attestation_handing', ['attestation_id'], unique=False)
    op.create_table('attestation_answer',
    sa.Column('id', BIG, nullable=False),
    sa.Column('filing_id', BIG, nullable=False),
    sa.Column('attestation_id', BIG, nullable=True),
    sa.Column('line', sa.Integer(), nullable=True),
    sa.Column('level', sa.String(length=20), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_by', BIG, nullable=True),
    sa.ForeignKeyConstraint(['attestation_id'], ['attestation.id'], name=op.f('fk_attestation_answer_attestation_id')),
    sa.ForeignKeyConstraint(['filing_id'], ['attestation_filing.id'], name=op.f('fk_attestation_answer_filing_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attestation_answer'))
    )
    op.create_index(op.f('ix_attestation_answer_attestation_id'), 'attestation_answer', ['attestation_id'], unique=False)
    op.create_index(op.f('ix_attestation_answer_filing_id'), 'attestation_answer', ['filing_id'], unique=False)
    for table, columns in KEPT.items():
        _refuse(f'{table}_keeps_update', 'UPDATE OF ' + ', '.join(f'"{name}"' for name in columns), table)
        _refuse(f'{table}_keeps_delete', 'DELETE', table)
    for name, (columns, when) in ONCE.items():
        _refuse(f'attestation_keeps_{name}', f'UPDATE OF {columns}', 'attestation', when=when)


def downgrade() -> None:
    names = [(f'{table}_keeps_{act}', table) for table in KEPT for act in ('update', 'delete')]
    for name, table in [*names, *((f'attestation_keeps_{name}', 'attestation') for name in ONCE)]:
        op.execute(DDL(f'DROP TRIGGER {name}' + ('' if _is_sqlite() else f' ON {table}')))
    op.drop_index(op.f('ix_attestation_answer_filing_id'), table_name='attestation_answer')
    op.drop_index(op.f('ix_attestation_answer_attestation_id'), table_name='attestation_answer')
    op.drop_table('attestation_answer')
    op.drop_index(op.f('ix_attestation_handing_attestation_id'), table_name='attestation_handing')
    op.drop_table('attestation_handing')
    op.drop_column('attestation_run', 'handed_by')
    op.drop_column('attestation_run', 'handed_at')
    op.drop_column('fiscal_identity', 'language')
    op.drop_column('national_number_request', 'answered_at')


def _refuse(name: str, act: str, table: str, *, when: str = '') -> None:
    """A trigger; the function `refuse_change` came with the consent ledger."""
    sqlite = _is_sqlite()
    body = f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END" if sqlite else 'EXECUTE FUNCTION refuse_change()'
    condition = f'WHEN {when if sqlite else f"({when})"} ' if when else ''
    op.execute(DDL(f'CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW {condition}{body}'))


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == 'sqlite')
