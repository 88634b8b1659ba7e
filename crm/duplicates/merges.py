"""Making two records one, and two again: every room gives the survivor what the loser had, and each move is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.contracts.person_pointer import PersonPointer
from crm.duplicates import finding, parting, service, store, trail
from crm.duplicates.errors import (
    AlreadyMerged,
    AlreadyUndone,
    ChangedSince,
    KindsDiffer,
    MergeMissing,
    OuterMergeStands,
    SamePerson,
)
from crm.duplicates.model import Comparison, FieldChoice, Likeness, Merge, Undoing
from crm.foundation.database import hold
from crm.foundation.row_moves import RowMove, plain, spliced
from crm.foundation.signing import Sealer
from crm.people import arriving, merging
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.people.model import Person
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, MergeId, PersonId
from crm.vault import service as vault

FIELDS_ROOM = "fields"
"""Under this name the moves of chosen fields are kept, after those of the rooms."""


def compare(
    session: Session, pointers: Sequence[PersonPointer], one_id: PersonId, other_id: PersonId, *, keep: PersonId | None
) -> Comparison:
    """Two people side by side, and what a merge would unite. `keep` names the survivor, else the longest known is it.

    Raises `PersonMissing`, `SamePerson`, `KindsDiffer`, `AlreadyMerged`.
    """
    survivor_id = keep if keep in (one_id, other_id) and keep is not None else PersonId(min(one_id, other_id))
    loser_id = other_id if survivor_id == one_id else one_id
    survivor, loser = _two(session, survivor_id, loser_id)
    ids = (survivor.id, loser.id)
    holdings: dict[PersonId, dict[str, int]] = {person_id: {} for person_id in ids}
    for pointer in pointers:
        for person_id, counts in pointer.holdings(session, ids).items():
            holdings[person_id] |= counts
    return Comparison(
        survivor=survivor,
        loser=loser,
        likeness=finding.between(session, *ids) or Likeness(score=0, reasons=()),
        fields=differing(survivor, loser),
        holdings=holdings,
        said_distinct=service.said_distinct(session, *ids),
        numbers_differ=vault.differ(session, *ids),
    )


def differing(survivor: Person, loser: Person) -> tuple[FieldChoice, ...]:
    """The fields in which both say something else, or only one says something; an empty one is filled, never kept."""
    return tuple(
        FieldChoice(field=field, values={survivor.id: held, loser.id: said}, kept_of=survivor.id if held else loser.id)
        for field in merging.FIELDS
        if (held := getattr(survivor, field)) != (said := getattr(loser, field))
    )


def sight(choices: Sequence[FieldChoice]) -> str:
    """What a form showed, so that it can say so: another one as soon as either record says something else."""
    told = [[choice.field, *(str(choice.values[one]) for one in sorted(choice.values))] for choice in choices]
    return hashlib.blake2b(json.dumps(told).encode(), digest_size=8).hexdigest()


def merge(
    session: Session,
    sealer: Sealer,
    pointers: Sequence[PersonPointer],
    *,
    survivor_id: PersonId,
    loser_id: PersonId,
    chosen: Mapping[str, PersonId],
    by: AccountId | None,
    at: datetime,
    seen: str | None = None,
) -> Merge:
    """The loser's record becomes the survivor's, in one transaction, all or nothing.

    `chosen` says for a field whose value is kept; where it is silent the survivor's is, unless empty. Nothing is lost:
    what gives way is kept in the merge. One of two who merge the same at once gets `AlreadyMerged`; with `seen`, the
    `sight` of what was chosen from, `ChangedSince` where the records say something else by now.
    Raises `PersonMissing`, `SamePerson`, `KindsDiffer`, `Invalid`.
    """
    arriving.hold_off_many(session)
    for person_id in sorted((survivor_id, loser_id)):
        hold(session, f"person {person_id}")
    session.expire_all()
    survivor, loser = _two(session, survivor_id, loser_id)
    choices = differing(survivor, loser)
    if seen is not None and seen != sight(choices):
        raise ChangedSince
    strange = set(chosen) - set(merging.FIELDS) or set(chosen.values()) - {survivor_id, loser_id}
    if strange:
        raise Invalid("a field of one of the two", field="chosen")
    keeps = {choice.field: chosen.get(choice.field, choice.kept_of) for choice in choices}
    taken = {c.field: c.values[loser_id] for c in choices if keeps[c.field] == loser_id}
    made = store.add_merge(
        session,
        survivor_id=survivor_id,
        loser_id=loser_id,
        merged_at=at,
        merged_by=by,
        chosen={field: "survivor" if of == survivor_id else "loser" for field, of in keeps.items()},
        gave_way={c.field: plain(c.values[_other(c, keeps[c.field])]) for c in choices},
    )
    merging.set_survivor(session, loser_id, survivor_id)
    moved = _give(session, pointers, made)
    fields = merging.take_fields(session, survivor_id, taken | _death(survivor, loser))
    store.add_moves(session, made.id, FIELDS_ROOM, fields)
    facts = {"merge": made.id, "other": made.loser_id, "rows": moved}
    trail.note(session, sealer, "supporter.merge", made.survivor_id, by=by, at=at, facts=facts)
    return made


def undo(
    session: Session,
    sealer: Sealer,
    pointers: Sequence[PersonPointer],
    merge_id: MergeId,
    *,
    by: AccountId | None,
    at: datetime,
) -> Undoing:
    """Takes a merge back: every move is replayed backwards, each person has their own again.

    What somebody changed since stays as they left it, and is counted. What came to the survivor since stays theirs, but
    for what was said of the loser, and a no, a death or a freeze that may be of either (see `parting`).
    Other merges into the survivor may stand, earlier or later ones. Raises `MergeMissing`, `AlreadyUndone`,
    `OuterMergeStands` where the survivor was merged into somebody else since.
    """
    found = store.find_merge(session, merge_id)
    if found is None:
        raise MergeMissing
    arriving.hold_off_many(session)
    for person_id in sorted((found.survivor_id, found.loser_id)):
        hold(session, f"person {person_id}")
    found = store.find_merge(session, merge_id, lock=True)
    if found is None or found.undone_at is not None:
        raise AlreadyUndone
    today = people.find_survivor(session, found.survivor_id)
    if today is not None and today.id != found.survivor_id:
        raise OuterMergeStands(today.id)
    moves = _beneath(session, pointers, found)
    ended = store.end_merge(session, merge_id, at=at, by=by)
    merging.set_survivor(session, found.loser_id, None)
    kept, rows = 0, sum(len(move.keys) for _, move in moves)
    of_fields = [move for room, move in moves if room == FIELDS_ROOM]
    kept += merging.put_back(session, of_fields, loser=found.loser_id, survivor=found.survivor_id)
    for pointer in reversed(pointers):
        theirs = [move for room, move in moves if room == pointer.ROOM]
        kept += pointer.put_back(session, theirs, loser=found.loser_id, survivor=found.survivor_id)
    for standing in store.standing_into(session, found.survivor_id):
        # What stayed with them because this merge had brought the same already goes over now.
        _give(session, pointers, standing)
    went, both = parting.part(session, sealer, found, at=at)
    rows += went
    facts = {"merge": found.id, "other": found.loser_id, "rows": rows}
    trail.note(session, sealer, "supporter.unmerge", found.survivor_id, by=by, at=at, facts=facts)
    return Undoing(merge=ended, rows=rows, kept=kept, both=both)


def let_go(session: Session, taken_back: Mapping[PersonId, Mapping[str, Any]]) -> None:
    """Values that were taken back from people leave whom they live on in, where a merge had brought them there.

    As JSON keeps them. What somebody changed there since stays.
    """
    for made in store.standing_of(session, taken_back):
        values, further = taken_back[made.loser_id], dict[str, Any]()
        for number, _, room, move in store.moves_of(session, [made.id]):
            names = {name for name in move.before if values.get(name) == move.after[name]}
            if room != FIELDS_ROOM or not names:
                continue
            going, staying = (
                replace(
                    move,
                    before={name: value for name, value in move.before.items() if (name in names) is goes},
                    after={name: value for name, value in move.after.items() if (name in names) is goes},
                )
                for goes in (True, False)
            )
            merging.give_back(session, made.survivor_id, going)
            store.replace_move(session, number, made.id, room, [staying] if staying.before else [])
            further |= going.after
        if further:
            let_go(session, {made.survivor_id: further})


def of(session: Session, person_id: PersonId) -> tuple[Merge, ...]:
    """Every merge that made that person who they are, undone ones too, the newest first."""
    return store.merges_of(session, person_id)


def find(session: Session, merge_id: MergeId) -> Merge | None:
    """One merge, or None."""
    return store.find_merge(session, merge_id)


def _two(session: Session, survivor_id: PersonId, loser_id: PersonId) -> tuple[Person, Person]:
    if survivor_id == loser_id:
        raise SamePerson
    survivor, loser = (people.find_person(session, person_id) for person_id in (survivor_id, loser_id))
    if survivor is None or loser is None:
        raise PersonMissing
    for one in (survivor, loser):
        if one.merged_into_id is not None:
            today = people.find_survivor(session, one.id)
            raise AlreadyMerged(today.id if today else one.merged_into_id)
    if survivor.kind is not loser.kind:
        raise KindsDiffer
    return survivor, loser


def _give(session: Session, pointers: Sequence[PersonPointer], made: Merge) -> int:
    """Every room's moves of a merge, made and kept; how many rows."""
    rows = 0
    for pointer in pointers:
        moves = pointer.repoint(session, loser=made.loser_id, survivor=made.survivor_id)
        store.add_moves(session, made.id, pointer.ROOM, moves)
        rows += sum(len(move.keys) for move in moves)
    return rows


