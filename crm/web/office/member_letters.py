"""Reminders of fees by letter: one merged PDF for those without a mailbox, and that they have left."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.assembly import collecting_office
from crm.collections import creditors
from crm.foundation import documents
from crm.members import reminder_letters, reminding
from crm.members.model import RemindWay
from crm.people import contacts
from crm.people import service as people
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.web.office import guard, members, print_runs, shell
from crm.web.office.noting import note
from crm.web.office.supporter_proof import download
from crm.web.words import N_

blueprint = Blueprint("member_letters", __name__, url_prefix="/office/members/reminders")

LEFT = N_("%(n)s rappel est noté comme parti."), N_("%(n)s rappels sont notés comme partis.")
HOMELESS = (
    N_("Personne de ces membres n’a d’adresse postale : complétez leur fiche, ou emportez la liste."),
    N_("Aucune lettre n’attend."),
)


@guard.page(blueprint, "", permission=Permission.MEMBERS_EDIT, methods=("POST",))
def print_letters() -> ResponseReturnValue:
    """The letters, one a page, each in its language; nobody counts as reminded before they have left."""
    made, today = shell.assembly(), brussels_day(shell.now())
    with made.database.transaction() as session:
        is_due, found = bool(members.by_letter(session)), _letters(session)
        several = [int(one.due.membership_id) for one in found]
        facts = {"letters": len(found), "memberships": several}
        note(session, "members.print-reminders", None, facts, subject="membership")
    if not found:
        return shell.back(url_for("members.index"), shell.say(HOMELESS[0] if is_due else HOMELESS[1]), kind="note")
    with made.database.reading() as session:
        ours = creditors.at_day(session, collecting_office(made).creditor, today)
    page = reminder_letters.facts(
        found, made.settings.organisation, account=ours.account, language=shell.language(), on=today
    )
    return download(documents.pdf("letters", page, at=shell.now()), f"rappels-{today:%Y-%m-%d}.pdf", "application/pdf")


@guard.page(blueprint, "/done", permission=Permission.MEMBERS_EDIT, methods=("POST",))
def done() -> ResponseReturnValue:
    """The letters that were printed have left today; whoever came since waits for the next."""
    with shell.assembly().database.transaction() as session:
        printed = print_runs.last(session, "members.print-reminders", "memberships")
        left = [one.due for one in _letters(session) if one.due.membership_id in printed]
        reminding.note(session, left, RemindWay.LETTER, at=shell.now())
        note(session, "members.reminded", None, {"letters": len(left)}, subject="membership")
    return shell.back(url_for("members.index"), shell.say_count(*LEFT, len(left)))


def _letters(session: Session) -> list[reminder_letters.Letter]:
    """Those who are to be reminded by post and have an address of today."""
    today, due = brussels_day(shell.now()), members.by_letter(session)
    known = people.people(session, {one.person_id for one in due})
    homes = contacts.letter_homes_on(session, {one.person_id for one in due}, today)
    return [
        reminder_letters.Letter(due=one, person=known[one.person_id], address=homes[one.person_id])
        for one in due
        if one.person_id in homes
    ]
