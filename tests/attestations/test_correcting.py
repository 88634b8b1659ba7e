"""Corrections: one number, its versions, the file that tells of them, and the register of what is void."""

from __future__ import annotations

from datetime import date

import pytest

from crm.assembly import Assembly, attesting_house, press
from crm.attestations import correcting, filing, service
from crm.attestations.errors import AttestationEnded
from crm.attestations.model import Attestation, Format, Operation, Status
from crm.donations import corrections, fiscal_days
from crm.donations import service as donations
from crm.donations.model import Basis, Dated, EntryKind, Gift, Method, Movement, NewGift, NewLine
from crm.duplicates import merges
from crm.people import service as people
from crm.values.errors import Invalid
from crm.values.identifiers import CorrectionId
from tests.attestations.conftest import DECIDER, NUMBER, PROPOSER, YEAR, Give, NewDonor, locked
from tests.conftest import NOW


def refunded(house: Assembly, gift: Gift, cents: int) -> None:
    with house.database.transaction() as session:
        movement = Movement(method=Method.TRANSFER, booked_on=date(YEAR + 1, 2, 1))
        donations.take_back(session, house.sealer, gift.id, EntryKind.RETURN, movement, cents=cents, at=NOW)


def corrected(house: Assembly, number: int) -> Attestation:
    with house.database.transaction() as session:
        desk = attesting_house(house)
        return correcting.correct(session, desk, YEAR, number, reason="Remboursement", at=NOW, by=PROPOSER)


def told(house: Assembly) -> list[tuple[str, str, str]]:
    """(number, operation, cents) of each line of the next file."""
    with house.database.transaction() as session:
        desk = attesting_house(house)
        prepared = filing.prepare(session, desk, YEAR, Format.BELCOTAX_XML_2024)
        text = "".join(filing.pieces(session, desk, prepared, at=NOW))
        filing.note(session, desk, prepared, content_print=text, at=NOW, by=PROPOSER)
        told_of = []
        for fiche in text.split("<Fiche28171>")[1:]:
            parts = [fiche.partition(f"<{name}>")[2].partition("<")[0] for name in ELEMENTS]
            told_of.append((parts[0], parts[1], parts[2]))
        assert f"<v0025_typeenvoi>{int(prepared.is_correction)}<" in text
    return told_of


ELEMENTS = ("f2009_volgnummer", "f2028_typetraitement", "f71_2060_bedragliberaliteiten")


def test_a_refund_a_name_and_an_annulment_after_filing_keep_their_numbers(
    house: Assembly, donor: NewDonor, give: Give
) -> None:
    with house.database.transaction() as session:
        ids = [donor(session, number=NUMBER if at == 0 else "") for at in range(4)]
        gifts = [give(session, person_id, 10000) for person_id in ids]
    run = locked(house)
    press(house).work(run.id)
    assert told(house) == [(str(at), "0", "10000") for at in (1, 2, 3, 4)]
    with pytest.raises(AttestationEnded):
        corrected(house, 1)
    refunded(house, gifts[0], 4000)
    refunded(house, gifts[1], 9000)
    with house.database.transaction() as session:
        people.edit(session, ids[2], last_name="Durand")
        found = [(one.numbers, one.attested_cents, one.cents) for one in correcting.drift(session, YEAR)]
        assert found == [((1,), 10000, 6000), ((2,), 10000, 0)]
        assert service.look(session, YEAR).owed == ()
    first = corrected(house, 1)
    assert (first.version, first.status, first.cents) == (2, Status.VALID, 6000)
    assert corrected(house, 2).status is Status.CANCELLED
    assert corrected(house, 3).cents == 10000
    with pytest.raises(AttestationEnded):
        corrected(house, 2)
    assert press(house).work(run.id).made == 6
    with house.database.reading() as session:
        old, new = service.versions(session, YEAR, 1)
        assert (service.verify(session, old.code), service.verify(session, new.code)) == (Status.REPLACED, Status.VALID)
        assert (old.fiche_key, [one.number for one in service.void(session, YEAR)]) == (new.fiche_key, [2])
        assert correcting.drift(session, YEAR) == ()
    assert press(house).paper(old.id) != press(house).paper(new.id)
    with house.database.transaction() as session:
        give(session, donor(session), 4000)
    locked(house)
    assert told(house) == [
        ("1", Operation.MODIFY.value, "6000"),
        ("2", Operation.CANCEL.value, "10000"),
        ("3", Operation.MODIFY.value, "10000"),
        ("5", Operation.ADD.value, "4000"),
    ]


