"""`portevoix people`: the index in which supporters are searched."""

from __future__ import annotations

import sys

import click

from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.people import search


@click.group(name="people", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Vérifier et reconstruire l’index de recherche des soutiens."""


@command.group(name="search-index", cls=Orders, subcommand_metavar="COMMANDE …")
def search_index() -> None:
    """L’index de recherche : ce par quoi chaque personne se trouve."""


@search_index.command()
@json_option
@telling
def check(as_json: bool) -> None:
    """Compte les personnes dont l’index ne dit pas ce que disent leurs fiches. Code de sortie 1 s’il y en a."""
    with assembly().database.reading() as session:
        found = search.drift(session)
    show({"drift": found}, as_json=as_json, text=f"personnes mal rangées dans l’index : {found}")
    if found:
        sys.exit(1)


@search_index.command()
@json_option
@telling
def rebuild(as_json: bool) -> None:
    """Refait l’index à partir des fiches."""
    with assembly().database.transaction() as session:
        count = search.rebuild(session)
    show({"people": count}, as_json=as_json, text=f"personnes dans l’index : {count}")
