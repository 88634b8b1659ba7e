"""supporter base"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '1b58'
down_revision = '7060'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('household',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('envelope_name', sa.String(length=200), nullable=False),
    sa.Column('greeting', sa.String(length=200), nullable=False),
    sa.Column('language', sa.String(length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_household'))
    )
    op.create_table('tag',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('folded_name', sa.String(length=340), nullable=False),
    sa.Column('sensitivity', sa.String(length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tag')),
    sa.UniqueConstraint('folded_name', name=op.f('uq_tag_folded_name'))
    )
    op.create_table('external_id',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('system', sa.String(length=40), nullable=False),
    sa.Column('value', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_external_id_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_external_id')),
    sa.UniqueConstraint('system', 'value', name=op.f('uq_external_id_system_value'))
    )
    with op.batch_alter_table('external_id', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_external_id_person_id'), ['person_id'], unique=False)

    op.create_table('household_member',
    sa.Column('household_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.String(length=40), nullable=False),
    sa.Column('is_on_envelope', sa.Boolean(), nullable=False),
    sa.Column('since_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_household_member_household_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_household_member_person_id')),
    sa.PrimaryKeyConstraint('household_id', 'person_id', name=op.f('pk_household_member'))
    )
    with op.batch_alter_table('household_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_household_member_person_id'), ['person_id'], unique=False)

    op.create_table('person_difference',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('held', sa.JSON(), nullable=False),
    sa.Column('said', sa.JSON(), nullable=False),
    sa.Column('source', sa.String(length=100), nullable=False),
    sa.Column('statement', sa.JSON(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_difference_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_difference'))
    )
    with op.batch_alter_table('person_difference', schema=None) as batch_op:
        batch_op.create_index('ix_person_difference_open', ['state', 'said_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_difference_person_id'), ['person_id'], unique=False)

    op.create_table('person_key',
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_key_person_id')),
    sa.PrimaryKeyConstraint('kind', 'key', 'person_id', name=op.f('pk_person_key'))
    )
    with op.batch_alter_table('person_key', schema=None) as batch_op:
        batch_op.create_index('ix_person_key_person', ['person_id'], unique=False)

    op.create_table('person_tag',
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('tag_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.String(length=100), nullable=False),
    sa.Column('since_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_tag_person_id')),
    sa.ForeignKeyConstraint(['tag_id'], ['tag.id'], name=op.f('fk_person_tag_tag_id')),
    sa.PrimaryKeyConstraint('person_id', 'tag_id', name=op.f('pk_person_tag'))
    )
    with op.batch_alter_table('person_tag', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_tag_tag_id'), ['tag_id'], unique=False)

    op.create_table('postal_address',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('organisation', sa.String(length=100), nullable=False),
    sa.Column('department', sa.String(length=100), nullable=False),
    sa.Column('complement', sa.String(length=100), nullable=False),
    sa.Column('street', sa.String(length=120), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('box', sa.String(length=20), nullable=False),
    sa.Column('postcode', sa.String(length=12), nullable=False),
    sa.Column('locality', sa.String(length=100), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('nis_code', sa.String(length=5), nullable=False),
    sa.Column('language', sa.String(length=40), nullable=True),
    sa.Column('usage', sa.String(length=40), nullable=False),
    sa.Column('is_primary', sa.Boolean(), nullable=False),
    sa.Column('dedupe_key', sa.String(length=300), nullable=False),
    sa.Column('address_key', sa.String(length=80), nullable=False),
    sa.Column('valid_from_on', sa.Date(), nullable=True),
    sa.Column('valid_until_on', sa.Date(), nullable=True),
    sa.Column('season_from', sa.String(length=5), nullable=False),
    sa.Column('season_until', sa.String(length=5), nullable=False),
    sa.Column('deliverability', sa.String(length=40), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=100), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_postal_address_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_postal_address'))
    )
    with op.batch_alter_table('postal_address', schema=None) as batch_op:
        batch_op.create_index('ix_postal_address_dedupe_key', ['dedupe_key'], unique=False)
        batch_op.create_index('ix_postal_address_person', ['person_id'], unique=False)

    op.create_table('tie',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('other_person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('since_on', sa.Date(), nullable=True),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['other_person_id'], ['person.id'], name=op.f('fk_tie_other_person_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_tie_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tie')),
    sa.UniqueConstraint('person_id', 'other_person_id', 'kind', name=op.f('uq_tie_person_id_other_person_id_kind'))
    )
    with op.batch_alter_table('tie', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tie_other_person_id'), ['other_person_id'], unique=False)

    op.create_table('contact_failure',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contact_point_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('postal_address_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('source', sa.String(length=100), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contact_point_id'], ['contact_point.id'], name=op.f('fk_contact_failure_contact_point_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_contact_failure_person_id')),
    sa.ForeignKeyConstraint(['postal_address_id'], ['postal_address.id'], name=op.f('fk_contact_failure_postal_address_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_failure'))
    )
    with op.batch_alter_table('contact_failure', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contact_failure_person_id'), ['person_id'], unique=False)

    # Columns are added as they are, with a default: SQLite would have to make the table anew, and rows point at it.
    op.add_column('contact_point', sa.Column('usage', sa.String(length=40), nullable=False, server_default='home'))
    op.add_column('contact_point', sa.Column('failures', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('contact_point', sa.Column('source', sa.String(length=100), nullable=False, server_default=''))
    op.add_column('contact_point', sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True))

    op.add_column('person', sa.Column('kind', sa.String(length=40), nullable=False, server_default='individual'))
    op.add_column('person', sa.Column('organisation_name', sa.String(length=200), nullable=False, server_default=''))
    op.add_column('person', sa.Column('organisation_kind', sa.String(length=40), nullable=True))
    op.add_column('person', sa.Column('enterprise_number', sa.String(length=20), nullable=False, server_default=''))
    op.add_column('person', sa.Column('member_number', sa.String(length=20), nullable=True))
    op.add_column('person', sa.Column('title', sa.String(length=40), nullable=False, server_default=''))
    op.add_column('person', sa.Column('greeting', sa.String(length=200), nullable=False, server_default=''))
    op.add_column('person', sa.Column('birth_on', sa.Date(), nullable=True))
    op.add_column('person', sa.Column('deceased_on', sa.Date(), nullable=True))
    op.add_column('person', sa.Column('deceased_recorded_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_person_merged_into_id', 'person', ['merged_into_id'], unique=False)
    op.create_index('ix_person_member_number', 'person', ['member_number'], unique=True)
    # Everybody gets their number: the id above 100 000, and two digits that make the whole 0 modulo 97.
    person = sa.table('person', sa.column('id', sa.BigInteger), sa.column('member_number', sa.String))
    whole = (person.c.id + 100_000) * 100
    op.execute(person.update().values(member_number=sa.cast(whole + (97 - whole % 97) % 97, sa.String)))


def downgrade() -> None:
    op.drop_index('ix_person_member_number', 'person')
    op.drop_index('ix_person_merged_into_id', 'person')
    for column in (
        'deceased_recorded_at', 'deceased_on', 'birth_on', 'greeting', 'title', 'member_number', 'enterprise_number',
        'organisation_kind', 'organisation_name', 'kind',
    ):
        op.drop_column('person', column)
    with op.batch_alter_table('contact_failure', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contact_failure_person_id'))

    op.drop_table('contact_failure')
    for column in ('ended_at', 'source', 'failures', 'usage'):
        op.drop_column('contact_point', column)

    with op.batch_alter_table('tie', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_tie_other_person_id'))

    op.drop_table('tie')
    with op.batch_alter_table('postal_address', schema=None) as batch_op:
        batch_op.drop_index('ix_postal_address_person')
        batch_op.drop_index('ix_postal_address_dedupe_key')

    op.drop_table('postal_address')
    with op.batch_alter_table('person_tag', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_tag_tag_id'))

    op.drop_table('person_tag')
    with op.batch_alter_table('person_key', schema=None) as batch_op:
        batch_op.drop_index('ix_person_key_person')

    op.drop_table('person_key')
    with op.batch_alter_table('person_difference', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_difference_person_id'))
        batch_op.drop_index('ix_person_difference_open')

    op.drop_table('person_difference')
    with op.batch_alter_table('household_member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_household_member_person_id'))

    op.drop_table('household_member')
    with op.batch_alter_table('external_id', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_external_id_person_id'))

    op.drop_table('external_id')
    op.drop_table('tag')
    op.drop_table('household')
