"""Notices of collections by letter: one merged PDF for those without a mailbox, and that they have left."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from crm.assembly import collecting_office
from crm.collections import announcing, notice_letters
from crm.foundation import documents
from crm.plans.model import Channel
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.web.office import guard, print_runs, shell
from crm.web.office.noting import note
from crm.web.office.supporter_proof import download
from crm.web.words import N_

blueprint = Blueprint("sepa_notices", __name__, url_prefix="/office/sepa")

TOLD = N_("%(n)s annonce est notée."), N_("%(n)s annonces sont notées.")


@guard.page(blueprint, "/notices", permission=Permission.BANKING_ACT, methods=("POST",))
def letters() -> ResponseReturnValue:
    """The letters, one a page, each in its language."""
    made, today = shell.assembly(), brussels_day(shell.now())
    with made.database.transaction() as session:
        found = announcing.by_letter(session, collecting_office(made), today)
        facts = {"letters": len(found), "plans": [int(notice.plan_id) for notice, _, _ in found]}
        note(session, "sepa.notices", None, facts, subject="sepa-batch")
    if not found:
        return shell.back(url_for("sepa.index"), shell.say(N_("Aucune lettre n’attend.")), kind="note")
    page = notice_letters.facts(found, made.settings.organisation, language=shell.language(), on=today)
    return download(documents.pdf("letters", page, at=shell.now()), f"annonces-{today:%Y-%m-%d}.pdf", "application/pdf")


@guard.page(blueprint, "/noticed", permission=Permission.BANKING_ACT, methods=("POST",))
def done() -> ResponseReturnValue:
    """The letters that were printed have left today; whoever came since waits for the next."""
    made, today = shell.assembly(), brussels_day(shell.now())
    with made.database.transaction() as session:
        printed = print_runs.last(session, "sepa.notices", "plans")
        found = announcing.by_letter(session, collecting_office(made), today)
        left = [notice for notice, _, _ in found if notice.plan_id in printed]
        told = announcing.note(session, left, Channel.LETTER, today)
        note(session, "sepa.noticed", None, {"letters": told}, subject="sepa-batch")
    return shell.back(url_for("sepa.index"), shell.say_count(*TOLD, told))
