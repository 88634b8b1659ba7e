"""An entry of a camt message, gathered from its transactions, and the lines it makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from crm.banking import references
from crm.banking.amounts import cents_of
from crm.banking.errors import Refused
from crm.banking.model import Line, ReturnKind
from crm.banking.xml_tree import Element
from crm.values.calendar import brussels_day

EURO = "EUR"
_ABSENT = frozenset(("NOTPROVIDED", "NOT PROVIDED", "NONREF"))
_RETURNED = {
    "UPDD": ReturnKind.RETURN,
    "RRTN": ReturnKind.RETURN,
    "PRDD": ReturnKind.REVERSAL,
    "RPCR": ReturnKind.CANCELLATION,
    "RCDD": ReturnKind.CANCELLATION,
}
"""What the sub-family of the bank's code says of a return."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction of an entry: its amount where it is told in euro, what was charged on it, what else it says."""

    cents: int | None
    charged: int
    says: dict[str, Any]


def amount(element: Element | None, around: Element, *, strictly: bool = True) -> int | None:
    """The cents of an `Amt`. Where `strictly`, one that is absent or not in euro refuses the file."""
    if element is None:
        return around.refuse(Refused.ABSENT) if strictly else None
    if element.currency not in {EURO, None}:
        return element.refuse(Refused.CURRENCY) if strictly else None
    try:
        cents = cents_of(element.text)
    except ValueError:
        return element.refuse(Refused.FRACTION) if strictly else None
    return element.refuse(Refused.AMOUNT) if cents is None and strictly else cents


def sign(element: Element, *, otherwise: int | None = None) -> int:
    """1 for money that came, -1 for money that left, by `CdtDbtInd`."""
    found = element.find("CdtDbtInd")
    if found is None:
        return otherwise if otherwise is not None else element.refuse(Refused.ABSENT)
    said = found.text.strip()
    if said not in {"CRDT", "DBIT"}:
        found.refuse(Refused.INDICATOR)
    return 1 if said == "CRDT" else -1


def day(element: Element | None) -> date | None:
    """The Belgian day of a `Dt` or a `DtTm` inside; None for an element that is not there."""
    if element is None:
        return None
    found = element.find("Dt") or element.find("DtTm") or element
    said = found.text.strip()
    try:
        if len(said) > 10 and said[10] == "T":
            moment = datetime.fromisoformat(said)
            return brussels_day(moment) if moment.tzinfo else moment.date()
        return date.fromisoformat(said[:10])
    except (ValueError, OverflowError):
        return found.refuse(Refused.DAY)


def _executed(element: Element) -> date | None:
    """The day on which a bank carried an order out, where a transaction says one that can be read."""
    for name in ("AccptncDtTm", "TxDtTm", "IntrBkSttlmDt"):
        said = element.said("RltdDts", name) or ""
        try:
            if len(said) > 10 and said[10] == "T":
                moment = datetime.fromisoformat(said)
                return brussels_day(moment) if moment.tzinfo else moment.date()
            if said:
                return date.fromisoformat(said[:10])
        except (ValueError, OverflowError):
            continue
    return None


def transaction(element: Element) -> Transaction:
    """What one `TxDtls` says; the sign of its amount, where it has none of its own, is that of its entry."""
    cents = None
    for path in (("Amt",), ("AmtDtls", "TxAmt", "Amt"), ("AmtDtls", "InstdAmt", "Amt")):
        if (found := element.find(*path)) is not None:
            cents = amount(found, element, strictly=False)
            break
    says = _references(element) | _parties(element) | _remittance(element)
    if (executed_on := _executed(element)) is not None:
        says["executed_on"] = executed_on
    own = element.find("CdtDbtInd")
    if own is not None:
        says["sign"] = sign(element)
    reason = element.said("RtrInf", "Rsn", "Cd") or element.said("RtrInf", "Rsn", "Prtry")
    if element.find("RtrInf") is not None:
        says["return_reason"] = reason
        says["return_kind"] = ReturnKind.REFUND if reason == "MD06" else ReturnKind.RETURN
    says["transaction_code"] = _code(element)
    says["return_kind"] = _RETURNED.get((says["transaction_code"] or "")[-4:], says.get("return_kind"))
    return Transaction(cents=cents, charged=_charged(element), says={k: v for k, v in says.items() if v is not None})


def lines_of(entry: Element, transactions: list[Transaction], *, own_account: str, otherwise_on: date) -> list[Line]:
    """The lines of an entry: its transactions where they make its amount to the cent, charges beside, else itself."""
    direction = sign(entry)
    whole = (amount(entry.find("Amt"), entry) or 0) * direction
    value_on = day(entry.find("ValDt"))
    code = _code(entry)
    reference = entry.said("AcctSvcrRef") or entry.said("NtryRef")
    plain: dict[str, Any] = {
        "row": entry.row,
        "booked_on": day(entry.find("BookgDt")) or value_on or otherwise_on,
        "value_on": value_on,
        "transaction_code": code,
        "bank_reference": reference,
        "reversal": entry.said("RvslInd") in {"true", "1"},
        "return_kind": _RETURNED.get((code or "")[-4:]),
        "note": entry.said("AddtlNtryInf"),
    }
    if not transactions:
        return [_line(plain, {}, whole)]
    amounts = [_signed(one, direction) for one in transactions]
    kept = sum(each for each in amounts if each is not None) - whole
    charged = _charged(entry) or sum(one.charged for one in transactions)
    told = None not in amounts
    if len(transactions) == 1 and (not told or kept == 0 or kept != charged):
        return [_line(plain, _says(transactions[0], plain, whole, own_account), whole)]
    if not told or (kept and kept != charged):
        return [_line(plain, {"communication": _batch(entry)}, whole)]
    plain["batch"] = reference or _batch(entry) or f"row {entry.row}"
    lines = [
        _line(plain, _says(one, plain, cents or 0, own_account), cents or 0)
        for one, cents in zip(transactions, amounts, strict=True)
    ]
    return [*lines, _line(plain, {"fee": True}, -kept)] if kept else lines


