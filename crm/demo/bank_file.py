"""The demonstration's bank: statements as camt.053, whose lines the desk reads as it reads any bank's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lxml import etree

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
_Node = Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One movement, negative where it left: what the bank repeats of ours, and why it went back where it did."""

    on: date
    cents: int
    text: str = ""
    end_to_end_id: str = ""
    reason: str = ""


def statement(
    account: str, lines: Sequence[Told], *, opening_cents: int, opening_on: date, closing_on: date, number: int
) -> bytes:
    """A file of one statement: its balances, and each line as an entry of its own."""
    root = etree.Element(f"{{{NAMESPACE}}}Document", nsmap={None: NAMESPACE})
    message = _in(root, "BkToCstmrStmt")
    head, body = _in(message, "GrpHdr"), _in(message, "Stmt")
    _in(head, "MsgId", f"DEMO-{closing_on:%Y%m%d}-{number}")
    _in(head, "CreDtTm", f"{closing_on.isoformat()}T20:00:00")
    _in(body, "Id", f"DEMO-{closing_on:%Y}-{number}")
    _in(body, "ElctrncSeqNb", str(number))
    _in(body, "CreDtTm", f"{closing_on.isoformat()}T20:00:00")
    _in(_in(_in(body, "Acct"), "Id"), "IBAN", account)
    closing = opening_cents + sum(line.cents for line in lines)
    for kind, cents, on in (("OPBD", opening_cents, opening_on), ("CLBD", closing, closing_on)):
        balance = _in(body, "Bal")
        _in(_in(_in(balance, "Tp"), "CdOrPrtry"), "Cd", kind)
        _amount(balance, cents)
        _in(_in(balance, "Dt"), "Dt", on.isoformat())
    for place, line in enumerate(lines, 1):
        _entry(body, line, f"{closing_on:%Y%m%d}{number:03d}{place:05d}")
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written


def _entry(body: _Node, line: Told, reference: str) -> None:
    entry = _in(body, "Ntry")
    _in(entry, "NtryRef", reference)
    _amount(entry, line.cents)
    if line.reason:
        _in(entry, "RvslInd", "true")
    _in(entry, "Sts", "BOOK")
    for name in ("BookgDt", "ValDt"):
        _in(_in(entry, name), "Dt", line.on.isoformat())
    _in(entry, "AcctSvcrRef", reference)
    domain = _in(_in(entry, "BkTxCd"), "Domn")
    _in(domain, "Cd", "PMNT")
    family = _in(domain, "Fmly")
    _in(family, "Cd", "RDDT")
    _in(family, "SubFmlyCd", "UPDD" if line.reason else "ESDD")
    detail = _in(_in(entry, "NtryDtls"), "TxDtls")
    _in(_in(detail, "Refs"), "EndToEndId", line.end_to_end_id or "NOTPROVIDED")
    if line.text:
        _in(_in(detail, "RmtInf"), "Ustrd", line.text)
    if line.reason:
        _in(_in(_in(detail, "RtrInf"), "Rsn"), "Cd", line.reason)


def _amount(parent: _Node, cents: int) -> None:
    amount = _in(parent, "Amt", f"{abs(cents) // 100}.{abs(cents) % 100:02d}")
    amount.set("Ccy", "EUR")
    _in(parent, "CdtDbtInd", "DBIT" if cents < 0 else "CRDT")


def _in(parent: _Node, name: str, text: str | None = None) -> _Node:
    node = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    node.text = text
    return node
