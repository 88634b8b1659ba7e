"""Gifts of a file: weighed against what stands, written set-wise, taken back by their opposite."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.donations import pouring, taking_over
from crm.donations import rules as donations
from crm.donations.model import Basis, LineKind, Movement, NewGift, NewLine
from crm.donations.taking_over import Booked
from crm.foundation.signing import Sealer
from crm.imports.earlier import Before
from crm.imports.handing import Repeated
from crm.imports.model import Change, ChangeKind, Reason, Run, Told
from crm.imports.wish import Gave, Wish
from crm.people.taking_back import Kept
from crm.values.identifiers import GiftId, PersonId
from crm.values.money import exact

PROVIDER = "import"
"""Under this name stand movements of files that give them none: each row of a run is one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What a row's gift comes to: new under `external_id`, or not, and why; `asks` where only a person may decide."""

    reason: Told
    is_new: bool = False
    asks: bool = False
    is_wrong: bool = False
    external_id: str = ""
    repeats: Repeated | None = None
    """What stands already and the row says too."""


class Gifts:
    """The gifts of one block on its way; rows see what earlier ones bring."""

    def __init__(self, session: Session, wishes: Iterable[Wish], known: Collection[int], before: Before) -> None:
        gave = [wish.gave for wish in wishes if wish.gave is not None]
        self._before = before
        self._booked: dict[tuple[str, str], Booked] = {}
        for provider in {one.provider for one in gave if one.reference}:
            names = {one.reference for one in gave if one.provider == provider and one.reference}
            found = taking_over.booked(session, provider, names)
            self._booked |= {(provider, name): one for name, one in found.items()}
        self._named: dict[tuple[str, str], int] = {}
        self._funds = taking_over.open_funds(session, {one.fund for one in gave})
        self._sources = taking_over.sources(session, {one.source_code for one in gave if one.source_code})
        days = {one.given_on for one in gave if not one.reference}
        self._alike: set[tuple[int, date, int]] = taking_over.alike(session, [i for i in known if i > 0], days)

    def weigh(self, gave: Gave, person_id: int | None) -> Heard:
        """What that gift comes to; `person_id` is None for a newcomer, and where nobody can tell whose it is."""
        if gave.fund not in self._funds:
            return Heard(reason=(Reason.NOT_FUND, gave.fund), is_wrong=True)
        if gave.source_code and gave.source_code not in self._sources:
            return Heard(reason=(Reason.NOT_SOURCE, gave.source_code), is_wrong=True)
        return self._named_gift(gave) if gave.reference else self._unnamed(gave, person_id)

    def _named_gift(self, gave: Gave) -> Heard:
        key = (gave.provider, gave.reference)
        there = self._booked[key]
        cents = self._named.get(key, self._before.cents_named(key) if there.cents is None else there.cents)
        if cents is None:
            return Heard(reason=(Reason.GIVES, exact(gave.cents)), is_new=True, external_id=there.external_id)
        is_same = cents == gave.cents
        repeats = Repeated(kind=ChangeKind.GIFT, target_id=there.gift_id) if is_same and there.gift_id else None
        why = Reason.GIFT_THERE if is_same else Reason.GIFT_OTHERWISE
        return Heard(reason=(why, exact(cents)), asks=not is_same, repeats=repeats)

    def _unnamed(self, gave: Gave, person_id: int | None) -> Heard:
        is_twin = person_id is not None and (person_id, gave.given_on, gave.cents) in self._alike
        return Heard(
            reason=(Reason.GIFT_ALIKE if is_twin else Reason.GIVES, exact(gave.cents)), asks=is_twin, is_new=not is_twin
        )

    def bring(self, gave: Gave, person_id: int) -> None:
        """Notes that a row brings it, for the rows that follow."""
        if gave.reference:
            self._named[gave.provider, gave.reference] = gave.cents
        self._alike.add((person_id, gave.given_on, gave.cents))


def write(
    session: Session,
    sealer: Sealer,
    run: Run,
    given: Sequence[tuple[int, Gave, str, PersonId]],
    *,
    at: datetime,
) -> list[Change]:
    """Writes gifts, each given as (row, gift, name of its movement, donor), and says what was written."""
    news = [
        NewGift(
            person_id=person_id,
            lines=(
                NewLine(cents=gave.cents, fund=gave.fund, kind=donations.LINE_OF.get(gave.kind, LineKind.DONATION)),
            ),
            given_on=gave.given_on,
            kind=gave.kind,
            basis=Basis.RECEIVED,
            source_code=gave.source_code,
            what=gave.what,
            movement=Movement(
                method=gave.method,
                booked_on=gave.given_on,
                provider=gave.provider or PROVIDER,
                external_id=name or f"{run.id}-{number}",
            ),
        )
        for number, gave, name, person_id in given
    ]
    ids = pouring.record_many(session, sealer, news, at=at, by=run.started_by)
    return [
        Change(
            number=number,
            kind=ChangeKind.GIFT,
            target_id=gift_id,
            person_id=person_id,
            before={},
            after={"cents": gave.cents},
        )
        for (number, gave, _, person_id), gift_id in zip(given, ids, strict=True)
    ]


def take_back(
    session: Session, sealer: Sealer, run: Run, changes: Sequence[Change], *, at: datetime
) -> dict[int, Kept]:
    """Books the opposite of those gifts; by row number, why one stays."""
    brought = {GiftId(change.target_id): change for change in changes if change.kind is ChangeKind.GIFT}
    owners = {gift_id: PersonId(change.person_id or 0) for gift_id, change in brought.items()}
    stays = taking_over.take_back(session, sealer, owners, at=at, by=run.started_by)
    return {brought[gift_id].number: why for gift_id, why in stays.items()}


def still_giving(session: Session, person_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """Those of the people of whom a gift stands, with the table that says so."""
    return {person_id: frozenset({"gift"}) for person_id in taking_over.givers(session, person_ids)}
