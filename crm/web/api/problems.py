"""What went wrong, as `application/problem+json` (RFC 9457): a kind, a sentence one can act on, the field to mend."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Response, request

from crm.values.errors import PortevoixError
from crm.values.languages import Language
from crm.web import words
from crm.web.words import N_

DOCS = "/api/v1/docs"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of problem: its name in the documentation, its status, its title."""

    code: str
    status: int
    title: str
    detail: str


MALFORMED = Kind(
    code="malformed", status=400, title=N_("La demande ne se lit pas"),
    detail=N_("Envoyez un objet JSON bien formé, en UTF-8."),
)  # fmt: skip
UNAUTHORISED = Kind(
    code="unauthorised", status=401, title=N_("Jeton absent ou sans valeur"),
    detail=N_("Envoyez « Authorization: Bearer » suivi d’un jeton valable, ni expiré ni révoqué."),
)  # fmt: skip
SCOPE = Kind(
    code="scope", status=403, title=N_("Ce jeton ne permet pas cela"),
    detail=N_("Demandez à l’organisation un jeton qui porte la portée nécessaire."),
)  # fmt: skip
ORIGIN = Kind(
    code="origin", status=403, title=N_("Ce site ne peut pas utiliser ce jeton"),
    detail=N_("Appelez l’API depuis votre serveur, ou demandez que votre site soit ajouté au jeton."),
)  # fmt: skip
MISSING = Kind(
    code="missing", status=404, title=N_("Introuvable"),
    detail=N_("Rien ne porte ce nom ici. Vérifiez l’adresse, le code ou la référence."),
)  # fmt: skip
METHOD = Kind(
    code="method", status=405, title=N_("Cette adresse ne s’utilise pas ainsi"),
    detail=N_("Utilisez une des méthodes que l’en-tête Allow énumère."),
)  # fmt: skip
CLOSED = Kind(
    code="closed", status=409, title=N_("C’est clos"),
    detail=N_("La pétition ou l’action était close, ou l’événement passé, à la date donnée : rien n’a été noté."),
)  # fmt: skip
CONFLICT = Kind(
    code="conflict", status=409, title=N_("Cela a changé entre-temps"),
    detail=N_("Rien n’a été noté. Relisez l’état des choses, puis recommencez."),
)  # fmt: skip
GONE = Kind(
    code="gone", status=409, title=N_("Ce segment est à corriger"),
    detail=N_("Il nomme ce qui n’existe plus : personne n’en est tiré tant que l’équipe de l’organisation ne l’a pas "
              "corrigé. Recommencer n’y change rien."),
)  # fmt: skip
LARGE = Kind(
    code="large", status=413, title=N_("C’est trop volumineux"),
    detail=N_("Une demande tient en 64 Kio."),
)  # fmt: skip
MEDIA = Kind(
    code="media", status=415, title=N_("Ce n’est pas du JSON"),
    detail=N_("Envoyez le corps avec « Content-Type: application/json »."),
)  # fmt: skip
INVALID = Kind(
    code="invalid", status=422, title=N_("Des champs sont à corriger"),
    detail=N_("Corrigez les champs énumérés, puis renvoyez la demande : rien n’a été noté."),
)  # fmt: skip
KEY_REUSED = Kind(
    code="key-reused", status=422, title=N_("Cette clé a déjà servi à autre chose"),
    detail=N_("Donnez une nouvelle « Idempotency-Key » à chaque demande ; la même seulement pour réessayer."),
)  # fmt: skip
LIMITED = Kind(
    code="limited", status=429, title=N_("Trop de demandes à la suite"),
    detail=N_("Attendez le nombre de secondes que donne l’en-tête Retry-After, puis recommencez."),
)  # fmt: skip
INCIDENT = Kind(
    code="incident", status=500, title=N_("Une erreur est survenue chez nous"),
    detail=N_("Rien n’a été noté à moitié. Recommencez avec la même « Idempotency-Key »."),
)  # fmt: skip
UNAVAILABLE = Kind(
    code="unavailable", status=503, title=N_("Un service ne répond pas"),
    detail=N_("Rien n’a été noté. Recommencez dans une minute avec la même « Idempotency-Key »."),
)  # fmt: skip

KINDS = (
    MALFORMED, UNAUTHORISED, SCOPE, ORIGIN, MISSING, METHOD, CLOSED, CONFLICT, GONE, LARGE, MEDIA, INVALID, KEY_REUSED,
    LIMITED, INCIDENT, UNAVAILABLE,
)  # fmt: skip
_BY_STATUS = {
    400: MALFORMED, 401: UNAUTHORISED, 403: SCOPE, 404: MISSING, 405: METHOD, 409: CONFLICT, 413: LARGE, 415: MEDIA,
    422: INVALID, 429: LIMITED, 500: INCIDENT, 503: UNAVAILABLE,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Flaw:
    """One thing to mend: a JSON pointer into the body (or a header's name), and a marked sentence."""

    sentence: str
    pointer: str | None = None
    header: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)


class Problem(PortevoixError):
    """Ends a request: `kind`, what has to be mended, and the headers that go with it."""

    def __init__(self, kind: Kind, *flaws: Flaw, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.flaws = flaws
        self.headers = dict(headers or {})


def of_status(status: int, *, incident: str = "") -> Response:
    """The answer for a status, where nothing more is known."""
    kind = _BY_STATUS.get(status) or (MALFORMED if status < 500 else INCIDENT)
    return answer(Problem(kind), incident=incident)


def answer(problem: Problem, *, incident: str = "") -> Response:
    """The problem as it goes out, in the language that the program asks for (French unless it does)."""
    speaks = Language.best(request.accept_languages.best_match(["fr", "en", "nl"]))
    kind = problem.kind
    told: dict[str, object] = {
        "type": f"{DOCS}#{kind.code}",
        "title": words.say(speaks, kind.title),
        "status": kind.status,
        "detail": words.say(speaks, kind.detail),
    }
    if problem.flaws:
        told["errors"] = [_flaw(flaw, speaks) for flaw in problem.flaws]
    if incident:
        told["incident"] = incident
    response = Response(json.dumps(told, ensure_ascii=False) + "\n", kind.status)
    response.content_type = "application/problem+json"
    response.headers["Content-Language"] = speaks.value
    response.headers.update(problem.headers)
    if kind is UNAUTHORISED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="portevoix"'
    return response


def _flaw(flaw: Flaw, speaks: Language) -> dict[str, str]:
    place = {"pointer": flaw.pointer} if flaw.pointer is not None else {"header": flaw.header or ""}
    return {"detail": words.say(speaks, flaw.sentence, **flaw.values), **place}
