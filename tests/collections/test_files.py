"""Files of collections: everything once, valid, the same byte for byte, let out by two people."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.assembly import Assembly
from crm.collections import pain_008, service
from crm.collections.errors import (
    BatchElsewhere,
    BatchMissing,
    CreditorUnknown,
    DayWrong,
    FileDiffers,
    FileUnsound,
    FourEyes,
    NothingDue,
)
from crm.collections.model import Asking, BatchState, Creditor, Header, LeftOut, Schema, Sequence
from crm.collections.service import Office
from crm.plans import mandates
from crm.plans import service as plans
from crm.plans.model import Channel
from crm.values import target_days
from crm.values.identifiers import SepaBatchId
from tests.approved_files import check_approved
from tests.collections.conftest import CREDITOR, LOOKER, MAKER, Promise, noon, sent
from tests.donations.conftest import donor
from tests.plans.conftest import ACCOUNT, OTHER, mandate

SIGNED = date(2026, 1, 31)
DAY = date(2026, 12, 7)
"""A Monday on which banks are open."""


@pytest.mark.parametrize("schema", Schema)
def test_the_file_is_the_approved_one_and_valid(schema: Schema) -> None:
    header = Header(
        message_id="PV-20261207-000001", schema=schema, collect_on=DAY, made_at=datetime(2026, 12, 1, 9, tzinfo=UTC)
    )
    first = Asking(
        end_to_end_id="PV-20261207-000001-1", sequence=Sequence.FIRST, cents=1, reference="PV260000001",
        signed_on=SIGNED, holder="Zoé Œuvré", account="BE68539007547034", bic="", period="2026-12",
    )  # fmt: skip
    moved = Asking(
        end_to_end_id="PV-20261207-000001-2", sequence=Sequence.RECURRENT, cents=123456, reference="PV260000002",
        signed_on=SIGNED, holder="李", account="NL91ABNA0417164300", bic="ABNANL2A", period="2026-12",
        was_reference="OLD-4", is_new_account=True,
    )  # fmt: skip
    check_approved(f"sepa/{schema.value}.xml", pain_008.written(CREDITOR, header, [first, moved]).decode())
    with pytest.raises(FileUnsound):
        pain_008.written(Creditor(name="", creditor_id="", account="x", bic="x"), header, [first])


def test_what_is_due_is_asked_in_one_file_and_in_no_other(assembly: Assembly, office: Office, promise: Promise) -> None:
    at = noon(date(2026, 12, 1))
    with assembly.database.transaction() as session:
        promise(session, 1500, started_on=date(2026, 11, 10), anchor_day=30)
        promise(session, 1000, started_on=date(2026, 11, 23), anchor_day=7)
        found = service.prospect(session, office, DAY)
        assert (found.count, found.cents, found.left_out) == (2, 2500, {})
        made = service.make(session, office, DAY, at=at, by=MAKER)
        assert (made.count, made.cents, made.state) == (2, 2500, BatchState.MADE)
        assert service.prospect(session, office, DAY).count == 0
        with pytest.raises(NothingDue):
            service.make(session, office, DAY, at=at, by=MAKER)


def test_each_step_wants_the_one_before_and_another_person(
    assembly: Assembly, office: Office, promise: Promise
) -> None:
    at = noon(date(2026, 12, 1))
    with assembly.database.transaction() as session:
        plan = promise(session, 1500, started_on=SIGNED, anchor_day=30)
        made = service.make(session, office, DAY, at=at, by=MAKER)
        with pytest.raises(BatchElsewhere):
            service.leave(session, office, made.id, at=at, by=LOOKER)
        with pytest.raises(FourEyes):
            service.approve(session, office, made.id, at=at, by=MAKER)
        service.approve(session, office, made.id, at=at, by=LOOKER)
        with pytest.raises(BatchElsewhere):
            service.approve(session, office, made.id, at=at, by=LOOKER)
        left = service.leave(session, office, made.id, at=at, by=MAKER)
        assert service.leave(session, office, made.id, at=at + timedelta(days=1), by=LOOKER) == left
        assert service.batch(session, made.id).sent_at == at
        with pytest.raises(BatchElsewhere):
            service.drop(session, made.id, at=at, by=MAKER)
        with pytest.raises(BatchMissing):
            service.batch(session, SepaBatchId(999))
        assert plan.mandate_id is not None
        mandates.amend_account(session, assembly.safe, plan.mandate_id, OTHER, at=at)
        with pytest.raises(FileDiffers):
            service.leave(session, office, made.id, at=at, by=LOOKER)


def test_a_file_that_is_thrown_away_asked_nothing(assembly: Assembly, office: Office, promise: Promise) -> None:
    at = noon(date(2026, 12, 1))
    with assembly.database.transaction() as session:
        plan = promise(session, 1500, started_on=SIGNED, anchor_day=30)
        dropped = service.make(session, office, DAY, at=at, by=MAKER)
        assert service.drop(session, dropped.id, at=at, by=MAKER).state is BatchState.DROPPED
        again = service.make(session, office, DAY, at=at, by=MAKER)
        assert (again.count, again.cents) == (1, 1500)
        [one] = service.of_plan(session, plan.id)
        assert [attempt.number for attempt in one.attempts] == [1]


def test_who_is_left_out_and_why(assembly: Assembly, office: Office, promise: Promise) -> None:
    at = noon(date(2026, 12, 1))
    with assembly.database.transaction() as session:
        soon = promise(session, started_on=date(2026, 11, 23), anchor_day=25)
        changed = promise(session, started_on=date(2026, 11, 10), anchor_day=1)
        plans.change(
            session, changed.id, cents=2000, seen=1, effective_on=date(2026, 11, 30), channel=Channel.LETTER, at=at,
            by=None, is_told=False,
        )  # fmt: skip
        paused = promise(session, started_on=date(2026, 11, 10), anchor_day=1)
        plans.pause(
            session, paused.id, seen=1, on=date(2026, 12, 3), until_on=None, channel=Channel.PHONE, at=at, by=None
        )
        who = donor(session, assembly)
        asleep = mandate(session, assembly, who, signed_on=date(2023, 12, 2))
        promise(session, person_id=who, signed=asleep, started_on=date(2026, 11, 10), anchor_day=1)
        found = service.prospect(session, office, date(2026, 12, 4))
        assert found.left_out == {LeftOut.TOO_SOON: 1, LeftOut.NOT_ANNOUNCED: 1, LeftOut.MANDATE_OVER: 1}
        assert (soon.terms.cents, found.count) == (1000, 0)
        assert plans.announce(session, changed.id, channel=Channel.LETTER, on=date(2026, 11, 20)) == 1
        assert service.prospect(session, office, date(2026, 12, 4)).cents == 2000
        for day in (date(2026, 12, 1), date(2026, 12, 5), date(2026, 12, 25)):
            with pytest.raises(DayWrong):
                service.make(session, office, day, at=at, by=MAKER)
        nobody = Office(
            creditor=Creditor(name="x", creditor_id="", account="", bic=""), safe=office.safe, schema=office.schema,
            notice_days=14,
        )  # fmt: skip
        with pytest.raises(CreditorUnknown):
            service.make(session, nobody, DAY, at=at, by=MAKER)


def test_the_bank_is_told_once_of_what_changed_of_a_mandate(
    assembly: Assembly, office: Office, promise: Promise
) -> None:
    with assembly.database.transaction() as session:
        who = donor(session, assembly)
        served = mandate(
            session, assembly, who, signed_on=SIGNED, reference="OLD-4", last_collected_on=date(2026, 10, 5)
        )
        promise(session, person_id=who, signed=served, started_on=SIGNED)
        mandates.amend_account(session, assembly.safe, served.id, OTHER, at=noon(date(2026, 11, 20)))
        mandates.amend_reference(session, served.id, "NEW-4", at=noon(date(2026, 11, 20)))
        first = sent(session, office, date(2026, 11, 27), date(2026, 11, 24))
        content = service.file(session, office, first.id).decode()
        assert "<AmdmntInd>true</AmdmntInd>" in content
        assert "<OrgnlMndtId>OLD-4</OrgnlMndtId>" in content
        assert "<Othr><Id>SMNDA</Id></Othr>" in content
        second = sent(session, office, DAY, date(2026, 12, 1))
        assert "AmdmntInd" not in service.file(session, office, second.id).decode()


def test_an_account_that_changed_after_a_file_had_left_is_told_with_the_next(
    assembly: Assembly, office: Office, promise: Promise
) -> None:
    """Also where the bank has not credited anything yet, and not where it was never asked."""
    with assembly.database.transaction() as session:
        plan = promise(session, 1500, started_on=SIGNED, anchor_day=30)
        assert plan.mandate_id is not None
        mandates.amend_account(session, assembly.safe, plan.mandate_id, OTHER, at=noon(date(2026, 11, 20)))
        first = sent(session, office, DAY, date(2026, 12, 1))
        assert "AmdmntInd" not in service.file(session, office, first.id).decode()
        mandates.amend_account(session, assembly.safe, plan.mandate_id, ACCOUNT, at=noon(date(2026, 12, 8)))
        second = sent(session, office, date(2027, 1, 4), date(2026, 12, 22))
        assert "<Othr><Id>SMNDA</Id></Othr>" in service.file(session, office, second.id).decode()
        third = sent(session, office, date(2027, 2, 1), date(2027, 1, 22))
        assert "AmdmntInd" not in service.file(session, office, third.id).decode()


@settings(max_examples=4, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_whatever_the_days_of_files_each_period_is_asked_once(
    assembly: Assembly, office: Office, promise: Promise, seed: int
) -> None:
    """Half a year of a plan on the 31st, files on any open days three weeks apart at most, some made twice."""
    chance = Random(seed)
    with assembly.database.reading() as session:
        plan = promise(session, 1000, started_on=SIGNED, anchor_day=31)
        day, end = date(2026, 12, 1), date(2027, 6, 15)
        while day < end:
            day += timedelta(days=chance.randrange(1, 22))
            day = target_days.from_day(day)
            made_on = day - timedelta(days=6)
            try:
                batch = service.make(session, office, day, at=noon(made_on), by=MAKER)
            except NothingDue:
                continue
            if chance.random() < 0.3:
                service.drop(session, batch.id, at=noon(made_on), by=MAKER)
                assert service.make(session, office, day, at=noon(made_on), by=MAKER).cents == batch.cents
        asked = [one.period for one in service.of_plan(session, plan.id, size=50) if one.state.value == "asked"]
        every = [one.period for one in service.of_plan(session, plan.id, size=50)]
        assert len(every) == len(set(every))
        months = {f"2026-{month}" for month in (10, 11, 12)} | {f"2027-0{month}" for month in range(1, 7)}
        assert {f"2027-0{month}" for month in range(1, 5)} <= set(every) <= months
        assert len(asked) >= 5
