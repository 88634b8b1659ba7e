"""Writes the next migration from what the tables say: `make migration NAME=gift_refunds`."""

from __future__ import annotations

import secrets
import sys
import tempfile
from pathlib import Path

from alembic import command

from crm.foundation.database import open_database
from crm.migrations.schema import configuration, upgrade


def revise(slug: str, revision: str) -> None:
    """Compares an empty upgraded database with the tables, writes `versions/<revision>_<slug>.py` to be read."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'revise.sqlite3'}")
        upgrade(database)
        config = configuration()
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        with database.engine.connect() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message=slug.replace("_", " "), autogenerate=True, rev_id=revision)
        database.close()


if __name__ == "__main__":
    revise(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else secrets.token_hex(2))
