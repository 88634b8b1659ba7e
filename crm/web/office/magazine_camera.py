"""Copies that came back, read by the camera of a phone: one look at the code, one tap on what the postman wrote."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from crm.foundation import codes_seen
from crm.magazine import returning, words
from crm.magazine.errors import CopyMissing, NumberUnknown
from crm.magazine.model import ReturnReason
from crm.people import service as people
from crm.staff.model import Permission
from crm.web import security_headers
from crm.web.office import guard, shell
from crm.web.office.magazine_returns import noted
from crm.web.words import N_

blueprint = Blueprint("magazine_camera", __name__, url_prefix="/office/magazine")

LATELY = 5


@blueprint.before_request
def _let_a_picture_through() -> None:
    if request.endpoint == "magazine_camera.look":
        request.max_content_length = codes_seen.MOST_DOTS + 64 * 1024


@guard.page(blueprint, "/returns/camera", permission=Permission.MAGAZINE_SERVE)
def index() -> ResponseReturnValue:
    """The picture of the camera, the field where its code appears, and the reasons."""
    return _page({"reason": request.args.get("reason", "")})


@guard.page(blueprint, "/returns/camera", permission=Permission.MAGAZINE_SERVE, methods=("POST",))
def record() -> ResponseReturnValue:
    """One copy: the code that was seen or typed, and what the postman wrote."""
    typed = {name: request.form.get(name, "").strip()[:60] for name in ("code", "reason")}
    if typed["reason"] not in set(ReturnReason):
        return _page(typed, {"reason": shell.say(N_("Choisissez ce qui est écrit sur l’exemplaire."))}, status=422)
    try:
        message = noted(typed["code"], ReturnReason(typed["reason"]))
    except NumberUnknown:
        return _page(typed, {"code": shell.say(N_("Personne ne porte ce numéro : relisez-le."))}, status=422)
    except CopyMissing:
        said = N_("Cette personne n’a pas eu d’exemplaire de ce numéro.")
        return _page(typed, {"code": shell.say(said)}, status=422)
    return shell.back(url_for("magazine_camera.index", reason=typed["reason"]), message)


@guard.page(blueprint, "/returns/photo", permission=Permission.MAGAZINE_SERVE, methods=("POST",))
def look() -> ResponseReturnValue:
    """The code in a picture, for a browser that cannot read codes itself; the picture is not kept."""
    sent = request.files.get("dots")
    size = {name: request.form.get(name, 0, type=int) for name in ("width", "height")}
    dots = sent.stream.read(codes_seen.MOST_DOTS + 1) if sent is not None else b""
    codes = [one for one in codes_seen.seen(dots, **size) if returning.read_code(one)[1]]
    return jsonify({"code": codes[0][:60] if codes else ""})


def _page(typed: Mapping[str, str], errors: Mapping[str, str] | None = None, *, status: int = 200) -> Response:
    with shell.assembly().database.reading() as session:
        latest = returning.latest(session, size=LATELY)
        known = people.people(session, {one.person_id for one in latest})
    answer = shell.show(
        "office/magazine/camera.html",
        status=status,
        typed=typed,
        errors=errors or {},
        latest=latest,
        known=known,
        reasons=[(one.value, shell.say(word)) for one, word in words.RETURNS.items()],
        words=words,
    )
    return security_headers.with_camera(answer)
