"""CODA files written from the published layout, for tests: small words that become records of 128 characters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

DAY = date(2026, 11, 20)
ACCOUNT = "BE68539007547034"


@dataclass(kw_only=True)
class Move:
    """A movement, or a detail of one. `structured` is a type of three digits and what follows it."""

    cents: int
    code: str = "00150000"
    text: str = ""
    structured: tuple[str, str] | None = None
    name: str = ""
    account: str = ""
    bic: str = ""
    reference: str = ""
    bank_reference: str = "REF0000000001"
    returned: str = " "
    reason: str = ""
    infos: tuple[tuple[str, str], ...] = ()
    details: list[Move] = field(default_factory=list)
    on: date = DAY
    value_on: date | None = DAY


def ddmmyy(day: date | None) -> str:
    return day.strftime("%d%m%y") if day else "000000"


def amount(cents: int) -> str:
    return f"{'1' if cents < 0 else '0'}{abs(cents) * 10:015d}"


def statement(
    moves: list[Move],
    *,
    opening: int = 100_000,
    closing: int | None = None,
    account: str = ACCOUNT,
    currency: str = "EUR",
    number: int = 230,
    on: date = DAY,
    version: int = 2,
    duplicate: bool = False,
    application: str = "00000",
    messages: tuple[str, ...] = (),
    last: bool = True,
) -> list[str]:
    """The records of one statement, its trailer counted right."""
    old = account.isdigit()
    place = f"{account:<12} {currency}0BE" if old else f"{account:<34}{currency}"
    structure = "0" if old else "2"
    closing = opening + sum(move.cents for move in moves) if closing is None else closing
    body = [
        (
            f"1{structure}{number:03d}{place:<37}{amount(opening)}{ddmmyy(on)}{'AMNESTY DEMONSTRATION':<26}"
            f"{'COMPTE A VUE':<35}{number:03d}"
        )
    ]
    for sequence, move in enumerate(moves, 1):
        body += _movement(move, f"{sequence % 10_000:04d}", version)
    if moves or closing != opening:
        body.append(f"8{number:03d}{place:<37}{amount(closing)}{ddmmyy(on)}{'':<64}{'1' if messages else '0'}")
    debits = -sum(move.cents for move in moves if move.cents < 0)
    credited = sum(move.cents for move in moves if move.cents > 0)
    head = (
        f"00000{ddmmyy(on)}53905{'D' if duplicate else ' '}{'':<7}{'FICHIER001':<10}{'AMNESTY DEMONSTRATION':<26}"
        f"{'NICABEBB':<11}00418308144 {application}{'':<39}{version}"
    )
    free = [
        f"4 {1:04d}{at:04d}{'':<22}{text:<80}{'':<15}{'1' if at + 1 < len(messages) else '0'}"
        for at, text in enumerate(messages)
    ]
    tail = f"9{'':<15}{len(body):06d}{debits * 10:015d}{credited * 10:015d}{'':<75}{'2' if last else '1'}"
    records = [head, *body, *free, tail]
    assert {len(record) for record in records} == {128}, [len(record) for record in records]
    return records


def _movement(move: Move, sequence: str, version: int, at: int = 0) -> list[str]:
    text = f"{move.structured[0]}{move.structured[1]}" if move.structured else move.text
    text = f"{text:<149}"
    detail = f"{at:04d}"
    two = bool(text[53:106].strip() or move.reference or move.bic or move.returned.strip() or move.reason)
    three = bool(text[106:].strip() or move.account or move.name)
    records = [
        (
            f"21{sequence}{detail}{move.bank_reference:<21}{amount(move.cents)}{ddmmyy(move.value_on)}{move.code}"
            f"{'1' if move.structured else '0'}{text[:53]}{ddmmyy(move.on)}000{'1' if move.details else '0'}"
            f"{'1' if two or three else '0'} {'1' if move.infos else '0'}"
        )
    ]
    if two or three:
        records.append(
            f"22{sequence}{detail}{text[53:106]}{move.reference:<35}{move.bic:<11}   {move.returned}{move.reason:<4}"
            f"{'':<8}{'1' if three else '0'} {'1' if move.infos else '0'}"
        )
    if three:
        account = f"{move.account:<34}EUR" if not move.account.isdigit() else f"{move.account:<12} EUR"
        who = f"{move.name:<26}{text[106:]:<52}" if version == 1 else f"{move.name:<35}{text[106:]}"
        records.append(f"23{sequence}{detail}{account:<37}{who}0 {'1' if move.infos else '0'}")
    for place, (kind, said) in enumerate(move.infos, 1):
        number = f"{at + place:04d}"
        zone = f"{kind}{said}"
        structured = "1" if kind else "0"
        more = zone[73:]
        records.append(
            f"31{sequence}{number}{move.bank_reference:<21}{move.code}{structured}{zone[:73]:<73}{'':<12}"
            f"{'1' if more else '0'} 0"
        )
        if more:
            records.append(f"32{sequence}{number}{more[:105]:<105}{'':<10}0 0")
    inner = at
    for one in move.details:
        inner += 1
        records += _movement(one, sequence, version, inner)
    return records


def file(*statements: list[str], encoding: str = "cp1252", ends: str = "\r\n") -> bytes:
    """The bytes of a file."""
    return "".join(record + ends for records in statements for record in records).encode(encoding)


def direct_debit(
    *, mandate: str, text: str = "", paid: str = "0", kind: str = " ", reason: str = ""
) -> tuple[str, str]:
    """Structured communication 127, that of a SEPA direct debit."""
    return (
        "127",
        f"{ddmmyy(DAY)}11{paid}{'BE05ZZZ0418308144':<35}{mandate:<35}{text:<62}{kind}{reason:<4}",
    )
