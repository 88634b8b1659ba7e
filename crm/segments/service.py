"""The door of segments: keep one, change it, share it, put it away; `picking` says who is in it by hand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.segments import naming, store
from crm.segments.catalogue import Catalogue, checked
from crm.segments.errors import (
    SegmentChanged,
    SegmentCycle,
    SegmentMissing,
    SegmentPutAway,
    SegmentTooDeep,
    SegmentUnreadable,
    SegmentUsed,
    ThingGone,
)
from crm.segments.json_form import to_json
from crm.segments.model import (
    DEEPEST_IN_ALL,
    MOST_IN_ALL,
    Definition,
    InSegment,
    NewSegment,
    Run,
    Segment,
    Tree,
    Version,
)
from crm.segments.rules import asked_segments, size
from crm.segments.selects import Question
from crm.segments.tables import SegmentRow
from crm.values.errors import Conflict, Invalid
from crm.values.identifiers import AccountId, SegmentId

LONGEST_NAME = 120
LONGEST_FOLDER = 80
LONGEST_TEXT = 2000


def segments(
    session: Session, *, by: AccountId, whole: bool = False, catalogue: Catalogue | None = None
) -> tuple[Segment, ...]:
    """Those somebody may see, by folder and name: what is shared, and their own; `whole` has the unreadable too.

    With a catalogue, here and below, one that asks what is not in it is unreadable, too.
    """
    several = store.segments(session, catalogue=catalogue)
    return tuple(one for one in several if (one.is_shared or one.owner_id == by) and (whole or one.is_readable))


def get(session: Session, segment_id: SegmentId, *, by: AccountId, catalogue: Catalogue | None = None) -> Segment:
    """A segment somebody may see. Raises `SegmentMissing`; `SegmentPutAway`, `SegmentUnreadable`, which are one."""
    found = find(session, segment_id, by=by, catalogue=catalogue)
    if found is None:
        raise SegmentMissing
    if found.ended_at is not None:
        raise SegmentPutAway
    if not found.is_readable:
        raise SegmentUnreadable
    return found


def find(
    session: Session, segment_id: SegmentId, *, by: AccountId, catalogue: Catalogue | None = None
) -> Segment | None:
    """The same, put away or not, readable or not; None where it is not theirs to see."""
    several = store.segments(session, [segment_id], catalogue=catalogue)
    return next((one for one in several if one.is_shared or one.owner_id == by), None)


def away(session: Session, segment_ids: Collection[SegmentId], *, by: AccountId) -> tuple[Segment, ...]:
    """Those of them that were put away and somebody may see."""
    several = store.segments(session, segment_ids) if segment_ids else []
    return tuple(one for one in several if one.ended_at is not None and (one.is_shared or one.owner_id == by))


def ended(session: Session, *, by: AccountId) -> tuple[Segment, ...]:
    """Those that were put away and somebody may see, by folder and name."""
    return tuple(one for one in store.ended(session) if one.is_shared or one.owner_id == by)


def asking_about(session: Session, segment_id: SegmentId) -> tuple[Segment, ...]:
    """The segments that ask about one, whoever sees them."""
    return tuple(one for one in store.segments(session) if segment_id in asked_segments(one.tree))


def create(session: Session, catalogue: Catalogue, new: NewSegment, *, by: AccountId, at: datetime) -> SegmentId:
    """Keeps a segment. Raises `Invalid`, `TreeInvalid`, `SegmentMissing` for one it asks about that is not there."""
    _check(session, catalogue, new, None, by)
    row = SegmentRow(version=1, owner_id=by, created_at=at, changed_at=at, ended_at=None, **_told(new))
    session.add(row)
    session.flush()
    named = naming.names(session, catalogue, new.tree)
    store.add_version(session, row.id, 1, to_json(new.tree), named=named, made_at=at, made_by=by)
    return SegmentId(row.id)


def change(
    session: Session, catalogue: Catalogue, segment_id: SegmentId, new: NewSegment, *, seen: int, by: AccountId,
    at: datetime,
) -> Segment:  # fmt: skip
    """Writes a segment anew; another tree is another version. `seen` is the version that was changed.

    Raises `SegmentChanged` where there is a newer one, `SegmentCycle` where it would ask about itself.
    """
    hold(session, "segments")  # two changes at once could each close half of a circle
    before = get(session, segment_id, by=by)
    row = store.row(session, segment_id)
    assert row is not None
    if before.version != seen:
        raise SegmentChanged
    if not new.is_shared and before.is_shared and before.owner_id != by:
        raise Conflict("only its owner may hide a segment")
    _check(session, catalogue, new, segment_id, by)
    for name, value in _told(new).items():
        setattr(row, name, value)
    row.changed_at = at
    if new.tree != before.tree:
        named = naming.names(session, catalogue, new.tree)
        add_version(session, row, new.tree, named=named, by=by, at=at)
    session.flush()
    return get(session, segment_id, by=by)


def put_away(session: Session, segment_id: SegmentId, *, by: AccountId, at: datetime) -> None:
    """Ends a segment; nothing is deleted. Raises `SegmentUsed` where another asks about it."""
    get(session, segment_id, by=by)
    if asking_about(session, segment_id):
        raise SegmentUsed
    row = store.row(session, segment_id)
    assert row is not None
    row.ended_at, row.ended_by = at, by
    session.flush()


def bring_back(session: Session, segment_id: SegmentId, *, by: AccountId) -> None:
    """Takes that back."""
    row = session.get(SegmentRow, segment_id)
    if row is None or not (row.is_shared or row.owner_id == by):
        raise SegmentMissing
    row.ended_at, row.ended_by = None, None
    session.flush()


def orphans(session: Session, *, owners: Collection[AccountId]) -> tuple[Segment, ...]:
    """Those that are for one colleague only, who is none of these any more: nobody sees them, put away or not."""
    several = [*store.segments(session), *store.ended(session)]
    return tuple(one for one in several if not one.is_shared and one.owner_id not in owners)


def take_over(session: Session, segment_id: SegmentId, *, owners: Collection[AccountId], by: AccountId) -> Segment:
    """Makes one of them somebody's own; as it was until then. Raises `SegmentMissing` where it is none of them."""
    hold(session, "segments")
    found = next((one for one in orphans(session, owners=owners) if one.id == segment_id), None)
    row = session.get(SegmentRow, segment_id)
    if found is None or row is None:
        raise SegmentMissing
    row.owner_id = by
    session.flush()
    return found