def test_a_donor_who_was_there_twice_has_one_paper_after_the_merge(
    house: Assembly, donor: NewDonor, give: Give
) -> None:
    with house.database.transaction() as session:
        kept, twin = donor(session), donor(session, number=NUMBER)
        give(session, kept, 5000)
        give(session, twin, 6000)
    locked(house)
    assert told(house) == [("1", "0", "5000"), ("2", "0", "6000")]
    with house.database.transaction() as session:
        merges.merge(
            session, house.sealer, house.pointers, survivor_id=kept, loser_id=twin, chosen={}, by=PROPOSER, at=NOW
        )
        assert [one.number for one in service.of_person(session, kept)] == [1, 2]
        assert (correcting.drift(session, YEAR), service.look(session, YEAR).owed) == ((), ())
        correcting.cancel(session, attesting_house(house), YEAR, 2, reason="Fiche en double", at=NOW, by=PROPOSER)
        (found,) = correcting.drift(session, YEAR)
        assert (found.numbers, found.attested_cents, found.cents) == ((1,), 5000, 11000)
    assert corrected(house, 1).cents == 11000
    assert told(house) == [("1", Operation.MODIFY.value, "11000"), ("2", Operation.CANCEL.value, "6000")]
    with house.database.reading() as session:
        paper = service.versions(session, YEAR, 1)[-1]
        assert (correcting.drift(session, YEAR), paper.has_number) == ((), True)


def test_all_papers_that_differ_are_corrected_at_once_a_few_at_a_time(
    house: Assembly, donor: NewDonor, give: Give
) -> None:
    with house.database.transaction() as session:
        gifts = [give(session, donor(session), 10000) for _ in range(4)]
    locked(house)
    for gift, cents in zip(gifts, (4000, 9000, 1000), strict=False):
        refunded(house, gift, cents)

    def press_once(reason: str = "Remboursements") -> tuple[int, int]:
        with house.database.transaction() as session:
            desk = attesting_house(house)
            return correcting.correct_all(session, desk, YEAR, reason=reason, most=2, at=NOW, by=PROPOSER)

    with pytest.raises(Invalid):
        press_once(" ")
    assert [press_once() for _ in range(3)] == [(2, 1), (1, 0), (0, 0)]
    with house.database.reading() as session:
        assert correcting.drift(session, YEAR) == ()
        stand = [service.versions(session, YEAR, number)[-1] for number in range(1, 5)]
    assert [(one.version, one.status, one.cents) for one in stand] == [
        (2, Status.VALID, 6000), (1, Status.CANCELLED, 10000), (2, Status.VALID, 9000), (1, Status.VALID, 10000),
    ]  # fmt: skip


def test_a_gift_that_counts_for_the_year_after_all_corrects_its_paper(
    house: Assembly, donor: NewDonor, give: Give
) -> None:
    booked, ordered = date(YEAR + 1, 1, 2), date(YEAR, 12, 31)
    with house.database.transaction() as session:
        who = donor(session)
        give(session, who, 10000)
        late = NewGift(
            person_id=who, lines=(NewLine(cents=4000),), given_on=booked,
            movement=Movement(method=Method.TRANSFER, booked_on=booked),
        )  # fmt: skip
        gift = donations.record(session, house.sealer, late, at=NOW)
    press(house).work(locked(house).id)
    with house.database.transaction() as session:
        dated = Dated(given_on=ordered, basis=Basis.ORDER)
        asked = fiscal_days.ask(session, gift.id, dated, reason="Ordre du 31", at=NOW, by=PROPOSER)
        corrections.decide(session, house.sealer, CorrectionId(asked), agreed=True, at=NOW, by=DECIDER)
        found = [(one.numbers, one.attested_cents, one.cents) for one in correcting.drift(session, YEAR)]
        assert found == [((1,), 10000, 14000)]
    paper = corrected(house, 1)
    assert (paper.version, paper.status, paper.cents) == (2, Status.VALID, 14000)
