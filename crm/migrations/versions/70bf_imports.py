"""imports: files that came in, their rows and what they changed; annulments in the consent ledger"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '70bf'
down_revision = '2ca1'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('import_mapping',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('signature', sa.String(length=64), nullable=False),
    sa.Column('matching', sa.JSON(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_mapping')),
    sa.UniqueConstraint('kind', 'signature', name=op.f('uq_import_mapping_kind_signature'))
    )
    op.create_table('import_run',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('file_token', sa.String(length=40), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('layout', sa.JSON(), nullable=False),
    sa.Column('sheets', sa.JSON(), nullable=False),
    sa.Column('headers', sa.JSON(), nullable=False),
    sa.Column('odd_lines', sa.Integer(), nullable=False),
    sa.Column('matching', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('rows_total', sa.Integer(), nullable=False),
    sa.Column('progress', sa.Integer(), nullable=False),
    sa.Column('cursor', sa.Integer(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('expected_rows', sa.Integer(), nullable=True),
    sa.Column('error', sa.String(length=200), nullable=False),
    sa.Column('started_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stage_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('purge_on', sa.Date(), nullable=False),
    sa.Column('purged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('worker', sa.String(length=40), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_run'))
    )
    op.create_index('ix_import_run_purge_on', 'import_run', ['purge_on'], unique=False)
    op.create_index('ix_import_run_state', 'import_run', ['state'], unique=False)

    op.create_table('suppressed_digest',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('since_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_suppressed_digest'))
    )
    op.create_table('import_change',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('run_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('target_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('after', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['import_run.id'], name=op.f('fk_import_change_run_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_change'))
    )
    op.create_index('ix_import_change_run', 'import_change', ['run_id', 'number'], unique=False)

    op.create_table('import_row',
    sa.Column('run_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('verdict', sa.String(length=40), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('given', sa.JSON(), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('kept_because', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['import_run.id'], name=op.f('fk_import_row_run_id')),
    sa.PrimaryKeyConstraint('run_id', 'number', name=op.f('pk_import_row'))
    )
    op.create_index('ix_import_row_verdict', 'import_row', ['run_id', 'verdict', 'number'], unique=False)

    op.add_column('consent_event', sa.Column('annuls_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
    op.create_index('ix_consent_event_annuls_id', 'consent_event', ['annuls_id'], unique=True)
    sqlite = op.get_bind().dialect.name == 'sqlite'
    body = "BEGIN SELECT RAISE(ABORT, 'consent_event only grows'); END" if sqlite else 'FOR EACH ROW EXECUTE FUNCTION refuse_change()'
    op.execute(sa.DDL(f'CREATE TRIGGER consent_event_keeps_annuls BEFORE UPDATE OF annuls_id ON consent_event {body}'))


def downgrade() -> None:
    on = '' if op.get_bind().dialect.name == 'sqlite' else ' ON consent_event'
    op.execute(sa.DDL(f'DROP TRIGGER consent_event_keeps_annuls{on}'))
    op.drop_index('ix_consent_event_annuls_id', 'consent_event')
    op.drop_column('consent_event', 'annuls_id')

    op.drop_index('ix_import_row_verdict', 'import_row')

    op.drop_table('import_row')
    op.drop_index('ix_import_change_run', 'import_change')

    op.drop_table('import_change')
    op.drop_table('suppressed_digest')
    op.drop_index('ix_import_run_state', 'import_run')
    op.drop_index('ix_import_run_purge_on', 'import_run')

    op.drop_table('import_run')
    op.drop_table('import_mapping')
