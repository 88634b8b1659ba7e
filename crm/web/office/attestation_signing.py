"""Who signs the papers of attestations, and whether their electronic seal can be set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, make_response, request, url_for
from flask.typing import ResponseReturnValue

from crm.assembly import attesting_house
from crm.attestations import signing
from crm.attestations.errors import FourEyes, RulesMissing, SealUnavailable
from crm.attestations.model import SealFlaw
from crm.attestations.paper import TEMPLATE, specimen
from crm.attestations.signing import LONGEST, Signature
from crm.foundation import documents
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.languages import Language
from crm.web.office import guard, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("attestation_signing", __name__, url_prefix="/office/gifts/attestations/signature")

ROLES = {"role_fr": Language.FR, "role_nl": Language.NL, "role_de": Language.DE}
WRONG = {
    "signer": N_("Écrivez un nom, et une fonction au plus longue d’une ligne."),
    "picture": N_("Une image PNG ou SVG d’au plus 120 ko, plus large que haute, sans texte ni effet."),
}
FLAWS = {
    SealFlaw.MISSING: N_("Le fichier du certificat, ou celui de sa phrase, n’est pas là."),
    SealFlaw.UNREADABLE: N_("Le certificat ne s’ouvre pas : mauvaise phrase, ou fichier d’une autre sorte."),
    SealFlaw.EARLY: N_("Le certificat ne vaut pas encore."),
    SealFlaw.OVER: N_("Le certificat a expiré."),
}


@guard.page(blueprint, "", permission=Permission.DONATIONS_READ)
def index() -> ResponseReturnValue:
    """What papers carry that are numbered now, and what waits for a second person."""
    return _page({}, {})


@guard.page(blueprint, "", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def propose() -> ResponseReturnValue:
    """Proposes a signature, or none; nothing changes before a second person agrees."""
    made, by = shell.assembly(), guard.signed_in().account.id
    typed = {name: request.form.get(name, "").strip()[: 2 * LONGEST] for name in ("signer", *ROLES)}
    sent = request.files.get("picture")
    seal = attesting_house(made).seal
    try:
        with made.database.transaction() as session:
            if request.form.get("deed") == "none":
                one = signing.propose_none(session, seal, at=shell.now(), by=by)
            else:
                one = signing.propose(
                    session,
                    seal,
                    sent.read() if sent else b"",
                    signer=typed["signer"],
                    roles={language: typed[name] for name, language in ROLES.items()},
                    proof=lambda drawn: _image({"signer": "", "role": "", "alt": "", "drawing": drawn}),
                    at=shell.now(),
                    by=by,
                )
            note(session, "attestation-signature.propose", one.id, subject="attestation-signature")
    except Invalid as wrong:
        field = wrong.field if wrong.field in WRONG else "picture"
        return _page(typed, {str(field): shell.say(WRONG[str(field)])})
    said = N_("C’est proposé. Cela vaudra dès qu’une autre personne l’aura accepté.")
    return shell.back(url_for("attestation_signing.index"), shell.say(said))


@guard.page(blueprint, "/<int:signature_id>/decide", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def decide(signature_id: int) -> ResponseReturnValue:
    """A second person agrees, or does not."""
    accepts, here = request.form.get("decision") == "accept", url_for("attestation_signing.index")
    try:
        with shell.assembly().database.transaction() as session:
            by = guard.signed_in().account.id
            signing.decide(session, signature_id, accepts=accepts, at=shell.now(), by=by)
            action = "attestation-signature.accept" if accepts else "attestation-signature.refuse"
            note(session, action, signature_id, subject="attestation-signature")
    except FourEyes:
        said = N_("Vous l’avez proposé : une autre personne doit en décider.")
        return shell.back(here, shell.say(said), kind="refused")
    except RulesMissing:
        return shell.back(here, shell.say(N_("Quelqu’un en a déjà décidé.")), kind="refused")
    said = N_("Les attestations numérotées dès maintenant la suivent.") if accepts else N_("C’est écarté.")
    return shell.back(here, shell.say(said))


@guard.page(blueprint, "/<int:signature_id>/image", permission=Permission.DONATIONS_READ)
def looks(signature_id: int) -> Response:
    """A specimen of nobody that carries that signature, as an image."""
    made = shell.assembly()
    with made.database.reading() as session:
        found = signing.find(session, signature_id)
        if found is None:
            abort(404)
        pictures = signing.drawn(session, attesting_house(made).seal)
    said = found.facts(shell.language())
    response = make_response(_image({**said, "drawing": pictures[said["id"]]} if said else {}))
    response.content_type = "image/png"
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(typed: Mapping[str, str], errors: Mapping[str, str]) -> Response:
    made = shell.assembly()
    with made.database.reading() as session:
        return shell.show(
            "office/gifts/attestation_signing.html",
            status=422 if errors else 200,
            now=signing.in_force(session),
            waiting=signing.waiting(session),
            colleagues={account.id: account.name for account in staff.accounts(session)},
            me=guard.signed_in().account.id,
            role=_role,
            seal=_seal(),
            typed={name: typed.get(name, "") for name in ("signer", *ROLES)},
            errors=errors,
        )


def _role(one: Signature) -> str:
    return one.roles.get(shell.language()) or one.roles[Language.FR]


def _seal() -> dict[str, Any]:
    """What the page says of the electronic seal."""
    files = shell.assembly().settings.attestations.seal
    if files is None:
        return {"is_set": False}
    from crm.attestations.pades import electronic_seal

    try:
        found = electronic_seal(files, at=shell.now()).certificate
    except SealUnavailable as unavailable:
        return {"is_set": True, "flaw": shell.say(FLAWS[unavailable.flaw])}
    return {"is_set": True, "flaw": "", "name": found.name, "until_at": found.until_at}


def _image(signature: Mapping[str, str]) -> bytes:
    facts = specimen(shell.assembly().settings.organisation, shell.language(), signature)
    return documents.image(TEMPLATE, facts, dots=80)