def _line(plain: dict[str, Any], says: dict[str, Any], cents: int) -> Line:
    facts = plain | says
    facts["reversal"] = facts["reversal"] or facts["return_kind"] is not None
    return Line(cents=cents, **facts)


def _signed(one: Transaction, direction: int) -> int | None:
    return None if one.cents is None else one.cents * int(one.says.get("sign", direction))


def _says(one: Transaction, plain: dict[str, Any], cents: int, own: str) -> dict[str, Any]:
    """What a transaction says of its line. The other side is the debtor of money that came, unless it comes back."""
    says = one.says
    back = plain["reversal"] or plain["return_kind"] is not None or "return_kind" in says
    first, second = ("debtor", "creditor") if (cents > 0) != back else ("creditor", "debtor")
    parties = [says[side] for side in (first, second) if side in says]
    others = [party for party in parties if party.get("counterparty_account") != own]
    told = {key: value for key, value in says.items() if key not in {"sign", "debtor", "creditor"}}
    if others and (first in says or others[0].get("counterparty_account")):
        told |= others[0]
    return told


def _batch(entry: Element) -> str | None:
    return entry.said("NtryDtls", "Btch", "PmtInfId") or entry.said("NtryDtls", "Btch", "MsgId")


def _references(element: Element) -> dict[str, Any]:
    refs = element.find("Refs")
    if refs is None:
        return {}
    end_to_end = refs.said("EndToEndId")
    return {
        "end_to_end_id": end_to_end if end_to_end and end_to_end.upper() not in _ABSENT else None,
        "mandate": refs.said("MndtId"),
        "bank_reference": refs.said("AcctSvcrRef"),
    }


def _parties(element: Element) -> dict[str, Any]:
    parties = element.find("RltdPties")
    if parties is None:
        return {}
    found: dict[str, Any] = {}
    for side, name, agent in (("debtor", "Dbtr", "DbtrAgt"), ("creditor", "Cdtr", "CdtrAgt")):
        party, account = parties.find(name), parties.find(f"{name}Acct", "Id")
        if party is None and account is None:
            continue
        inner = (party.find("Pty") or party) if party is not None else None
        number = (account.said("IBAN") or account.said("Othr", "Id")) if account is not None else None
        says = {
            "counterparty_name": inner.said("Nm") if inner is not None else None,
            "counterparty_address": _address(inner) if inner is not None else None,
            "counterparty_account": references.account(number) if number else None,
            "counterparty_bic": element.said("RltdAgts", agent, "FinInstnId", "BICFI")
            or element.said("RltdAgts", agent, "FinInstnId", "BIC"),
        }
        if kept := {key: value for key, value in says.items() if value}:
            found[side] = kept
        if side == "creditor" and inner is not None:
            found["creditor_id"] = inner.said("Id", "PrvtId", "Othr", "Id")
    return found


def _address(party: Element) -> str | None:
    address = party.find("PstlAdr")
    if address is None:
        return None
    lines = [" ".join(line.text.split()) for line in address.all("AdrLine")]
    street = " ".join(filter(None, (address.said("StrtNm"), address.said("BldgNb"))))
    town = " ".join(filter(None, (address.said("PstCd"), address.said("TwnNm"))))
    return ", ".join(filter(None, lines or (street, town))) or None


def _remittance(element: Element) -> dict[str, Any]:
    remittance = element.find("RmtInf")
    if remittance is None:
        return {}
    free = " ".join(" ".join(one.text.split()) for one in remittance.all("Ustrd")).strip()
    structured = None
    for one in remittance.all("Strd"):
        said = one.said("CdtrRefInf", "Ref")
        if said and structured is None:
            digits = "".join(sign for sign in said if sign not in "+*/ ")
            plain = len(digits) == 12 and digits.isascii() and digits.isdigit()
            structured = digits if plain else references.creditor_reference(said)
            free = free if structured else " ".join(filter(None, (free, said)))
        free = " ".join(filter(None, (free, one.said("AddtlRmtInf"))))
    structured = structured or (references.structured_in(free) if free else None)
    return {"communication": free or None, "structured": structured, "note": element.said("AddtlTxInf")}


def _code(element: Element) -> str | None:
    code = element.find("BkTxCd")
    if code is None:
        return None
    domain = (code.said("Domn", "Cd"), code.said("Domn", "Fmly", "Cd"), code.said("Domn", "Fmly", "SubFmlyCd"))
    return "/".join(part for part in domain if part) or code.said("Prtry", "Cd")


def _charged(element: Element) -> int:
    """What the bank or a provider kept, in cents: the records of `Chrgs`, or its total."""
    total = 0
    for charges in element.all("Chrgs"):
        records = charges.all("Rcrd") or ([charges] if charges.find("Amt") is not None else [])
        each = [(amount(one.find("Amt"), one, strictly=False) or 0) * -sign(one, otherwise=-1) for one in records]
        whole = amount(charges.find("TtlChrgsAndTaxAmt"), charges, strictly=False)
        total += sum(each) if each else whole or 0
    return total
