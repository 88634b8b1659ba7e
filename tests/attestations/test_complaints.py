"""What users of other systems complain of (donrec, CDNTaxReceipts, OpenPetra, OCA, others), one test each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from crm.assembly import Assembly, attesting_house, press
from crm.attestations import correcting, handing, reconciling, service, single
from crm.attestations.model import Attestation, Exclusion, HandWay, Run, Stage, Status
from crm.attestations.tables import AttestationRow, RunRow
from crm.donations import service as donations
from crm.donations.model import EntryKind, LineKind, Method, Movement, NewLine
from crm.foundation import documents
from crm.values.email_address import EmailAddress
from jobs import hand_over_attestations
from mailing.delivery.tables import DeliveryRow
from tests.attestations.conftest import NUMBER, PROPOSER, YEAR, Give, NewDonor, locked
from tests.conftest import NOW


@pytest.fixture
def one(house: Assembly, donor: NewDonor, give: Give) -> Run:
    """A year with one donor, whose paper has its number and is made."""
    with house.database.transaction() as session:
        give(session, donor(session, number=NUMBER, email=EmailAddress.parse("marie@exemple.be")), 5000)
    run = locked(house)
    press(house).work(run.id)
    return run


def versions(house: Assembly, number: int) -> tuple[Attestation, ...]:
    with house.database.reading() as session:
        return service.versions(session, YEAR, number)


def test_a_preview_issues_nothing_however_often_one_goes_back(house: Assembly, donor: NewDonor, give: Give) -> None:
    """CDNTaxReceipts 89: going back after the summary turned originals into duplicates."""
    with house.database.transaction() as session:
        give(session, donor(session, number=NUMBER), 5000)
    with house.database.reading() as session:
        looks = [service.look(session, YEAR) for _ in range(3)]
        rules = service.rules_of(session, YEAR)
        drafts = [reconciling.drafts(attesting_house(house), found, rules) for found in looks]
        counts = [session.scalar(select(func.count()).select_from(row)) for row in (AttestationRow, RunRow)]
        assert (looks[0] == looks[2], counts, service.totals(session, YEAR)) == (True, [0, 0], (0, 0, 0))
    (page,) = drafts[2]["papers"]
    assert (page["draft"], page["details"][1][1], NUMBER in str(drafts)) == ("Projet sans valeur", "—", False)


def test_the_first_one_anybody_gets_is_no_copy(house: Assembly, one: Run) -> None:
    """CDNTaxReceipts 93 and 85: the first mail was marked « Duplicate Copy »."""
    (paper,) = versions(house, 1)
    with house.database.transaction() as session:
        handing.note(session, [paper.id], HandWay.MAIL, at=NOW)
        handing.note(session, [paper.id], HandWay.STAFF, at=NOW, is_copy=True)
        later = NOW + timedelta(days=30)
        assert handing.is_copy_due(handing.proofs(session, [paper.id]), at=later) is False


def test_a_second_submit_gives_no_second_number_and_sends_no_second_mail(house: Assembly, one: Run) -> None:
    """CDNTaxReceipts 58: the same receipt was logged twice by a double submit."""
    with house.database.transaction() as session:
        again = service.lock(session, attesting_house(house), one.id, at=NOW, by=PROPOSER)
        for _ in range(2):
            handing.begin(session, house.sealer, one.id, at=NOW, by=PROPOSER)
    for _ in range(2):
        hand_over_attestations.run(house, NOW)
    with house.database.reading() as session:
        mails = session.scalar(select(func.count()).select_from(DeliveryRow))
        assert (again.id, service.totals(session, YEAR), mails) == (one.id, (1, 5000, 1), 1)


def test_what_was_withdrawn_is_given_anew_under_its_number(house: Assembly, one: Run, donor: NewDonor) -> None:
    """donrec 90, CDNTaxReceipts 35: no way to cancel and give again with the same number but by SQL."""
    (paper,) = versions(house, 1)
    with house.database.transaction() as session:
        gift = service.lines(session, paper.id)[0][0]
        movement = Movement(method=Method.TRANSFER, booked_on=date(YEAR + 1, 2, 1))
        donations.take_back(session, house.sealer, gift, EntryKind.RETURN, movement, cents=500, at=NOW)
        correcting.correct(session, attesting_house(house), YEAR, 1, reason="Rendu", at=NOW, by=PROPOSER)
    found = [(one.version, one.status, one.cents) for one in versions(house, 1)]
    assert found == [(1, Status.REPLACED, 5000), (2, Status.VALID, 4500)]


def test_a_number_that_is_void_says_why(house: Assembly, one: Run) -> None:
    """CDNTaxReceipts 21 and 45: auditors ask for an explanation of gaps."""
    with house.database.transaction() as session:
        correcting.cancel(session, attesting_house(house), YEAR, 1, reason="Doublon", at=NOW, by=PROPOSER)
        assert [(one.number, one.reason) for one in service.void(session, YEAR)] == [(1, "Doublon")]


def test_no_payment_is_left_out_without_a_reason(house: Assembly, donor: NewDonor, give: Give) -> None:
    """CDNTaxReceipts 27: online and recurring gifts were « not eligible », nothing more."""
    with house.database.transaction() as session:
        person = donor(session)
        gifts = {
            give(session, person, cents, movement=Movement(method=method, booked_on=date(YEAR, 6, 1))).id
            for cents, method in ((1000, Method.ONLINE), (1100, Method.DIRECT_DEBIT))
        }
        found = service.look(session, YEAR)
    assert {(one.payment.gift_id, one.reason) for one in found.excluded} == {(gift, Exclusion.BELOW) for gift in gifts}


def test_papers_are_made_without_anybody_at_a_screen(house: Assembly, donor: NewDonor, give: Give) -> None:
    """donrec: « Do NOT close the window »; here the clock makes them, and goes on where it was cut."""
    with house.database.transaction() as session:
        for _ in range(2):
            give(session, donor(session), 5000)
    run = locked(house)
    assert press(house).make(versions(house, 1)[0].id) is True
    assert hand_over_attestations.run(house, NOW) == {"made": 1, "mailed": 0}
    with house.database.reading() as session:
        assert service.run(session, run.id).stage is Stage.ISSUED


def test_two_gifts_of_one_day_count_both_though_a_payment_of_theirs_bounced(
    house: Assembly, donor: NewDonor, give: Give
) -> None:
    """OpenPetra 448: one of two gifts of a day was missing because of a cancelled adjustment."""
    with house.database.transaction() as session:
        person = donor(session)
        for _ in range(2):
            give(session, person, 2500)
        gone = give(session, person, 9900)
        movement = Movement(method=Method.TRANSFER, booked_on=date(YEAR, 6, 2))
        donations.take_back(session, house.sealer, gone.id, EntryKind.RETURN, movement, cents=9900, at=NOW)
        found = service.look(session, YEAR)
        balance = reconciling.balance(session, found, at=NOW)
    assert (found.cents, balance.given, balance.owed, balance.difference) == (5000, 5000, 5000, 0)


def test_a_gift_told_apart_from_a_fee_counts_and_one_that_is_not_does_not(
    house: Assembly, donor: NewDonor, give: Give
) -> None:
    """donrec 23: no way to attest a part of a payment; the law wants the parts told apart beforehand."""
    lines = (NewLine(cents=4500), NewLine(cents=1000, kind=LineKind.FEE))
    with house.database.transaction() as session:
        apart, mixed = donor(session), donor(session)
        give(session, apart, 0, lines=lines, split_beforehand=True)
        give(session, mixed, 0, lines=lines)
        found = service.look(session, YEAR)
    assert [(one.identity.person_id, one.cents) for one in found.owed] == [(apart, 4500)]
    assert {one.reason for one in found.excluded} == {Exclusion.NOT_DEDUCTIBLE}


def test_a_donor_found_afterwards_gets_theirs_and_who_has_one_stops_nobody(
    house: Assembly, one: Run, donor: NewDonor, give: Give
) -> None:
    """OpenPetra 330; OCA: the wizard refused a whole run for one donor who had theirs already."""
    with house.database.transaction() as session:
        found, other = donor(session), donor(session)
        give(session, found, 4000)
        paper = single.issue(session, attesting_house(house), YEAR, found, at=NOW, by=PROPOSER)
        give(session, other, 4100)
    assert (paper.number, locked(house).count, versions(house, 3)[0].person_id) == (2, 1, other)


def test_a_cancelled_one_lets_the_donor_have_another(house: Assembly, one: Run) -> None:
    """socialincome 1548: one certificate a year blocked any other."""
    (paper,) = versions(house, 1)
    with house.database.transaction() as session:
        desk = attesting_house(house)
        correcting.cancel(session, desk, YEAR, 1, reason="Mauvais nom", at=NOW, by=PROPOSER)
        again = single.issue(session, desk, YEAR, paper.person_id, at=NOW, by=PROPOSER)
    assert (again.number, again.cents) == (2, 5000)


def test_who_lost_theirs_takes_a_copy_without_asking_anybody(house: Assembly, one: Run) -> None:
    """Mozilla donate 791: donors ask for a duplicate by themselves."""
    (paper,) = versions(house, 1)
    with house.database.transaction() as session:
        handing.note(session, [paper.id], HandWay.SPACE, at=NOW)
        known = handing.proofs(session, [paper.id])
    assert handing.is_copy_due(known, at=NOW + timedelta(days=2)) is True
    assert press(house).copy(paper.id, at=NOW)[:5] == b"%PDF-"


def test_an_old_paper_stays_as_it_was_when_the_house_or_its_template_changes(
    house: Assembly, one: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """donrec: a changed template changed old receipts, where the PDF was not kept."""
    (paper,) = versions(house, 1)
    as_issued = press(house).paper(paper.id)
    monkeypatch.setattr(documents, "pdf", lambda *_, **__: b"%PDF-another")
    press(house).work(one.id)
    assert press(house).paper(paper.id) == as_issued
    other = house.settings.organisation.model_copy(update={"legal_name": "Une autre maison ASBL"})
    moved = replace(house, settings=house.settings.model_copy(update={"organisation": other}))
    assert press(moved).paper(paper.id) == press(house).paper(paper.id)
    assert press(moved).said(paper.id).page["institution"][0] == "Droits humains exemple ASBL"
