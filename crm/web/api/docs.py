"""The documentation of the API: as OpenAPI 3.1 for programs, as a page for people. Open to all: it shows nothing."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, current_app, request

from crm.assembly import Assembly
from crm.foundation.templating import render
from crm.partners.model import Scope
from crm.values.languages import Language
from crm.web import words
from crm.web.api import fields, gate, openapi, problems, scope_words
from crm.web.assets import asset

blueprint = Blueprint("api_docs", __name__, url_prefix=gate.PREFIX)

SPOKEN = {Language.FR: "Français", Language.EN: "English"}


@blueprint.get("/openapi.json")
def document() -> Response:
    """The OpenAPI document, in the language of `?lang=` (French, English)."""
    made: Assembly = current_app.extensions["portevoix"]
    response = Response(json.dumps(openapi.document(made.settings, _language()), ensure_ascii=False, indent=1) + "\n")
    response.content_type = "application/json"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@blueprint.get("/docs")
def page() -> Response:
    """The same for people, with an example to copy for each endpoint."""
    made: Assembly = current_app.extensions["portevoix"]
    speaks = _language()
    told = openapi.document(made.settings, speaks)
    schemas, url = told["components"]["schemas"], told["servers"][0]["url"]
    shown = render(
        "api/docs.html",
        speaks,
        organisation=made.settings.organisation,
        asset=asset,
        url=url,
        about=told["info"]["description"],
        operations=[
            _operation(url + path, method, one)
            for path, methods in told["paths"].items()
            for method, one in methods.items()
        ],
        shapes=[
            {"name": name, "words": schema.get("description", ""), "fields": fields.of(schema, schemas, speaks)}
            for name, schema in schemas.items()
            if schema.get("type") == "object"
        ],
        kinds=problems.KINDS,
        scopes=[(scope.value, words.say(speaks, scope_words.SCOPES[scope])) for scope in Scope],
        limits=made.settings.api,
        languages=[(code.value, name, code is speaks) for code, name in SPOKEN.items()],
    )
    return Response(shown, content_type="text/html; charset=utf-8")


def _language() -> Language:
    asked = request.args.get("lang", "")
    if asked in {one.value for one in SPOKEN}:
        return Language(asked)
    return Language.best(request.accept_languages.best_match([one.value for one in SPOKEN]))


def _operation(url: str, method: str, one: dict[str, Any]) -> dict[str, Any]:
    body = one.get("requestBody", {}).get("content", {}).get("application/json", {})
    ok = next(answer for status, answer in one["responses"].items() if status.startswith("2"))
    return {
        "id": one["operationId"],
        "method": method.upper(),
        "path": url.partition(gate.PREFIX)[2],
        "summary": one["summary"],
        "scope": one.get("x-scope", ""),
        "curl": _curl(url, one, body.get("example")),
        "takes": _shape(body.get("schema", {})),
        "gives": _shape(ok["content"]["application/json"]["schema"]),
        "problems": [
            {"status": status, "words": answer["description"]}
            for status, answer in one["responses"].items()
            if not status.startswith("2")
        ],
    }


def _curl(url: str, one: dict[str, Any], example: Any) -> str:
    """The example as one types it."""
    lines = [f"curl {url}", '  -H "Authorization: Bearer $PORTEVOIX_TOKEN"']
    if any(parameter["name"] == "Idempotency-Key" for parameter in one.get("parameters", ())):
        lines.append('  -H "Idempotency-Key: 2026-11-23-0001"')
    if example is not None:
        quoted = json.dumps(example, ensure_ascii=False, indent=2).replace("'", "\u2019")
        lines += ['  -H "Content-Type: application/json"', f"  -d '{quoted}'"]
    return " \\\n".join(lines)


def _shape(schema: dict[str, str]) -> str:
    return schema.get("$ref", "").rpartition("/")[2]
