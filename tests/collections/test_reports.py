"""Reports of what a bank did not take: read whole or refused with a line, never anything else."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.care import service as care
from crm.care.model import Task, TaskView
from crm.collections import pain_002, reporting, service, settling
from crm.collections.errors import ReportUnreadable
from crm.collections.model import AttemptState, BatchState, CollectionState, Rejection, Schema
from crm.collections.service import Office
from crm.collections.settling import Ledger
from crm.plans import collecting, mandates
from crm.plans import service as plans
from crm.plans.model import Plan, PlanState
from crm.plans.rules import state_on
from crm.values.iban import Iban
from tests.collections.conftest import LOOKER, Promise, credit, noon, sent
from tests.conftest import NOW

REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>
<GrpHdr><MsgId>R1</MsgId><CreDtTm>2026-12-02T09:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{file}</OrgnlMsgId><GrpSts>{group}</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>{file}-RCUR</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>
<TxInfAndSts><OrgnlEndToEndId>{one}</OrgnlEndToEndId><TxSts>RJCT</TxSts>
<StsRsnInf><Rsn><Cd>AC01</Cd></Rsn></StsRsnInf></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>other</OrgnlEndToEndId><TxSts>ACCP</TxSts></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"""


def report(**facts: str) -> BytesIO:
    given = {"version": "10", "file": "PV-20261207-000001", "group": "PART", "one": "PV-20261207-000001-1"}
    return BytesIO(REPORT.format(**{**given, **facts}).encode())


def test_single_collections_are_read_with_their_reason_in_any_version() -> None:
    for version in ("03", "10"):
        found = pain_002.read(report(version=version))
        assert found.rejections == (Rejection(end_to_end_id="PV-20261207-000001-1", reason="AC01"),)
        assert found.files == ()


def refused(file: str, *, group: str = "PART", blocks: str = "") -> pain_002.Report:
    """A report of a bank that says so of the file and of its blocks."""
    text = (
        f"<Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>{file}</OrgnlMsgId><GrpSts>{group}</GrpSts>"
        f"<StsRsnInf><Rsn><Cd>XT99</Cd></Rsn></StsRsnInf></OrgnlGrpInfAndSts>{blocks}</CstmrPmtStsRpt></Document>"
    )
    return pain_002.read(BytesIO(text.encode()))


def block(name: str, status: str, *transactions: tuple[str, str]) -> str:
    """A block of a report, with collections that were turned away, each for its reason or for none of its own."""
    reason = "<StsRsnInf><Rsn><Cd>{}</Cd></Rsn></StsRsnInf>"
    lines = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{one}</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
        f"{reason.format(code) if code else ''}</TxInfAndSts>"
        for one, code in transactions
    )
    return (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{name}</OrgnlPmtInfId><PmtInfSts>{status}</PmtInfSts>"
        f"{reason.format('XT98')}{lines}</OrgnlPmtInfAndSts>"
    )


def tasks(session: Session, plan: Plan) -> list[str]:
    return [one.title for one in care.open_tasks_of(session, plan.person_id)]


def everybodys(session: Session) -> tuple[Task, ...]:
    return care.tasks(session, TaskView.EVERYBODY, account_id=LOOKER, today=NOW.date(), size=100)


def test_a_whole_file_that_is_turned_away_is_nobodys_refusal(
    assembly: Assembly, office: Office, ledger: Ledger, promise: Promise
) -> None:
    """Plans run on, nobody is called, it counts as no try, and what was to be told of mandates is told again."""
    with assembly.database.transaction() as session:
        made = [promise(session, 1000, started_on=date(2026, 11, 10)) for _ in range(2)]
        mandate_ids = [plan.mandate_id for plan in made if plan.mandate_id is not None]
        collecting.collected(session, mandate_ids, on=date(2026, 10, 5))
        mandates.amend_account(session, assembly.safe, mandate_ids[0], Iban.parse("BE68539007547034"), at=NOW)
        batch = sent(session, office, date(2026, 12, 7), date(2026, 12, 1))
        before = len(everybodys(session))
        found = refused(batch.header.message_id, group="RJCT")
        at = noon(date(2026, 12, 2))
        assert [reporting.take_report(session, ledger, found, at=at) for _ in range(2)] == [2, 0]
        assert service.counts(session, batch.id) == {AttemptState.DROPPED: (2, 2000)}
        assert service.batch(session, batch.id).state is BatchState.DROPPED
        assert [state_on(plans.plan(session, plan.id).standing, at.date()) for plan in made] == [PlanState.ACTIVE] * 2
        assert [tasks(session, plan) for plan in made] == [[], []]
        new = everybodys(session)
        assert len(new) == before + 1
        assert [batch.header.message_id in one.title and "XT99" in one.title for one in new].count(True) == 1
        assert [one.told_at for one in mandates.amendments(session, mandate_ids[0])] == [None]
        assert service.came_back(session) == ()
        again = sent(session, office, date(2026, 12, 15), date(2026, 12, 2))
        assert (again.count, again.cents) == (2, 2000)
        [one] = service.of_plan(session, made[0].id)
        back = Rejection(end_to_end_id=one.attempts[-1].end_to_end_id, reason="AM04")
        settling.reject(session, ledger, [back], at=noon(date(2026, 12, 16)))
        [one] = service.of_plan(session, made[0].id)
        assert (one.state, len(one.attempts)) == (CollectionState.OPEN, 2)  # the bank was asked once: one try is left


