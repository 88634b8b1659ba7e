"""A magazine with an issue ahead, a policy that lets it go to members, and readers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import policies
from crm.consent.model import MAGAZINE, Channel, LegalBasis
from crm.consent.policy import Need, NewPolicy, Population
from crm.magazine import service
from crm.magazine.model import Basis, Issue, NewIssue, Publication, Subscription
from crm.people import service as people
from crm.people.model import NewPerson
from crm.values.identifiers import AccountId, PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW

TODAY = NOW.date()
HOME = PostalAddress(street="Rue de la Loi", number="16", box="3", postcode="1000", locality="Bruxelles", country="BE")
PLAN = NewIssue(
    number=124,
    title="Les voix du lac",
    cover_on=date(2026, 12, 1),
    file_due_on=date(2026, 12, 4),
    drop_on=date(2026, 12, 14),
    home_on=date(2026, 12, 17),
    copy_cents=62,
    postage_cents=48,
    postage_abroad_cents=310,
    pdf_url="https://www.exemple.test/le-fil-124.pdf",
)
LE_FIL = Publication(
    name="Le Fil",
    approval_number="P901135",
    deposit_office="Bruxelles X",
    customer_number="00012345",
    account_number="00067890",
    printer="Imprimerie de la Senne",
)
_NUMBERS = count(1)

Reader = Callable[..., PersonId]


@pytest.fixture
def house(assembly: Assembly) -> Assembly:
    """The assembly of a house with a magazine, which goes to whoever has not objected."""
    with assembly.database.transaction() as session:
        furnish(session)
    return assembly


def furnish(session: Session) -> Issue:
    """Describes the magazine, plans an issue, and decides the policy."""
    service.describe(session, LE_FIL)
    new = NewPolicy(
        purpose=MAGAZINE,
        channel=Channel.POST,
        population=Population.EVERYBODY,
        need=Need.NO_OBJECTION,
        legal_basis=LegalBasis.LEGITIMATE_INTEREST,
        valid_from_on=date(2020, 1, 1),
        reason="Le magazine vient avec l’adhésion.",
    )
    proposed = policies.propose(session, new, by=AccountId(7), at=NOW)
    policies.decide(session, proposed.id, approve=True, by=AccountId(8), at=NOW)
    return service.add_issue(session, PLAN)


@pytest.fixture
def reader(house: Assembly) -> Reader:
    """Somebody who gets the magazine as an offered subscription, unless told otherwise; `said` changes it."""

    def add(session: Session, *, address: PostalAddress | None = HOME, said: Any = None, **facts: Any) -> PersonId:
        known = {"language": Language.FR, "first_name": "Marie", "last_name": f"Dupont {next(_NUMBERS)}"}
        new = NewPerson(**{**known, **facts}, address=address)
        person_id = people.add(session, house.addresses, new, at=NOW).id
        wanted = Subscription(person_id=person_id, basis=Basis.COMPLIMENTARY)
        service.subscribe(session, replace(wanted, **(said or {})), by=None, at=NOW)
        return person_id

    return add
