"""staff factors: links by mail, second factors, sessions that know where they come from"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = 'ffcd'
down_revision = '70bf'
branch_labels = None
depends_on = None

account = sa.table('account', sa.column('created_at'), sa.column('joined_at'))
staff_session = sa.table('staff_session', sa.column('awaits'))


def upgrade() -> None:
    op.create_table('spent_challenge',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('spent_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_spent_challenge'))
    )
    op.create_index('ix_spent_challenge_spent_at', 'spent_challenge', ['spent_at'])

    op.create_table('account_link',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_link_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_link'))
    )
    op.create_index('ix_account_link_account_id', 'account_link', ['account_id'])

    op.create_table('app_secret',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.Column('last_step', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_app_secret_account_id')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_app_secret'))
    )
    op.create_table('passkey',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('credential_id', sa.String(length=1400), nullable=False),
    sa.Column('public_key', sa.Text(), nullable=False),
    sa.Column('sign_count', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('is_synced', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_passkey_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_passkey_credential_id'))
    )
    op.create_index('ix_passkey_account_id', 'passkey', ['account_id'])

    op.create_table('recovery_code',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_recovery_code_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code'))
    )
    op.create_index('ix_recovery_code_account_id', 'recovery_code', ['account_id'])

    op.add_column('account', sa.Column('joined_at', sa.DateTime(timezone=True), nullable=True))
    op.execute(account.update().values(joined_at=account.c.created_at))
    for table, name, kind, default in (
        ('account', 'epoch', sa.Integer(), '0'),
        ('staff_session', 'epoch', sa.Integer(), '0'),
        ('staff_session', 'device', sa.String(length=80), ''),
        ('staff_session', 'origin', sa.String(length=45), ''),
    ):
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))
        if op.get_bind().dialect.name == 'postgresql':
            op.alter_column(table, name, server_default=None)
    op.add_column('staff_session', sa.Column('proved_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('staff_session', sa.Column('awaits', sa.String(length=40), nullable=True))


def downgrade() -> None:
    """A session at the threshold would be a whole one to a house that knows no threshold: all of these go."""
    op.execute(staff_session.delete().where(staff_session.c.awaits.is_not(None)))
    for column in ('awaits', 'proved_at', 'origin', 'device', 'epoch'):
        op.drop_column('staff_session', column)
    for column in ('epoch', 'joined_at'):
        op.drop_column('account', column)
    op.drop_index('ix_recovery_code_account_id', 'recovery_code')

    op.drop_table('recovery_code')
    op.drop_index('ix_passkey_account_id', 'passkey')

    op.drop_table('passkey')
    op.drop_table('app_secret')
    op.drop_index('ix_account_link_account_id', 'account_link')

    op.drop_table('account_link')
    op.drop_index('ix_spent_challenge_spent_at', 'spent_challenge')

    op.drop_table('spent_challenge')
