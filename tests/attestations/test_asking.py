"""Asking for the number: who is asked how, what is tried is kept, a link serves once, a paper in one's own name."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.assembly import Assembly
from crm.attestations import asking, rules, service
from crm.attestations.asking import Answered
from crm.attestations.model import AskWay, Declared, Efforts, FiscalKind
from crm.people import differences
from crm.people.model import OrganisationKind, PersonKind
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.vault import service as vault
from crm.vault.model import Way
from tests.attestations.conftest import NUMBER, PROPOSER, YEAR, Give, NewDonor
from tests.conftest import NOW

TODAY = NOW.date()


def asked(house: Assembly, person_id: PersonId, way: Way = Way.MAIL) -> int:
    with house.database.transaction() as session:
        return vault.ask_many(session, house.sealer, [person_id], way=way, at=NOW, by=PROPOSER)[person_id]


def answered(house: Assembly, request_id: int, typed: str) -> Answered | None:
    with house.database.transaction() as session:
        found = asking.opened(session, request_id, at=NOW)
        if found is None or found[1] is None:
            return None
        return asking.answer(session, house.vault.lock(), house.sealer, found[0], typed, at=NOW)


def test_who_gave_enough_and_gave_no_number_is_asked_until_they_did(
    house: Assembly, donor: NewDonor, give: Give
) -> None:
    with house.database.transaction() as session:
        mail = donor(session, email=EmailAddress.parse("marie@exemple.be"))
        post, none = donor(session), donor(session, address=None)
        held, below, dead = donor(session, number=NUMBER), donor(session), donor(session)
        firm = donor(
            session, kind=PersonKind.ORGANISATION, organisation_kind=OrganisationKind.COMPANY,
            organisation_name="Fait main SRL", first_name="", last_name="",
        )  # fmt: skip
        for person, cents in ((mail, 5000), (post, 4500), (none, 4400), (held, 9000), (dead, 9000), (firm, 4000)):
            give(session, person, cents)
        give(session, below, 3999)
        word: dict[str, Any] = {"field": "deceased_on", "held": {}, "said": {"text": "2026-12-01"}}
        differences.note(session, dead, **word, source="x", at=NOW)
    with house.database.reading() as session:
        wanted = asking.wanted(session, YEAR, at=NOW)
        assert [(one.person_id, one.cents, one.way) for one in wanted] == [
            (mail, 5000, AskWay.MAIL),
            (post, 4500, AskWay.LETTER),
            (none, 4400, AskWay.EXHAUSTED),
            (firm, 4000, AskWay.LETTER),
        ]
        assert (wanted[0].kind, wanted[3].kind) == (FiscalKind.PERSON, FiscalKind.ENTERPRISE)
        assert asking.given(session, YEAR) == (6, (TODAY,))
    first, second, third = asked(house, mail), asked(house, post, Way.LETTER), asked(house, firm, Way.LETTER)
    with house.database.reading() as session:
        now = {one.person_id: (one.way, one.efforts.count) for one in asking.wanted(session, YEAR, at=NOW)}
        later = asking.wanted(session, YEAR, at=NOW + timedelta(days=30))
    assert now[mail] == (AskWay.WAITING, 1)
    assert [one.way for one in later] == [AskWay.MAIL, AskWay.EXHAUSTED, AskWay.EXHAUSTED, AskWay.EXHAUSTED]
    assert answered(house, first, "85.07.30-033.82") is Answered.WRONG
    assert answered(house, first, NUMBER) is Answered.ELSEWHERE
    assert answered(house, first, "17 07 30 033 84") is None
    assert answered(house, second, " 17.07.30 / 033-84") is Answered.KEPT
    assert answered(house, third, NUMBER) is Answered.WRONG
    assert answered(house, third, "0418.308.144") is Answered.KEPT
    with house.database.transaction() as session:
        assert [one.person_id for one in asking.wanted(session, YEAR, at=NOW)] == [mail, none]
        assert service.identity(session, firm).enterprise_number == "0418308144"
        old = vault.ask_many(session, house.sealer, [mail], way=Way.MAIL, at=NOW, by=None)[mail]
        found = asking.opened(session, old, at=NOW + timedelta(days=asking.LASTS))
        assert (found is not None and found[1] is None, asking.opened(session, 99, at=NOW)) == (True, None)


@given(
    st.integers(0, 3), st.integers(0, 2), st.integers(0, 2), st.none() | st.integers(0, 90),
    st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
def test_nobody_is_asked_twice_in_a_month_nor_by_a_way_that_leads_nowhere(
    mails: int, letters: int, calls: int, ago: int | None, has_mail: bool, has_letter_box: bool, has_phone: bool
) -> None:
    last_on = None if ago is None else TODAY - timedelta(days=ago)
    efforts = Efforts(mails=mails, letters=letters, calls=calls, last_on=last_on)
    way = rules.ask_way(efforts, has_mail=has_mail, has_letter_box=has_letter_box, has_phone=has_phone, today=TODAY)
    leads = {
        AskWay.MAIL: has_mail and mails < 2,
        AskWay.LETTER: has_letter_box and letters == 0,
        AskWay.PHONE: has_phone and calls == 0,
    }
    assert (way is AskWay.WAITING) == (ago is not None and ago < 30)
    assert leads.get(way, True)
    assert way is not AskWay.EXHAUSTED or not any(leads.values())


def test_a_paper_is_in_the_name_and_language_that_was_declared(house: Assembly, donor: NewDonor, give: Give) -> None:
    with house.database.transaction() as session:
        marie = donor(session, number=NUMBER, last_name="Dupont")
        give(session, marie, 5000, on=date(YEAR, 2, 1))
        said = Declared(kind=FiscalKind.PERSON, name="Peeters", first_name="Maria", language=Language.NL)
        service.identify(session, house.sealer, marie, said, at=NOW, by=PROPOSER)
        assert service.declared(session, marie) == said
        (one,) = service.look(session, YEAR).owed
        assert (one.identity.name, one.identity.first_name, one.identity.language) == ("Peeters", "Maria", Language.NL)
        for wrong in (
            Declared(kind=FiscalKind.PERSON, given_to=marie),
            Declared(kind=FiscalKind.PERSON, name="x" * 101),
            Declared(kind=FiscalKind.ENTERPRISE, enterprise_number="0418308145"),
        ):
            with pytest.raises(Invalid):
                service.identify(session, house.sealer, marie, wrong, at=NOW, by=PROPOSER)