def test_of_a_block_that_is_turned_away_only_who_is_named_with_a_reason_is_followed(
    assembly: Assembly, office: Office, ledger: Ledger, promise: Promise
) -> None:
    old = Office(creditor=office.creditor, safe=office.safe, schema=Schema.V02, notice_days=14)
    with assembly.database.transaction() as session:
        made = [promise(session, 1000, started_on=date(2026, 11, 10)) for _ in range(4)]
        served = [plan.mandate_id for plan in made[:3] if plan.mandate_id is not None]
        collecting.collected(session, served, on=date(2026, 10, 5))
        batch = sent(session, old, date(2026, 12, 7), date(2026, 12, 1))
        name, at = batch.header.message_id, noon(date(2026, 12, 2))
        called = [service.of_plan(session, plan.id)[0].attempts[0].end_to_end_id for plan in made]
        told = block(f"{name}-RCUR", "RJCT", (called[0], "AC04"), (called[1], ""))
        assert reporting.take_report(session, ledger, refused(name, blocks=told), at=at) == 3
        assert service.counts(session, batch.id) == {
            AttemptState.REJECTED: (1, 1000),
            AttemptState.DROPPED: (2, 2000),
            AttemptState.ASKED: (1, 1000),
        }
        assert [bool(tasks(session, plan)) for plan in made] == [True, False, False, False]
        assert [state_on(plans.plan(session, plan.id).standing, at.date()) for plan in made] == [
            PlanState.PAUSED,
            *[PlanState.ACTIVE] * 3,
        ]
        assert service.batch(session, batch.id).state is BatchState.SENT
        credit_of = credit("a", date(2026, 12, 8), 1000, f"{name}-FRST")
        assert set(settling.settle(session, ledger, [credit_of], at=noon(date(2026, 12, 8)))) == {"a"}
        assert service.batch(session, batch.id).state is BatchState.SETTLED


@pytest.mark.parametrize("is_rejected", [True, False])
def test_a_change_that_a_rejected_collection_carried_is_told_again(
    assembly: Assembly, office: Office, ledger: Ledger, promise: Promise, is_rejected: bool
) -> None:
    with assembly.database.transaction() as session:
        plan = promise(session, 1000, started_on=date(2026, 11, 10))
        assert plan.mandate_id is not None
        collecting.collected(session, [plan.mandate_id], on=date(2026, 10, 5))
        mandates.amend_account(session, assembly.safe, plan.mandate_id, Iban.parse("BE68539007547034"), at=NOW)
        batch = sent(session, office, date(2026, 12, 7), date(2026, 12, 1))
        [one] = service.of_plan(session, plan.id)
        if is_rejected:
            rejection = Rejection(end_to_end_id=one.attempts[0].end_to_end_id, reason="AM04")
            settling.reject(session, ledger, [rejection], at=noon(date(2026, 12, 2)))
        else:
            name = one.attempts[0].end_to_end_id
            came = credit("a", date(2026, 12, 8), 1000, batch.header.message_id)
            back = credit("b", date(2026, 12, 8), -1000, end_to_end_id=name, is_return=True, reason="AM04")
            settling.settle(session, ledger, [came, back], at=noon(date(2026, 12, 8)))
        [amended] = mandates.amendments(session, plan.mandate_id)
        assert (amended.told_at is None) is is_rejected
        again = sent(session, office, date(2026, 12, 21), date(2026, 12, 14))
        told = service.file(session, office, again.id)
        assert (b"SMNDA" in told) is is_rejected
        [amended] = mandates.amendments(session, plan.mandate_id)
        assert amended.told_at is not None


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b"<a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><CstmrPmtStsRpt>&b;</CstmrPmtStsRpt>', b"<a>\n<b></a>"],
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(ReportUnreadable):
        pain_002.read(BytesIO(content))


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: f"<CstmrPmtStsRpt>{text}".encode()))
def test_any_bytes_are_a_report_or_are_refused(content: bytes) -> None:
    try:
        pain_002.read(BytesIO(content))
    except ReportUnreadable:
        return
