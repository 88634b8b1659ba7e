"""What the command line says of chains, whichever ledger they hold."""

from __future__ import annotations

from typing import Any

from crm.ledgers.model import Fault, FaultKind, Verification

WRONG = {
    FaultKind.ROW_CHANGED: "une ligne a été modifiée",
    FaultKind.ROW_REMOVED: "une ligne a été retirée",
    FaultKind.ROW_INSERTED: "une ligne a été ajoutée",
    FaultKind.BLOCK_CHANGED: "un bloc a été modifié",
    FaultKind.BLOCK_REMOVED: "un bloc a été retiré",
    FaultKind.HEAD_LOST: "la fin de la chaîne que vous aviez notée n’y est plus",
}


def facts(found: Verification) -> dict[str, Any]:
    """What a verification found, for programs."""
    newest = found.state.head
    return {
        "whole": found.is_whole,
        "chained": found.state.chained,
        "waiting": found.state.waiting,
        "head": f"{newest.number}:{newest.mark}" if newest else "",
        "faults": [{"kind": f.kind.value, "block": f.block, "row": f.row} for f in found.faults],
    }


def said(fault: Fault) -> str:
    """One fault, for people."""
    where = [f"bloc {fault.block}"] if fault.block is not None else []
    where += [f"ligne {fault.row}"] if fault.row is not None else []
    return f"{WRONG[fault.kind]} ({', '.join(where) or 'hors chaîne'})"
