"""`portevoix demo`: the demonstration organisation, whole and running, and supporters made up by the thousand."""

from __future__ import annotations

import os

import click

from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling


@click.group(cls=Orders, name="demo", invoke_without_command=True, subcommand_metavar="[COMMANDE …]")
@click.pass_context
@telling
def command(ctx: click.Context) -> None:
    """Lancer l’organisation de démonstration ; Ctrl-C arrête tout.

    Tout s’écrit dans PORTEVOIX_HOME (var/). PORTEVOIX_DEMO_PORT choisit le premier de quatre ports (8000).
    """
    if ctx.invoked_subcommand is None:
        from crm.demo.launcher import chosen

        chosen(dict(os.environ)).run(click.echo)


@command.command()
@click.option("--people", default=10_000, show_default=True, type=click.IntRange(1, 20_000_000), help="Combien.")
@click.option("--seed", default=1961, show_default=True, help="La même graine invente les mêmes personnes.")
@click.option("--alone", is_flag=True, help="Des personnes seules : adresses, e-mails, téléphones, rien d’autre.")
@json_option
@telling
def seed(people: int, seed: int, alone: bool, as_json: bool) -> None:
    """Ajoute des soutiens inventés, avec adresses, foyers, étiquettes et consentements.

    Refuse un dossier qui appartient à une organisation. Aucune adresse e-mail inventée n’existe (domaines en .test).
    """
    from crm.cli.database import bring_up
    from crm.demo.seeding.sow import sow

    made = assembly()
    bring_up(made.database)
    spent = sow(
        made,
        people,
        seed=seed,
        now=made.clock(),
        rooms=() if alone else None,
        say=None if as_json else lambda done: click.echo(f"{done} sur {people}", err=True),
    )
    lines = [f"{name} : {seconds:.1f} s" for name, seconds in spent.items()]
    figures = {"people": people, "seconds": {name: round(seconds, 2) for name, seconds in spent.items()}}
    show(figures, as_json=as_json, text="\n".join(lines))
