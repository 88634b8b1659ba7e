"""`portevoix bank`: read the files of the bank, and keep them."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO

import click

from crm.assembly import bank_counter
from crm.audit import service as audit
from crm.banking import bringing, reading, words
from crm.banking import telling as shown
from crm.banking.errors import FileRefused
from crm.banking.model import Line, Statement
from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.values.money import exact

_IN_MEMORY = 8 * 1024 * 1024
FILES = click.argument("files", metavar="FICHIER…", type=click.Path(path_type=Path), nargs=-1, required=True)


@click.group(name="bank", cls=Orders)
def command() -> None:
    """Lire et importer les fichiers de la banque."""


@command.command()
@FILES
@json_option
def parse(files: tuple[Path, ...], *, as_json: bool) -> None:
    """Lit des fichiers CODA, camt.053 et camt.054 sans rien importer, et vérifie leurs soldes.

    Avec --json, un objet par fichier, un par ligne. Un fichier refusé n’arrête pas les autres :
    le code de sortie le dit.
    """
    refused = 0
    for file in files:
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n") as out:
            told = _told(file, out, as_json=as_json)
            refused += told is not None
            if told is None:
                out.seek(0)
                shutil.copyfileobj(out, sys.stdout)
            elif as_json:
                print(json.dumps({"file": _name(file), **told}))
            else:
                click.echo(f"{_name(file)} : {told['error']}", err=True)
            sys.stdout.flush()
    if refused:
        sys.exit(1)


@command.command(name="import")
@FILES
@json_option
@telling
def bring(files: tuple[Path, ...], *, as_json: bool) -> None:
    """Garde les mouvements de fichiers CODA et camt, et rend à chacun ceux qui sont sûrement les siens.

    Un fichier ou un mouvement apporté deux fois ne change rien. Un fichier qui n’est pas juste est refusé en entier.
    """
    made = assembly()
    counter = bank_counter(made)
    refused = 0
    for file in files:
        try:
            with _opened(file) as stream:
                report = bringing.bring(counter, stream, name=_name(file), by=None)
        except (FileRefused, OSError) as error:
            refused += 1
            said = _why(error)
            if as_json:
                click.echo(json.dumps({"file": _name(file), **said}))
            else:
                click.echo(f"{_name(file)} : {said['error']}", err=True)
            continue
        with made.database.transaction() as session:
            facts = {"new": report.new, "known": report.known, "matched": report.matched}
            audit.record(
                session,
                made.sealer,
                at=made.clock(),
                account_id=None,
                action="bank.import",
                subject="bank",
                facts=facts,
            )
        show(report, as_json=as_json, text=words.report(report))
    if refused:
        sys.exit(1)


def _why(error: FileRefused | OSError) -> dict[str, object]:
    if isinstance(error, FileRefused):
        return {"error": words.refusal(error), "line": error.line, "column": error.column}
    return {"error": f"ce fichier ne se lit pas ({os.strerror(error.errno) if error.errno else 'erreur'})."}


def _told(file: Path, out: IO[str], *, as_json: bool) -> dict[str, object] | None:
    """Writes what a file holds, or says why it is refused. Memory stays flat: the lines wait on disk."""
    try:
        with _opened(file) as stream:
            (_as_json if as_json else _as_table)(file, stream, out)
    except (FileRefused, OSError) as error:
        return _why(error)
    return None


def _name(file: Path) -> str:
    return os.fsencode(file).decode(errors="replace")


def _opened(file: Path) -> IO[bytes]:
    stream = file.open("rb")
    if stream.seekable():
        return stream
    kept = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    with stream:
        shutil.copyfileobj(stream, kept)
    kept.seek(0)
    return kept


def _as_json(file: Path, stream: IO[bytes], out: IO[str]) -> None:
    out.write(f'{{"file": {json.dumps(_name(file))}, "statements": [')
    first = True
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n") as lines:
        for piece in reading.pieces(stream):
            if isinstance(piece, Line):
                between = ", " if lines.tell() else ""
                lines.write(between + json.dumps(shown.line_facts(reading.masked(piece)[0])))
            elif isinstance(piece, Statement):
                head = json.dumps(shown.statement_facts(piece)).removesuffix("}")
                out.write(("" if first else ", ") + head + ', "lines": [')
                first = False
                lines.seek(0)
                shutil.copyfileobj(lines, out)
                lines.seek(0)
                lines.truncate()
                out.write("]}")
    out.write("]}\n")


def _counted(lines: int) -> str:
    return f"{lines} mouvement{'s' if lines > 1 else ''}"


def _as_table(file: Path, stream: IO[bytes], out: IO[str]) -> None:
    out.write(f"{_name(file)}\n")
    for piece in reading.pieces(stream):
        if isinstance(piece, Line):
            out.write(shown.line_row(reading.masked(piece)[0]) + "\n")
        elif isinstance(piece, Statement):
            out.write(f"  {piece.account} ({piece.format.value}) : {_counted(piece.line_count)}")
            if not piece.extract and piece.opening_cents is not None and piece.closing_cents is not None:
                out.write(f", {exact(piece.opening_cents)} → {exact(piece.closing_cents)} EUR")
            out.write("\n")
