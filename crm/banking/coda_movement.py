"""One movement of a CODA file, gathered from its records 2.1 to 3.3, and the line it makes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from crm.banking import coda_records as fields
from crm.banking import references
from crm.banking.coda_records import Record
from crm.banking.model import Line, ReturnKind

_RETURNS = dict(zip("12345", ReturnKind, strict=True))
_PLACED = {"101": (0, 12), "102": (0, 12), "105": (45, 57)}
"""Where a structured communication of these types holds its twelve digits."""

_ABSENT = frozenset(("NOTPROVIDED", "NOT PROVIDED", "NONREF"))
_DETAILS, _PARTS = frozenset("56789"), "8"


@dataclass(slots=True)
class Movement:
    """A movement while its records come. `details` are those of a batch, `zones` the communication as it was cut."""

    row: int
    sequence: str
    detail: str
    bank_reference: str
    cents: int
    value_on: date | None
    booked_on: date
    code: str
    kind: str
    zones: list[str]
    customer_reference: str = ""
    bic: str = ""
    returned: str = ""
    reason: str = ""
    account: str = ""
    name: str = ""
    address: str = ""
    notes: list[str] = field(default_factory=list)
    details: list[Movement] = field(default_factory=list)

    @property
    def is_detail(self) -> bool:
        """Whether its code says that it is part of a movement that was counted already."""
        return self.code[0] in _DETAILS


def begun(record: Record) -> Movement:
    """What record 2.1 says."""
    row, text = record
    structured = text[61] == "1"
    return Movement(
        row=row,
        sequence=text[2:6],
        detail=text[6:10],
        bank_reference=text[10:31].strip(),
        cents=fields.cents(record, 31, 32),
        value_on=fields.day_or_none(record, 47),
        booked_on=fields.day(record, 115),
        code=text[53:61],
        kind=text[62:65] if structured else "",
        zones=[text[65:115] if structured else text[62:115], "", ""],
    )


def second(movement: Movement, text: str) -> None:
    """What record 2.2 adds."""
    movement.zones[1] = text[10:63]
    movement.customer_reference = text[63:98].strip()
    movement.bic = text[98:109].strip()
    movement.returned = text[112].strip()
    movement.reason = text[113:117].strip()


def third(movement: Movement, text: str, version: int) -> None:
    """What record 2.3 adds: who paid. In version 1 an address stands where version 2 carries on the communication."""
    number = text[10:44]
    if version == 1 or number[12:13] == " ":  # a Belgian number of twelve digits, its currency after it
        number = number[:12]
    movement.account = number.strip()
    if version == 1:
        movement.name, movement.address = text[47:73].strip(), _plain(text[73:125])
    else:
        movement.name, movement.zones[2] = text[47:82].strip(), text[82:125]


def told(movement: Movement, said: str, *, structured: bool) -> None:
    """What the records 3 add, put together: the name in full, the address, or a word of the bank."""
    if not structured:
        movement.notes.append(_plain(said))
    elif said.startswith("001"):
        full = _plain(said[3:73])
        if full.startswith(_plain(movement.name)):
            movement.name = full
        movement.address = movement.address or ", ".join(filter(None, (_plain(said[73:108]), _plain(said[108:143]))))
    elif said.startswith("002"):
        movement.notes.append(_plain(said[3:]))


def lines_of(movement: Movement) -> list[Line]:
    """The lines of a movement: its details where they make its amount exactly, else itself. Never both.

    The parts of one payment (type 8: gross, costs) stay one line; what only they say is taken over.
    """
    parts = [detail for detail in movement.details if detail.code[0] == _PARTS]
    details = [detail for detail in movement.details if detail.code[0] != _PARTS]
    if not details or sum(detail.cents for detail in _top(details)) != movement.cents:
        line = line_of(movement)
        for part in parts:
            line = _completed(line, line_of(part))
        return [line]
    whole = movement.bank_reference or movement.sequence
    made = [line_of(detail) for detail in _split(details)]
    return [replace(line, batch=whole, value_on=line.value_on or movement.value_on) for line in made]


def _top(details: list[Movement]) -> list[Movement]:
    return [detail for detail in details if detail.code[0] != "9"]


def _split(details: list[Movement]) -> list[Movement]:
    """The details, a sub-total (type 7) replaced by its own (type 9) where these make it exactly."""
    out: list[Movement] = []
    at = 0
    while at < len(details):
        below = at + 1
        while below < len(details) and details[below].code[0] == "9":
            below += 1
        own = details[at + 1 : below]
        exact = own and sum(detail.cents for detail in own) == details[at].cents
        out += own if exact else [details[at]]
        at = below
    return out


def line_of(movement: Movement) -> Line:
    """One movement as a line."""
    joined = "".join(zone.ljust(width) for zone, width in zip(movement.zones, (53, 53, 43), strict=True))
    structured = mandate = creditor = executed_on = None
    returned, reason = movement.returned, movement.reason
    if movement.kind:
        joined = movement.zones[0].ljust(50) + joined[53:]
        if movement.kind == "127":
            creditor, mandate = joined[9:44].strip() or None, joined[44:79].strip() or None
            executed_on = fields.day_said(joined[0:6])
            refused = joined[8] in "1234"
            returned = returned or joined[141].strip() or ("2" if refused else "")
            reason = reason or joined[142:146].strip()
            joined = joined[79:141]
        elif movement.kind in _PLACED:
            start, end = _PLACED[movement.kind]
            digits = joined[start:end]
            structured = digits if digits.isascii() and digits.isdigit() and digits.strip("0") else None
            joined = "" if structured else joined
        elif movement.kind == "100":
            structured = references.creditor_reference(joined[:25])
            joined = "" if structured else joined
    communication = _plain(joined) or None
    if communication and not structured:
        structured = references.structured_in(communication)
    reference = movement.customer_reference
    return Line(
        row=movement.row,
        booked_on=movement.booked_on,
        value_on=movement.value_on,
        executed_on=executed_on,
        cents=movement.cents,
        counterparty_name=_plain(movement.name) or None,
        counterparty_account=references.account(movement.account),
        counterparty_bic=movement.bic or None,
        counterparty_address=movement.address or None,
        communication=communication,
        structured=structured,
        end_to_end_id=reference if reference and reference.upper() not in _ABSENT else None,
        mandate=mandate,
        creditor_id=creditor,
        reversal=returned in _RETURNS,
        return_kind=_RETURNS.get(returned),
        return_reason=reason or None,
        transaction_code=movement.code,
        bank_reference=(movement.bank_reference.strip("0 ") and movement.bank_reference) or None,
        note=" ".join(filter(None, movement.notes)) or None,
    )


_TAKEN_OVER = (
    "counterparty_name",
    "counterparty_account",
    "counterparty_bic",
    "communication",
    "structured",
    "end_to_end_id",
    "mandate",
    "creditor_id",
)


def _completed(line: Line, by: Line) -> Line:
    """A line, its gaps filled with what another says of the same money."""
    missing = {name: getattr(by, name) for name in _TAKEN_OVER if getattr(line, name) is None}
    return replace(line, **missing) if any(missing.values()) else line


def _plain(text: str) -> str:
    return " ".join(text.split())
