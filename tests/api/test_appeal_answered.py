"""Somebody answers an appeal on the website: the gift it hands in counts in what came of the appeal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from tempfile import TemporaryFile
from typing import Any

from crm.donations import service as donations
from crm.donations.model import Wanted
from crm.fundraising import exporting, freezing, results, store
from crm.fundraising.model import FileForm, Kind, NewCell
from crm.partners.model import Scope
from crm.rooms import QUESTIONS
from crm.values.email_address import EmailAddress
from crm.values.structured_communication import StructuredCommunication
from tests.api.conftest import House, Program
from tests.conftest import NOW
from tests.fundraising.conftest import BY, TODAY, appeal, furnish, person, segment


def test_a_gift_handed_in_with_the_code_or_the_communication_of_a_letter_answers_for_it(
    house: House, program: Callable[..., Program]
) -> None:
    made_of = {name: f"{name.lower()}@exemple.be" for name in ("Peeters", "Maes", "Claes", "Dubois")}
    with house.assembly.database.transaction() as session:
        furnish(session)
        cell = NewCell(name="Tous", segment_id=segment(session, "Tous"))
        made = appeal(session, cell, one_a_household=False, planned_on=TODAY, kind=Kind.GENERAL)
        asked = {
            name: person(session, house.assembly, name, email=EmailAddress.parse(email))
            for name, email in made_of.items()
        }
        freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
        left_at = NOW + timedelta(minutes=1)
        file = exporting.ask(session, made.id, FileForm.LIST, recipient="Imprimerie", by=BY, at=left_at)
        with TemporaryFile() as on_disk:
            manifest = exporting.write(session, made, on_disk, recipient=file.recipient, at=left_at)
        exporting.note(session, made.id, file.id, manifest, by=BY, at=left_at)
        rows = {name: store.recipient(session, made.id, who) for name, who in asked.items()}
        said = {name: (row.source_code, row.digits) for name, row in rows.items() if row is not None}
    house.now = NOW + timedelta(days=2)
    site = program(Scope.GIFTS)
    told = {
        "Peeters": said["Peeters"][0],
        "Maes": str(StructuredCommunication(said["Maes"][1])),
        "Claes": str(StructuredCommunication.of(77)),
    }
    for number, (name, code) in enumerate(told.items()):
        body: dict[str, Any] = {
            "person": {"email": made_of[name], "first_name": "Ana", "last_name": name},
            "cents": 4000 + number, "given_on": house.now.date().isoformat(), "source_code": code,
            "payment": {"provider": "site", "reference": f"p-{number}", "method": "online"},
        }  # fmt: skip
        assert [site.post("/gifts", body, key=f"k{number}-{n}").status_code for n in range(2)] == [201, 201]
    with house.assembly.database.reading() as session:
        whose = {gift.person_id: gift.source_code for gift in donations.page(session, Wanted())}
        [found] = results.of(session, made, on=house.now.date()).answered
    codes = {asked[name]: said[name][0] for name in ("Peeters", "Maes")}
    assert whose == {**codes, asked["Claes"]: ""}
    assert (found.mailed, found.people, found.gifts, found.cents) == (4, 2, 2, 4000 + 4001)
