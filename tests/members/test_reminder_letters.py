"""Reminders of fees by post: the approved words in each language, one a page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from crm.assembly import Assembly
from crm.foundation import documents
from crm.members import reminder_letters
from crm.members.model import Due
from crm.people import service as people
from crm.people.model import NewPerson
from crm.values.identifiers import MembershipId
from crm.values.languages import Language
from tests.approved_files import check_approved
from tests.conftest import NOW
from tests.donations.test_thanks import HOME
from tests.members.conftest import TODAY


def test_reminders_are_the_approved_ones_each_in_its_language(assembly: Assembly) -> None:
    found = []
    with assembly.database.transaction() as session:
        for number, language in enumerate(Language, start=1):
            new = NewPerson(language=language, first_name="Zoé", last_name=f"Nom-{language.value}")
            person = people.add(session, assembly.addresses, new, at=NOW)
            due = Due(
                membership_id=MembershipId(number), person_id=person.id, until_on=date(2027, 3, 12),
                fee_cents=2500 if number > 1 else 0, is_in_vain=False,
            )  # fmt: skip
            person = replace(person, member_number=f"A{number}")
            found.append(reminder_letters.Letter(due=due, person=person, address=HOME))
    page = reminder_letters.facts(
        found, assembly.settings.organisation, account="BE71096123456769", language=Language.FR, on=TODAY
    )
    told = "\n\n".join(
        "\n".join([*one["address"], one["day"], one["subject"], one["greeting"], *one["paragraphs"], one["signed"]])
        for one in page["letters"]
    )
    check_approved("letters/reminders.txt", told + "\n")
    made = documents.pdf("letters", page, at=NOW)
    assert (made == documents.pdf("letters", page, at=NOW), made[:5]) == (True, b"%PDF-")
