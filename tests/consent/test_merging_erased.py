"""Merges and the term of a proof: who was forgotten is merged with nobody, and no merge lengthens the term."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.assembly import Assembly
from crm.consent import chains, proof_term
from crm.consent.tables import ConsentEventRow, ErasedProofRow
from crm.duplicates import merges
from crm.duplicates.errors import AlreadyMerged, MergeMissing
from crm.duplicates.tables import MergeRow
from crm.ledgers import service as ledgers
from crm.privacy import erasing
from jobs import forget_over_term
from tests.conftest import NOW
from tests.privacy import canary


def test_a_proof_whose_term_runs_is_neither_lengthened_nor_handed_to_somebody_living(assembly: Assembly) -> None:
    """She had been made of two records; both are forgotten, neither can be undone or merged again, both terms end."""
    she, luc, _ = canary.plant(assembly)
    both = {"sealer": assembly.sealer, "pointers": assembly.pointers, "by": canary.ME, "at": NOW}
    with assembly.database.reading() as session:
        [before] = session.scalars(select(MergeRow))
        twin, merge_id = before.loser_id, before.id
    with assembly.database.transaction() as session:
        erasing.erase(session, assembly.holdings, she, at=NOW)
        acts = session.scalars(select(ConsentEventRow.id).where(ConsentEventRow.person_id == she)).all()
    assert acts
    with assembly.database.transaction() as session:
        for survivor_id, loser_id in ((luc, she), (she, luc), (luc, twin), (she, twin)):
            with pytest.raises(AlreadyMerged):
                merges.merge(session, **both, survivor_id=survivor_id, loser_id=loser_id, chosen={})  # type: ignore[arg-type] # as named
        with pytest.raises(MergeMissing):
            merges.undo(session, **both, merge_id=merge_id)  # type: ignore[arg-type] # as named
    with assembly.database.transaction() as session:
        assert set(session.scalars(select(ErasedProofRow.person_id))) == {she, twin}
        assert session.scalars(select(ConsentEventRow.id).where(ConsentEventRow.person_id == luc)).all() == []
        for ledger in chains.ALL:
            while ledgers.seal(session, assembly.sealer, ledger, at=NOW):
                pass
    assert forget_over_term.run(assembly, NOW + timedelta(days=5 * 365 + 3))[proof_term.CODE] >= len(acts)
    with assembly.database.reading() as session:
        assert session.scalars(select(ErasedProofRow)).all() == []
        assert session.scalars(select(ConsentEventRow).where(ConsentEventRow.id.in_(acts))).all() == []
        assert all(ledgers.verify(session, assembly.sealer, ledger).is_whole for ledger in chains.ALL)
