"""What somebody sees of their gifts in their own space, and takes along."""

from __future__ import annotations

from datetime import timedelta

from crm.assembly import Assembly
from crm.contracts.own_space import OwnLook
from crm.donations import own_space, service
from crm.donations.model import EntryKind
from crm.values.languages import Language
from tests.conftest import NOW
from tests.donations.conftest import TODAY, Give, donor, paid


def test_one_sees_what_one_gave_and_what_of_it_stayed(assembly: Assembly, give: Give) -> None:
    (gifts,) = own_space.SOURCES
    last_year = TODAY - timedelta(days=365)
    with assembly.database.transaction() as session:
        person = donor(session, assembly)
        look = OwnLook(person_id=person, language=Language.FR, now=NOW)
        assert gifts.part(session, look) is None
        give(session, 2500, person, given_on=last_year, movement=paid(booked_on=last_year))
        back = give(session, 4000, person)
        service.take_back(session, assembly.sealer, back.id, EntryKind.REFUND, paid(), cents=1000, at=NOW)
        give(session, 7700, person, is_test=True)
        give(session, 9900)
        part = gifts.part(session, look)
        file = gifts.file(session, look)
        later = gifts.part(session, OwnLook(person_id=person, language=Language.FR, now=NOW + timedelta(days=100)))
    assert later is not None
    assert later.text.replace("\u00a0", " ") == "55,00 € en tout. Merci."
    assert part is not None
    assert part.text.replace("\u00a0", " ").replace("\u202f", " ") == "55,00 € en tout, dont 30,00 € en 2026. Merci."
    plain = [(one.text.replace("\u00a0", " "), one.note.replace("\u00a0", " ")) for one in part.lines]
    assert plain == [
        ("23 novembre 2026 · 40,00 €", "Don ponctuel · il en reste 30,00 €"),
        ("23 novembre 2025 · 25,00 €", "Don ponctuel"),
    ]
    assert [(one["given_on"], one["amount"], one["stays"]) for one in file["gifts"]] == [
        ("2026-11-23", "40.00", "30.00"),
        ("2025-11-23", "25.00", "25.00"),
    ]
