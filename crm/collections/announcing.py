"""Who is to be told what we shall ask of their bank, before we may: once for the terms of a plan, with its proof."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from crm.collections import creditors
from crm.collections.service import Office
from crm.people import contacts, differences
from crm.people import service as people
from crm.people.model import Person
from crm.people.rules import mailbox_on
from crm.plans import collecting
from crm.plans import service as plans
from crm.plans.model import Channel
from crm.values.identifiers import PersonId, PlanId
from crm.values.postal_address import PostalAddress

AHEAD = 16
"""So many days before the notice has to begin, somebody is told: time to print letters and to mend addresses."""
BLOCK = 500
MOST = 1_000
"""So many letters are printed at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """What somebody is told: how much, how often, from which day on, by which mandate and account (its end), and the
    identifier of who asks on that day.
    """

    plan_id: PlanId
    person_id: PersonId
    cents: int
    every_months: int
    due_on: date
    reference: str
    tail: str
    creditor: str
    is_in_vain: bool = False
    """A mail told them so already, and reached nobody."""


def due(
    session: Session, office: Office, on: date, *, after: int = 0
) -> tuple[list[tuple[Notice, Person]], int | None]:
    """Some of those who are to be told by now, in the order of their plans, and where to go on.

    The dead are let be, and whoever is said to have died, until somebody has decided whether it is so.
    """
    last_on = on + timedelta(days=office.notice_days + AHEAD)
    asked, following = collecting.untold(session, after=after, size=BLOCK, first_on=on, last_on=last_on)
    known = people.people(session, {one.plan.person_id for one in asked})
    who, silent = creditors.known(session, office.creditor), differences.said_dead(session, known)
    found = []
    for one in asked:
        person, first = known.get(one.plan.person_id), one.due[0]
        if person is None or person.is_deceased or person.id in silent or not one.has_account:
            continue
        notice = Notice(
            plan_id=one.plan.id, person_id=person.id, cents=first.cents, every_months=one.plan.terms.every_months,
            due_on=first.due_on, reference=one.mandate.reference, tail=one.mandate.tail, is_in_vain=one.is_in_vain,
            creditor=creditors.on(who, first.due_on).creditor_id,
        )  # fmt: skip
        found.append((notice, person))
    return found, following


def by_letter(session: Session, office: Office, on: date) -> list[tuple[Notice, Person, PostalAddress]]:
    """Those who are to be told by letter: no mailbox, or a mail that reached nobody, and an address of today."""
    found: list[tuple[Notice, Person, PostalAddress]] = []
    after: int | None = 0
    while after is not None and len(found) < MOST:
        several, after = due(session, office, on, after=after)
        written = [one for one in several if one[0].is_in_vain or mailbox_on(one[1], on) is None]
        homes = contacts.letter_homes_on(session, {person.id for _, person in written}, on)
        found += [(notice, person, homes[person.id]) for notice, person in written if person.id in homes]
    return found[:MOST]


def note(session: Session, notices: Iterable[Notice], channel: Channel, on: date) -> int:
    """They were told, on a day and by a way: it stays written with the terms. How many were told of something new."""
    several = list(notices)
    return sum(plans.announce(session, one.plan_id, channel=channel, on=on, until_on=one.due_on) > 0 for one in several)


def take_back(session: Session, mails: Iterable[tuple[PlanId, date]]) -> int:
    """Those mails reached nobody: whoever they told is to be told otherwise, and is not debited before; how many."""
    return collecting.told_in_vain(session, set(mails))
