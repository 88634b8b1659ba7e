"""Reminders of fees by post: reminded is who was printed and left, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crm.assembly import Assembly
from crm.members import reminder_letters, reminding, service
from crm.people import contacts
from crm.people.model import Usage
from crm.staff.model import Role
from tests.conftest import NOW
from tests.donations.test_thanks import HOME
from tests.members.conftest import donor, pay_fee
from tests.members.test_members import LAST_YEAR
from tests.web.conftest import Browser
from tests.web.supporters import words_of

HERE = "/office/members"


def test_who_was_printed_and_left_is_reminded_and_nobody_else(
    assembly: Assembly, browser: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    with assembly.database.transaction() as session:
        ann, bo, homeless = (donor(session, assembly, name) for name in ("Alpha", "Beta", "Gamma"))
        for who in (ann, homeless):
            pay_fee(session, assembly, who, on=LAST_YEAR)
        service.catch_up(session, at=NOW)
        contacts.add_address(session, assembly.addresses, HOME, person_id=ann, at=NOW)
        sea, stay = replace(HOME, street="Digue de mer"), ("11-01", "12-31")
        contacts.add_address(session, assembly.addresses, sea, person_id=ann, at=NOW, usage=Usage.HOLIDAY, season=stay)
    letters, as_it_was = list[reminder_letters.Letter](), reminder_letters.facts

    def facts(found: list[reminder_letters.Letter], *args: Any, **kwargs: Any) -> Any:
        letters.extend(found)
        return as_it_was(found, *args, **kwargs)

    monkeypatch.setattr(reminder_letters, "facts", facts)
    finance = browser(Role.FINANCE)
    assert "2 personnes sans e-mail" in words_of(finance.get(HERE).text)
    assert finance.post(f"{HERE}/reminders/done").status_code == 303  # nothing was printed
    printed = finance.post(f"{HERE}/reminders")
    assert (printed.content_type, printed.data[:5]) == ("application/pdf", b"%PDF-")
    assert [one.address.street for one in letters] == ["Digue de mer"]  # that of the season
    with assembly.database.transaction() as session:  # came since: waits for the next
        pay_fee(session, assembly, bo, on=LAST_YEAR)
        service.catch_up(session, at=NOW)
        contacts.add_address(session, assembly.addresses, HOME, person_id=bo, at=NOW)
    assert finance.post(f"{HERE}/reminders/done").status_code == 303
    with assembly.database.reading() as session:
        assert {one.person_id for one in reminding.due(session, at=NOW, size=9)} == {bo, homeless}
    assert browser(Role.EDITOR).post(f"{HERE}/reminders").status_code == 403
