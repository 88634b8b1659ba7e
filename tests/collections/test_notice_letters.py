"""Pre-notification by post: the approved words, each in the language of whom it goes to, one a page."""

from __future__ import annotations

from datetime import date

from crm.assembly import Assembly
from crm.collections import notice_letters
from crm.collections.announcing import Notice
from crm.foundation import documents
from crm.people import service as people
from crm.people.model import NewPerson
from crm.values.identifiers import PlanId
from crm.values.languages import Language
from tests.approved_files import check_approved
from tests.collections.conftest import CREDITOR
from tests.conftest import NOW
from tests.donations.test_thanks import HOME


def test_notices_are_the_approved_ones_each_in_its_language(assembly: Assembly) -> None:
    found = []
    with assembly.database.transaction() as session:
        for number, language in enumerate(Language, start=1):
            new = NewPerson(language=language, first_name="Zoé", last_name=f"Nom-{language.value}")
            person = people.add(session, assembly.addresses, new, at=NOW)
            notice = Notice(
                plan_id=PlanId(number), person_id=person.id, cents=123_450, every_months=(1, 3, 12, 2)[number - 1],
                due_on=date(2027, 1, 31), reference=f"PV-00000{number}", tail="6769", creditor=CREDITOR.creditor_id,
            )  # fmt: skip
            found.append((notice, person, HOME))
    page = notice_letters.facts(found, assembly.settings.organisation, language=Language.FR, on=NOW.date())
    told = "\n\n".join(
        "\n".join([*one["address"], one["day"], one["greeting"], *one["paragraphs"], one["signed"]])
        for one in page["letters"]
    )
    check_approved("letters/notices.txt", told + "\n")
    made = documents.pdf("letters", page, at=NOW)
    assert (made == documents.pdf("letters", page, at=NOW), made[:5]) == (True, b"%PDF-")
    assert b"/StructTreeRoot" in made
