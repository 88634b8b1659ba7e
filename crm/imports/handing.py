"""What several files say: each that found it there is noted, and undoing one leaves it with another that stands."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from crm.imports import handing_store as store
from crm.imports.model import Change, ChangeKind, Run
from crm.people.taking_back import Kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeated:
    """What a row says and found to be there: a no, a silenced address or digest, a gift under its reference."""

    kind: ChangeKind
    target_id: int
    person_id: int | None = None
    after: Mapping[str, Any] = field(default_factory=dict)


def silenced(kind: ChangeKind, key: str) -> Repeated:
    """An address (by its key) or a digest that was silenced before."""
    return Repeated(kind=kind, target_id=_number_of(key), after={_NAMES[kind]: key})


_NAMES = {ChangeKind.SUPPRESSION: "address_key", ChangeKind.DIGEST: "digest"}


def note(repeated: Sequence[tuple[int, Repeated]]) -> list[Change]:
    """What is kept of what those rows repeat; undoing their import writes nothing for it."""
    return [
        Change(
            number=number,
            kind=ChangeKind.SAID_AGAIN,
            target_id=one.target_id,
            person_id=one.person_id,
            before={"what": one.kind.value},
            after=one.after,
        )
        for number, one in repeated
    ]


def over(session: Session, run: Run, changes: Sequence[Change]) -> tuple[list[Change], dict[int, Kept]]:
    """Hands what another import that stands says too to that import; what is left to undo, and the rows that stay.

    The same row, word for word, takes all that it brought; else each no and each gift is handed over alone.
    """
    kept: dict[int, Kept] = {}
    numbers = {change.number for change in changes if change.kind is not ChangeKind.SAID_AGAIN}
    rows = store.twins(session, run, numbers)
    for number, (other, place) in rows.items():
        store.hand_row(session, run.id, number, to=other, place=place)
        kept[number] = Kept.OTHER_FILE
    left = [change for change in changes if change.number not in rows]
    mine = {(change.kind, _target(change)): change for change in left if change.kind in _HANDED}
    gone: set[int] = set()
    for again in store.said_again(session, run, {target for _, target in mine}):
        kind = ChangeKind(again.before["what"])
        change = mine.get((kind, again.target_id))
        if (
            change is None
            or change.id in gone
            or ((name := _NAMES.get(kind)) and change.after[name] != again.after[name])
        ):
            continue
        gone.add(change.id)
        store.hand_change(session, change.id, to=again)
        kept[change.number] = Kept.OTHER_FILE
    return [one for one in left if one.id not in gone and one.kind is not ChangeKind.SAID_AGAIN], kept


_HANDED = frozenset({ChangeKind.CONSENT, ChangeKind.GIFT, *_NAMES})


def _target(change: Change) -> int:
    name = _NAMES.get(change.kind)
    return change.target_id if name is None else _number_of(change.after[name])


def _number_of(key: str) -> int:
    """A number for a key, so that what repeats it is found by number."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()) >> 1
