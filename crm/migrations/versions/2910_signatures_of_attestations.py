"""signatures of attestations: proposed by one, decided by another; what was proposed never changes, nor goes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import DDL

revision = '2910'
down_revision = '0841'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('attestation_signature',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('uid', sa.String(length=32), nullable=False),
    sa.Column('signer', sa.String(length=80), nullable=False),
    sa.Column('role_fr', sa.String(length=80), nullable=False),
    sa.Column('role_nl', sa.String(length=80), nullable=False),
    sa.Column('role_de', sa.String(length=80), nullable=False),
    sa.Column('sealed', sa.Text(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proposed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('is_accepted', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attestation_signature')),
    sa.UniqueConstraint('uid', name=op.f('uq_attestation_signature_uid'))
    )
    kept = ('id', 'uid', 'signer', 'role_fr', 'role_nl', 'role_de', 'sealed', 'proposed_at', 'proposed_by')
    _refuse('update', 'UPDATE OF ' + ', '.join(kept))
    _refuse('delete', 'DELETE')


def downgrade() -> None:
    op.drop_table('attestation_signature')


def _refuse(name: str, act: str) -> None:
    """A trigger; the function `refuse_change` came with the consent ledger."""
    sqlite = op.get_bind().dialect.name == 'sqlite'
    said = "BEGIN SELECT RAISE(ABORT, 'attestation_signature only grows'); END"
    body = said if sqlite else 'EXECUTE FUNCTION refuse_change()'
    trigger = f'CREATE TRIGGER attestation_signature_keeps_{name} BEFORE {act} ON attestation_signature'
    op.execute(DDL(f'{trigger} FOR EACH ROW {body}'))