def versions(session: Session, segment_id: SegmentId, *, catalogue: Catalogue | None = None) -> tuple[Version, ...]:
    """Every tree it has had that can be read, the newest first."""
    return tuple(store.versions(session, segment_id, catalogue=catalogue))


def restore(
    session: Session, catalogue: Catalogue, segment_id: SegmentId, number: int, *, by: AccountId, at: datetime
) -> Segment:
    """Asks again what an earlier version asked: one more version. Who is in or out by hand stays as it is now.

    Raises as `change` does, and `SegmentMissing` where there is no version of that number.
    """
    now, before = get(session, segment_id, by=by), version(session, segment_id, number, catalogue=catalogue)
    new = NewSegment(
        name=now.name,
        tree=before.tree,
        description=now.description,
        folder=now.folder,
        reason=now.reason,
        is_shared=now.is_shared,
    )
    return change(session, catalogue, segment_id, new, seen=now.version, by=by, at=at)


def version(session: Session, segment_id: SegmentId, number: int, *, catalogue: Catalogue | None = None) -> Version:
    """One of its versions. Raises `SegmentMissing`."""
    for one in versions(session, segment_id, catalogue=catalogue):
        if one.number == number:
            return one
    raise SegmentMissing


def stale(session: Session, several: Collection[Segment]) -> frozenset[SegmentId]:
    """Those whose count is of before a change: of their tree, of who is in by hand, of a segment they ask about."""
    known = {one.id: one for one in store.segments(session)}
    newest: dict[SegmentId, datetime] = {}

    def changed(segment_id: SegmentId) -> datetime:
        if segment_id not in newest:
            one = known[segment_id]
            newest[segment_id] = one.changed_at
            below = [changed(number) for number in asked_segments(one.tree) if number in known]
            newest[segment_id] = max([one.changed_at, *below])
        return newest[segment_id]

    return frozenset(
        one.id
        for one in several
        if one.run is not None
        and (
            one.run.number != one.version
            or any(changed(number) > one.run.counted_at for number in asked_segments(one.tree) if number in known)
        )
    )


