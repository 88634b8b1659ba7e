"""`portevoix magazine`: who would get an issue, the freeze, the files for the printer, what came back."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import click

from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.magazine import freezing, printing, returning, words
from crm.magazine import service as magazine
from crm.magazine.errors import IssueMissing
from crm.magazine.model import Issue, Outlook
from crm.values.money import exact

NUMBER = click.argument("number", type=click.IntRange(1), metavar="NUMÉRO")


@click.group(name="magazine", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Préparer le magazine imprimé : qui le reçoit, figer, emporter les fichiers, lire les retours."""


@command.command()
@NUMBER
@json_option
@telling
def preview(number: int, *, as_json: bool) -> None:
    """Dit qui recevrait un numéro, et pourquoi les autres non. Rien n’est écrit."""
    made = assembly()
    with made.database.reading() as session:
        issue = _issue(magazine.issues(session), number)
        found = freezing.outlook(session, issue, magazine.rule_of(session, issue).rule, at=made.clock())
    show(_as_json(found), as_json=as_json, text=_told(found))


@command.command()
@NUMBER
@json_option
@telling
def freeze(number: int, *, as_json: bool) -> None:
    """Fige la liste d’un numéro, une fois pour toutes."""
    made = assembly()
    with made.database.transaction() as session:
        issue = _issue(magazine.issues(session), number)
        run = freezing.freeze(session, issue.id, by=None, at=made.clock())
        found = magazine.outlook_of(session, run.id)
    show(_as_json(found), as_json=as_json, text=_told(found))


@command.command()
@NUMBER
@json_option
@telling
def supplement(number: int, *, as_json: bool) -> None:
    """Ajoute qui est arrivé depuis : liste tardive jusqu’au dépôt, exemplaires de bienvenue ensuite."""
    made = assembly()
    with made.database.transaction() as session:
        issue = _issue(magazine.issues(session), number)
        run = freezing.supplement(session, issue.id, by=None, at=made.clock())
    text = f"{words.RUNS[run.kind]} : {run.copies} exemplaires pour {run.mailed} personnes"
    show({"kind": run.kind.value, "people": run.mailed, "copies": run.copies}, as_json=as_json, text=text)


@command.command()
@NUMBER
@click.option("--run", "place", default=0, show_default=True, help="Quelle liste : 0 est le tirage principal.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Le ZIP à écrire.")
@click.option("--recipient", required=True, help="À qui ces fichiers sont remis : l’imprimeur, le routeur.")
@click.option("--xlsx/--no-xlsx", default=None, help="Ajouter les tableaux XLSX (d’office jusqu’à 50 000 lignes).")
@click.option("--mail-id", is_flag=True, help="Ajouter la demande Mail ID, à vérifier avec la poste.")
@json_option
@telling
def export(
    number: int, *, place: int, output: Path, recipient: str, xlsx: bool | None, mail_id: bool, as_json: bool
) -> None:
    """Écrit les fichiers de l’imprimeur ; qui est mort·e ou s’est opposé·e depuis le gel en est retiré."""
    made, now = assembly(), assembly().clock()
    with made.database.transaction() as session:
        issue = _issue(magazine.issues(session), number)
        runs = {run.place: run for run in magazine.runs(session, issue.id)}
        if place not in runs:
            raise IssueMissing
        printing.strike(session, runs[place].id, at=now)
    draft = output.with_name(f"{output.name}.{os.getpid()}.new")
    try:
        kept = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(kept, "w+b") as file, made.database.reading() as session:
            with_sheets = runs[place].mailed <= printing.SHEET_MOST if xlsx is None else xlsx
            wanted = printing.Wanted(xlsx=with_sheets, mail_id=mail_id)
            manifest = printing.write(session, runs[place].id, file, wanted, at=now)
        with made.database.transaction() as session:
            printing.note(session, runs[place].id, manifest, recipient=recipient[:200], by=None, at=now)
        draft.replace(output)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
    told = {"rows": manifest.rows, "copies": manifest.copies, "removed": manifest.removed, "parts": manifest.parts}
    text = f"{manifest.rows} adresses, {manifest.copies} exemplaires ; à détruire le {manifest.purge_on} : {output}"
    show(told, as_json=as_json, text=text)


@command.command()
@NUMBER
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FICHIER")
@json_option
@telling
def returns(number: int, file: Path, *, as_json: bool) -> None:
    """Lit un fichier de retours : numéro de membre ou code, et raison."""
    made = assembly()
    lines = returning.read_file(file.read_bytes())
    with made.database.transaction() as session:
        issue = _issue(magazine.issues(session), number)
        found = returning.record_file(session, made.sealer, lines, issue.id, by=None, at=made.clock())
    told = {
        "effects": {effect.value: count for effect, count in found.effects.items()},
        "again": found.again,
        "unknown_lines": found.unknown,
        "unread_lines": found.unread,
    }
    text = [f"{words.EFFECTS[effect][0]} : {count}" for effect, count in found.effects.items()]
    text += [f"déjà notés : {found.again}", f"lignes inconnues : {list(found.unknown)}"]
    show(told, as_json=as_json, text="\n".join([*text, f"raisons illisibles : {list(found.unread)}"]))


def _issue(several: tuple[Issue, ...], number: int) -> Issue:
    found = next((one for one in several if one.number == number), None)
    if found is None:
        raise IssueMissing
    return found


def _as_json(found: Outlook) -> dict[str, object]:
    funnel, apart = found.funnel, found.difference
    return {
        "everybody": funnel.everybody,
        "entitled": funnel.entitled,
        "mailed": funnel.mailed,
        "copies": funnel.copies,
        "cents": funnel.cents,
        "excluded": {reason.value: count for reason, count in funnel.excluded.items()},
        "before": found.before,
        "new": apart.new,
        "gone": apart.gone_count,
        "moved": apart.moved,
    }


def _told(found: Outlook) -> str:
    funnel = found.funnel
    lines = [
        f"{funnel.everybody} personnes, {funnel.entitled} y ont droit",
        f"{funnel.mailed} envois, {funnel.copies} exemplaires",
        f"coût estimé : {exact(funnel.cents)} euros",
    ]
    lines += [f"  {words.REASONS[reason]} : {count}" for reason, count in funnel.excluded.items()]
    if found.before is not None:
        apart = found.difference
        lines.append(
            f"depuis le n° {found.before} : {apart.new} arrivent, {apart.gone_count} partent, {apart.moved} déménagés"
        )
    return "\n".join(lines)
