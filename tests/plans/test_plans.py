"""Plans and mandates by their doors: signed once, changed with a day, sealed, seen by whom they belong to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from crm.assembly import Assembly
from crm.banking import matching
from crm.donations.errors import CodeUnknown
from crm.people import links
from crm.people.errors import PersonMissing
from crm.plans import arriving, mandates, merging, selects, service
from crm.plans.errors import MandateOver, PlanChanged, PlanMissing, PlanOver, ReferenceTaken, ReferenceWrong, TermsWrong
from crm.plans.model import Channel, EndReason, EventKind, PlanState, Wanted, Way
from crm.plans.tables import MandateRow, PlanRow
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, MandateId, PersonId, PlanId
from jobs import refresh_plans
from tests.conftest import NOW
from tests.donations.conftest import donor
from tests.plans.conftest import ACCOUNT, OTHER, TODAY, Promise, mandate

BY = AccountId(1)
SAID: dict[str, Any] = {"channel": Channel.PHONE, "at": NOW, "by": BY}
SOON = TODAY + timedelta(days=30)


def test_an_account_is_sealed_known_by_its_key_and_opened_for_the_file_alone(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        who = donor(session, assembly)
        signed = mandate(session, assembly, who)
        row = session.scalars(select(MandateRow)).one()
        assert (signed.tail, signed.reference[:4]) == ("6769", "PV26")
        assert ACCOUNT.plain not in repr([getattr(row, column.name) for column in MandateRow.__table__.columns])
        assert mandates.account_of(session, assembly.safe, signed.id) == ACCOUNT
        key = mandates.account_key(assembly.addresses, ACCOUNT)
        assert key == matching.account_key(assembly.addresses, ACCOUNT.plain)
        assert links.ids_by_key(session, matching.IBAN, key) == (who,)
        assert str(ACCOUNT) == "Iban(…6769)"


def test_a_reference_is_one_mandate_of_one_person(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        who = donor(session, assembly)
        first = mandate(session, assembly, who, reference="STREET-1")
        assert mandate(session, assembly, who, reference="STREET-1", account=OTHER) == first
        with pytest.raises(ReferenceTaken):
            mandate(session, assembly, donor(session, assembly), reference="STREET-1")
        with pytest.raises(ReferenceWrong):
            mandate(session, assembly, who, reference="deux mots")
        with pytest.raises(PersonMissing):
            mandate(session, assembly, PersonId(999))
        for wrong in ({"signed_on": TODAY + timedelta(days=1)}, {"holder": " "}):
            with pytest.raises(Invalid):
                mandate(session, assembly, who, **wrong)
        assert {mandate(session, assembly, who).reference for _ in range(3)} == {
            f"PV26000000{number}" for number in (2, 3, 4)
        }


def test_what_changes_of_a_mandate_is_written_down_with_what_it_was(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        who = donor(session, assembly)
        fresh = mandate(session, assembly, who)
        served = mandate(session, assembly, who, reference="OLD-1", last_collected_on=TODAY - timedelta(days=30))
        for one in (fresh, served):
            for _ in range(2):
                assert mandates.amend_account(session, assembly.safe, one.id, OTHER, at=NOW).tail == "7034"
        renamed = mandates.amend_reference(session, served.id, "NEW-1", at=NOW)
        assert renamed.reference == "NEW-1"
        assert mandates.account_of(session, assembly.safe, served.id) == OTHER
        assert [one.kind.value for one in mandates.amendments(session, fresh.id)] == ["account"]
        told = mandates.amendments(session, served.id)
        assert [(one.kind.value, one.before) for one in told] == [("account", "6769"), ("reference", "OLD-1")]
        with pytest.raises(ReferenceTaken):
            mandates.amend_reference(session, fresh.id, "NEW-1", at=NOW)
        mandates.end(session, fresh.id, on=TODAY)
        with pytest.raises(MandateOver):
            mandates.amend_account(session, assembly.safe, fresh.id, ACCOUNT, at=NOW)


def test_every_change_is_a_version_with_its_day_and_an_event(assembly: Assembly, promise: Promise) -> None:
    with assembly.database.transaction() as session:
        plan = promise(session, 1000)
        more = service.change(session, plan.id, cents=1500, seen=plan.version, effective_on=TODAY, **SAID)
        same = service.change(session, plan.id, cents=1500, seen=more.version, effective_on=TODAY, **SAID)
        assert (more.terms.cents, same) == (1500, more)
        later = service.change(session, plan.id, cents=500, seen=more.version, effective_on=SOON, **SAID)
        assert later.terms.cents == 1500
        assert service.refresh_terms(session, SOON - timedelta(days=1)) == 0
    assert [refresh_plans.run(assembly, NOW + timedelta(days=30)) for _ in range(2)] == [
        {"plans": 1, "rested": 0, "strays": 0},
        {"plans": 0, "rested": 0, "strays": 0},
    ]
    with assembly.database.reading() as session:
        assert service.plan(session, plan.id).terms.cents == 500
        whole = service.whole(session, plan.id)
        assert [(one.kind, one.delta_cents) for one in whole.events] == [
            (EventKind.SIGN, 12000),
            (EventKind.UPGRADE, 6000),
            (EventKind.DOWNGRADE, -12000),
        ]
        assert [one.terms.cents for one in whole.versions] == [1000, 1500, 500]
        due = service.falling_due(session, [plan.id], first_on=TODAY, last_on=TODAY + timedelta(days=80))[plan.id]
        assert [(one.period, one.cents) for one in due] == [("2026-12", 1500), ("2027-01", 500), ("2027-02", 500)]
        with pytest.raises(TermsWrong):
            service.change(session, plan.id, cents=0, seen=later.version, effective_on=SOON, **SAID)
        with pytest.raises(PlanChanged):
            service.change(session, plan.id, cents=1, seen=plan.version, effective_on=SOON, **SAID)


def test_a_plan_pauses_resumes_ends_and_lives_again(assembly: Assembly, promise: Promise) -> None:
    with assembly.database.transaction() as session:
        plan = promise(session)
        paused = service.pause(session, plan.id, seen=1, on=TODAY, until_on=SOON, **SAID)
        assert states(session) == {plan.id: PlanState.PAUSED}
        for day in (TODAY, SOON - timedelta(days=1)):
            with pytest.raises(PlanOver):
                service.pause(session, plan.id, seen=paused.version, on=day, until_on=None, **SAID)
        resumed = service.resume(session, plan.id, seen=paused.version, on=TODAY, **SAID)
        with pytest.raises(PlanOver):
            service.resume(session, plan.id, seen=resumed.version, on=TODAY, **SAID)
        with pytest.raises(Invalid):
            service.pause(session, plan.id, seen=resumed.version, on=SOON, until_on=SOON, **SAID)
        ended = service.cancel(
            session, plan.id, seen=resumed.version, on=TODAY, reason=EndReason.MONEY, note=" Chômage ", **SAID
        )
        assert states(session) == {plan.id: PlanState.ENDED}
        for day in (TODAY, SOON):
            with pytest.raises(PlanOver):
                service.cancel(session, plan.id, seen=ended.version, on=day, reason=EndReason.MOVED, **SAID)
        with pytest.raises(PlanOver):
            service.change(session, plan.id, cents=1, seen=ended.version, effective_on=SOON, **SAID)
        service.revive(session, plan.id, seen=ended.version, on=SOON, **SAID)
        with pytest.raises(PlanMissing):
            service.plan(session, PlanId(999))
        last = service.whole(session, plan.id).events
        assert [one.kind.value for one in last] == ["sign", "pause", "resume", "cancel", "revive"]
        assert (last[3].reason, last[3].note) == ("money", "Chômage")
        due = service.falling_due(session, [plan.id], first_on=TODAY, last_on=date(2027, 2, 28))[plan.id]
        assert [one.period for one in due] == ["2027-01", "2027-02"]


def states(session: object) -> dict[int, PlanState]:
    found = session.execute(selects.plans_on(TODAY)).all()  # type: ignore[attr-defined]
    return {row.id: PlanState(row.state) for row in found}


def test_a_mandate_serves_one_plan_of_its_own_person(assembly: Assembly, promise: Promise) -> None:
    with assembly.database.transaction() as session:
        who = donor(session, assembly)
        signed = mandate(session, assembly, who)
        plan = promise(session, person_id=who, signed=signed)
        for wrong in (signed, mandate(session, assembly, donor(session, assembly))):
            with pytest.raises(MandateOver):
                promise(session, person_id=who, signed=wrong)
        asleep = mandate(session, assembly, who, signed_on=date(2023, 11, 23))
        with pytest.raises(MandateOver):
            promise(session, person_id=who, signed=asleep)
        with pytest.raises(CodeUnknown):
            promise(session, fund="nulle-part")
        with pytest.raises(CodeUnknown):
            promise(session, source_code="NULLE-PART")
        new = mandate(session, assembly, who)
        moved = service.serve_by(session, plan.id, new.id, seen=plan.version, at=NOW, by=BY)
        assert moved.mandate_id == new.id
        assert mandates.mandate(session, signed.id).ended_on == TODAY
        assert service.serve_by(session, plan.id, new.id, seen=moved.version, at=NOW, by=BY) == moved
        with pytest.raises(Exception, match="no such mandate"):
            mandates.mandate(session, MandateId(999))


def test_a_row_of_a_recruiter_or_an_old_system_arrives_once(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        who = donor(session, assembly)
        kept, other = (mandates.enclose(assembly.safe, one) for one in (ACCOUNT, OTHER))
        street = arriving.Row(
            person_id=who, supplier="rue", reference="R-77", signed_on=date(2026, 11, 2), cents=1200,
            channel=Channel.STREET, account=kept, holder="Ana Alpha",
            proof="scan R-77.pdf", anchor_day=31,
        )  # fmt: skip
        old = arriving.Row(
            person_id=who, supplier="ancien", reference="OLD/4", signed_on=date(2019, 5, 3), cents=6000,
            channel=Channel.IMPORT, account=other, holder="Ana Alpha", starts_on=date(2019, 6, 15), every_months=3,
            last_collected_on=date(2026, 10, 15),
        )  # fmt: skip
        order = arriving.Row(
            person_id=who, supplier="ancien", reference="OP-9", signed_on=date(2020, 1, 1), cents=500,
            channel=Channel.IMPORT,
        )  # fmt: skip
        brought = arriving.bring_many(session, (street, old, order), at=NOW)
        assert [one.has_taught for one in brought] == [True, True, False]
        again = arriving.bring_many(session, (order, street, old, street), at=NOW)
        assert [one.plan_id for one in again] == [brought[place].plan_id for place in (2, 0, 1, 0)]
        made = [service.plan(session, one.plan_id) for one in brought]
        assert [plan.way for plan in made] == [Way.DIRECT_DEBIT, Way.DIRECT_DEBIT, Way.STANDING_ORDER]
        assert session.scalar(select(func.count()).select_from(MandateRow)) == 2
        due = service.falling_due(session, [plan.id for plan in made], first_on=TODAY, last_on=date(2027, 4, 30))
        assert [one.due_on for one in due[made[0].id]] == [
            date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31),
            date(2027, 4, 30),
        ]  # fmt: skip
        assert [one.period for one in due[made[1].id]] == ["2027-01", "2027-04"]
        stranger = arriving.Row(
            person_id=donor(session, assembly), supplier="rue", reference="R-77", signed_on=TODAY, cents=100,
            channel=Channel.STREET,
        )  # fmt: skip
        with pytest.raises(ReferenceTaken):
            arriving.bring_many(session, [stranger], at=NOW)


def test_the_list_and_its_totals_answer_the_same_filters(assembly: Assembly, promise: Promise) -> None:
    with assembly.database.transaction() as session:
        one = promise(session, 1000)
        two = promise(session, 6000, every_months=3)
        service.pause(session, one.id, seen=1, on=TODAY, until_on=None, **SAID)
        cases = {
            (): (2, 36000),
            (("state", PlanState.PAUSED),): (1, 12000),
            (("state", PlanState.ACTIVE),): (1, 24000),
            (("state", PlanState.ENDED),): (0, 0),
            (("way", Way.STANDING_ORDER),): (0, 0),
            (("least_cents", 5000),): (1, 24000),
            (("person_id", one.person_id),): (1, 12000),
            (("supplier", "rue"),): (0, 0),
        }
        for asked, (count, yearly) in cases.items():
            wanted = Wanted(on=TODAY, **dict(asked))  # type: ignore[arg-type]
            totals = service.totals(session, wanted)
            assert (len(service.page(session, wanted)), totals.plans, totals.yearly_cents) == (count, count, yearly)
        assert service.page(session, Wanted(on=TODAY), after=two.id) == (service.plan(session, one.id),)


def test_a_merge_takes_plans_and_mandates_along_and_gives_them_back(assembly: Assembly, promise: Promise) -> None:
    with assembly.database.transaction() as session:
        one, two = promise(session), promise(session)
        moves = merging.repoint(session, loser=two.person_id, survivor=one.person_id)
        rows = session.execute(select(PlanRow.person_id, MandateRow.person_id).join(MandateRow)).all()
        assert {tuple(row) for row in rows} == {(one.person_id, one.person_id)}
        assert merging.holdings(session, [one.person_id])[one.person_id] == {"plan": 2, "mandate": 2}
        assert merging.put_back(session, moves, loser=two.person_id, survivor=one.person_id) == 0
        assert service.plan(session, two.id) == two