def add_version(
    session: Session, row: SegmentRow, tree: Tree, *, by: AccountId, at: datetime, named: list[list[str]] | None = None
) -> None:
    """One more version of a segment, with how many are in or out by hand of it; what it names, where that is news."""
    by_hand = picks(session, SegmentId(row.id)).values()
    row.version += 1
    store.add_version(
        session, row.id, row.version, to_json(tree), included=sum(by_hand), excluded=len(by_hand) - sum(by_hand),
        named=named, made_at=at, made_by=by,
    )  # fmt: skip


def picks(session: Session, segment_id: SegmentId) -> dict[int, bool]:
    """Who is in (True) or out (False) by hand."""
    return store.picks(session, [segment_id])[segment_id]


def note_run(session: Session, segment_id: SegmentId, run: Run) -> None:
    """Keeps a count, for lists to show with its age."""
    store.add_run(session, segment_id, run)


def question(session: Session, catalogue: Catalogue, trees: Collection[Tree], *, at: datetime) -> Question:
    """A question those trees can be put to. Raises `SegmentMissing`, `SegmentCycle`, `ThingGone`."""
    others = reached(session, trees, catalogue)
    _refuse_gone(session, catalogue, [*trees, *(one.tree for one in others.values())])
    return Question(session=session, at=at, catalogue=catalogue, others=others)


def askable(session: Session, catalogue: Catalogue) -> tuple[Segment, ...]:
    """The segments, whoever sees them, that can be asked: all can be read, and name nothing that is gone."""
    every = {one.id: one for one in store.segments(session, catalogue=catalogue) if one.is_readable}
    trees = {number: one.tree for number, one in every.items()}
    lost = naming.gone(session, catalogue, trees.values())
    unfit = {number for number, tree in trees.items() if lost and naming.named(tree, catalogue) & lost}
    asks = {number: asked_segments(tree) for number, tree in trees.items()}
    beyond = {inner for several in asks.values() for inner in several} - set(trees)
    for inner in beyond:
        try:
            below = reached(session, [InSegment(segment_id=inner)], catalogue)
            _refuse_gone(session, catalogue, [one.tree for one in below.values()])
        except (SegmentMissing, ThingGone):
            unfit.add(inner)
    while more := {number for number, inner in asks.items() if inner & unfit} - unfit:
        unfit |= more
    return tuple(one for number, one in every.items() if number not in unfit)


def _refuse_gone(session: Session, catalogue: Catalogue, trees: Collection[Tree]) -> None:
    if lost := naming.gone(session, catalogue, trees):
        raise naming.refusal(session, catalogue, lost)


def reached(
    session: Session, trees: Collection[Tree], catalogue: Catalogue | None = None
) -> dict[SegmentId, Definition]:
    """Every segment those trees ask about, and those that these ask about. Raises as `question` does."""
    found: dict[SegmentId, Definition] = {}
    wanted = {number for tree in trees for number in asked_segments(tree)}
    while wanted - set(found):
        new = store.segments(session, wanted - set(found), catalogue=catalogue)
        if {one.id for one in new} != wanted - set(found):
            raise SegmentMissing
        if not all(one.is_readable for one in new):
            raise SegmentUnreadable
        by_hand = store.picks(session, [one.id for one in new])
        for one in new:
            found[one.id] = definition(one.tree, by_hand[one.id])
            wanted |= asked_segments(one.tree)
    sizes = _sizes(found)
    for tree in trees:
        _refuse_towers(size(tree, sizes))
    return found


