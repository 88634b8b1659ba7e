"""Whether a year is still as it was numbered: numbers, versions, amounts, frozen words and papers, each looked at.

Reads and changes nothing. The keyed prints tell what was altered behind the house's back, the seals what was moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.attestations.cabinet import Cabinet
from crm.attestations.keys import Seal
from crm.attestations.model import Status
from crm.attestations.tables import AttestationLineRow, AttestationRow, NumbersRow
from crm.foundation.encryption import Undecipherable

_SOME = 500


class Flaw(StrEnum):
    """What is not as it was. `GAP`: a number that nobody has; `VERSIONS`: another than the last one counts;
    `AMOUNT`: payments come to something else; `WORDS`, `PAPER`: missing, changed, or under a key we lack.
    """

    GAP = "gap"
    VERSIONS = "versions"
    AMOUNT = "amount"
    WORDS = "words"
    PAPER = "paper"


@dataclass(frozen=True, kw_only=True, slots=True)
class Flawed:
    """Where something is not as it was (`version` 0: of the number itself)."""

    number: int
    version: int
    flaw: Flaw


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What was looked at. `first` is not 1 where an older system gave numbers of that year before us."""

    year: int
    first: int
    last: int
    versions: int
    papers: int
    flaws: tuple[Flawed, ...]


def prove(session: Session, seal: Seal, cabinet: Cabinet, year: int) -> Proof:
    """Looks at everything that year holds. What was forgotten by its term is no flaw."""
    row = AttestationRow
    query = select(row.number, row.version, row.status).where(row.year == year).order_by(row.number, row.version)
    known = [(number, version, status) for number, version, status in session.execute(query)]
    flaws = list(_of_numbers(known, _last(session, year)))
    amounts = (
        select(row.number, row.version)
        .outerjoin(AttestationLineRow, AttestationLineRow.attestation_id == row.id)
        .where(row.year == year)
        .group_by(row.id, row.number, row.version, row.cents)
        .having(func.coalesce(func.sum(AttestationLineRow.cents), 0) != row.cents)
    )
    flaws += [Flawed(number=number, version=at, flaw=Flaw.AMOUNT) for number, at in session.execute(amounts)]
    papers = 0
    for one in _rows(session, year):
        if one.sealed and not _is_said(seal, one):
            flaws.append(Flawed(number=one.number, version=one.version, flaw=Flaw.WORDS))
        if one.sealed and one.paper_print:
            papers += 1
            if not _lies(seal, cabinet, one):
                flaws.append(Flawed(number=one.number, version=one.version, flaw=Flaw.PAPER))
    return Proof(
        year=year,
        first=known[0][0] if known else 0,
        last=known[-1][0] if known else 0,
        versions=len(known),
        papers=papers,
        flaws=tuple(sorted(flaws, key=lambda flaw: (flaw.number, flaw.version, flaw.flaw))),
    )


def _of_numbers(known: list[tuple[int, int, Status]], last: int) -> Iterator[Flawed]:
    numbers = [number for number, *_ in known]
    if numbers:
        missing = set(range(numbers[0], max(last, numbers[-1]) + 1)) - set(numbers)
        yield from (Flawed(number=number, version=0, flaw=Flaw.GAP) for number in missing)
    after: tuple[int, int, Status] | None = None
    for number, version, status in reversed(known):
        is_last = after is None or after[0] != number
        if (status is Status.REPLACED) == is_last or (not is_last and after is not None and after[1] != version + 1):
            yield Flawed(number=number, version=version, flaw=Flaw.VERSIONS)
        after = (number, version, status)


def _last(session: Session, year: int) -> int:
    return session.scalar(select(NumbersRow.last).where(NumbersRow.year == year)) or 0


def _rows(session: Session, year: int) -> Iterator[Any]:
    row, after = AttestationRow, 0
    columns = (row.id, row.uid, row.year, row.number, row.version, row.cents, row.sealed, row.print, row.paper_print)
    while some := session.execute(
        select(*columns).where(row.year == year, row.id > after).order_by(row.id).limit(_SOME)
    ).all():
        yield from some
        after = some[-1].id


def _is_said(seal: Seal, one: Any) -> bool:
    try:
        plain = seal.plain(one.sealed, one.uid)
        zones = seal.open(one.sealed, one.uid).zones
    except (Undecipherable, ValueError, KeyError):
        return False
    told = (zones.get("2009"), zones.get("2060"))
    return seal.is_print_of(plain, one.print) and told == (str(one.number), str(one.cents))


def _lies(seal: Seal, cabinet: Cabinet, one: Any) -> bool:
    try:
        return cabinet.take(seal, one.year, one.uid, one.paper_print) is not None
    except (Undecipherable, OSError, ValueError):
        return False
