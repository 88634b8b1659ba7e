"""`portevoix run`: the web, the clock and the sender of one small installation, together."""

from __future__ import annotations

import os
import sys

import click

from crm.cli.database import bring_up
from crm.cli.helping import Order
from crm.cli.output import assembly, telling
from crm.foundation import rekeying
from crm.foundation.programs import Program, Together, is_free
from crm.values.errors import Unavailable


def house_programs(host: str, port: int) -> list[Program]:
    """The three programs of every installation, as one starts them by hand too."""
    portevoix = [sys.executable, "-m", "crm.cli"]
    gunicorn = [sys.executable, "-m", "gunicorn", "crm.web.wsgi:app", "--bind", f"{host}:{port}"]
    threads = ["--workers", "2", "--threads", "4", "--graceful-timeout", "4", "--no-control-socket"]
    return [
        Program(name="le site", command=[*gunicorn, *threads, "--log-level", "warning"], port=port),
        Program(name="l’horloge", command=[*portevoix, "jobs", "run"]),
        Program(name="l’expéditeur", command=[*portevoix, "delivery", "work"]),
    ]


@click.command(cls=Order, name="run")
@click.option("--host", default="127.0.0.1", show_default=True, help="L’adresse où le site écoute.")
@click.option("--port", default=8000, show_default=True, help="Le port où le site écoute.")
@telling
def command(host: str, port: int) -> None:
    """Lancer le site, l’horloge et l’expéditeur ensemble ; Ctrl-C arrête tout."""
    if not is_free(port, host):
        raise Unavailable(f"le port {port} est déjà pris : choisissez-en un autre avec --port")
    opened = assembly()
    bring_up(opened.database)
    with opened.database.reading() as session:
        rekeying.require_current(session, opened.addresses)
    opened.database.close()
    together = Together(
        programs=house_programs(host, port), environment=os.environ, say=lambda news: click.echo(news, err=True)
    )
    together.run(
        when_up=lambda: click.echo(f"Portevoix répond sur http://{host}:{port}/office/ (Ctrl-C pour arrêter).")
    )
