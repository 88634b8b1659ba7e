"""The switch of all sending: anybody may stop it, with a reason; an administrator lets it go on."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.audit import service as audit
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.web.office import guard, shell
from crm.web.words import N_
from mailing.delivery import service as delivery

blueprint = Blueprint("sending_switch", __name__, url_prefix="/office/sending")

LONGEST_REASON = 500


@guard.page(blueprint, "", permission=Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    """How it stands, and the form that changes it."""
    return _page()


@guard.page(blueprint, "/stop", permission=Permission.SENDING_STOP, methods=("POST",))
def stop() -> ResponseReturnValue:
    """Nothing leaves any more, within two seconds."""
    reason = " ".join(request.form.get("reason", "").split())[:LONGEST_REASON]
    if not reason:
        return _page(error=shell.say(N_("Dites en quelques mots pourquoi : vos collègues le liront.")), status=422)
    _turn(is_open=False, reason=reason)
    return shell.back(
        url_for("sending_switch.index"),
        shell.say(N_("Tous les envois sont arrêtés. Rien n’est perdu : les mails attendent.")),
    )


@guard.page(blueprint, "/resume", permission=Permission.SENDING_RESUME, methods=("POST",))
def resume() -> ResponseReturnValue:
    """Sending goes on."""
    _turn(is_open=True, reason="")
    return shell.back(url_for("sending_switch.index"), shell.say(N_("Les envois ont repris.")))


def _turn(*, is_open: bool, reason: str) -> None:
    now, by = shell.now(), guard.signed_in().account.id
    with shell.assembly().database.transaction() as session:
        delivery.set_switch(session, is_open=is_open, reason=reason, by=by, now=now)
        audit.record(
            session,
            shell.assembly().sealer,
            at=now,
            account_id=by,
            action="sending.resume" if is_open else "sending.stop",
            subject="sending",
        )


def _page(*, error: str = "", status: int = 200) -> Response:
    with shell.assembly().database.reading() as session:
        switch = delivery.switch(session)
        by = staff.account(session, switch.changed_by).name if switch.changed_by is not None else ""
        waiting = sum(s.report.waiting + s.report.deferred for s in delivery.mailings(session, limit=20))
    return shell.show(
        "office/sending_switch.html",
        status=status,
        switch=switch,
        by=by,
        waiting=waiting,
        errors={"reason": error} if error else {},
    )