def _beneath(session: Session, pointers: Sequence[PersonPointer], found: Merge) -> list[tuple[str, RowMove]]:
    """The moves of a merge; what other merges into the same person wrote on top of them is told what it builds on now.

    What they wrote into rows that leave with the loser is put back: each merge that stands is made anew after this one.
    """
    standing: dict[int, Merge] = {
        one.id: one for one in store.standing_into(session, found.survivor_id) if one.id != found.id
    }
    own: list[tuple[str, RowMove]] = []
    leaving: list[tuple[Merge, str, RowMove]] = []
    for number, merge_id, room, move in store.moves_of(session, [found.id, *standing]):
        if merge_id == found.id:
            own.append((room, move))
            continue
        pieces = [move]
        for _, earlier in own:
            staying = []
            for one in pieces:
                stays, leaves = store.parted(earlier, one, found)
                leaving += [(standing[merge_id], room, leaves)] if leaves else []
                staying += spliced(earlier, stays) if stays else []
            pieces = staying
        if pieces != [move]:
            store.replace_move(session, number, merge_id, room, pieces)
    for merge, room, move in reversed(leaving):
        for pointer in pointers:
            if room == pointer.ROOM:
                pointer.put_back(session, [move], loser=merge.loser_id, survivor=merge.survivor_id)
    return own


def _death(survivor: Person, loser: Person) -> dict[str, Any]:
    """That somebody died is never lost: nothing is written to them, whichever of the two was known to be dead."""
    if survivor.is_deceased or not loser.is_deceased:
        return {}
    return {"deceased_on": loser.deceased_on, "deceased_recorded_at": loser.deceased_recorded_at}


def _other(choice: FieldChoice, kept: PersonId) -> PersonId:
    return next(person_id for person_id in choice.values if person_id != kept)
