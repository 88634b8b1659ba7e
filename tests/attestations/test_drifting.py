"""Papers that no longer say what the gifts say: one task however many nights, a count that goes with the correction."""

from __future__ import annotations

from datetime import date

import pytest

from crm.assembly import Assembly, attesting_house
from crm.attestations import correcting, drifting
from crm.care import service as care
from crm.care.model import TaskView
from crm.donations import service as donations
from crm.donations.model import EntryKind, Gift, Method, Movement
from crm.values.calendar import brussels_day
from jobs import compare_attestations
from tests.attestations.conftest import PROPOSER, YEAR, Give, NewDonor, locked
from tests.conftest import NOW


def gone_back(house: Assembly, gift: Gift, cents: int) -> None:
    with house.database.transaction() as session:
        movement = Movement(method=Method.TRANSFER, booked_on=date(YEAR + 1, 2, 1))
        donations.take_back(session, house.sealer, gift.id, EntryKind.RETURN, movement, cents=cents, at=NOW)


def night(house: Assembly) -> tuple[int, int]:
    found = compare_attestations.run(house, NOW)
    return found["differ"], found["tasks"]


def waiting(house: Assembly) -> dict[int, int]:
    with house.database.reading() as session:
        return drifting.waiting(session)


@pytest.mark.each_database
def test_finance_is_told_once_and_until_it_is_corrected(house: Assembly, donor: NewDonor, give: Give) -> None:
    with house.database.transaction() as session:
        gifts = [give(session, donor(session), 10000) for _ in range(3)]
    locked(house)
    assert (night(house), waiting(house)) == ((0, 0), {})
    gone_back(house, gifts[0], 4000)
    assert (night(house), waiting(house)) == ((1, 1), {YEAR: 1})
    gone_back(house, gifts[1], 10000)
    assert (night(house), night(house), waiting(house)) == ((2, 0), (2, 0), {YEAR: 2})
    with house.database.transaction() as session:
        [task] = care.tasks(session, TaskView.EVERYBODY, account_id=PROPOSER, today=brussels_day(NOW), size=9)
        assert str(YEAR) in task.title
        care.finish_task(session, task.id, by=PROPOSER, at=NOW)
    assert night(house) == (2, 0)  # done without a word: it is not asked again
    with house.database.transaction() as session:
        correcting.correct(session, attesting_house(house), YEAR, 1, reason="Retour", at=NOW, by=PROPOSER)
        assert drifting.waiting(session) == {YEAR: 1}
    gone_back(house, gifts[2], 100)
    assert (night(house), waiting(house)) == ((2, 1), {YEAR: 2})
