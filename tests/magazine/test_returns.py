"""What comes back: each reason and what follows, twice is once, a file with numbers nobody bears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.care import service as care
from crm.consent import gate
from crm.consent.model import MAGAZINE, Channel, Refusal
from crm.magazine import freezing, history, printing, returning, service
from crm.magazine.errors import ClaimMissing, CopyMissing, NobodyToMail, NumberUnknown
from crm.magazine.figures import figures
from crm.magazine.model import Basis, Format, IssueRun, ReturnEffect, ReturnReason, RunKind, Subscription
from crm.people import contacts
from crm.people import service as people
from crm.people.model import Deliverability
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from tests.conftest import NOW
from tests.magazine.conftest import HOME, PLAN, TODAY, Reader
from tests.magazine.test_run import frozen

NEXT = replace(PLAN, number=125, file_due_on=date(2027, 3, 1), drop_on=date(2027, 3, 12), home_on=date(2027, 3, 15))


def back(session: Session, house: Assembly, who: PersonId, reason: ReturnReason, run: IssueRun) -> returning.Returned:
    """A copy comes back."""
    return returning.record(session, house.sealer, who, run.issue_id, reason, by=None, at=NOW)


def number(session: Session, who: PersonId) -> str:
    """Their member number."""
    return people.people(session, {who})[who].member_number


def titles(session: Session, who: PersonId) -> list[str]:
    """What the team has to do about somebody."""
    return [task.title for task in care.open_tasks_of(session, who)]


def test_each_reason_has_its_rule(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        unknown, refused, died = (reader(session) for _ in range(3))
        run = freezing.freeze(session, service.issues(session)[0].id, by=None, at=NOW)
        assert back(session, house, unknown, ReturnReason.UNKNOWN, run).effect is ReturnEffect.ASK
        assert back(session, house, refused, ReturnReason.REFUSED, run).effect is ReturnEffect.OBJECTED
        assert back(session, house, died, ReturnReason.DECEASED, run).effect is ReturnEffect.VERIFY
        assert not back(session, house, unknown, ReturnReason.GONE, run).is_news
        (abode,) = contacts.addresses_of(session, [unknown])[unknown]
        assert (abode.failures, abode.deliverability) == (1, Deliverability.FAILING)
        assert gate.verdict_of(session, refused, MAGAZINE, Channel.POST, NOW).refusal is Refusal.OBJECTED
        assert not people.people(session, {died})[died].is_deceased
        assert [len(titles(session, who)) for who in (unknown, refused, died)] == [1, 0, 1]
        second = freezing.freeze(session, service.add_issue(session, NEXT).id, by=None, at=NOW)
        assert back(session, house, unknown, ReturnReason.UNKNOWN, second).effect is ReturnEffect.SUSPENDED
        (abode,) = contacts.addresses_of(session, [unknown])[unknown]
        assert abode.deliverability is Deliverability.DEAD
        assert gate.verdict_of(session, unknown, MAGAZINE, Channel.POST, NOW).refusal is Refusal.NO_ADDRESS
        with pytest.raises(CopyMissing):
            back(session, house, refused, ReturnReason.UNKNOWN, second)
        seen = history.of_person(session, refused)
        assert [(one.number, one.reason, one.returned) for one in seen] == [
            (125, "objected", None),
            (124, None, ReturnReason.REFUSED),
        ]


def test_a_copy_that_stayed_starts_the_count_anew(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        marie = reader(session)
        for place, is_back in enumerate((True, False, True, True)):
            day = TODAY + timedelta(days=90 * place)
            plan = replace(PLAN, number=130 + place, file_due_on=day, drop_on=day, home_on=day)
            run = freezing.freeze(session, service.add_issue(session, plan).id, by=None, at=NOW)
            if is_back:
                at = NOW + timedelta(days=90 * place + 9)
                done = returning.record(
                    session, house.sealer, marie, run.issue_id, ReturnReason.UNCLAIMED, by=None, at=at
                )
                assert done.effect is (ReturnEffect.SUSPENDED if place == 3 else ReturnEffect.ASK)


def test_a_file_of_returns_says_what_it_could_not_use(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        marie, jean, paul = (reader(session) for _ in range(3))
        run = freezing.freeze(session, service.issues(session)[0].id, by=None, at=NOW)
        late = reader(session)
        lines = [
            (f"124/{number(session, marie)}", "n’habite plus à l’adresse"),
            (number(session, jean), "onbekend"),
            ("99999999", "inconnu"),
            (number(session, paul), "mouillé"),
            (number(session, jean), "inconnu"),
            (number(session, late), "inconnu"),
            (f"125/{number(session, jean)}", "NPAI"),
            (f"7/{number(session, jean)}", "inconnu"),
        ]
        later = freezing.freeze(session, service.add_issue(session, NEXT).id, by=None, at=NOW)
        assert later.mailed == 4
        text = "code;raison\r\n" + "\r\n".join(";".join(line) for line in lines)
        outcomes: Sequence[returning.FileOutcome] = [
            returning.record_file(
                session, house.sealer, returning.read_file(text.encode(code)), run.issue_id, by=None, at=NOW
            )
            for code in ("windows-1252", "utf-8-sig")
        ]
        told = returning.latest(session)
        (home,) = contacts.addresses_of(session, [marie])[marie]
    first, again = outcomes
    assert (home.failures, home.deliverability) == (1, Deliverability.FAILING)  # gone, for the first time: flagged
    assert first.effects == {ReturnEffect.SUSPENDED: 1, ReturnEffect.ASK: 2}
    assert (first.unknown, first.unread, first.again) == ((4, 7, 9), (5,), 1)
    assert (again.effects, again.again) == ({}, 4)
    assert [(one.person_id, one.issue_number) for one in told] == [(jean, 125), (jean, 124), (marie, 124)]


@pytest.mark.parametrize("content", [b"", b"\0\1", b"x;y\n" * 20_002])
def test_a_file_that_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        returning.read_file(content)


def test_a_code_is_found_with_or_without_its_issue(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        marie = reader(session)
        with pytest.raises(CopyMissing):
            returning.find(session, number(session, marie))
        run = freezing.freeze(session, service.issues(session)[0].id, by=None, at=NOW)
        for typed in (number(session, marie), f"124/{number(session, marie)}"):
            person, issue = returning.find(session, typed)
            assert (person.id, issue.id) == (marie, run.issue_id)
        for typed, error in (("123456", NumberUnknown), ("", NumberUnknown), ("7/10000097", NumberUnknown)):
            with pytest.raises(error):
                returning.find(session, typed)
        with pytest.raises(CopyMissing):
            returning.find(session, f"7/{number(session, marie)}")


def test_claims_are_closed_once_and_figures_count_what_came_back(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        marie = reader(session)
        reader(session, said={"format": Format.PDF})
        run = freezing.freeze(session, service.issues(session)[0].id, by=None, at=NOW)
        returning.claim(session, marie, run.issue_id, note="  Rien  reçu ", by=None, at=NOW)
        (found,) = returning.claims(session, person_id=marie)
        assert (found.note, found.issue_number) == ("Rien reçu", 124)
        returning.close_claim(session, found.id, at=NOW)
        with pytest.raises(ClaimMissing):
            returning.close_claim(session, found.id, at=NOW)
        back(session, house, marie, ReturnReason.BAD_BOX, run)
        told = figures(session)
        (issue,) = told.issues
        assert (issue.people, issue.copies, issue.pdf, issue.returned, issue.cents) == (1, 1, 1, 1, 110)
        assert told.postcodes == (("1000", 1),)
        service.change_issue(session, run.issue_id, replace(PLAN, copy_cents=100))
        assert figures(session).issues[0].cents == 148
        people.record_death(session, marie, died_on=None, at=NOW)
        printing.strike(session, run.id, at=NOW)
        (issue,) = figures(session).issues
        assert (issue.people, issue.copies, issue.cents, issue.bases[Basis.COMPLIMENTARY], issue.pdf) == (0, 0, 0, 0, 1)


def test_whose_right_ended_since_is_still_owed_the_copy_that_did_not_come(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        ended, never = reader(session, said={"basis": Basis.PAID}), reader(session, said={"basis": None})
        run = freezing.freeze(session, service.issues(session)[0].id, by=None, at=NOW)
        service.subscribe(session, Subscription(person_id=ended), by=None, at=NOW)
        for who in (ended, never):
            assert returning.claim(session, who, run.issue_id, note="", by=None, at=NOW)
        again, waiting = freezing.again(session, run.issue_id, by=None, at=NOW)
        (copy,) = printing.copies(session, again.id)
        assert (copy.person_id, copy.basis, waiting) == (ended, Basis.PAID, 1)


def test_what_a_supporter_chooses_is_kept_and_written_to_the_trail(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        marie = reader(session, said={"copies": 2})
        chosen = service.choose(
            session, house.sealer, marie, format=Format.BOTH, paused_until_on=date(2027, 1, 1), today=TODAY, at=NOW
        )
        assert (chosen.copies, chosen.format, chosen.paused_from_on) == (2, Format.BOTH, TODAY)
        assert service.subscription(session, marie) == chosen
        open_ended = replace(chosen, paused_until_on=None)
        service.subscribe(session, open_ended, by=None, at=NOW)
        kept = service.choose(
            session, house.sealer, marie, format=Format.PDF, paused_until_on=None, today=TODAY, at=NOW, keeps_pause=True
        )
        assert kept == replace(open_ended, format=Format.PDF)
        with pytest.raises(Invalid):
            service.choose(
                session, house.sealer, marie, format=Format.PAPER, paused_until_on=date(2020, 1, 1), today=TODAY, at=NOW
            )


def test_a_copy_that_did_not_come_is_sent_again_where_they_live_now(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        marie, jean = reader(session, last_name="Maes"), reader(session, last_name="Diallo")
        run = frozen(session)
        issue = service.issue(session, run.issue_id)
        assert returning.claim(session, marie, issue.id, note="Rien reçu", by=None, at=NOW)
        assert not returning.claim(session, marie, issue.id, note="Toujours rien", by=None, at=NOW)
        assert returning.claim(session, jean, issue.id, note="", by=None, at=NOW)
        contacts.move(session, house.addresses, replace(HOME, number="99"), person_id=marie, at=NOW)
        people.record_death(session, jean, died_on=None, at=NOW)
        again, waiting = freezing.again(session, issue.id, by=None, at=NOW)
        assert (again.kind, again.mailed, again.copies, waiting) == (RunKind.AGAIN, 1, 1, 1)
        (copy,) = printing.copies(session, again.id)
        assert (copy.person_id, copy.number) == (marie, "99")
        with pytest.raises(NobodyToMail):
            freezing.again(session, issue.id, by=None, at=NOW)
        assert sum(returning.waiting(session).values()) == 1
