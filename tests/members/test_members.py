"""Memberships from their first fee to their last day, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.donations import service as donations
from crm.donations.model import EntryKind, Method, Movement
from crm.duplicates import merges
from crm.members import assemblies, convoking, reminding, rules, selects, service
from crm.members.errors import AlreadyMember, KindUnknown, ProxyRefused
from crm.members.model import Asked, HouseRules, LeaveReason, Proxy, Rate, RemindWay, State, Wanted
from crm.people import contacts
from crm.people import service as people
from crm.plans import service as plans
from crm.plans.model import Channel
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, PersonId
from jobs import keep_memberships
from mailing.delivery.tables import DeliveryRow
from mailing.feedback.model import Finding
from mailing.feedback.tables import MailEventRow
from tests.conftest import NOW
from tests.members.conftest import TODAY, PayFee, donor
from tests.plans.conftest import Promise

BY = AccountId(1)
LAST_YEAR = TODAY - timedelta(days=340)


def test_a_fee_makes_a_member_a_return_unmakes_them_and_leaving_is_leaving(assembly: Assembly, fee: PayFee) -> None:
    with assembly.database.transaction() as session:
        ann, bo = donor(session, assembly, "Ann"), donor(session, assembly, "Bo")
        paid = fee(session, ann)
        assert set(session.scalars(selects.in_force(TODAY, grace_months=0))) == {ann}
        assert service.catch_up(session, at=NOW) == 1
        (one,) = service.of_person(session, ann, on=TODAY)
        assert (one.state, one.joined_on, one.paid_until_on) == (State.IN_FORCE, TODAY, date(2027, 11, 23))
        with pytest.raises(AlreadyMember):
            service.join(session, ann, kind="member", signed_on=TODAY, at=NOW, by=BY)
        service.share(session, one.id, bo, since_on=TODAY, at=NOW)
        assert set(session.scalars(selects.in_force(TODAY, grace_months=0))) == {ann, bo}
        back = Movement(method=Method.TRANSFER, booked_on=TODAY)
        donations.take_back(session, assembly.sealer, paid.id, EntryKind.RETURN, back, cents=2500, at=NOW)
        assert set(session.scalars(selects.in_force(TODAY, grace_months=3))) == set()
        assert service.membership(session, one.id, on=TODAY).state is State.AWAITED
        fee(session, bo, 1000)  # any amount, as long as nobody decided
        assert set(session.scalars(selects.in_force(TODAY, grace_months=0))) == {ann, bo}
        service.resign(session, one.id, on=TODAY, reason=LeaveReason.MONEY, note="", at=NOW)
        fee(session, ann)
        assert service.catch_up(session, at=NOW) == 0
        assert set(session.scalars(selects.in_force(TODAY, grace_months=3))) == set()
        assert {stray.person_id for stray in service.fees_after_leaving(session)} == {ann, bo}
        service.reopen(session, one.id)
        whole = service.whole(session, one.id, on=TODAY)
        assert whole.membership.paid_until_on == date(2028, 11, 23)
        assert len(whole.periods) == 2


def test_rates_and_statutes_hold_from_their_day(assembly: Assembly, fee: PayFee) -> None:
    with assembly.database.transaction() as session:
        ann = donor(session, assembly)
        first = Rate(kind="member", from_on=date(2020, 1, 1), fee_cents=2500, months=12)
        service.set_rate(session, first, name="", at=NOW, by=BY)
        low = Rate(kind="reduced", from_on=TODAY, fee_cents=1000, months=12)
        service.set_rate(session, low, name="Tarif réduit", at=NOW, by=BY)
        for wrong in (
            Rate(kind="Ü", from_on=TODAY, fee_cents=1, months=12),
            Rate(kind="a", from_on=TODAY, fee_cents=-1, months=12),
            Rate(kind="a", from_on=TODAY, fee_cents=1, months=0),
            Rate(kind="member", from_on=TODAY, fee_cents=0, months=0),
        ):
            with pytest.raises(Invalid):
                service.set_rate(session, wrong, name="A", at=NOW, by=BY)
        rules = HouseRules(from_on=TODAY, grace_months=99, remind_days=1, proxies_most=1)
        with pytest.raises(Invalid):
            service.set_rules(session, rules, at=NOW, by=BY)
        with pytest.raises(KindUnknown):
            service.join(session, ann, kind="honorary", signed_on=TODAY, at=NOW, by=BY)
        made = service.join(session, ann, kind="member", signed_on=LAST_YEAR, at=NOW, by=BY)
        fee(session, ann, 2500, LAST_YEAR)
        service.change_kind(session, made, "reduced", from_on=TODAY)
        fee(session, ann, 1000)
        months = [period.fee.months for period in service.whole(session, made, on=TODAY).periods]
        assert months == [12, 12]
        totals = service.totals(session, Wanted(on=TODAY))
        assert (totals.memberships, totals.by_kind) == (1, {"reduced": 1})


def _mailbox(session: Session, assembly: Assembly, person_id: PersonId, name: str) -> None:
    address = EmailAddress.parse(f"{name}@exemple.test")
    contacts.add_email(session, assembly.addresses, address, person_id=person_id, at=NOW)


def test_a_reminder_leaves_once_and_never_to_the_dead_or_those_who_left(assembly: Assembly, fee: PayFee) -> None:
    with assembly.database.transaction() as session:
        names = ("ann", "bo", "cy", "di", "el")
        ann, bo, cy, di, el = (donor(session, assembly, name) for name in names)
        for who, name in ((ann, "ann"), (bo, "bo"), (cy, "cy"), (di, "di")):
            _mailbox(session, assembly, who, name)
        for who in (ann, bo, cy, el):
            fee(session, who, 2500, LAST_YEAR)
        fee(session, di)
        service.catch_up(session, at=NOW)
        people.record_death(session, bo, died_on=None, at=NOW)
        (gone,) = service.of_person(session, cy, on=TODAY)
        service.resign(session, gone.id, on=TODAY, reason=LeaveReason.UNEXPLAINED, note="", at=NOW)
    first, again = keep_memberships.run(assembly, NOW), keep_memberships.run(assembly, NOW + timedelta(days=1))
    assert (first["reminded"], again["reminded"]) == (1, 0)
    with assembly.database.reading() as session:
        owed = session.execute(select(DeliveryRow.person_id)).scalars().all()
        assert owed == [ann]


def test_a_reminder_that_reached_nobody_goes_to_another_mailbox_or_waits_for_a_letter(
    assembly: Assembly, fee: PayFee
) -> None:
    days = [NOW + timedelta(days=number) for number in range(4)]
    with assembly.database.transaction() as session:
        ann = donor(session, assembly, "ann")
        _mailbox(session, assembly, ann, "ann")
        fee(session, ann, 2500, LAST_YEAR)

    def fail() -> None:
        with assembly.database.transaction() as session:
            last = session.scalars(select(DeliveryRow).order_by(DeliveryRow.id.desc())).first()
            assert last is not None
            event = MailEventRow(delivery_id=last.id, finding=Finding.MAILBOX_FULL, source_key=f"{last.id}", at=NOW)
            session.add(event)

    assert keep_memberships.run(assembly, days[0])["reminded"] == 1
    fail()
    assert keep_memberships.run(assembly, days[1])["reminded"] == 0
    with assembly.database.transaction() as session:
        assert [one.is_in_vain for one in reminding.due(session, at=days[1], size=9)] == [True]
        [point] = people.people(session, [ann])[ann].emails
        other = EmailAddress.parse("autre@exemple.test")
        contacts.correct_email(session, assembly.addresses, point.id, other, at=days[1])
    assert [keep_memberships.run(assembly, days[2])["reminded"] for _ in range(2)] == [1, 0]
    fail()
    assert keep_memberships.run(assembly, days[3])["reminded"] == 0
    with assembly.database.transaction() as session:
        due = reminding.due(session, at=days[3], size=9)
        reminding.note(session, due, RemindWay.LETTER, at=days[3])
        assert reminding.due(session, at=days[3], size=9) == ()
        (membership,) = service.of_person(session, ann, on=TODAY)
        [reminder] = service.whole(session, membership.id, on=TODAY).reminders
        assert reminder.way is RemindWay.LETTER


def test_nobody_of_a_household_is_reminded_while_a_plan_of_any_of_them_holds_the_next_fee(
    assembly: Assembly, fee: PayFee, promise: Promise
) -> None:
    with assembly.database.transaction() as session:
        ann, bo, cy = (donor(session, assembly, name) for name in ("Ann", "Bo", "Cy"))
        for who in (ann, cy):
            fee(session, who, 2500, LAST_YEAR)
        service.catch_up(session, at=NOW)
        (theirs,) = service.of_person(session, ann, on=TODAY)
        (other,) = service.of_person(session, cy, on=TODAY)

        def held_back(payers: set[PersonId]) -> bool:
            whole = service.whole(session, theirs.id, on=TODAY)
            fed = reminding.fed_by(session, theirs.id, on=TODAY)
            assert bool(fed) is rules.is_fed(whole.parts, payers, on=TODAY)
            due = {one.membership_id for one in reminding.due(session, at=NOW, size=9)}
            assert due == ({other.id} if fed else {theirs.id, other.id})
            return bool(fed)

        promise(session, 1000, cy)  # no fee in it: a gift reminds nobody of anything
        assert not held_back(set())
        plan = promise(session, 1000, bo, fee_cents=210)
        assert not held_back({bo})  # of another household
        service.share(session, theirs.id, bo, since_on=TODAY, at=NOW)
        assert held_back({bo})
        plan = plans.pause(
            session, plan.id, seen=plan.version, on=TODAY, until_on=None, channel=Channel.PHONE, at=NOW, by=BY
        )
        assert not held_back(set())
        plans.resume(session, plan.id, seen=plan.version, on=TODAY, channel=Channel.PHONE, at=NOW, by=BY)
        assert held_back({bo})
        service.unshare(session, theirs.id, bo, on=TODAY)
        assert not held_back({bo})


def test_who_shares_the_membership_of_somebody_who_died_is_reminded_instead(assembly: Assembly, fee: PayFee) -> None:
    with assembly.database.transaction() as session:
        ann, bo = (donor(session, assembly, name) for name in ("Ann", "Bo"))
        fee(session, ann, 2500, LAST_YEAR)
        service.catch_up(session, at=NOW)
        (theirs,) = service.of_person(session, ann, on=TODAY)
        service.share(session, theirs.id, bo, since_on=TODAY, at=NOW)
        assert [one.person_id for one in reminding.due(session, at=NOW, size=9)] == [ann]
        people.record_death(session, ann, died_on=None, at=NOW)
        assert [one.person_id for one in reminding.due(session, at=NOW, size=9)] == [bo]


def test_voters_are_those_of_the_day_and_one_represents_another(assembly: Assembly, fee: PayFee) -> None:
    with assembly.database.transaction() as session:
        ann, bo, cy, di = (donor(session, assembly, name) for name in ("Ann", "Bo", "Cy", "Di"))
        _mailbox(session, assembly, ann, "ann")
        for who in (ann, bo, cy):
            fee(session, who)
        fee(session, di, 2500, date(2024, 1, 1))
        held = TODAY + timedelta(days=60)
        made = assemblies.plan(session, title="AG", held_on=held, place="", agenda="Comptes", voters_on=TODAY)
        found = assemblies.find(session, made)
        assert [voter.person_id for voter in assemblies.voters(session, found)] == [ann, bo, cy]
        assemblies.give_proxy(session, made, ann, bo, at=NOW, by=BY)
        assert assemblies.proxies(session, made) == (Proxy(giver_id=ann, holder_id=bo),)
        for giver, holder, why in ((cy, bo, "most"), (bo, cy, "chain"), (di, cy, "voter"), (ann, cy, "given")):
            with pytest.raises(ProxyRefused) as refused:
                assemblies.give_proxy(session, made, giver, holder, at=NOW, by=BY)
            assert refused.value.why == why
        assert assemblies.drop_proxy(session, made, ann)
        assemblies.convoke(session, made, at=NOW, by=BY)
    assert keep_memberships.run(assembly, NOW)["convoked"] == 1
    assert keep_memberships.run(assembly, NOW)["convoked"] == 0
    with assembly.database.reading() as session:
        found = assemblies.find(session, made)
        assert convoking.waiting(session, found, RemindWay.MAIL, on=TODAY, size=9) == ()
        assert convoking.asked(session, found, on=TODAY) == Asked(mailed=1, unreached=2)


def test_two_records_of_one_member_are_one_member(assembly: Assembly, fee: PayFee) -> None:
    with assembly.database.transaction() as session:
        ann, double, bo = (donor(session, assembly, name) for name in ("Ann", "Ann", "Bo"))
        fee(session, ann, 2500, LAST_YEAR)
        fee(session, double)
        fee(session, bo)
        service.catch_up(session, at=NOW)
        made = merges.merge(
            session, assembly.sealer, assembly.pointers, survivor_id=ann, loser_id=double, chosen={}, by=BY, at=NOW
        )
        assert set(session.scalars(selects.in_force(TODAY, grace_months=0))) == {ann, bo}
        untils = {one.paid_until_on for one in service.of_person(session, ann, on=TODAY)}
        assert untils == {date(2027, 12, 18)}  # both fees count for either
        merges.undo(session, assembly.sealer, assembly.pointers, made.id, by=BY, at=NOW)
        assert set(session.scalars(selects.in_force(TODAY, grace_months=0))) == {ann, double, bo}
        assert [one.paid_until_on for one in service.of_person(session, double, on=TODAY)] == [date(2027, 11, 23)]


def test_who_was_merged_with_whom_they_had_sent_votes_in_person_or_by_another(assembly: Assembly, fee: PayFee) -> None:
    with assembly.database.transaction() as session:
        ann, double, bo, cy = (donor(session, assembly, name) for name in ("Ann", "Ann", "Bo", "Cy"))
        for who in (ann, double, bo, cy):
            fee(session, who)
        made = assemblies.plan(session, title="AG", held_on=TODAY, place="", agenda="", voters_on=TODAY)
        assemblies.give_proxy(session, made, ann, double, at=NOW, by=BY)
        merge = merges.merge(
            session, assembly.sealer, assembly.pointers, survivor_id=ann, loser_id=double, chosen={}, by=BY, at=NOW
        )
        voters = {one.person_id: one.holder_id for one in assemblies.voters(session, assemblies.find(session, made))}
        assert voters == {ann: None, bo: None, cy: None}
        assert assemblies.proxies(session, made) == ()
        assemblies.give_proxy(session, made, bo, ann, at=NOW, by=BY)  # who votes in person may represent another
        assert assemblies.drop_proxy(session, made, bo)
        assemblies.give_proxy(session, made, ann, cy, at=NOW, by=BY)
        assert assemblies.proxies(session, made) == (Proxy(giver_id=ann, holder_id=cy),)
        merges.undo(session, assembly.sealer, assembly.pointers, merge.id, by=BY, at=NOW)
        assert assemblies.proxies(session, made) == (Proxy(giver_id=ann, holder_id=cy),)


def test_an_honorary_member_is_in_force_without_a_fee_and_votes_where_their_kind_does(
    assembly: Assembly, fee: PayFee
) -> None:
    free = Rate(kind="honorary", from_on=date(2020, 1, 1), fee_cents=0, months=0)
    with assembly.database.transaction() as session:
        ann, bo = (donor(session, assembly, name) for name in ("Ann", "Bo"))
        _mailbox(session, assembly, ann, "ann")
        service.set_rate(session, free, name="Membre d’honneur", votes=False, at=NOW, by=BY)
        made = service.join(session, ann, kind="honorary", signed_on=LAST_YEAR, at=NOW, by=BY)
        fee(session, bo)
        one = service.membership(session, made, on=TODAY)
        assert (one.state, one.is_free, one.paid_until_on, one.joined_on) == (State.IN_FORCE, True, None, LAST_YEAR)
        before = service.membership(session, made, on=LAST_YEAR - timedelta(days=1))
        assert before.state is State.AWAITED
        assert set(session.scalars(selects.in_force(TODAY, grace_months=0))) == {ann, bo}
        assert reminding.due(session, at=NOW, size=9) == ()
        meeting = assemblies.plan(session, title="AG", held_on=TODAY, place="", agenda="", voters_on=TODAY)
        voters = assemblies.voters(session, found := assemblies.find(session, meeting))
        assert [voter.person_id for voter in voters] == [bo]
        service.set_rate(session, free, name="Membre d’honneur", votes=True, at=NOW, by=BY)
        first = assemblies.voters(session, found)[0]
        assert (first.person_id, first.paid_until_on) == (ann, None)
        service.resign(session, made, on=TODAY, reason=LeaveReason.MOVED, note="", at=NOW)
        assert set(session.scalars(selects.in_force(TODAY, grace_months=0))) == {bo}