def definition(tree: Tree, by_hand: dict[int, bool]) -> Definition:
    """A tree, and who is in or out whatever it says."""
    return Definition(
        tree=tree,
        included=frozenset(number for number, is_in in by_hand.items() if is_in),
        excluded=frozenset(number for number, is_in in by_hand.items() if not is_in),
    )


def fingerprint(asked: Definition, question: Question) -> str:
    """The SHA-256 of all that says who is in it: the tree, who is in or out by hand, and that of each segment it asks
    about."""
    told = [(0, asked), *question.others.items()]
    parts = {str(number): [to_json(one.tree), sorted(one.included), sorted(one.excluded)] for number, one in told}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def sensitive(session: Session, catalogue: Catalogue, tree: Tree) -> bool:
    """Whether a tree asks something that tells an opinion (GDPR art. 9): a sensitive tag, petition or action.

    What the segments ask that it asks about, it asks too. Raises as `question` does.
    """
    trees = (tree, *(one.tree for one in reached(session, [tree], catalogue).values()))
    return any(catalogue.tells(session, one) for one in trees)


def _check(
    session: Session, catalogue: Catalogue, new: NewSegment, segment_id: SegmentId | None, by: AccountId
) -> None:
    checked(new.tree, catalogue)
    if not 1 <= len(new.name.strip()) <= LONGEST_NAME:
        raise Invalid("a name of 1 to 120 characters", field="name")
    if len(new.folder) > LONGEST_FOLDER:
        raise Invalid("a folder of at most 80 characters", field="folder")
    if max(len(new.description), len(new.reason)) > LONGEST_TEXT:
        raise Invalid("at most 2000 characters", field="description")
    for asked in asked_segments(new.tree):
        get(session, asked, by=by, catalogue=catalogue)
    others = reached(session, [new.tree], catalogue)
    if segment_id is not None:
        if segment_id in others:
            raise SegmentCycle("a segment cannot ask about itself", field="tree")
        _check_above(session, segment_id, new.tree)
    _refuse_gone(session, catalogue, [new.tree])
    if sensitive(session, catalogue, new.tree) and not new.reason.strip():
        raise Invalid("why this has to be asked", field="reason")


def _check_above(session: Session, segment_id: SegmentId, tree: Tree) -> None:
    """Whatever asks about a segment can still be asked once that has this tree. Raises `SegmentTooDeep`."""
    trees = {one.id: one.tree for one in store.segments(session) if one.is_readable} | {segment_id: tree}
    asks = {number: asked_segments(one) for number, one in trees.items()}
    above = {segment_id}
    while more := {number for number, asked in asks.items() if asked & above} - above:
        above |= more
    needed = set(above)
    while more := {inner for number in needed for inner in asks.get(number, ())} & set(trees) - needed:
        needed |= more
    whole = {number for number in needed if asks[number] <= set(trees)}
    while part := {number for number in whole if not asks[number] <= whole}:
        whole -= part
    _sizes({number: Definition(tree=trees[number]) for number in whole})


def _told(new: NewSegment) -> dict[str, str | bool]:
    return {
        "name": " ".join(new.name.split()),
        "description": new.description.strip(),
        "folder": " ".join(new.folder.split()),
        "reason": new.reason.strip(),
        "is_shared": new.is_shared,
    }


def _sizes(found: dict[SegmentId, Definition]) -> dict[SegmentId, tuple[int, int]]:
    """How deep each is and how many conditions it has; those that others ask about first."""
    left, sizes = dict(found), dict[SegmentId, tuple[int, int]]()
    while left:
        ready = [number for number, one in left.items() if not asked_segments(one.tree) & set(left)]
        if not ready:
            raise SegmentCycle("a segment cannot ask about itself", field="tree")
        for number in ready:
            sizes[number] = size(left.pop(number).tree, sizes)
            _refuse_towers(sizes[number])
    return sizes


def _refuse_towers(found: tuple[int, int]) -> None:
    if found[0] > DEEPEST_IN_ALL or found[1] > MOST_IN_ALL:
        raise SegmentTooDeep("segments within segments ask too much", field="tree")
