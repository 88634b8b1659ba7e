"""signature delivery: the last word of a signer on handing their name over, and the lists that leave"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e3a1"
down_revision = "a5c4"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "signature_delivery",
        sa.Column("id", ID, nullable=False),
        sa.Column("petition_id", ID, nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", AT, nullable=True),
        sa.Column("made_by", ID, nullable=True),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("settled_by", ID, nullable=True),
        sa.Column("settled_at", AT, nullable=True),
        sa.Column("purge_on", sa.Date(), nullable=True),
        sa.Column("purged_on", sa.Date(), nullable=True),
        sa.Column("task_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["call_to_act.id"], name=op.f("fk_signature_delivery_petition_id_call_to_act")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature_delivery")),
    )
    op.create_index(op.f("ix_signature_delivery_petition_id"), "signature_delivery", ["petition_id"])
    op.create_table(
        "delivery_word",
        sa.Column("id", ID, nullable=False),
        sa.Column("signature_id", ID, nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("said_at", AT, nullable=False),
        sa.Column("recorded_at", AT, nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("delivery_text_id", ID, nullable=True),
        sa.Column("said_by", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_text_id"], ["delivery_text.id"], name=op.f("fk_delivery_word_delivery_text_id_delivery_text")
        ),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["signature.id"], name=op.f("fk_delivery_word_signature_id_signature")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_word")),
    )
    op.create_index(op.f("ix_delivery_word_signature_id"), "delivery_word", ["signature_id"])
    # Plain columns: SQLite adds them in place, and the triggers that watch the table stay.
    op.add_column("signature", sa.Column("deliver_now", sa.Boolean(), nullable=True))
    op.add_column("signature", sa.Column("delivery_id", ID, nullable=True))
    op.create_index(op.f("ix_signature_delivery_id"), "signature", ["delivery_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_signature_delivery_id"), "signature")
    for column in ("delivery_id", "deliver_now"):
        op.execute(sa.DDL(f"ALTER TABLE signature DROP COLUMN {column}"))
    op.drop_table("delivery_word")
    op.drop_table("signature_delivery")
