"""What somebody is found by is read from the index alone: their words stand there with their facets."""

from __future__ import annotations

from alembic import op

revision = "a3f6"
down_revision = "962a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_search_word_person", table_name="search_word")
    op.create_index("ix_search_word_person", "search_word", ["person_id", "facet", "word"])


def downgrade() -> None:
    op.drop_index("ix_search_word_person", table_name="search_word")
    op.create_index("ix_search_word_person", "search_word", ["person_id", "word"])
