"""Reports of what a bank did not take: read whole or refused with a line, never anything else."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.assembly import Assembly
from crm.collections import pain_002, service, settling
from crm.collections.errors import ReportUnreadable
from crm.collections.model import AttemptState, Rejection
from crm.collections.service import Office
from crm.collections.settling import Ledger
from tests.collections.conftest import Promise, noon, sent

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


def test_a_whole_file_that_is_turned_away_is_awaited_no_more(
    assembly: Assembly, office: Office, ledger: Ledger, promise: Promise
) -> None:
    with assembly.database.transaction() as session:
        for _ in range(2):
            promise(session, 1000, started_on=date(2026, 11, 10))
        batch = sent(session, office, date(2026, 12, 7), date(2026, 12, 1))
        found = pain_002.read(report(file=batch.header.message_id, group="RJCT"))
        assert settling.take_report(session, ledger, found, at=noon(date(2026, 12, 2))) == 2
        assert service.counts(session, batch.id) == {AttemptState.REJECTED: (2, 2000)}


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
