"""`portevoix audit`: whether the trail is whole, and what it says."""

from __future__ import annotations

import sys

import click

from crm.audit import service as audit
from crm.audit.model import Wanted
from crm.cli import chains
from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.ledgers import service as ledgers
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId


@click.group(name="audit", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Vérifier et lire le journal de l’équipe."""


@command.command(name="verify-chain")
@click.option("--head", default="", help="Une tête notée ailleurs, « numéro:sceau » : elle doit encore être là.")
@json_option
@telling
def verify_chain(head: str, as_json: bool) -> None:
    """Relit chaque ligne, chaque sceau et chaque bloc. Code de sortie 1 si quelque chose a été touché."""
    made = assembly()
    with made.database.reading() as session:
        found = ledgers.verify(session, made.sealer, audit.LEDGER, head=_head(head))
    newest = found.state.head
    lines = [f"le journal est intact : {found.state.chained} lignes chaînées, {found.state.waiting} en attente"]
    if found.faults:
        lines = [chains.said(fault) for fault in found.faults]
    elif newest:
        lines.append(f"à noter ailleurs : {newest.number}:{newest.mark}")
    show(chains.facts(found), as_json=as_json, text="\n".join(lines))
    if found.faults:
        sys.exit(1)


@command.command()
@json_option
@telling
def seal(as_json: bool) -> None:
    """Chaîne tout de suite les lignes en attente, comme l’horloge le fait chaque minute."""
    made, sealed = assembly(), 0
    while True:
        with made.database.transaction() as session:
            block = ledgers.seal(session, made.sealer, audit.LEDGER, at=made.clock())
        if block is None:
            break
        sealed += block.count
    show({"sealed": sealed}, as_json=as_json, text=f"lignes chaînées : {sealed}")


@command.command(name="list")
@click.option("--account", type=int, help="Le numéro d’un compte.")
@click.option("--action", help="Une action, telle qu’elle est écrite : staff.sign-in.")
@click.option("--subject", help="Une sorte de sujet : person, edition, account…")
@click.option("--subject-id", type=int, help="Le numéro du sujet.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@json_option
@telling
def list_entries(
    *, account: int | None, action: str | None, subject: str | None, subject_id: int | None, limit: int, as_json: bool
) -> None:
    """Les dernières lignes du journal, les plus récentes d’abord."""
    wanted = Wanted(
        account_id=AccountId(account) if account is not None else None,
        action=action,
        subject=subject,
        subject_id=subject_id,
    )
    with assembly().database.reading() as session:
        found = audit.entries(session, wanted, limit=limit)
    lines = "\n".join(
        f"{e.at:%Y-%m-%d %H:%M:%S}  {e.account_id or 'maison':<8} {e.action:<28} {e.subject} {e.subject_id or ''}"
        for e in found
    )
    show(found, as_json=as_json, text=lines or "rien")


def _head(text: str) -> tuple[int, str] | None:
    if not text:
        return None
    number, _, mark = text.partition(":")
    if not number.isascii() or not number.isdigit() or not mark:
        raise Invalid("une tête s’écrit « numéro:sceau », comme verify-chain la montre")
    return int(number), mark
