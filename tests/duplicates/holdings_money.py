"""Of gifts, plans, attestations, legacies, the bank and appeals: what a merge must never lose."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.attestations.tables import AttestationRow, ElsewhereRow, FiscalIdentityRow, RunRow
from crm.banking.tables import BankFileRow, BankLineRow
from crm.donations import service as donations
from crm.donations.model import GENERAL, GiftKind, Method, Movement, NewGift, NewLine
from crm.donations.tables import (
    AppealReferenceRow,
    AppealRow,
    BatchEntryRow,
    BatchRow,
    CampaignRow,
    GiftRow,
)
from crm.fundraising.tables import (
    AppealCellRow,
    AppealPlanRow,
    CallReportRow,
    CallResultRow,
    LeftOutRow,
    RecipientRow,
)
from crm.legacies.tables import LegacyRow
from crm.plans.tables import MandateRow, PlanRow
from crm.segments.tables import SegmentRow
from crm.values.identifiers import PersonId
from tests.conftest import NOW
from tests.duplicates.holding import kept, of, put


def _gifts(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    for number in range(chance.randrange(1, 2 * len(ids))):
        lines = (NewLine(cents=chance.randrange(1, 5000)),)
        movement = Movement(method=Method.CASH, booked_on=NOW.date(), provider="test", external_id=str(number))
        new = NewGift(person_id=chance.choice(ids), lines=lines, given_on=NOW.date(), movement=movement)
        donations.record(session, assembly.sealer, new, at=NOW)
    batch = kept(session, chance, BatchRow, method=Method.CASH, opened_by=1)
    for person_id in ids:
        if chance.random() < 0.4:
            kind = {"kind": GiftKind.ONE_OFF, "fund_code": GENERAL}
            put(session, chance, BatchEntryRow, batch_id=batch, person_id=person_id, **kind)


def _promises(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    for person_id in ids:
        if chance.random() < 0.6:
            key = assembly.addresses.key_of(f"account {chance.randrange(3)}")
            mandate = kept(session, chance, MandateRow, person_id=person_id, account_key=key)
            its = chance.choice([mandate, None])
            put(session, chance, PlanRow, person_id=person_id, mandate_id=its, fund_code=GENERAL, version=1)
        if chance.random() < 0.4:
            put(session, chance, LegacyRow, person_id=person_id)


def _papers(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    run = kept(session, chance, RunRow, year=2025)
    for number, person_id in enumerate(ids, start=1):
        if chance.random() < 0.6:
            of_year = {"year": 2025, "number": number, "version": 1}
            put(session, chance, AttestationRow, run_id=run, person_id=person_id, **of_year)
        if chance.random() < 0.4:
            put(session, chance, ElsewhereRow, person_id=person_id, system="ancien", year=2020)
        if chance.random() < 0.4:
            whose = chance.choice([None, *(one for one in ids if one != person_id)])
            put(session, chance, FiscalIdentityRow, person_id=person_id, given_to_id=whose)


def _lines(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    file = kept(session, chance, BankFileRow)
    for person_id in ids:
        if chance.random() < 0.6:
            key = assembly.addresses.key_of(f"account {chance.randrange(3)}")
            put(session, chance, BankLineRow, file_id=file, person_id=person_id, account_key=key)


def _appeals(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    segment = kept(session, chance, SegmentRow)
    campaign = kept(session, chance, CampaignRow)
    for _ in range(2):
        appeal = kept(session, chance, AppealRow, campaign_id=campaign)
        put(session, chance, AppealPlanRow, appeal_id=appeal, fund_code=GENERAL)
        session.flush()
        cell = kept(session, chance, AppealCellRow, appeal_id=appeal, segment_id=segment, ask_percents=[])
        report = kept(session, chance, CallReportRow, appeal_id=appeal)
        for person_id in ids:
            to = {"appeal_id": appeal, "person_id": person_id}
            match chance.randrange(4):
                case 0 | 1:
                    letter = kept(session, chance, RecipientRow, cell_id=cell, country="BE", asks=[], **to)
                    digits = f"{chance.randrange(10**12):012d}"
                    put(session, chance, AppealReferenceRow, digits=digits, **to)
                    put(session, chance, CallResultRow, report_id=report, recipient_id=letter, person_id=person_id)
                case 2:
                    put(session, chance, LeftOutRow, cell_id=cell, **to)


HOLDINGS = (
    of(GiftRow, "id", "net_cents", "recorded_person_id", plant=_gifts),
    of(BatchEntryRow, "id", "cents"),
    of(MandateRow, "id", "reference", plant=_promises),
    of(PlanRow, "id", "cents"),
    of(LegacyRow, "id"),
    of(AttestationRow, "id", "cents", plant=_papers),
    of(ElsewhereRow, "id", "cents"),
    of(FiscalIdentityRow),
    of(FiscalIdentityRow, "id", by="given_to_id"),
    of(BankLineRow, "id", "cents", plant=_lines),
    of(AppealReferenceRow, "appeal_id", plant=_appeals),
    of(RecipientRow, "appeal_id"),
    of(LeftOutRow, "appeal_id"),
    of(CallResultRow, "id"),
)
