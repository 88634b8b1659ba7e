"""Handing over: by mail once and reminded once, by post in order, proof of each, copies that say so, one by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from crm.assembly import Assembly, attesting_house, press
from crm.attestations import handing, post_out, service, single
from crm.attestations.errors import NothingOwed, RunElsewhere, YearOpen
from crm.attestations.model import Attestation, Exclusion, HandWay, Piles, Stage, Status
from crm.attestations.post_out import Posted
from crm.attestations.tables import AttestationLineRow, AttestationRow, HandingRow
from crm.foundation import documents
from crm.people import contacts
from crm.people import service as people
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from jobs import hand_over_attestations
from mailing.delivery.tables import BodyRow, DeliveryRow
from tests.attestations.conftest import NUMBER, PROPOSER, YEAR, Give, NewDonor, accept, locked
from tests.conftest import NOW


def papers(house: Assembly) -> list[Attestation]:
    with house.database.reading() as session:
        last = service.totals(session, YEAR)[2]
        return [service.versions(session, YEAR, number)[-1] for number in range(1, last + 1)]


def test_papers_go_by_mail_once_are_reminded_of_once_and_the_others_go_by_post(
    house: Assembly, donor: NewDonor, give: Give
) -> None:
    far = PostalAddress(street="Rue Haute", number="2", postcode="4000", locality="Liège", country="BE")
    near = PostalAddress(street="Rue Basse", number="10", postcode="1000", locality="Bruxelles", country="BE")
    with house.database.transaction() as session:
        for facts in (
            {"email": EmailAddress.parse("marie@exemple.be"), "number": NUMBER},
            {"address": far, "last_name": "Loin"},
            {"address": near},
        ):
            give(session, donor(session, **facts), 5000)
        run, _ = service.check(session, YEAR, at=NOW, by=PROPOSER)
        with pytest.raises(RunElsewhere):
            handing.begin(session, house.sealer, run.id, at=NOW, by=PROPOSER)
    run = locked(house)
    assert hand_over_attestations.run(house, NOW) == {"made": 3, "mailed": 0}
    with house.database.transaction() as session:
        for _ in range(2):
            handing.begin(session, house.sealer, run.id, at=NOW, by=PROPOSER)
    assert [hand_over_attestations.run(house, NOW)["mailed"] for _ in range(2)] == [1, 0]
    mailed, loin, pres = papers(house)
    with house.database.reading() as session:
        assert handing.piles(session, YEAR, at=NOW) == Piles(
            unmade=0, held=0, mailed=1, by_mail=0, by_post=2, by_neither=0
        )
        assert [one.number for one in handing.to_post(session, YEAR, at=NOW)] == [2, 3]
        bodies = "".join(f"{b.subject}{b.html}{b.text}" for b in session.scalars(select(BodyRow)))
        (link,) = [row.values["confirm_url"] for row in session.scalars(select(DeliveryRow))]
    assert ("Marie" in bodies, NUMBER in bodies, "85.07.30" in bodies) == (False, False, False)
    assert link.startswith("https://nouvelles.exemple.test/attestation/papier/")
    later = NOW + timedelta(days=15)
    assert [hand_over_attestations.run(house, later)["mailed"] for _ in range(2)] == [1, 0]
    assert hand_over_attestations.run(house, later + timedelta(days=30))["mailed"] == 0
    with house.database.transaction() as session:
        known = people.people(session, {loin.person_id, pres.person_id})
        homes = contacts.letter_homes_on(session, list(known), NOW.date())
        lines = contacts.letter_lines_on(session, known, NOW.date())
        several = [
            Posted(paper=one, person=known[one.person_id], address=homes[one.person_id], lines=lines[one.person_id])
            for one in (loin, pres)
        ]
        handing.note(session, [loin.id, pres.id], HandWay.POST, at=NOW, by=PROPOSER)
        assert handing.to_post(session, YEAR, at=NOW) == ()
        assert handing.piles(session, YEAR, at=NOW).held == 2
        assert [one.way for one in handing.proofs(session, [mailed.id])] == [HandWay.MAIL, HandWay.REMINDER]
    table = [line.split(";") for line in "".join(post_out.listed(several)).splitlines()]
    assert [row[:2] + row[4:6] for row in table[1:]] == [
        ["1", "1-2", "Rue Basse 10", "1000 BRUXELLES"],
        ["2", "3-4", "Rue Haute 2", "4000 LIÈGE"],
    ]


def test_a_link_is_shut_by_five_wrong_proofs_and_a_copy_says_that_it_is_one(
    house: Assembly, donor: NewDonor, give: Give
) -> None:
    with house.database.transaction() as session:
        give(session, donor(session, number=NUMBER), 5000)
    run = locked(house)
    at_work = press(house)
    at_work.work(run.id)
    (paper,) = papers(house)
    with house.database.transaction() as session:
        assert handing.open_paper(session, paper.id) == (paper, ())
        assert handing.open_paper(session, "1") is None
        handing.note(session, [paper.id], HandWay.LINK, at=NOW)
        known = handing.proofs(session, [paper.id])
        due = [handing.is_copy_due(known, at=NOW + timedelta(hours=hours)) for hours in (1, 25)]
        assert due == [False, True]
        for _ in range(handing.MISSES):
            handing.note(session, [paper.id], HandWay.MISSED, at=NOW)
        assert handing.open_paper(session, paper.id) is None
    original, copy = at_work.paper(paper.id), at_work.copy(paper.id, at=NOW)
    assert (original == at_work.paper(paper.id), original == copy, copy[:5]) == (True, False, b"%PDF-")


def issued(house: Assembly, year: int, person_id: PersonId, **facts: bool) -> Attestation:
    with house.database.transaction() as session:
        return single.issue(session, attesting_house(house), year, person_id, at=NOW, by=PROPOSER, **facts)


def test_one_person_gets_theirs_of_a_closed_year_at_once_and_of_an_open_one_when_nothing_more_can_come(
    house: Assembly, donor: NewDonor, give: Give
) -> None:
    this = NOW.year
    with house.database.transaction() as session:
        accept(session, replace(service.rules_of(session, YEAR), year=this, due_on=NOW.date().replace(year=this + 1)))
        first, late, dead, below = donor(session, number=NUMBER), donor(session), donor(session), donor(session)
        give(session, first, 5000)
        for person in (late, dead):
            give(session, person, 6000, on=NOW.date().replace(month=3))
        give(session, below, 3999)
        people.record_death(session, dead, died_on=NOW.date(), at=NOW)
    assert locked(house).count == 1
    with house.database.transaction() as session:
        give(session, late, 4100)
    paper = issued(house, YEAR, late)
    assert (paper.number, paper.cents, paper.status) == (2, 4100, Status.VALID)
    with pytest.raises(NothingOwed) as refused:
        issued(house, YEAR, below)
    assert refused.value.reasons == {Exclusion.BELOW}
    with pytest.raises(NothingOwed):
        issued(house, YEAR, late)
    with pytest.raises(YearOpen):
        issued(house, this, late)
    with pytest.raises(YearOpen):
        issued(house, this + 1, dead)
    assert [issued(house, this, dead).number, issued(house, this, late, has_left=True).number] == [1, 2]
    with house.database.reading() as session:
        assert [(run.count, run.stage) for run in service.runs(session, this)] == [(1, Stage.LOCKED)] * 2
    assert hand_over_attestations.run(house, NOW)["made"] == 4


@pytest.mark.each_database
def test_the_database_itself_keeps_what_was_given(house: Assembly, donor: NewDonor, give: Give) -> None:
    with house.database.transaction() as session:
        give(session, donor(session, number=NUMBER), 5000)
    run = locked(house)
    press(house).work(run.id)
    (paper,) = papers(house)
    with house.database.transaction() as session:
        handing.note(session, [paper.id], HandWay.POST, at=NOW)
    row = AttestationRow
    for change in (
        update(row).values(cents=1),
        update(row).values(number=2),
        update(row).values(sealed="other"),
        update(row).values(paper_print="other"),
        delete(AttestationLineRow),
        update(AttestationLineRow).values(cents=1),
        update(HandingRow).values(way=HandWay.MAIL),
        delete(HandingRow),
        delete(row),
    ):
        with pytest.raises(DBAPIError, match="only grows"), house.database.transaction() as session:
            session.execute(change)
    with house.database.transaction() as session:
        session.execute(update(row).values(status=Status.CANCELLED, reason="Double"))
    with pytest.raises(DBAPIError, match="only grows"), house.database.transaction() as session:
        session.execute(update(row).values(status=Status.VALID))


def test_every_copy_bears_its_stamp_in_its_language_and_the_first_one_none(
    house: Assembly, donor: NewDonor, give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamps = {Language.FR: "DUPLICATA", Language.NL: "DUPLICAAT", Language.DE: "ZWEITSCHRIFT"}
    with house.database.transaction() as session:
        for language in stamps:
            give(session, donor(session, language=language), 5000)
    run, stamped, drawn = locked(house), list[str](), documents.pdf

    def drawing(template: str, page: dict[str, Any], **facts: Any) -> bytes:
        stamped.append(str(page.get("draft", "")))
        return drawn(template, page, **facts)

    monkeypatch.setattr(documents, "pdf", drawing)
    at_work = press(house)
    at_work.work(run.id)
    assert stamped == [""] * 3
    for paper in papers(house):
        at_work.copy(paper.id, at=NOW)
    assert sorted(stamped[3:]) == sorted(stamps.values())
