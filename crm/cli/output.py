"""How every command finds its assembly and shows its result."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from functools import wraps
from typing import Any, NoReturn, ParamSpec

import click
from sqlalchemy.exc import DBAPIError

from crm.assembly import Assembly, assemble
from crm.cli.refusals import of_database, plainly
from crm.foundation.settings import read_settings
from crm.values.errors import PortevoixError

P = ParamSpec("P")

json_option = click.option("--json", "as_json", is_flag=True, help="Une réponse en JSON, pour les programmes.")


def assembly() -> Assembly:
    """The assembly of this process's settings."""
    return assemble(read_settings())


def plain(value: Any) -> Any:
    """The same value made of JSON's own kinds (dataclasses become objects; days and instants ISO texts)."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, str) or value is None or isinstance(value, bool | int | float):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, Sequence | set | frozenset):
        return [plain(v) for v in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def show(value: Any, *, as_json: bool, text: str | None = None) -> None:
    """Prints a result: one JSON value, or `text` (else `name: value` lines) for people."""
    if as_json:
        click.echo(json.dumps(plain(value), ensure_ascii=False))
    elif text is not None:
        click.echo(text)
    else:
        shown = plain(value)
        lines = [f"{k}: {v}" for k, v in shown.items()] if isinstance(shown, dict) else [str(shown)]
        click.echo("\n".join(lines))


def telling(command: Callable[P, None]) -> Callable[P, None]:
    """Turns errors of the house, and of its database, into one clear line on standard error and exit code 1."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except PortevoixError as error:
            _refuse(plainly(str(error)), as_json=bool(kwargs.get("as_json")))
        except DBAPIError as error:
            _refuse(of_database(error), as_json=bool(kwargs.get("as_json")))

    return wrapped


def _refuse(sentence: str, *, as_json: bool) -> NoReturn:
    if as_json:
        click.echo(json.dumps({"error": sentence}, ensure_ascii=False))
    click.echo(f"portevoix : {sentence}", err=True)
    sys.exit(1)
