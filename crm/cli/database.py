"""`portevoix database`: the schema."""

from __future__ import annotations

import click

from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.foundation.database import Database
from crm.migrations import schema
from crm.people import search


def bring_up(database: Database) -> None:
    """Brings a database to the present schema, and makes the search index where people are older than it."""
    schema.upgrade(database)
    with database.transaction() as session:
        search.catch_up(session)


@click.group(name="database", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Mettre la base de données au schéma du jour."""


@command.command()
@json_option
@telling
def upgrade(as_json: bool) -> None:
    """Crée la base si elle manque et joue les migrations qui restent."""
    database = assembly().database
    before = schema.current(database)
    bring_up(database)
    after = schema.current(database)
    show({"before": before, "after": after}, as_json=as_json, text=f"schéma : {before or 'vide'} → {after}")
