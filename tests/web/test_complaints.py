"""Complaints that wait, at the care desk: each can be reached, and the desk says whose data are frozen."""

from __future__ import annotations

import re
from collections.abc import Callable

from crm.assembly import Assembly
from crm.care import service as care
from crm.care.model import Direction, InteractionKind
from crm.consent import restrictions
from crm.people import service as people
from crm.people.model import NewPerson
from crm.staff.model import Role
from crm.values.languages import Language
from tests.conftest import NOW
from tests.web.conftest import Browser


def test_every_open_complaint_can_be_reached_and_the_desk_says_that_data_are_frozen(
    assembly: Assembly, browser: Callable[..., Browser]
) -> None:
    someone = browser(Role.CARE)
    with assembly.database.transaction() as session:
        marie = people.add(session, assembly.addresses, NewPerson(language=Language.FR, first_name="Marie"), at=NOW)
        for number in range(11):
            care.log(
                session, marie.id, kind=InteractionKind.CALL, direction=Direction.IN, summary=f"Plainte {number}.",
                is_complaint=True, by=None, at=NOW,
            )  # fmt: skip
        restrictions.restrict(session, marie.id, since_on=NOW.date(), reason="Conteste", by=None, at=NOW)
    first = someone.get("/office/care").text
    following = re.search(r'href="(/office/care\?after=\d+#complaints)"', first)
    assert following is not None
    further = someone.get(following[1]).text
    assert [("Plainte 9." in page, "Plainte 10." in page) for page in (first, further)] == [
        (True, False),
        (False, True),
    ]
    assert "Ses données sont gelées" in someone.get(f"/office/care/{marie.id}").text
