"""The tables of the documentation: one line for each field of a shape, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crm.values.languages import Language
from crm.web import words
from crm.web.words import N_

TYPES = {
    "string": N_("texte"),
    "integer": N_("nombre entier"),
    "boolean": N_("vrai ou faux"),
    "array": N_("liste"),
    "object": N_("objet"),
    "date": N_("date"),
    "date-time": N_("instant avec fuseau"),
    "email": N_("adresse e-mail"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One line: the field, what it holds, the shape that is made of (if it is), and what one should know."""

    name: str
    kind: str
    shape: str
    is_required: bool
    words: str


def of(schema: dict[str, Any], schemas: dict[str, Any], speaks: Language) -> list[Field]:
    """The fields of a shape, in its order."""
    required = set(schema.get("required", ()))
    found = []
    for name, inner in schema.get("properties", {}).items():
        kind, shape = _kind(inner, schemas, speaks)
        found.append(
            Field(name=name, kind=kind, shape=shape, is_required=name in required, words=inner.get("description", ""))
        )
    return found


def _kind(inner: dict[str, Any], schemas: dict[str, Any], speaks: Language) -> tuple[str, str]:
    """What a field holds, in words, and the shape that it is made of."""
    options = [option for option in inner.get("anyOf", ()) if option.get("type") != "null"]
    if options:
        return _kind({**options[0], **{k: v for k, v in inner.items() if k == "format"}}, schemas, speaks)
    if "$ref" in inner:
        name = inner["$ref"].rpartition("/")[2]
        values = schemas[name].get("enum")
        return (", ".join(value for value in values if value), "") if values else (_say("object", speaks), name)
    if inner.get("type") == "array":
        return _say("array", speaks), _kind(inner["items"], schemas, speaks)[1]
    if "const" in inner:
        return str(inner["const"]), ""
    return _say(inner.get("format") if inner.get("format") in TYPES else inner.get("type", "string"), speaks), ""


def _say(kind: str | None, speaks: Language) -> str:
    return words.say(speaks, TYPES[kind or "string"])
