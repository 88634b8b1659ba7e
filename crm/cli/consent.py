"""`portevoix consent`: whether the ledger is whole, and the standings follow from it."""

from __future__ import annotations

import sys

import click

from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.consent import paces
from crm.consent import service as consent


@click.group(name="consent", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Vérifier et reconstruire le registre des consentements."""


@command.command()
@json_option
@telling
def verify(as_json: bool) -> None:
    """Relit chaque ligne du registre et son sceau. Code de sortie 1 si une ligne a été modifiée."""
    made = assembly()
    with made.database.reading() as session:
        damaged = consent.verify(session, made.sealer)
        damaged_paces = list(paces.damaged(session, made.sealer))
    found = [("lignes modifiées", damaged), ("rythmes modifiés", damaged_paces)]
    text = "\n".join(f"{name} : {', '.join(map(str, rows))}" for name, rows in found if rows)
    show({"damaged": damaged, "damaged_paces": damaged_paces}, as_json=as_json, text=text or "le registre est intact")
    if text:
        sys.exit(1)


@command.command()
@json_option
@telling
def drift(as_json: bool) -> None:
    """Compte les états qui ne suivent pas du registre. Code de sortie 1 s’il y en a."""
    with assembly().database.reading() as session:
        found = consent.drift(session)
    show({"drift": found}, as_json=as_json, text=f"états qui s’écartent du registre : {found}")
    if found:
        sys.exit(1)


@command.command()
@json_option
@telling
def rebuild(as_json: bool) -> None:
    """Recalcule tous les états depuis le registre."""
    with assembly().database.transaction() as session:
        before = consent.drift(session)
        consent.rebuild(session)
        after = consent.drift(session)
    show({"before": before, "after": after}, as_json=as_json, text=f"états corrigés : {before}")
