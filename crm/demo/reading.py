"""The demonstration's magazine: a year of issues, who reads it and how, what came back, who still waits."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import policies
from crm.consent.model import MAGAZINE, Channel, LegalBasis
from crm.consent.policy import Need, NewPolicy, Population
from crm.magazine import freezing, printing, returning
from crm.magazine import service as magazine
from crm.magazine.errors import NobodyToMail
from crm.magazine.model import Basis, Format, Issue, NewIssue, Publication, ReturnReason, Subscription
from crm.people import contacts
from crm.people import service as people
from crm.people.model import Person
from crm.privacy.rules import months_later
from crm.staff import service as staff
from crm.values.calendar import brussels_day, instant_of
from crm.values.identifiers import AccountId
from crm.values.postal_address import PostalAddress

SEED = 2013
FIRST = 120
TITLES = ("Ce que nous avons gagné", "Apprendre à dire non", "Les mères de la place", "Un été sans papiers", "Bougies")
REASONS = (ReturnReason.UNKNOWN, ReturnReason.GONE, ReturnReason.BAD_BOX, ReturnReason.UNCLAIMED, ReturnReason.REFUSED)


def let_them_read(assembly: Assembly, now: datetime) -> None:
    """Once: a house that has a magazine is left alone."""
    with assembly.database.transaction() as session:
        if magazine.publication(session) is not None:
            return
        chance = random.Random(SEED)  # noqa: S311 - made-up readers, not secrets
        accounts = [account.id for account in staff.accounts(session)]
        _describe(session, accounts, now)
        several = [one for one in people.page(session, size=400).people if not one.is_deceased]
        _subscribe(session, several, chance, at=now, by=accounts[0])
        _leave_something_to_mend(session, assembly, several, at=now)
        for issue in _plan(session, brussels_day(now)):
            at = instant_of(issue.plan.file_due_on - timedelta(days=2), time(10))
            if at < now:
                _print(session, assembly, issue, chance, at=at, now=now, by=accounts[0])


def _describe(session: Session, accounts: list[AccountId], now: datetime) -> None:
    magazine.describe(
        session,
        Publication(
            name="Le Fil",
            approval_number="P000000",
            deposit_office="Bruxelles X",
            printer="Imprimerie de démonstration",
            customer_number="00000000",
            account_number="00000000",
        ),
    )
    new = NewPolicy(
        purpose=MAGAZINE,
        channel=Channel.POST,
        population=Population.EVERYBODY,
        need=Need.NO_OBJECTION,
        legal_basis=LegalBasis.LEGITIMATE_INTEREST,
        valid_from_on=date(2024, 1, 1),
        reason="Le magazine vient avec l’adhésion ou le don régulier ; chacun·e peut s’y opposer.",
    )
    proposed = policies.propose(session, new, by=accounts[0], at=now)
    policies.decide(session, proposed.id, approve=True, by=accounts[-1], at=now)


def _subscribe(session: Session, several: list[Person], chance: random.Random, *, at: datetime, by: AccountId) -> None:
    pause = brussels_day(at)
    special: dict[int, dict[str, Any]] = {
        0: {"basis": Basis.STAFF},
        1: {"basis": Basis.EXCHANGE, "copies": 2},
        2: {"basis": Basis.ARCHIVE},
        3: {"format": Format.PDF},
        4: {"format": Format.PDF},
        5: {"format": Format.BOTH},
        6: {"paused_from_on": pause, "paused_until_on": months_later(pause, 6)},
        7: {"from_number": FIRST + 2},
        8: {"until_number": FIRST + 2},
        9: {"by_hand": True},
    }
    for number, person in enumerate(chance.sample(several, min(90, len(several)))):
        basis = chance.choice((Basis.COMPLIMENTARY, Basis.PAID, Basis.PAID))
        said = replace(Subscription(person_id=person.id, basis=basis), **special.get(number % 15, {}))
        magazine.subscribe(session, said, by=by, at=at)


def _leave_something_to_mend(session: Session, assembly: Assembly, several: list[Person], *, at: datetime) -> None:
    """Addresses that look doubtful, two surnames at one letter box, a letter that print houses lack."""
    shared = PostalAddress(street="Rue de la Concorde", number="12", postcode="1050", locality="Ixelles")
    homes = (
        shared,
        shared,
        replace(shared, street="Chaussée de Wavre", number="", locality="Etterbeek", postcode="1040"),
        replace(shared, street="Rue Haute", number="8", box="RdC gauche", postcode="4000", locality="Namur"),
        replace(shared, street="Ulica Łąkowa", number="3", postcode="90-562", locality="Łódź", country="PL"),
    )
    apart = {one.last_name: one for one in several if one.last_name}
    for person, home in zip(apart.values(), homes, strict=False):
        contacts.move(session, assembly.addresses, home, person_id=person.id, at=at)
        magazine.subscribe(session, Subscription(person_id=person.id, basis=Basis.PAID), by=None, at=at)


def _plan(session: Session, today: date) -> list[Issue]:
    """Four issues behind us, one being prepared, one ahead, three months apart."""
    coming = today + timedelta(days=18)
    made = []
    for place, title in enumerate((*TITLES, "")):
        drop = months_later(coming, 3 * (place - len(TITLES) + 1))
        plan = NewIssue(
            number=FIRST + place,
            title=title,
            cover_on=drop.replace(day=1),
            file_due_on=drop - timedelta(days=10),
            drop_on=drop,
            home_on=drop + timedelta(days=3),
            copy_cents=62 + place,
            postage_cents=48 + place // 2,
            postage_abroad_cents=310,
            pdf_url="" if place == len(TITLES) else "https://le-fil.test/numero.pdf",
        )
        made.append(magazine.add_issue(session, plan))
    return made


def _print(
    session: Session,
    assembly: Assembly,
    issue: Issue,
    chance: random.Random,
    *,
    at: datetime,
    now: datetime,
    by: AccountId,
) -> None:
    try:
        run = freezing.freeze(session, issue.id, by=by, at=at)
    except NobodyToMail:
        return
    copies = list(printing.copies(session, run.id))
    back_at = min(now, instant_of(issue.plan.home_on, time(9)) + timedelta(days=9))
    for copy in chance.sample(copies, min(len(copies), chance.randrange(2, 6))):
        reason = chance.choice(REASONS)
        returning.record(session, assembly.sealer, copy.person_id, issue.id, reason, by=by, at=back_at)
    for copy in chance.sample(copies, min(len(copies), 2)):
        returning.claim(session, copy.person_id, issue.id, note="Rien dans la boîte.", by=by, at=back_at)
    if issue.number < FIRST + len(TITLES) - 2:
        try:
            freezing.again(session, issue.id, by=by, at=back_at)
        except NobodyToMail:
            return
