"""`portevoix bank`: read the files of the bank."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO

import click

from crm.banking import reading, telling, words
from crm.banking.amounts import decimal
from crm.banking.errors import FileRefused
from crm.banking.model import Line, Statement
from crm.cli.helping import Orders
from crm.cli.output import json_option

_IN_MEMORY = 8 * 1024 * 1024
FILES = click.argument("files", metavar="FICHIER…", type=click.Path(path_type=Path), nargs=-1, required=True)


@click.group(name="bank", cls=Orders)
def command() -> None:
    """Lire les fichiers de la banque."""


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


def _told(file: Path, out: IO[str], *, as_json: bool) -> dict[str, object] | None:
    """Writes what a file holds, or says why it is refused. Memory stays flat: the lines wait on disk."""
    try:
        with _opened(file) as stream:
            (_as_json if as_json else _as_table)(file, stream, out)
    except FileRefused as refusal:
        return {"error": words.refusal(refusal), "line": refusal.line, "column": refusal.column}
    except OSError as error:
        return {"error": f"ce fichier ne se lit pas ({os.strerror(error.errno) if error.errno else 'erreur'})."}
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
                lines.write(between + json.dumps(telling.line_facts(reading.masked(piece)[0])))
            elif isinstance(piece, Statement):
                head = json.dumps(telling.statement_facts(piece)).removesuffix("}")
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
            out.write(telling.line_row(reading.masked(piece)[0]) + "\n")
        elif isinstance(piece, Statement):
            out.write(f"  {piece.account} ({piece.format.value}) : {_counted(piece.line_count)}")
            if not piece.extract and piece.opening_cents is not None and piece.closing_cents is not None:
                out.write(f", {decimal(piece.opening_cents)} → {decimal(piece.closing_cents)} EUR")
            out.write("\n")
