"""`portevoix demo`: the demonstration organisation, whole and running."""

from __future__ import annotations

import os

import click

from crm.cli.helping import Order
from crm.cli.output import telling


@click.command(cls=Order, name="demo")
@telling
def command() -> None:
    """Lancer l’organisation de démonstration ; Ctrl-C arrête tout.

    Tout s’écrit dans PORTEVOIX_HOME (var/). PORTEVOIX_DEMO_PORT choisit le premier de quatre ports (8000).
    """
    from crm.demo.launcher import chosen

    chosen(dict(os.environ)).run(click.echo)
