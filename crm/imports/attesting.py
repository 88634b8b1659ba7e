"""Attestations of an older system: weighed by the number they bear, written, taken out again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.attestations import elsewhere
from crm.attestations.elsewhere import Elsewhere, Name
from crm.imports.earlier import Before
from crm.imports.giving import Heard
from crm.imports.model import Change, ChangeKind, Reason
from crm.imports.wish import Wish
from crm.imports.wish_beside import Attested
from crm.people.taking_back import Kept
from crm.values.identifiers import PersonId
from crm.values.money import exact


class Papers:
    """The attestations of one block on its way; rows see what earlier ones bring."""

    def __init__(self, session: Session, wishes: Iterable[Wish], before: Before) -> None:
        told = {_name(wish.attested) for wish in wishes if wish.attested is not None}
        self._before = before
        held = elsewhere.there(session, told) if told else {}
        self._there: dict[Name, tuple[int, int]] = {name: (one.person_id, one.cents) for name, one in held.items()}

    def weigh(self, one: Attested, person_id: int | None) -> Heard:
        """What that paper comes to; `person_id` is None for a newcomer, and where nobody can tell whose it is."""
        stands = self._there.get(_name(one)) or self._before.attested(_name(one))
        if stands is None:
            return Heard(reason=(Reason.ATTESTS, exact(one.cents)), is_new=True)
        whose, cents = stands
        if whose != person_id:
            return Heard(reason=(Reason.PAPER_OF_ANOTHER, ""), asks=True)
        is_same = cents == one.cents
        return Heard(reason=(Reason.PAPER_THERE if is_same else Reason.PAPER_OTHERWISE, exact(cents)), asks=not is_same)

    def bring(self, one: Attested, person_id: int) -> None:
        """Notes that a row brings it, for the rows that follow."""
        self._there[_name(one)] = person_id, one.cents


def write(session: Session, told: Sequence[tuple[int, Attested, PersonId]], *, at: datetime) -> list[Change]:
    """Writes papers, each given as (row, paper, whose), and says what was written."""
    papers = [
        Elsewhere(
            person_id=whose,
            system=one.system,
            year=one.year,
            number=one.number,
            cents=one.cents,
            issued_on=one.issued_on,
        )
        for _, one, whose in told
    ]
    ids = elsewhere.bring_many(session, papers, at=at)
    return [
        Change(
            number=number,
            kind=ChangeKind.ATTESTATION,
            target_id=row_id,
            person_id=whose,
            before={},
            after={"cents": one.cents},
        )
        for (number, one, whose), row_id in zip(told, ids, strict=True)
    ]


def take_back(session: Session, changes: Sequence[Change]) -> dict[int, Kept]:
    """Takes those papers out; by row number, why one stays."""
    brought = {change.target_id: change.number for change in changes if change.kind is ChangeKind.ATTESTATION}
    gone = elsewhere.take_back(session, brought) if brought else set()
    return {number: Kept.GONE for row_id, number in brought.items() if row_id not in gone}


def _name(one: Attested) -> Name:
    return one.system, one.year, one.number
