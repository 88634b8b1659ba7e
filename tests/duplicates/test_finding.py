"""Looking for duplicates walks what people share: it costs in proportion to them, and a newcomer next to nothing."""

from __future__ import annotations

from functools import partial

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.duplicates import finding
from crm.duplicates import service as duplicates
from crm.people import keys
from crm.people.model import ContactKind, Deliverability, PersonKind, Title
from crm.people.tables import ContactPointRow, PersonRow
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from tests.conftest import NOW
from tests.rows_read import effort, statements

FEW, MANY = range(1, 301), range(301, 1_201)


def _arrive(session: Session, numbers: range) -> None:
    """So many people; every third has the mailbox of the one before, and a hundred share the telephone of a school."""
    people = [
        {
            "id": n, "kind": PersonKind.INDIVIDUAL, "first_name": f"Anne{n - (n % 3 == 0)}", "last_name": "Dupont",
            "title": Title.NONE, "language": Language.FR, "created_at": NOW,
        }
        for n in numbers
    ]  # fmt: skip
    session.execute(insert(PersonRow), people)
    points = [
        {
            "person_id": n, "kind": kind, "value": key, "address_key": "1:" + key * 8, "is_primary": True,
            "deliverability": Deliverability.LIVE, "failures": 0, "created_at": NOW,
        }
        for n in numbers
        for kind, key in ((ContactKind.EMAIL, f"{n - (n % 3 == 0):08x}"), (ContactKind.PHONE, "f" * 8))
        if kind is ContactKind.EMAIL or n <= 100
    ]  # fmt: skip
    session.execute(insert(ContactPointRow), points)
    keys.refresh(session, numbers)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE"))


def test_it_costs_in_proportion_to_people_and_a_newcomer_costs_the_same_among_any_number(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        counts, costs, asked = [], [], []
        for numbers in (FEW, MANY):
            _arrive(session, numbers)
            counts.append(finding.among_everybody(session)[:2])
            newcomer = partial(duplicates.compare, session, [PersonId(numbers[-1])], at=NOW)
            assert newcomer().compared == 1
            asked.append(len(statements(session, newcomer)))
            costs.append(effort(session, partial(finding.around, session, [numbers[-1]])))
        assert counts == [(300, 100), (1_200, 400)], "pairs that were looked at: those who share something, once each"
        assert asked[0] == asked[1] <= 12
        assert costs[1] <= 2 * costs[0] + 20, "the keys are walked in an index"
