"""What the supporters' address fields ask while one types; the fields work without it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from crm.values.languages import Language
from crm.web import localities

blueprint = Blueprint("public_addresses", __name__)


@blueprint.get("/localites")
def complete_locality() -> Response:
    """Localities that begin so, in the language that `lang` asks for."""
    return localities.answer(Language.best(request.args.get("lang")))
