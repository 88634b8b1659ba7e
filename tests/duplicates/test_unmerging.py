"""Two records made two again, where something happened in between."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from random import Random
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import paces, restrictions
from crm.consent import service as consent
from crm.consent.model import Act, Channel, NewAct, Purpose, Way
from crm.consent.tables import LastLetterRow
from crm.donations import service as donations
from crm.donations.model import GENERAL, Method, Movement, NewGift, NewLine
from crm.donations.tables import GiftRow
from crm.duplicates import merges
from crm.duplicates.model import Merge
from crm.people import arriving, contacts, differences, links
from crm.people import service as people
from crm.people.model import Deliverability, FailureReason, NewPerson, TieKind, Usage
from crm.people.tables import ContactPointRow, TieRow
from crm.plans.tables import PlanRow, StandingInstalmentRow
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from mailing.correspondence import service as correspondence
from mailing.feedback import service as feedback
from tests.conftest import NOW
from tests.duplicates.holding import kept

SHARED, OWN = EmailAddress.parse("commune@exemple.be"), EmailAddress.parse("seule@exemple.be")


def test_an_address_that_lived_on_by_the_merge_alone_is_preferred_by_nobody_after_it(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        kept, gone = (
            people.add(
                session, assembly.addresses, NewPerson(language=Language.FR, email=SHARED, last_name=name), at=NOW
            )
            for name in ("Dupont", "Dupond")
        )
        own = contacts.add_email(session, assembly.addresses, OWN, person_id=kept.id, at=NOW)
        shared = kept.contact_points[0]
        contacts.end_point(session, shared.id, at=NOW)
        merge = merges.merge(
            session,
            assembly.sealer,
            assembly.pointers,
            survivor_id=kept.id,
            loser_id=gone.id,
            chosen={},
            by=None,
            at=NOW + timedelta(days=1),
        )
        assert session.get_one(ContactPointRow, shared.id, populate_existing=True).ended_at is None
        contacts.prefer_point(session, shared.id)
        merges.undo(session, assembly.sealer, assembly.pointers, merge.id, by=None, at=NOW + timedelta(days=2))
        again = session.get_one(ContactPointRow, shared.id, populate_existing=True)
        assert (again.ended_at, again.is_primary) == (NOW, False)
        assert session.get_one(ContactPointRow, own.id, populate_existing=True).is_primary


@pytest.mark.parametrize("usage", [Usage.HOME, Usage.WORK])
def test_a_box_that_post_came_back_from_stays_so_under_the_other_name(assembly: Assembly, usage: Usage) -> None:
    """Whoever of the two the post came back of, and whatever each used the box for; taken apart, each is as it was."""
    box = PostalAddress.parse(street="Rue des Bougies", number="12", postcode="5000", locality="Namur")
    with assembly.database.reading() as session:
        kept, gone = (
            people.add(session, assembly.addresses, NewPerson(language=Language.FR, last_name=name), at=NOW)
            for name in ("Dupont", "Dupond")
        )
        good = contacts.add_address(session, assembly.addresses, box, person_id=kept.id, at=NOW)
        bad = contacts.add_address(session, assembly.addresses, box, person_id=gone.id, usage=usage, at=NOW)
        contacts.fail_address(session, bad.id, FailureReason.GONE, source="test", at=NOW)
        merge = merges.merge(
            session, assembly.sealer, assembly.pointers, survivor_id=kept.id, loser_id=gone.id, chosen={}, by=None,
            at=NOW + timedelta(days=1),
        )  # fmt: skip
        held = contacts.addresses_of(session, [kept.id])[kept.id]
        assert {(one.deliverability, one.failures) for one in held} == {(Deliverability.DEAD, 1)}
        told = contacts.failures_of(session, kept.id)
        assert {one.abode_id for one in told} <= {one.id for one in held}
        assert len(told) == 1
        merges.undo(session, assembly.sealer, assembly.pointers, merge.id, by=None, at=NOW + timedelta(days=2))
        [mine], [theirs] = (contacts.addresses_of(session, [one.id])[one.id] for one in (kept, gone))
        assert (mine.id, mine.deliverability, mine.failures) == (good.id, Deliverability.LIVE, 0)
        assert (theirs.id, theirs.deliverability, theirs.failures) == (bad.id, Deliverability.DEAD, 1)
        assert [one.abode_id for one in contacts.failures_of(session, gone.id)] == [bad.id]


def circle(session: Session, assembly: Assembly, size: int) -> list[PersonId]:
    """So many people who are nothing to each other yet."""
    new = [NewPerson(language=Language.FR, last_name=f"Dupont {number}") for number in range(size)]
    return [people.add(session, assembly.addresses, one, at=NOW).id for one in new]


def join(session: Session, assembly: Assembly, loser: PersonId, survivor: PersonId) -> Merge:
    return merges.merge(
        session, assembly.sealer, assembly.pointers, survivor_id=survivor, loser_id=loser, chosen={}, by=None, at=NOW
    )  # fmt: skip


def part(session: Session, assembly: Assembly, merge: Merge) -> None:
    merges.undo(session, assembly.sealer, assembly.pointers, merge.id, by=None, at=NOW)


def tied(session: Session, *several: PersonId) -> list[set[tuple[PersonId, PersonId]]]:
    """From whom to whom each shows a tie."""
    return [{(tie.person_id, tie.other_id) for tie in links.ties_of(session, one)} for one in several]


def rows(session: Session) -> list[tuple[object, ...]]:
    session.flush()
    return sorted(map(tuple, session.execute(select(TieRow.__table__))), key=repr)


def test_a_tie_that_comes_back_leads_to_whom_its_other_end_was_merged_into_meanwhile(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        a, b, c, d = circle(session, assembly, 4)
        for one, other in ((a, c), (b, d)):
            links.tie(session, one, other, TieKind.PARENT, at=NOW)
        was = rows(session)
        inner, outer = join(session, assembly, b, a), join(session, assembly, d, c)
        assert tied(session, a, c) == [{(a, c)}] * 2
        part(session, assembly, inner)
        assert tied(session, a, b, c) == [{(a, c)}, {(b, c)}, {(a, c), (b, c)}]
        join(session, assembly, b, a)
        part(session, assembly, outer)
        assert tied(session, a, c, d) == [{(a, c), (a, d)}, {(a, c)}, {(a, d)}]
        part(session, assembly, merges.of(session, a)[0])
        assert rows(session) == was


def test_a_tie_wakes_when_the_one_it_slept_behind_leads_to_somebody_else_again(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        a, b, c, d = circle(session, assembly, 4)
        for one, other in ((a, d), (b, c)):
            links.tie(session, one, other, TieKind.PARENT, at=NOW)
        was = rows(session)
        far, near = join(session, assembly, d, c), join(session, assembly, b, a)
        assert tied(session, a, c) == [{(a, c)}] * 2
        part(session, assembly, far)
        assert tied(session, a, c, d) == [{(a, c), (a, d)}, {(a, c)}, {(a, d)}]
        part(session, assembly, near)
        assert tied(session, a, b) == [{(a, d)}, {(b, c)}]
        assert rows(session) == was


def test_a_tie_of_two_who_were_one_for_a_while_is_theirs_again(assembly: Assembly) -> None:
    """Whatever became of whom they were, and of others who were merged into them."""
    with assembly.database.reading() as session:
        a, b, c, d, e = circle(session, assembly, 5)
        for one, other in ((a, b), (c, d), (d, b)):
            links.tie(session, one, other, TieKind.PARENT, at=NOW)
        was = rows(session)
        done = [join(session, assembly, *two) for two in ((b, a), (c, a), (a, e))]
        assert tied(session, d, e) == [{(e, d), (d, e)}] * 2
        last = join(session, assembly, d, e)
        assert tied(session, e) == [set()]
        part(session, assembly, done.pop())
        part(session, assembly, done[0])
        assert tied(session, a, b, e) == [{(a, b), (a, e)}, {(a, b), (e, b)}, {(a, e), (e, b)}]
        part(session, assembly, done[1])
        part(session, assembly, last)
        assert rows(session) == was


def test_when_each_had_their_last_letter_is_not_lost_whoever_leaves_first(assembly: Assembly) -> None:
    def had(*several: PersonId) -> list[set[int]]:
        at = paces.last_letters(session, several)
        return [{(at[who, way] - NOW).days for who, way in at if who == one} for one in several]

    with assembly.database.reading() as session:
        a, b, c = circle(session, assembly, 3)
        for day, one in ((1, b), (2, c)):
            session.add(LastLetterRow(person_id=one, channel=Channel.EMAIL, written_at=NOW + timedelta(days=day)))
        first, second = join(session, assembly, b, a), join(session, assembly, c, a)
        assert had(a) == [{2}]
        part(session, assembly, first)
        assert had(a, b) == [{2}, {1}]
        part(session, assembly, second)
        assert had(a, b, c) == [set(), {1}, {2}]


def test_a_death_and_a_freeze_that_were_told_of_two_in_one_are_kept_of_both(assembly: Assembly) -> None:
    """And a death that somebody reported; nothing of before, or of a third, goes over."""
    later = NOW + timedelta(days=1)
    with assembly.database.reading() as session:
        a, b, c, d = circle(session, assembly, 4)
        restrictions.restrict(session, c, since_on=NOW.date(), reason="conteste", by=None, at=later)
        first = join(session, assembly, b, a)
        other = join(session, assembly, c, d)
        people.record_death(session, a, died_on=None, at=later)
        restrictions.restrict(session, b, since_on=NOW.date(), reason="conteste", by=None, at=later)
        said: dict[str, Any] = {"field": "deceased_on", "held": {}, "said": {"text": "undated"}, "source": "import:1"}
        differences.note(session, c, at=later, **said)
        part(session, assembly, first)
        assert merges.undo(session, assembly.sealer, assembly.pointers, other.id, by=None, at=later).both == 1
        assert restrictions.restricted(session, [a, b, c, d]) == {a, b, c}
        assert {one for one in (a, b, c, d) if people.people(session, [one])[one].is_deceased} == {a, b}
        assert differences.said_dead(session, [a, b, c, d]) == {c, d}


def gift(session: Session, assembly: Assembly, person_id: PersonId, number: int, at: datetime) -> int:
    """The number of a gift of theirs that came then."""
    movement = Movement(method=Method.CASH, booked_on=NOW.date(), provider="test", external_id=str(number))
    new = NewGift(person_id=person_id, lines=(NewLine(cents=500),), given_on=NOW.date(), movement=movement)
    return donations.record(session, assembly.sealer, new, at=at).id


def test_what_came_by_their_plan_while_two_were_one_is_theirs(assembly: Assembly) -> None:
    later = NOW + timedelta(days=1)
    with assembly.database.reading() as session:
        a, b = circle(session, assembly, 2)
        gift(session, assembly, a, 9, NOW)
        plan_id = kept(session, Random(1), PlanRow, person_id=b, fund_code=GENERAL, version=1)
        merge = join(session, assembly, b, a)
        came, given = (gift(session, assembly, a, number, later) for number in range(2))
        session.add(StandingInstalmentRow(plan_id=plan_id, period="2026-11", gift_id=came))
        part(session, assembly, merge)
        assert [session.get_one(GiftRow, one).person_id for one in (came, given)] == [b, a]


def test_who_leaves_by_a_letter_to_the_two_in_one_leaves_where_the_mailbox_is_theirs(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        consent.put_purpose(session, Purpose(code="news", names={}, promises={}, position=1))
        [a] = circle(session, assembly, 1)
        b = people.add(session, assembly.addresses, NewPerson(language=Language.FR, email=OWN), at=NOW)
        [point] = b.contact_points
        act = NewAct(
            person_id=b.id, purpose="news", address_key=point.address_key, act=Act.GIVEN, way=Way.WEB, occurred_at=NOW
        )
        consent.record(session, assembly.sealer, act, at=NOW)
        part(session, assembly, join(session, assembly, b.id, a))
        later = NOW + timedelta(days=1)
        value = [a, point.id, "news", None]
        reader = correspondence.reader_of(session, value)
        assert reader is not None
        assert reader.person.id == b.id
        assert feedback.one_click(session, assembly.sealer, value, later)
        assert [one.act for one in consent.standings(session, b.id)] == [Act.WITHDRAWN]


def test_a_merge_and_its_undoing_wait_for_a_file_that_is_going_in(assembly: Assembly) -> None:
    """What is written set by set is written to whom the file was weighed against."""
    with assembly.database.transaction() as session:
        a, b = circle(session, assembly, 2)
    made: list[Merge] = []

    def merges_them() -> None:
        with assembly.database.transaction() as session:
            if made:
                part(session, assembly, made[0])
            else:
                made.append(join(session, assembly, b, a))

    for was in (None, a):
        at_once = Thread(target=merges_them)
        with assembly.database.transaction() as session:
            arriving.hold_arrivals(session)
            at_once.start()
            time.sleep(0.2)
            session.expire_all()
            assert people.people(session, [b])[b].merged_into_id == was
        at_once.join(30)
        with assembly.database.reading() as session:
            assert people.people(session, [b])[b].merged_into_id == (a if was is None else None)
