"""Strict reading of a body: JSON and nothing else, small, shallow, without tricks, in the shape that is asked."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

from flask import Request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from crm.web.api import problems, sentences
from crm.web.api.problems import Flaw, Problem
from crm.web.words import N_

LARGEST = 64 * 1024
DEEPEST = 8
_HIDING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
Shape = TypeVar("Shape", bound=BaseModel)

TWICE = N_("Le champ « %(name)s » est donné deux fois : gardez-en un.")
TOO_DEEP = N_("Les objets sont emboîtés trop profondément : huit niveaux au plus.")
NOT_AN_OBJECT = N_("Envoyez un objet JSON, entre accolades.")
NOT_JSON = N_("Ce n’est pas du JSON bien formé.")
NOT_UTF8 = N_("Les caractères ne sont pas en UTF-8.")
NOT_NUMBER = N_("NaN et Infinity ne sont pas des nombres en JSON.")
CONTROL = N_("Retirez les caractères de contrôle.")


def body_of(request: Request) -> bytes:
    """The bytes of the body. Raises `Problem` for another kind of content, or too much of it."""
    if request.mimetype != "application/json" or request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        raise Problem(problems.MEDIA)
    if request.content_length is not None and request.content_length > LARGEST:
        raise Problem(problems.LARGE)
    request.max_content_length = LARGEST + 1  # of a body in chunks whose length nobody says, the rest is left out
    try:
        body = request.get_data(cache=True)
    except RequestEntityTooLarge as error:
        raise Problem(problems.LARGE) from error
    if len(body) > LARGEST:
        raise Problem(problems.LARGE)
    return body


def read(body: bytes, shape: type[Shape]) -> Shape:
    """The body in that shape. Raises `Problem` with a pointer and a sentence for each thing to mend."""
    value = _json(body)
    flaws = list(_hidden(value, "", depth=1))
    if flaws:
        raise Problem(problems.INVALID, *flaws)
    try:
        return shape.model_validate_json(json.dumps(value))
    except ValidationError as error:
        raise Problem(problems.INVALID, *sentences.flaws(error)) from error


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise Problem(problems.MALFORMED, Flaw(sentence=NOT_UTF8, pointer="")) from error
    except (ValueError, RecursionError) as error:
        raise Problem(problems.MALFORMED, Flaw(sentence=NOT_JSON, pointer="")) from error
    if not isinstance(value, dict):
        raise Problem(problems.INVALID, Flaw(sentence=NOT_AN_OBJECT, pointer=""))
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Problem(problems.MALFORMED, Flaw(sentence=TWICE, pointer="", values={"name": name[:60]}))
        found[name] = value
    return found


def _no_constant(_text: str) -> None:
    raise Problem(problems.MALFORMED, Flaw(sentence=NOT_NUMBER, pointer=""))


def _hidden(value: Any, pointer: str, *, depth: int) -> list[Flaw]:
    """Every text with something that cannot be printed (new lines and tabs may stand), and what lies too deep."""
    if isinstance(value, str):
        return [Flaw(sentence=CONTROL, pointer=pointer)] if is_hiding(value) else []
    if not isinstance(value, dict | list):
        return []
    if depth > DEEPEST:
        return [Flaw(sentence=TOO_DEEP, pointer=pointer)]
    flaws: list[Flaw] = []
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(name, str) and is_hiding(name):
            return [Flaw(sentence=CONTROL, pointer=pointer)]
        flaws += _hidden(inner, f"{pointer}/{sentences.escaped(name)}", depth=depth + 1)
    return flaws


def is_hiding(text: str) -> bool:
    """True where a text holds a control character, or half of a character (a lone surrogate)."""
    return any(
        (ord(c) < 32 and c not in "\n\r\t") or 0x7F <= ord(c) <= 0x9F or 0xD800 <= ord(c) <= 0xDFFF for c in text
    )
