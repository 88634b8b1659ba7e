"""`portevoix vault`: lay every national number under a new key."""

from __future__ import annotations

import click

from crm.audit import service as audit
from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.vault import service as vault


@click.group(name="vault", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Changer la clé du coffre des numéros nationaux."""


@command.command()
@json_option
@telling
def rotate(as_json: bool) -> None:
    """Fait une nouvelle clé et y remet chaque numéro national ; un passage coupé se termine d’abord.

    Tout reste lisible pendant ce temps. Les anciennes clés restent dans le dossier keys : elles ouvrent
    les sauvegardes.
    """
    made = assembly()
    lock = made.vault.lock()
    with made.database.reading() as session:
        goes_on = vault.is_rotating(session, lock)
    if not goes_on:
        lock = made.vault.add_key()
    done = 0
    while True:
        with made.database.transaction() as session:
            some = vault.rotate_some(session, lock)
        if not some:
            break
        done += some
    with made.database.transaction() as session:
        audit.record(
            session,
            made.sealer,
            at=made.clock(),
            account_id=None,
            action="vault.rotate",
            subject="vault",
            facts={"key": lock.newest, "rows": done},
        )
    show(
        {"key": lock.newest, "rows": done, "went_on": goes_on},
        as_json=as_json,
        text=f"clé {lock.newest} : {done} numéro{'s' if done > 1 else ''} rechiffré{'s' if done > 1 else ''}",
    )
