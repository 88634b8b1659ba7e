"""The JSON lines of BOW 2.0: one neutral fiche a line, each put where the settings say and held against the schema.

The administration publishes the schema; the house does not guess it. Without the file nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jsonschema_rs

from crm.attestations.model import Operation
from crm.foundation.settings import Bow

MOST = 100
"""Flaws that are told; a schema that does not fit refuses every line."""


def lines(bow: Bow, fiches: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """The file, a line at a time. A line of the same key takes the place of the one before it."""
    for zones in fiches:
        yield json.dumps(_line(bow, zones), ensure_ascii=False, separators=(",", ":")) + "\n"


def flaws(bow: Bow, fiches: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """`number: what the schema refuses`, by its own place in the schema, never what stood there."""
    schema = json.loads(bow.schema_file.read_text())
    validator = jsonschema_rs.validator_for(schema)
    found = []
    for zones in fiches:
        for error in validator.iter_errors(_line(bow, zones)):
            found.append(f"{zones['2009']}: {'/'.join(map(str, error.schema_path))}")
            if len(found) >= MOST:
                return tuple(found)
    return tuple(found)


def _line(bow: Bow, zones: Mapping[str, str]) -> dict[str, Any]:
    line: dict[str, Any] = {}
    _put(line, bow.kind_at, bow.kind)
    _put(line, bow.key_at, zones["2010"])
    if zones["2028"] == Operation.CANCEL.value:
        _put(line, bow.delete_at, True)
        return line
    for zone, value in zones.items():
        if value:
            _put(line, bow.zones_at.get(zone, f"z.{zone}"), int(value) if zone in bow.numbers else value)
    return line


def _put(line: dict[str, Any], path: str, value: Any) -> None:
    if not path or value == "":
        return
    *ways, last = path.split(".")
    for way in ways:
        line = line.setdefault(way, {})
    line[last] = value
