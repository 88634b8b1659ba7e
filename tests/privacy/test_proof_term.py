"""The proof that an erasure leaves has its end, and the chain holds without it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from crm.assembly import Assembly
from crm.consent import chains, proof_term
from crm.consent.tables import ConsentEventRow, ConsentStandingRow, ErasedProofRow, PaceEventRow, SuppressionRow
from crm.ledgers import service as ledgers
from crm.ledgers.model import FaultKind
from crm.ledgers.tables import LedgerGoneRow
from crm.privacy import erasing
from jobs import forget_over_term
from tests.conftest import NOW
from tests.privacy import canary


def test_proof_of_consent_goes_five_years_after_the_erasure_and_the_chain_is_whole(assembly: Assembly) -> None:
    she, _, _ = canary.plant(assembly)
    with assembly.database.transaction() as session:
        done = erasing.erase(session, assembly.holdings, she, at=NOW)
        (until,) = {one.until_on for one in done.kept if one.table == "consent_event"}
        assert until is not None
        assert until.year == NOW.year + 5
    silenced = _silenced(assembly)
    after = NOW + timedelta(days=5 * 365 + 3)
    assert forget_over_term.run(assembly, after)[proof_term.CODE] == 0, "words that no block holds yet wait"
    with assembly.database.transaction() as session:
        for ledger in chains.ALL:
            while ledgers.seal(session, assembly.sealer, ledger, at=NOW):
                pass
        heads = {one.name: ledgers.state(session, one) for one in chains.ALL}
    assert forget_over_term.run(assembly, NOW + timedelta(days=5 * 365 - 3))[proof_term.CODE] == 0
    gone = forget_over_term.run(assembly, after)[proof_term.CODE]
    assert gone > 1
    assert forget_over_term.run(assembly, after)[proof_term.CODE] == 0
    with assembly.database.reading() as session:
        for row in (ConsentEventRow, PaceEventRow, ConsentStandingRow, ErasedProofRow):
            assert session.scalars(select(row).where(row.person_id == she)).all() == []
        assert len(session.scalars(select(LedgerGoneRow)).all()) == gone
        for ledger in chains.ALL:
            found = ledgers.verify(session, assembly.sealer, ledger)
            assert (found.is_whole, found.state) == (True, heads[ledger.name])
    assert _silenced(assembly) == silenced != []


def test_who_takes_a_word_away_by_hand_is_found_whatever_they_write_in_its_place(assembly: Assembly) -> None:
    she, _, _ = canary.plant(assembly)
    with assembly.database.transaction() as session:
        ledgers.seal(session, assembly.sealer, chains.CONSENTS, at=NOW)
        act = session.scalars(select(ConsentEventRow).where(ConsentEventRow.person_id == she)).all()[-1]
        row_id = act.id
        forged = {"block": act.block, "row_key_id": act.mark_key_id, "row_mark": act.mark, "seal_key_id": 1}
    away = delete(ConsentEventRow).where(ConsentEventRow.id == row_id)
    with assembly.database.transaction() as session:
        session.execute(delete(ConsentStandingRow).where(ConsentStandingRow.person_id == she))
    with pytest.raises(IntegrityError), assembly.database.transaction() as session:
        session.execute(away)
    with assembly.database.transaction() as session:
        row = {"ledger": "consent", "row_id": row_id, "gone_at": NOW, "seal": "0" * 64}
        session.execute(insert(LedgerGoneRow), [forged | row])
        session.execute(away)
    with assembly.database.reading() as session:
        found = ledgers.verify(session, assembly.sealer, chains.CONSENTS)
    assert [(one.kind, one.row) for one in found.faults] == [(FaultKind.ROW_REMOVED, row_id)]
    with pytest.raises(IntegrityError), assembly.database.transaction() as session:
        session.execute(delete(LedgerGoneRow))


def _silenced(assembly: Assembly) -> list[str]:
    with assembly.database.reading() as session:
        return sorted(session.scalars(select(SuppressionRow.address_key)))
