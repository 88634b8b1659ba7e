"""What an older system attested: nobody gets a second paper for the year, and our numbers begin after theirs."""

from __future__ import annotations

from crm.assembly import Assembly
from crm.attestations import elsewhere, service
from crm.attestations.elsewhere import Elsewhere
from crm.attestations.model import Exclusion
from tests.attestations.conftest import YEAR, Give, NewDonor, locked
from tests.conftest import NOW


def test_whoever_was_attested_elsewhere_is_left_out_and_numbers_go_on(
    house: Assembly, donor: NewDonor, give: Give
) -> None:
    with house.database.transaction() as session:
        here, there = donor(session), donor(session)
        for one in (here, there):
            give(session, one, 5000)
        papers = [
            Elsewhere(person_id=there, system="old", year=YEAR, number=number, cents=5000) for number in ("41", "B-7")
        ]
        ids = elsewhere.bring_many(session, papers, at=NOW)
        found = service.look(session, YEAR)
    assert [one.identity.person_id for one in found.owed] == [here]
    assert [(one.holder_id, one.reason) for one in found.excluded] == [(there, Exclusion.ATTESTED_ALREADY)]
    locked(house)
    with house.database.transaction() as session:
        assert [one.number for one in service.of_person(session, here)] == [42]
        assert elsewhere.take_back(session, ids) == set(ids)
        later = elsewhere.bring_many(session, papers[:1], at=NOW)
        assert [one.identity.person_id for one in service.look(session, YEAR).owed] == []
        assert elsewhere.take_back(session, later) == set(later)
        (owed,) = service.look(session, YEAR).owed
        assert owed.identity.person_id == there
