"""What was read, as programs and people are told it: exact decimals, ISO days, no national number."""

from __future__ import annotations

from typing import Any

from crm.banking import references
from crm.banking.model import Line, Statement
from crm.values.money import exact


def line_facts(line: Line) -> dict[str, Any]:
    """A line for programs. What the file does not say is null."""
    return {
        "row": line.row,
        "booked_on": line.booked_on.isoformat(),
        "value_on": line.value_on.isoformat() if line.value_on else None,
        "executed_on": line.executed_on.isoformat() if line.executed_on else None,
        "amount": exact(line.cents),
        "currency": "EUR",
        "counterparty_name": line.counterparty_name,
        "counterparty_iban": line.counterparty_account,
        "counterparty_bic": line.counterparty_bic,
        "counterparty_address": line.counterparty_address,
        "communication": line.communication,
        "structured_communication": references.written(line.structured) if line.structured else None,
        "end_to_end_id": line.end_to_end_id,
        "mandate": line.mandate,
        "creditor_id": line.creditor_id,
        "reversal": line.reversal,
        "return": line.return_kind.value if line.return_kind else None,
        "return_reason": line.return_reason,
        "bank_transaction_code": line.transaction_code,
        "bank_reference": line.bank_reference,
        "batch": line.batch,
        "fee": line.fee,
        "note": line.note,
    }


def statement_facts(statement: Statement) -> dict[str, Any]:
    """A statement for programs, without its lines; of an extract the balances are null."""
    told = not statement.extract
    return {
        "format": statement.format.value,
        "account": statement.account,
        "currency": "EUR",
        "holder": statement.holder,
        "reference": statement.reference,
        "duplicate": statement.duplicate,
        "extract": statement.extract,
        "opening": _balance(statement.opening_cents) if told else None,
        "opening_on": statement.opening_on.isoformat() if statement.opening_on else None,
        "closing": _balance(statement.closing_cents) if told else None,
        "closing_on": statement.closing_on.isoformat() if statement.closing_on else None,
    }


def _balance(cents: int | None) -> str | None:
    return None if cents is None else exact(cents)


def line_row(line: Line) -> str:
    """A line for people: one row of a table."""
    who = (line.counterparty_name or line.counterparty_account or "")[:32]
    said = references.written(line.structured) if line.structured else line.communication or line.note or ""
    back = f" [{line.return_reason or line.return_kind.value}]" if line.return_kind else ""
    return f"  {line.booked_on.isoformat()}  {exact(line.cents):>14}  {who:<32}  {said[:60]}{back}".rstrip()
