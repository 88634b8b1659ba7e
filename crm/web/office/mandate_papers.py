"""The signed papers behind the mandates of a plan: added as scans, handed over one by one, taken out again."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from crm.foundation.encryption import Undecipherable
from crm.plans import mandates, papers
from crm.plans import service as plans
from crm.plans.errors import PaperMissing, PaperRefused
from crm.plans.model import TYPES, Paper
from crm.plans.scans import kind_of
from crm.staff.model import Permission
from crm.values.identifiers import MandateId, MandatePaperId, PlanId
from crm.web.office import guard, shell
from crm.web.office.noting import note
from crm.web.office.plans import page_of
from crm.web.office.supporter_proof import download
from crm.web.words import N_

blueprint = Blueprint("mandate_papers", __name__, url_prefix="/office/plans/<int:plan_id>/papers")

MOST_BYTES = 32 * 1024 * 1024
"""What is read at all, so that a scan that is too large is told at its field."""
WITH_A_SCAN = frozenset({"mandate_papers.add", "plan_acts.mandate", "plan_signing.sign"})
NOT_KEPT: dict[str, str] = {
    "empty": N_("Choisissez le scan du papier signé : ce fichier est vide."),
    "large": N_("Ce fichier dépasse 8 Mo : scannez en noir et blanc, ou page par page."),
    "kind": N_("Un scan est un PDF, un JPEG ou un PNG : ce fichier est d’une autre sorte, quel que soit son nom."),
    "torn": N_("Ce fichier n’est pas entier : scannez ou téléchargez-le de nouveau."),
    "locked": N_("Ce PDF est verrouillé par un mot de passe : personne ne pourrait plus le lire. Scannez-le sans."),
    "active": N_("Ce PDF contient autre chose que des pages (du code, un formulaire, un fichier joint). Scannez-le."),
    "many": N_("Ce mandat a déjà douze documents : retirez-en un d’abord."),
}
"""Why a scan is not kept."""
GONE = N_("Ce document n’est plus là, ou ne s’ouvre plus : demandez qu’on le cherche dans la sauvegarde.")


def let_a_scan_through() -> None:
    """A scan may be larger than a form; whoever sends one is asked who they are before any of it is read."""
    if request.endpoint in WITH_A_SCAN:
        request.max_content_length = MOST_BYTES


blueprint.before_request(let_a_scan_through)


def brought() -> bytes | None:
    """The scan that came with the form, where there is one. Raises PaperRefused before anything is written."""
    file = request.files.get("paper")
    if file is None or not file.filename:
        return None
    with file.stream as stream:
        content = stream.read(MOST_BYTES)
    kind_of(content)
    return content


def keep(session: Session, plan_id: PlanId, mandate_id: MandateId, content: bytes | None) -> None:
    """Keeps what was brought, and notes it."""
    if content is not None:
        by = guard.signed_in().account.id
        kept = papers.add(session, shell.assembly().drawer, mandate_id, content, at=shell.now(), by=by)
        note(session, "mandate.paper-add", plan_id, {"paper": kept.id}, subject="plan")


def why_not(refused: PaperRefused) -> str:
    """Why a scan was not kept, in a sentence."""
    return shell.say(NOT_KEPT[refused.why])


@guard.page(blueprint, "", permission=Permission.PLANS_EDIT, methods=("POST",))
def add(plan_id: int) -> ResponseReturnValue:
    """Keeps the scan of a mandate of the plan's person, sealed."""
    try:
        content = brought() or b""
        with shell.assembly().database.transaction() as session:
            keep(session, PlanId(plan_id), _mandate(session, PlanId(plan_id)), content)
    except PaperRefused as refused:
        return page_of(PlanId(plan_id), errors={"paper": why_not(refused)})
    said = N_("Le document est gardé, chiffré.")
    return shell.back(url_for("plans.show", plan_id=plan_id) + "#papers", shell.say(said))


@guard.page(blueprint, "/<int:paper_id>", permission=Permission.PLANS_EDIT, methods=("POST",))
def take(plan_id: int, paper_id: int) -> ResponseReturnValue:
    """Hands the scan over as a file, never inside a page; who took it is noted."""
    made = shell.assembly()
    try:
        with made.database.transaction() as session:
            paper = _paper(session, plan_id, paper_id)
            reference = mandates.mandate(session, paper.mandate_id).reference
            content = papers.opened(made.drawer, paper)
            note(session, "mandate.paper-read", plan_id, {"paper": paper.id}, subject="plan")
    except (PaperMissing, Undecipherable):
        return shell.back(url_for("plans.show", plan_id=plan_id) + "#papers", shell.say(GONE), kind="refused")
    return download(content, papers.name(reference, paper), TYPES[paper.kind])


@guard.page(blueprint, "/<int:paper_id>/remove", permission=Permission.PLANS_EDIT, methods=("POST",))
def remove(plan_id: int, paper_id: int) -> ResponseReturnValue:
    """Takes a scan out for good, as where it is somebody else's."""
    made, here = shell.assembly(), url_for("plans.show", plan_id=plan_id) + "#papers"
    try:
        with made.database.transaction() as session:
            paper = _paper(session, plan_id, paper_id)
            papers.remove(session, paper)
            note(session, "mandate.paper-remove", plan_id, {"paper": paper.id}, subject="plan")
    except PaperMissing:
        return shell.back(here, shell.say(N_("Ce document était déjà retiré.")), kind="note")
    made.drawer.shelf.forget(paper.token)
    return shell.back(here, shell.say(N_("Le document est détruit.")))


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    here = url_for("plans.show", plan_id=(request.view_args or {})["plan_id"])
    return shell.back(here, shell.say(NOT_KEPT["large"]), kind="refused")


def _mandate(session: Session, plan_id: PlanId) -> MandateId:
    """The mandate that the form named, where it is one of the plan's person; else the one that serves the plan."""
    found = plans.plan(session, plan_id)
    theirs = {one.id for one in mandates.of_person(session, found.person_id)}
    named = MandateId(request.form.get("mandate_id", found.mandate_id or 0, type=int))
    if named not in theirs:
        raise PaperRefused("empty")
    return named


def _paper(session: Session, plan_id: int, paper_id: int) -> Paper:
    return papers.find(session, MandatePaperId(paper_id), of=plans.plan(session, PlanId(plan_id)).person_id)
