"""`portevoix addresses`: lay every keyed hash of an address under a new key."""

from __future__ import annotations

import click

from crm.audit import service as audit
from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.foundation import rekeying
from crm.foundation.database import hold
from crm.foundation.keys import Keyring, draw_key, keep_key
from crm.foundation.signing import AddressHasher

USE = "addresses"


@click.group(name="addresses", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Changer la clé sous laquelle les adresses se reconnaissent."""


@command.command()
@click.option(
    "--stopped",
    is_flag=True,
    prompt="Le site, l’horloge et l’expéditeur sont-ils arrêtés ?",
    help="Le site, l’horloge et l’expéditeur sont arrêtés.",
)
@json_option
@telling
def rotate(stopped: bool, as_json: bool) -> None:
    """Fait une nouvelle clé et y remet l’empreinte de chaque adresse ; un passage coupé se termine d’abord.

    Arrêtez le site, l’horloge et l’expéditeur avant. Tout passe, ou rien. Les anciennes clés restent dans le
    dossier keys : l’empreinte d’une adresse les traverse toutes.
    """
    if not stopped:
        raise click.Abort
    made = assembly()
    with made.database.transaction() as session:
        hold(session, "addresses rotate")
        goes_on = rekeying.is_behind(session, made.addresses)
        keys, drawn = made.addresses.keyring.keys, None
        if not goes_on:
            drawn = draw_key(made.settings.keys_folder, USE)
            keys = (*keys, drawn)
        changed = rekeying.rekey(session, AddressHasher(Keyring(use=USE, keys=keys)))
        audit.record(
            session,
            made.sealer,
            at=made.clock(),
            account_id=None,
            action="addresses.rotate",
            subject="addresses",
            facts={"key": keys[-1][0], "rows": sum(changed.values())},
        )
        if drawn:
            # Before the commit: cut between the two, the rows lag behind, and the next call brings them up.
            keep_key(made.settings.keys_folder, USE, *drawn)
    rows = sum(changed.values())
    show(
        {"key": keys[-1][0], "rows": rows, "tables": changed, "went_on": goes_on},
        as_json=as_json,
        text=f"clé {keys[-1][0]} : {rows} empreinte{'s' if rows > 1 else ''} remise{'s' if rows > 1 else ''}",
    )
