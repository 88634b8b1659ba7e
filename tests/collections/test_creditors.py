"""We are others to banks from a day on: the first collection of each mandate says who we were, and no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from crm.assembly import Assembly
from crm.collections import creditors, pain_008, service, settling
from crm.collections.errors import CreditorWrong, FileDiffers
from crm.collections.model import Asking, Header, Rejection, Schema, Sequence
from crm.collections.service import Office
from crm.collections.settling import Ledger
from tests.approved_files import check_approved
from tests.collections.conftest import CREDITOR, LOOKER, MAKER, Promise, noon, sent
from tests.donations.conftest import donor
from tests.plans.conftest import mandate

SIGNED, DAY, NEXT, THIRD = date(2026, 1, 31), date(2026, 12, 7), date(2027, 1, 4), date(2027, 2, 1)
CHANGE = date(2026, 12, 15)
OTHERS = replace(CREDITOR, name="Amnesty Belgique ASBL", creditor_id="BE81ZZZ0123456749")


@pytest.mark.parametrize("schema", Schema)
def test_a_file_that_says_who_we_were_is_the_approved_one_and_valid(schema: Schema) -> None:
    header = Header(
        message_id="PV-20270104-000002", schema=schema, collect_on=NEXT, made_at=datetime(2026, 12, 28, 9, tzinfo=UTC)
    )
    facts: dict[str, Any] = {"sequence": Sequence.RECURRENT, "cents": 1500, "signed_on": SIGNED, "holder": "Zoé Œuvré",
             "account": "BE68539007547034", "bic": "", "period": "2027-01"}  # fmt: skip
    both = Asking(
        end_to_end_id="PV-20270104-000002-1", reference="PV260000001", was_creditor_id=CREDITOR.creditor_id,
        was_creditor="Amnesty + Cie ASBL", was_reference="OLD-4", is_new_account=True, **facts,
    )  # fmt: skip
    name = Asking(end_to_end_id="PV-20270104-000002-2", reference="PV260000002", was_creditor="Avant", **facts)
    number = Asking(
        end_to_end_id="PV-20270104-000002-3", reference="PV260000003", was_creditor_id=CREDITOR.creditor_id, **facts
    )
    same = Asking(end_to_end_id="PV-20270104-000002-4", reference="PV260000004", **facts)
    content = pain_008.written(OTHERS, header, [both, name, number, same]).decode()
    check_approved(f"sepa/{schema.value}.creditor.xml", content)


def test_each_mandate_tells_it_once_with_the_first_file_that_the_bank_takes(
    assembly: Assembly, office: Office, ledger: Ledger, promise: Promise
) -> None:
    told = f"<Id>{CREDITOR.creditor_id}</Id>"
    with assembly.database.transaction() as session:
        plan = promise(session, 1500, started_on=SIGNED, anchor_day=30)
        who = donor(session, assembly)
        old = mandate(session, assembly, who, signed_on=SIGNED, last_collected_on=date(2026, 10, 5))
        promise(session, 1000, person_id=who, signed=old, started_on=date(2026, 12, 20), anchor_day=2)
        first = sent(session, office, DAY, date(2026, 12, 1))
        assert (first.count, "AmdmntInd" in service.file(session, office, first.id).decode()) == (1, False)
        creditors.note(session, CREDITOR, OTHERS, CHANGE, today=date(2026, 12, 8), at=noon(DAY), by=MAKER)
        settings = replace(office, creditor=OTHERS)  # the settings may follow, before or after: the days count
        second = sent(session, settings, NEXT, date(2026, 12, 22))
        content = service.file(session, settings, second.id).decode()
        assert (second.count, content.count("<OrgnlCdtrSchmeId>"), content.count(told)) == (2, 2, 2)
        assert content.count("<Nm>Amnesty + Cie ASBL</Nm>") == 2
        assert content.count(f"<Id>{OTHERS.creditor_id}</Id>") == 2  # who the file is from, and its block
        name = service.of_plan(session, plan.id)[0].attempts[-1].end_to_end_id
        settling.reject(session, ledger, [Rejection(end_to_end_id=name, reason="AM04")], at=noon(NEXT))
        third = sent(session, settings, THIRD, date(2027, 1, 22))
        assert service.file(session, settings, third.id).decode().count("<OrgnlCdtrSchmeId>") == 1


def test_a_change_is_to_come_and_after_every_file(assembly: Assembly, office: Office, promise: Promise) -> None:
    today, at = date(2026, 12, 1), noon(date(2026, 12, 1))
    with assembly.database.transaction() as session:
        promise(session, 1500, started_on=SIGNED, anchor_day=30)
        facts: dict[str, Any] = {"today": today, "at": at, "by": MAKER}
        for field, wrong, on in (
            ("creditor_id", replace(OTHERS, creditor_id="BE06ZZZ0418308144"), CHANGE),
            ("name", replace(OTHERS, name="  "), CHANGE),
            ("account", replace(OTHERS, account="BE71 0961 2345 6760"), CHANGE),
            ("bic", replace(OTHERS, bic="GKCC"), CHANGE),
            ("from_on", OTHERS, today),
            ("from_on", CREDITOR, CHANGE),
        ):
            with pytest.raises(CreditorWrong) as refused:
                creditors.note(session, CREDITOR, wrong, on, **facts)
            assert refused.value.field == field
        assert not creditors.take_back(session, CHANGE, today=today)
        creditors.note(session, CREDITOR, OTHERS, date(2026, 12, 3), **facts)
        made = service.make(session, office, DAY, at=at, by=MAKER)
        assert f"<Id>{OTHERS.creditor_id}</Id>" in service.file(session, office, made.id).decode()
        assert not creditors.take_back(session, date(2026, 12, 3), today=today)
        with pytest.raises(CreditorWrong):
            creditors.note(session, CREDITOR, CREDITOR, DAY, **facts)
        service.drop(session, made.id, at=at, by=MAKER)
        assert creditors.take_back(session, date(2026, 12, 3), today=today)
        assert len(creditors.known(session, CREDITOR)) == 1
        again = service.make(session, office, DAY, at=at, by=MAKER)
        with pytest.raises(FileDiffers):
            service.approve(session, replace(office, creditor=OTHERS), again.id, at=at, by=LOOKER)
