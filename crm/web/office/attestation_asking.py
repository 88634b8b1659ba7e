"""Whose number is missing for a year's attestations: asked by mail, by letter, by telephone, each time written down."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.attestations import asking, number_letters
from crm.attestations.model import AskWay, FiscalKind, Wanted
from crm.attestations.number_letters import NumberLetter
from crm.care import service as care
from crm.foundation import documents
from crm.foundation.database import hold
from crm.people import contacts
from crm.people import service as people
from crm.people.model import Person
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId
from crm.vault import service as vault
from crm.vault.model import Way
from crm.web.office import charts, guard, shell
from crm.web.office.attestations import known_year
from crm.web.office.supporter_proof import download
from crm.web.words import N_
from mailing.correspondence import tax_numbers

blueprint = Blueprint("attestation_asking", __name__, url_prefix="/office/gifts/attestations/<int:year>/numbers")

SOME = 300
"""So many people one press of a button asks; the next come with the next."""
WAYS = {
    AskWay.MAIL: N_("À demander par mail"),
    AskWay.LETTER: N_("À demander par lettre"),
    AskWay.PHONE: N_("À demander par téléphone"),
    AskWay.WAITING: N_("Demandé il y a moins d’un mois"),
    AskWay.EXHAUSTED: N_("Tout a été essayé, ou rien ne mène à la personne"),
}
SENT = (N_("Un mail va partir."), N_("%(n)s mails vont partir."))
TASKED = (N_("Une tâche est créée."), N_("%(n)s tâches sont créées."))
TASK = N_("Demander le numéro national pour l’attestation de %(year)s")


@guard.page(blueprint, "", permission=Permission.NATIONAL_NUMBER_WRITE)
def index(year: int) -> ResponseReturnValue:
    """Who is missing, by what to do next; and how many have answered, over time."""
    known_year(year)
    with shell.assembly().database.reading() as session:
        missing = asking.wanted(session, year, at=shell.now())
        piles = [(way, WAYS[way], len(pile), pile[:SOME]) for way, pile in asking.by_way(missing).items()]
        known = people.people(session, {one.person_id for *_, pile in piles for one in pile})
        donors, days = asking.given(session, year)
    return shell.show(
        "office/gifts/attestation_numbers.html",
        year=year,
        piles=piles,
        known=known,
        some=SOME,
        missing=len(missing),
        cents=sum(one.cents for one in missing),
        donors=donors,
        given=len(days),
        chart=_chart(year, days, brussels_day(shell.now())),
    )


def month_ends(year: int, days: Sequence[date], today: date) -> list[date]:
    """The day after each month of a chart: from the year's first to the February after it, no further than today's.

    Further, where the last of the sorted `days` came later still.
    """
    late = [(day.year - year) * 12 + day.month for day in days[-1:]]
    firsts = [date(year + month // 12, month % 12 + 1, 1) for month in range(1, max([14, *late]) + 1)]
    ends = [day for day in firsts if day <= today] or firsts[:1]
    return firsts[: len(ends) + 1] if ends[-1] <= today else ends


def _chart(year: int, days: Sequence[date], today: date) -> charts.Chart:
    """How many had given their number by the end of each month."""
    ends = month_ends(year, days, today)
    points = [
        charts.Point(label=shell.day(end - timedelta(days=1), "MMM"), value=bisect_left(days, end)) for end in ends
    ]
    return charts.line(
        shell.say(N_("Qui a donné son numéro, mois après mois")),
        points,
        head=(shell.say(N_("Fin de mois")), shell.say(N_("Numéros"))),
        show=shell.number,
    )


@guard.page(blueprint, "/mails", permission=Permission.NATIONAL_NUMBER_WRITE, methods=("POST",))
def mail(year: int) -> ResponseReturnValue:
    """Owes the first of them a mail each, with a link that serves once."""
    known_year(year)
    made, now = shell.assembly(), shell.now()
    with made.database.transaction() as session:
        several = [person for _, person in _next(session, year, AskWay.MAIL)]
        requests = _note(session, several, Way.MAIL)
        sent = tax_numbers.send(session, made.desk, [(one, requests[one.id]) for one in several], year=year, at=now)
    return shell.back(_here(year), shell.say_count(*SENT, sent))


@guard.page(blueprint, "/letters", permission=Permission.NATIONAL_NUMBER_WRITE, methods=("POST",))
def letters(year: int) -> ResponseReturnValue:
    """The letters of the first of them as one file to be printed; each counts as asked from now on."""
    known_year(year)
    made, today = shell.assembly(), brussels_day(shell.now())
    with made.database.transaction() as session:
        several = _next(session, year, AskWay.LETTER)
        lines = contacts.letter_lines_on(session, {person.id: person for _, person in several}, today)
        several = [(one, person) for one, person in several if person.id in lines]
        requests = _note(session, [person for _, person in several], Way.LETTER)
        found = [
            NumberLetter(
                person=person,
                lines=lines[person.id],
                link=tax_numbers.link_to(made.desk, requests[person.id]),
                is_enterprise=one.kind is FiscalKind.ENTERPRISE,
            )
            for one, person in several
        ]
    if not found:
        return shell.back(_here(year), shell.say(N_("Aucune lettre n’attend.")), kind="note")
    page = number_letters.facts(found, made.settings.organisation, year=year, language=shell.language(), on=today)
    made_pdf = documents.pdf(number_letters.TEMPLATE, page, at=shell.now())
    return download(made_pdf, f"demandes-{today:%Y-%m-%d}.pdf", "application/pdf")


@guard.page(blueprint, "/calls", permission=Permission.NATIONAL_NUMBER_WRITE, methods=("POST",))
def calls(year: int) -> ResponseReturnValue:
    """A task for each call: whoever has it asks, and notes the number on the person's page."""
    known_year(year)
    by, now = guard.signed_in().account.id, shell.now()
    with shell.assembly().database.transaction() as session:
        several = [person for _, person in _next(session, year, AskWay.PHONE)]
        _note(session, several, Way.PHONE)
        for person in several:
            title = shell.say(TASK, year=year)
            care.add_task(session, title=title, by=by, at=now, due_on=brussels_day(now), person_id=person.id)
    return shell.back(_here(year), shell.say_count(*TASKED, len(several)))


def _next(session: Session, year: int, way: AskWay) -> list[tuple[Wanted, Person]]:
    hold(session, f"asking for numbers {year}")
    pile = asking.by_way(asking.wanted(session, year, at=shell.now()))[way][:SOME]
    known = people.people(session, {one.person_id for one in pile})
    return [(one, known[one.person_id]) for one in pile]


def _note(session: Session, several: list[Person], way: Way) -> dict[PersonId, int]:
    by, ids = guard.signed_in().account.id, [person.id for person in several]
    if not ids:
        return {}
    return vault.ask_many(session, shell.assembly().sealer, ids, way=way, at=shell.now(), by=by)


def _here(year: int) -> str:
    return url_for("attestation_asking.index", year=year)
