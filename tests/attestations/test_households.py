"""Whose paper gifts go on when that changes, who died or was forgotten, and a number that is no national one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.assembly import Assembly, attesting_house, press
from crm.attestations import correcting, handing, issuing, service, single
from crm.attestations.errors import NothingOwed
from crm.attestations.model import Declared, Exclusion, FiscalKind, Status
from crm.people import service as people
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from jobs import hand_over_attestations
from tests.attestations.conftest import NUMBER, PROPOSER, YEAR, Give, NewDonor, locked
from tests.conftest import NOW

BIS = "98472899765"


def on_the_paper_of(house: Assembly, giver: PersonId, holder: PersonId) -> None:
    with house.database.transaction() as session:
        said = Declared(kind=FiscalKind.PERSON, given_to=holder)
        service.identify(session, house.sealer, giver, said, at=NOW, by=PROPOSER)


def test_a_partner_who_gave_nothing_holds_the_paper_under_a_bis_number(
    house: Assembly, donor: NewDonor, give: Give
) -> None:
    with house.database.transaction() as session:
        jean, anna = donor(session, address=None), donor(session, number=BIS)
        give(session, jean, 5000)
    on_the_paper_of(house, jean, anna)
    with house.database.transaction() as session, pytest.raises(NothingOwed) as refused:
        single.issue(session, attesting_house(house), YEAR, jean, at=NOW, by=PROPOSER)
    assert refused.value.reasons == frozenset()
    assert locked(house).count == 1
    with house.database.reading() as session:
        (paper,) = service.of_person(session, anna)
    said = press(house).said(paper.id)
    assert (said.zones["2011"], said.page["donor_number"][1], said.zones["2060"]) == (BIS, "98.47.28-997.65", "5000")


def test_a_choice_made_after_the_papers_ends_one_and_mends_the_other(
    house: Assembly, donor: NewDonor, give: Give
) -> None:
    with house.database.transaction() as session:
        jean, anna = donor(session), donor(session, number=NUMBER)
        give(session, jean, 5000)
        give(session, anna, 6000)
    locked(house)
    on_the_paper_of(house, jean, anna)
    with house.database.transaction() as session:
        found = {one.person_id: (one.numbers, one.cents) for one in correcting.drift(session, YEAR)}
        assert found == {jean: ((1,), 0), anna: ((2,), 11000)}
        house_ = attesting_house(house)
        first = correcting.correct(session, house_, YEAR, 1, reason="Ménage", at=NOW, by=PROPOSER)
        second = correcting.correct(session, house_, YEAR, 2, reason="Ménage", at=NOW, by=PROPOSER)
        assert (first.status, second.status, second.cents) == (Status.CANCELLED, Status.VALID, 11000)
        assert correcting.drift(session, YEAR) == ()


def test_the_dead_are_attested_and_not_written_to(house: Assembly, donor: NewDonor, give: Give) -> None:
    with house.database.transaction() as session:
        dead = donor(session, email=EmailAddress.parse("marie@exemple.be"), language=Language.DE)
        give(session, dead, 5000)
        people.record_death(session, dead, died_on=None, at=NOW)
    run = locked(house)
    with house.database.transaction() as session:
        handing.begin(session, house.sealer, run.id, at=NOW, by=PROPOSER)
    assert hand_over_attestations.run(house, NOW) == {"made": 1, "mailed": 0}
    with house.database.reading() as session:
        piles = handing.piles(session, YEAR, at=NOW)
        reached = len(handing.to_post(session, YEAR, at=NOW)) + len(handing.stranded(session, YEAR, at=NOW, size=9))
    assert (piles.by_mail, piles.by_post + piles.by_neither, reached) == (0, 1, 1)


def test_several_workers_make_each_paper_once(
    house: Assembly, donor: NewDonor, give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "SOME", 1)
    with house.database.transaction() as session:
        for _ in range(6):
            give(session, donor(session), 5000)
    run = locked(house)
    made: list[int] = []

    def meanwhile(count: int) -> None:
        """Whenever one has made a paper, another comes and makes two."""
        made.append(count)
        press(house).work(run.id, most=2, tell=made.append)

    progress = press(house).work(run.id, tell=meanwhile)
    assert (progress.made, progress.waiting, sum(made), len(made)) == (6, 0, 6, 6)
    late = NOW + timedelta(days=1)
    assert hand_over_attestations.run(house, late) == {"made": 0, "mailed": 0}


def test_somebody_forgotten_stops_nobody(house: Assembly, donor: NewDonor, give: Give) -> None:
    with house.database.transaction() as session:
        gone, here = donor(session), donor(session)
        for person_id in (gone, here):
            give(session, person_id, 5000)
        people.edit(session, gone, first_name="", last_name="")
        found = service.look(session, YEAR)
    assert [one.identity.person_id for one in found.owed] == [here]
    assert [(one.holder_id, one.reason) for one in found.excluded] == [(gone, Exclusion.NAMELESS)]
