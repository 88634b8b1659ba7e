"""What a beginning of a postcode or of a locality's name may become, as JSON; nothing of a person is in it."""

from __future__ import annotations

from flask import Response, jsonify, request

from crm.values.belgium.localities import complete
from crm.values.languages import Language

LONGEST_TYPED = 60
MOST = 8


def answer(language: Language) -> Response:
    """`{"localities": [{"postcode", "locality", "also"}]}` for `?q=`: at most eight, none for one character."""
    typed = request.args.get("q", "").strip()
    found = complete(typed, language, MOST) if 1 < len(typed) <= LONGEST_TYPED else ()
    return jsonify(
        localities=[{"postcode": line.postcode, "locality": line.locality, "also": line.also} for line in found]
    )
