"""`portevoix imports`: read a file, try it, apply it, go on where it stopped, undo it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from crm.assembly import Assembly, import_worker
from crm.audit import service as audit
from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.consent import service as consent
from crm.imports import service as imports
from crm.imports import words
from crm.imports.errors import FileRefused, MappingIncomplete, Refused
from crm.imports.kinds.every import KINDS, OF_CONSENT
from crm.imports.model import Matching, Run, RunId, RunState
from crm.values.errors import Invalid
from crm.values.money import typed

KIND = click.Choice(list(KINDS))


@click.group(name="imports", cls=Orders)
def command() -> None:
    """Lire un fichier, l’essayer, l’importer, le reprendre, l’annuler."""


@command.command()
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@telling
def read(file: Path, as_json: bool) -> None:
    """Lit un fichier sans rien importer : encodage, séparateur, colonnes, premières lignes."""
    shelf = import_worker(assembly()).shelf
    token = ""
    try:
        with _opened(file) as stream:
            kept = shelf.take_in(stream)
        token = kept.token
        seen = imports.look(shelf, kept)
    except FileRefused as refused:
        _refuse(refused, as_json=as_json)
    finally:
        shelf.forget(token)
    found = {
        "layout": seen.layout.as_json(),
        "sheets": seen.sheets,
        "odd_lines": seen.odd_lines,
        "headers": seen.headers,
        "rows": [{"number": row.number, "cells": row.cells, "fault": row.fault} for row in seen.sample[:5]],
    }
    how = f"{words.ENCODINGS[seen.layout.encoding]}, {words.SEPARATORS[seen.layout.separator]}"
    lines = [f"{file.name} : {seen.layout.format.value.upper()}, {how}", f"colonnes : {' | '.join(seen.headers)}"]
    lines += [f"  {row.number}. {' | '.join(row.cells)}" for row in seen.sample[:5]]
    show(found, as_json=as_json, text="\n".join(lines))


@command.command()
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--kind", type=KIND, required=True, help="Ce que contient le fichier.")
@click.option("--column", "columns", metavar="CHAMP=COLONNE", multiple=True, help="Le titre de la colonne d’un champ.")
@click.option("--format", "formats", metavar="CHAMP=FORMAT", multiple=True, help="Comment une date est écrite.")
@click.option("--choice", "choices", metavar="NOM=VALEUR", multiple=True, help="Ce qui vaut pour tout le fichier.")
@click.option("--expected", type=int, help="Le nombre de lignes annoncé par l’ancien système.")
@click.option("--expected-amount", help="Ce que les dons font ensemble selon l’ancien système, en euros.")
@json_option
@telling
def check(
    file: Path,
    *,
    kind: str,
    columns: tuple[str, ...],
    formats: tuple[str, ...],
    choices: tuple[str, ...],
    expected: int | None,
    expected_amount: str | None,
    as_json: bool,
) -> None:
    """Essaie un fichier sans rien écrire : ce que ferait chaque ligne, et pourquoi."""
    made = assembly()
    shelf = import_worker(made).shelf
    token = ""
    try:
        with _opened(file) as stream:
            kept = shelf.take_in(stream)
        token = kept.token
        seen = imports.look(shelf, kept)
    except FileRefused as refused:
        shelf.forget(token)
        _refuse(refused, as_json=as_json)
    try:
        with made.database.transaction() as session:
            if kind in OF_CONSENT:
                consent.open_standing(session)
            run = imports.open_run(
                session,
                kind=kind,
                file_name=file.name,
                kept=kept,
                seen=seen,
                by=None,
                at=made.clock(),
                expected_rows=expected,
                expected_cents=typed(expected_amount) if expected_amount else None,
            )
            proposed = run.matching or Matching()
            matching = Matching(
                columns={**proposed.columns, **_places(seen.headers, columns)},
                formats={**proposed.formats, **_pairs(formats)},
                choices={**proposed.choices, **_pairs(choices)},
            )
            imports.check(session, run.id, matching, at=made.clock())
            _note(made, session, "check", run)
    except MappingIncomplete:
        shelf.forget(token)
        raise
    _work(made, run.id, as_json=as_json)


@command.command()
@click.argument("number", metavar="NUMÉRO", type=int)
@json_option
@telling
def apply(number: int, as_json: bool) -> None:
    """Importe ce qui a été essayé."""
    made = assembly()
    with made.database.transaction() as session:
        run = imports.get(session, RunId(number))
        if run.state is not RunState.APPLYING:  # one that was cut is carried on with
            run = imports.apply(session, run.id, at=made.clock())
            _note(made, session, "apply", run)
    _work(made, run.id, as_json=as_json)


@command.command()
@click.argument("number", metavar="NUMÉRO", type=int)
@json_option
@telling
def undo(number: int, as_json: bool) -> None:
    """Annule une importation, ligne par ligne ; ce qui a changé depuis reste, et le dit."""
    made = assembly()
    with made.database.transaction() as session:
        run = imports.get(session, RunId(number))
        if run.state is not RunState.UNDOING:
            run = imports.undo(session, run.id, at=made.clock())
            _note(made, session, "undo", run)
    _work(made, run.id, as_json=as_json)


@command.command()
@click.argument("number", metavar="NUMÉRO", type=int)
@click.option("--leave", is_flag=True, help="Laisser de côté la ligne où elle s’est arrêtée.")
@json_option
@telling
def resume(number: int, *, leave: bool, as_json: bool) -> None:
    """Reprend une importation qui s’est arrêtée : la ligne est retentée, ou laissée de côté avec --leave."""
    made = assembly()
    with made.database.transaction() as session:
        run = imports.get(session, RunId(number))
        if run.is_stopped or not run.state.is_working:  # one that was cut is carried on with
            run = imports.resume(session, run.id, leave_row=leave)
            _note(made, session, "resume", run)
    _work(made, run.id, as_json=as_json)


@command.command(name="list")
@json_option
@telling
def list_runs(as_json: bool) -> None:
    """Montre les importations, les plus récentes d’abord."""
    with assembly().database.reading() as session:
        found = imports.runs(session)
    show(
        [_summary(run) for run in found],
        as_json=as_json,
        text="\n".join(_line(run) for run in found) or "Aucune importation.",
    )


def _work(made: Assembly, run_id: RunId, *, as_json: bool) -> None:
    import_worker(made).work(run_id)
    with made.database.reading() as session:
        run = imports.get(session, run_id)
        bad = imports.page(session, run_id, size=20, verdicts=imports.SET_ASIDE) if run.counts else None
    rows = [{"number": r.number, "verdict": r.verdict, "reasons": r.reasons} for r in bad.rows] if bad else []
    lines = [_line(run), *(f"  ligne {r['number']} : {r['verdict']} ({_why(r['reasons'])})" for r in rows)]
    lines += _stop(run)
    show({**_summary(run), "set_aside": rows}, as_json=as_json, text="\n".join(lines))
    if run.error:
        sys.exit(1)


def _stop(run: Run) -> list[str]:
    """Why it goes no further, and what may be done about it."""
    if not run.error:
        return []
    if not run.is_stopped:
        why, _, line = run.error.partition(":")
        return [words.REFUSED[Refused(why)] + (f" Ligne {line}." if line else "")]
    where = f" à la ligne {run.stopped_at}" if run.stopped_at else ""
    ways = [f"`portevoix imports resume {run.id}` la reprend"]
    ways += [f"`resume {run.id} --leave` laisse cette ligne de côté"] if run.stopped_at else []
    ways += [f"`undo {run.id}` annule ce qui est entré"] if run.state is RunState.APPLYING else []
    return [f"Arrêtée{where} par une erreur inattendue ; rien n’est à moitié.", f"{' ; '.join(ways)}."]


def _why(reasons: Any) -> str:
    return " ".join(words.REASONS[why].replace("%(what)s", what) for why, what in reasons)


def _summary(run: Run) -> dict[str, Any]:
    return {
        "number": run.id,
        "kind": run.kind,
        "file": run.file_name,
        "state": run.state,
        "rows": run.rows_total,
        "progress": run.progress,
        "counts": run.counts,
        "expected": run.expected_rows,
        "expected_cents": run.expected_cents,
        "error": run.error,
        "stopped": run.is_stopped,
        "stopped_at": run.stopped_at,
    }


def _line(run: Run) -> str:
    word = words.STATES[run.state][0].lower()
    counts = ", ".join(f"{name} {count}" for name, count in run.counts.items())
    return f"{run.id}. {run.file_name or 'fichier oublié'} ({run.kind}) : {word}" + (f" ; {counts}" if counts else "")


def _opened(file: Path) -> Any:
    try:
        return file.open("rb")
    except OSError as error:
        raise Invalid(f"{file.name} ne se lit pas", field="file") from error


def _refuse(refused: FileRefused, *, as_json: bool) -> NoReturn:
    said = words.REFUSED[refused.why] + (f" Ligne {refused.line}." if refused.line else "")
    if as_json:
        show({"refused": refused.why, "line": refused.line, "error": said}, as_json=True)
    click.echo(f"portevoix : {said}", err=True)
    sys.exit(1)


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    wrong = [one for one in given if "=" not in one]
    if wrong:
        raise Invalid(f"« {wrong[0]} » : écrivez nom=valeur")
    return {name.strip(): value.strip() for name, _, value in (one.partition("=") for one in given)}


def _places(headers: tuple[str, ...], given: tuple[str, ...]) -> dict[str, int]:
    found = {}
    for field, header in _pairs(given).items():
        if header not in headers:
            raise Invalid(f"aucune colonne ne s’appelle « {header} »")
        found[field] = headers.index(header)
    return found


def _note(made: Assembly, session: Any, action: str, run: Run) -> None:
    audit.record(
        session,
        made.sealer,
        at=made.clock(),
        account_id=None,
        action=f"import.{action}",
        subject="import",
        subject_id=run.id,
        facts={"kind": run.kind, "rows": run.rows_total},
    )
