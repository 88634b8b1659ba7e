"""The OpenAPI 3.1 document, made from the very shapes and endpoints that the API runs on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from crm.foundation.settings import Settings
from crm.partners.model import LONGEST_KEY
from crm.values.languages import Language
from crm.web import words
from crm.web.api import gate, problems
from crm.web.api.answers import ProblemOut
from crm.web.api.explained import SHAPES
from crm.web.api.gate import Operation
from crm.web.words import N_

ABOUT = N_(
    "L’API du site et des partenaires de l’organisation. Tout se dit en JSON, sur HTTPS, avec un jeton. "
    "Elle ne dit jamais si une personne était déjà connue."
)
KEY = N_(
    "Une clé à vous, unique par demande. La même clé avec le même contenu redonne la même réponse pendant 24 heures "
    "au moins : vous pouvez réessayer sans crainte."
)
TAKEN = N_("C’est noté.")
TOLD = N_("La réponse.")
RETRY = N_("Le nombre de secondes à attendre.")
REPLAYED = N_("« true » quand la réponse est celle d’une demande déjà notée.")
WHERE = N_("L’adresse où suivre cette demande.")
CODE = N_("Le code de la pétition.")
SEGMENT = N_("Le numéro d’un segment, tel que son adresse au bureau le montre.")
PERSON = N_("Le numéro d’une fiche.")
REFERENCE = N_("La référence reçue en réponse.")
_NUMBER = {"type": "string", "pattern": "^[0-9]{1,15}$"}
_PARTS = {
    "segment": (SEGMENT, _NUMBER),
    "person": (PERSON, _NUMBER),
    "code": (CODE, {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 80}),
    "reference": (REFERENCE, {"type": "string", "pattern": "^[A-Za-z0-9_-]{24}$"}),
}


def document(settings: Settings, speaks: Language) -> dict[str, Any]:
    """The whole document, its words in that language."""
    operations = tuple(gate.OPERATIONS.values())
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        path = re.sub(r"<(\w+)>", r"{\1}", one.path)
        paths.setdefault(path, {})[one.method.lower()] = _operation(one, speaks)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Portevoix · {settings.organisation.name}",
            "version": "1",
            "description": words.say(speaks, ABOUT),
        },
        "servers": [{"url": f"{settings.public_url}{gate.PREFIX}"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(operations, speaks),
        },
    }


def _operation(one: Operation, speaks: Language) -> dict[str, Any]:
    ok = "201" if one.method == "POST" else "200"
    told: dict[str, Any] = {
        "operationId": one.name,
        "summary": words.say(speaks, one.summary),
        "responses": {ok: _success(one, speaks)} | _problems(one, speaks),
    }
    if one.scope is not None:
        told["x-scope"] = one.scope.value
    parameters = [_part(name, speaks) for name in re.findall(r"<(\w+)>", one.path)]
    if one.method == "POST" or one.reads_key:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": one.reads_key,
                "description": words.say(speaks, KEY),
                "schema": {"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": LONGEST_KEY},
            }
        )
    if parameters:
        told["parameters"] = parameters
    if one.takes is not None:
        content = {"schema": _ref(one.takes), "example": one.example}
        told["requestBody"] = {"required": True, "content": {"application/json": content}}
    return told


def _success(one: Operation, speaks: Language) -> dict[str, Any]:
    told: dict[str, Any] = {
        "description": words.say(speaks, TAKEN if one.method == "POST" else TOLD),
        "content": {"application/json": {"schema": _ref(one.answers)}},
    }
    if one.method == "POST":
        told["headers"] = {
            "Location": _header(words.say(speaks, WHERE)),
            "Idempotency-Replayed": _header(words.say(speaks, REPLAYED), required=False),
        }
    return told


def _problems(one: Operation, speaks: Language) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind in problems.KINDS:
        if kind not in one.problems:
            continue
        said = f"{words.say(speaks, kind.title)} (`{kind.code}`)"
        status = str(kind.status)
        if status in found:
            found[status]["description"] += f", {said}"
            continue
        found[status] = {
            "description": said,
            "content": {"application/problem+json": {"schema": _ref(ProblemOut)}},
        }
        if kind is problems.LIMITED:
            schema = {"type": "integer", "minimum": 1}
            found[status]["headers"] = {"Retry-After": _header(words.say(speaks, RETRY), schema=schema)}
    return found


def _header(description: str, *, required: bool = True, schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {"description": description, "required": required, "schema": schema or {"type": "string"}}


def _part(name: str, speaks: Language) -> dict[str, Any]:
    description, schema = _PARTS[name]
    return {
        "name": name, "in": "path", "required": True, "description": words.say(speaks, description), "schema": schema
    }  # fmt: skip


def _schemas(operations: tuple[Operation, ...], speaks: Language) -> dict[str, Any]:
    takes = {one.takes for one in operations if one.takes is not None}
    gives = {one.answers for one in operations} | {ProblemOut}
    wanted = [(shape, "validation") for shape in sorted(takes, key=_name)]
    wanted += [(shape, "validation") for shape in sorted(gives, key=_name)]
    _, found = models_json_schema(wanted, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type] # the mode is a literal
    schemas: dict[str, Any] = found["$defs"]
    for name, schema in schemas.items():
        schema.pop("description", None)
        if name in SHAPES:
            schema["description"] = SHAPES[name]
        _translate(schema, speaks)
    return schemas


def _translate(schema: Any, speaks: Language) -> None:
    """Says every description in the language, and drops the titles that only repeat a field's name."""
    if isinstance(schema, list):
        for inner in schema:
            _translate(inner, speaks)
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("title"), str):
        del schema["title"]
    if isinstance(schema.get("description"), str):
        schema["description"] = words.say(speaks, schema["description"])
    for name, inner in schema.items():
        if name not in ("enum", "const", "default", "example"):
            _translate(inner, speaks)


def _ref(shape: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{shape.__name__}"}


def _name(shape: type[BaseModel]) -> str:
    return shape.__name__
