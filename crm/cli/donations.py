"""`portevoix donations`: the figures of donors, counted anew and compared with their gifts."""

from __future__ import annotations

import sys

import click

from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.donations import donors
from crm.donations import service as donations
from jobs import recount_donors


@click.group(name="donations", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Recompter les statistiques des donateurs, les comparer aux dons."""


@command.command(name="rebuild-stats")
@json_option
@telling
def rebuild_stats(*, as_json: bool) -> None:
    """Recompte tous les donateurs à partir de leurs dons, par tranches, pendant que la maison travaille."""
    made = assembly()
    found = recount_donors.rebuild(made, made.clock())
    show({"donors": found}, as_json=as_json, text=f"donateurs comptés : {found}")


@command.command()
@json_option
@telling
def drift(*, as_json: bool) -> None:
    """Compte ce qui diffère : dons et mouvements, donateurs et dons. Code de sortie 1 s’il y en a."""
    with assembly().database.reading() as session:
        money, people = donations.drift(session), donors.drift(session)
    text = (
        f"dons et lignes qui diffèrent de leurs mouvements : {money}\ndonateurs qui diffèrent de leurs dons : {people}"
    )
    show({"gifts": money, "donors": people}, as_json=as_json, text=text)
    if money or people:
        sys.exit(1)
