"""Papers handed over: let the mails go, print for the post, note what left, give somebody a second copy."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.assembly import press
from crm.attestations import handing, post_out
from crm.attestations import service as attestations
from crm.attestations.model import HandWay, Status
from crm.attestations.post_out import Posted
from crm.foundation import documents
from crm.people import contacts
from crm.people import service as people
from crm.staff.model import Permission
from crm.values.address_lines import lines
from crm.values.calendar import brussels_day
from crm.values.identifiers import AttestationId
from crm.web.office import guard, shell
from crm.web.office.attestations import known_year
from crm.web.office.noting import note
from crm.web.office.supporter_proof import download
from crm.web.words import N_

blueprint = Blueprint("attestation_handing", __name__, url_prefix="/office/gifts/attestations/<int:year>")

SOME = 500
"""Sheets of one print; the next follow once these are noted as posted."""
POSTED = (N_("Une attestation est notée comme postée."), N_("%(n)s attestations sont notées comme postées."))


@guard.page(blueprint, "/handing", permission=Permission.DONATIONS_READ)
def index(year: int) -> ResponseReturnValue:
    """How many hold theirs, and by which way the others get it."""
    known_year(year)
    now = shell.now()
    with shell.assembly().database.reading() as session:
        stranded = handing.stranded(session, year, at=now, size=SOME)
        return shell.show(
            "office/gifts/attestation_handing.html",
            year=year,
            piles=handing.piles(session, year, at=now),
            runs=[one for one in attestations.runs(session, year) if one.locked_at],
            due_on=attestations.rules_of(session, year).due_on,
            posted=_posted(session, year),
            stranded=stranded,
            known=people.people(session, {one.person_id for one in stranded}),
        )


@guard.page(blueprint, "/handing/begin", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def begin(year: int) -> ResponseReturnValue:
    """Lets the papers of every numbered run go: the clock makes them and writes to whoever has a mailbox."""
    known_year(year)
    made, by = shell.assembly(), guard.signed_in().account.id
    with made.database.transaction() as session:
        for run in attestations.runs(session, year):
            if run.locked_at and not run.handed_at:
                handing.begin(session, made.sealer, run.id, at=shell.now(), by=by)
    said = N_("L’horloge s’en charge : elle finit les documents et écrit à qui a une adresse e-mail.")
    return shell.back(_here(year), shell.say(said))


@guard.page(blueprint, "/handing/print", permission=Permission.NATIONAL_NUMBER_REVEAL, methods=("POST",), fresh=True)
def sheets(year: int) -> ResponseReturnValue:
    """The sheets to be posted, in post order, both sides; nothing counts as posted before it left."""
    known_year(year)
    made, today = shell.assembly(), brussels_day(shell.now())
    with made.database.transaction() as session:
        found = _posted(session, year)
        note(session, "attestations.printed", year, {"count": len(found)}, subject="attestations")
    if not found:
        return shell.back(_here(year), shell.say(N_("Rien n’attend d’être posté.")), kind="note")
    at_work = press(made)
    pages = {one.paper.id: at_work.said(one.paper.id).page for one in found}
    pictures, organisation = at_work.pictures(), made.settings.organisation
    facts = post_out.facts(found, pages, organisation, pictures=pictures, language=shell.language(), on=today)
    return download(documents.pdf(post_out.TEMPLATE, facts, at=shell.now()), f"a-poster-{year}.pdf", "application/pdf")


@guard.page(blueprint, "/handing/list", permission=Permission.NATIONAL_NUMBER_REVEAL, methods=("POST",), fresh=True)
def listed(year: int) -> ResponseReturnValue:
    """The mail house's list of the same sheets: addresses in post order, and no number."""
    known_year(year)
    with shell.assembly().database.transaction() as session:
        found = _posted(session, year)
        note(session, "attestations.listed", year, {"count": len(found)}, subject="attestations")
    content = "".join(post_out.listed(found)).encode()
    return download(content, f"a-poster-{year}.csv", "text/csv; charset=utf-8")


@guard.page(blueprint, "/handing/posted", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def posted(year: int) -> ResponseReturnValue:
    """The sheets that stood on the page have left."""
    known_year(year)
    shown = {AttestationId(number) for number in request.form.getlist("paper", type=int)}
    by = guard.signed_in().account.id
    with shell.assembly().database.transaction() as session:
        these = [one.paper.id for one in _posted(session, year) if one.paper.id in shown]
        handing.note(session, these, HandWay.POST, at=shell.now(), by=by)
        note(session, "attestations.posted", year, {"count": len(these)}, subject="attestations")
    return shell.back(_here(year), shell.say_count(*POSTED, len(these)))


@guard.page(
    blueprint, "/<int:number>/copy", permission=Permission.NATIONAL_NUMBER_REVEAL, methods=("POST",), fresh=True
)
def copy(year: int, number: int) -> Response:
    """A second copy, stamped as one, for a colleague to hand over."""
    made, now = shell.assembly(), shell.now()
    with made.database.reading() as session:
        valid = [one for one in attestations.versions(session, year, number) if one.status is Status.VALID]
    if not valid or valid[0].issued_at is None or not valid[0].is_kept:
        abort(404)
    content = press(made).copy(valid[0].id, at=now)
    with made.database.transaction() as session:
        by = guard.signed_in().account.id
        handing.note(session, [valid[0].id], HandWay.STAFF, at=now, by=by, is_copy=True)
        note(session, "attestation.copied", year, {"number": number}, subject="attestations")
    return download(content, f"duplicata-{year}.pdf", "application/pdf")


def _posted(session: Session, year: int) -> list[Posted]:
    now = shell.now()
    papers = handing.to_post(session, year, at=now)
    ids = {one.person_id for one in papers}
    known, homes = people.people(session, ids), contacts.letter_homes_on(session, ids, brussels_day(now))
    found = []
    for paper in papers:
        person, home = known[paper.person_id], homes.get(paper.person_id)
        if home is not None:
            on_envelope = lines(home, recipient=person.full_name, language=person.language)
            found.append(Posted(paper=paper, person=person, address=home, lines=on_envelope))
    return post_out.in_order(found)[:SOME]


def _here(year: int) -> str:
    return url_for("attestation_handing.index", year=year)
