"""The PDF edition of the magazine, by mail, to whoever chose to read it so: a mail that is owed, and owed once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from crm.consent import no_selects
from crm.consent.model import MAGAZINE
from crm.magazine import selects
from crm.magazine import service as magazine
from crm.magazine.errors import NoPdf
from crm.magazine.model import Issue
from crm.people import selects as people
from crm.values.calendar import brussels_day
from crm.values.languages import Language
from mailing.correspondence import letters
from mailing.correspondence.model import Desk
from mailing.delivery import service as delivery
from mailing.delivery.model import Mailing
from mailing.rendering import service as rendering
from mailing.rendering.model import LetterKind


def reader_count(session: Session, issue: Issue, *, at: datetime) -> int:
    """How many people would get it by mail now."""
    found = _readers(session, issue, at=at).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def mailing_of(session: Session, issue: Issue) -> Mailing | None:
    """The mails of an issue's PDF, once somebody sent it."""
    return delivery.find_mailing(session, code=_code(issue))


def send(session: Session, desk: Desk, issue: Issue, *, at: datetime) -> Mailing:
    """Owes the mail to each reader of the PDF, set-wise; whoever has it is owed no second one. Raises NoPdf.

    The link is the magazine's own, the same for everybody: it tells nobody who reads.
    """
    publication = magazine.publication(session)
    if publication is None or not issue.plan.pdf_url:
        raise NoPdf
    title = " · ".join(part for part in (f"{publication.name} {issue.number}", issue.plan.title) if part)
    facts = {"title": title, "link": issue.plan.pdf_url}
    rendered = {
        one: rendering.render_letter(LetterKind.ISSUE, one, desk.organisation, public_url=desk.public_url, facts=facts)
        for one in Language
    }
    return delivery.enqueue_letters(
        session,
        code=_code(issue),
        rendered=rendered,
        headers=letters.headers(desk),
        readers=_readers(session, issue, at=at),
        now=at,
    )


def _code(issue: Issue) -> str:
    return f"{LetterKind.ISSUE.value}-{issue.number}"


def _readers(session: Session, issue: Issue, *, at: datetime) -> Select[*tuple[Any, ...]]:
    """Their main mailbox that answers, else the oldest of the others; the columns that `enqueue_letters` wants.

    The mail is owed and asks for no yes, but whoever said no to the magazine by mail there is left alone.
    """
    day = brussels_day(at)
    rule = magazine.rule_of(session, issue).rule
    chosen = selects.pdf_readers(rule, issue.number, day).subquery("chosen")
    live = people.reachable(day, f"{day:%m-%d}").subquery("live")
    place = func.row_number().over(
        partition_by=live.c.person_id,
        order_by=(live.c.is_seasonal.desc(), live.c.is_primary.desc(), live.c.contact_point_id),
    )
    names = ("person_id", "contact_point_id", "address", "address_key", "language")
    ranked = (
        select(*(live.c[name] for name in names), place.label("place"))
        .join(chosen, chosen.c.person_id == live.c.person_id)
        .subquery("ranked")
    )
    nos = no_selects.mailboxes_saying_no(MAGAZINE, day).subquery("nos")
    no = select(nos.c.person_id).where(
        nos.c.person_id == ranked.c.person_id, nos.c.contact_point_id == ranked.c.contact_point_id
    )
    return select(*(ranked.c[name] for name in names)).where(ranked.c.place == 1, ~no.exists())
