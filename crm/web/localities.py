"""What a beginning of a postcode or of a locality's name may become, as JSON; nothing of a person is in it."""

from __future__ import annotations

from flask import Response, jsonify, request

from crm.values.belgium.localities import complete, known_postcode
from crm.values.languages import Language

LONGEST_TYPED = 60
MOST = 8
MOST_OF_ONE = 40
"""A whole postcode offers all of its places: the post delivers to 21 under one."""


def answer(language: Language) -> Response:
    """`{"localities": [{"postcode", "locality", "also"}]}` for `?q=`: at most eight, none for one character.

    Those of a whole postcode are all told, the municipality first.
    """
    typed = request.args.get("q", "").strip()
    most = MOST_OF_ONE if known_postcode(typed[:4]) else MOST
    found = complete(typed, language, most) if 1 < len(typed) <= LONGEST_TYPED else ()
    return jsonify(
        localities=[{"postcode": line.postcode, "locality": line.locality, "also": line.also} for line in found]
    )
