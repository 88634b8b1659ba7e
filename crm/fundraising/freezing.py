"""The freeze: an appeal becomes people, letters and reasons that do not change any more, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import FromClause, Select
from sqlalchemy.orm import Session

from crm.consent import gate, paces
from crm.consent.model import Channel
from crm.consent.selects import Moment
from crm.donations import appeals
from crm.foundation.bulk import make_room, pour
from crm.foundation.database import hold
from crm.fundraising import draft, letters, rules, selects, store
from crm.fundraising.errors import AppealFrozen, DayPassed, NobodyToAsk
from crm.fundraising.model import Arm, Cell, CellCount, Reason, Waterfall, WholeAppeal
from crm.fundraising.question import Asked, once
from crm.fundraising.tables import AppealCellRow, RecipientRow
from crm.segments import service as segments
from crm.segments.catalogue import Catalogue
from crm.segments.model import Definition, InSegment
from crm.values.calendar import brussels_day, instant_of
from crm.values.identifiers import AccountId, AppealId

AT_ONCE = 10_000
NOON = time(12)


def preview(session: Session, catalogue: Catalogue, appeal_id: AppealId, *, at: datetime) -> Waterfall:
    """What a freeze would come to now; nothing is written. Raises AppealMissing."""
    asked = asking(session, catalogue, store.find(session, appeal_id), at=at)
    return counted(session, asked) if asked.cells else Waterfall(people=0, cells=(), refusals={})


def freeze(
    session: Session, catalogue: Catalogue, appeal_id: AppealId, *, by: AccountId | None, at: datetime
) -> Waterfall:
    """Writes down who is asked for what, where, by which communication, and why the others are not.

    The roll is asked for once, and what is counted is what was written down, whoever says no meanwhile.
    One appeal at a time: each has to see whom the one before it asks. Raises AppealFrozen (twice is refused),
    DayPassed, NobodyToAsk, NoMoreNumbers.
    """
    hold(session, "freeze")
    hold(session, f"appeal {appeal_id}")
    appeal = store.find(session, appeal_id)
    if appeal.frozen_at is not None:
        raise AppealFrozen
    if appeal.plan.planned_on < brussels_day(at):
        raise DayPassed
    asked = asking(session, catalogue, appeal, at=at)
    if not asked.cells:
        raise NobodyToAsk
    next_seq = store.plan_row(session, appeal_id).next_seq
    cells = [cell for cell, _ in asked.cells]
    make_room(session)
    with draft.drawn(session, asked) as drawn:
        found = _tallied(session, drawn, cells)
        if found.mailed:
            put_codes(session, appeal, cells)
            session.execute(draft.left_out(drawn, appeal_id, cells))
            session.execute(draft.control(drawn, appeal_id, cells))
            writer = letters.Writer(appeal, cells, silent=silent(session, appeal, asked.moment))
            next_seq += _write(session, draft.written_to(drawn), writer, first=next_seq)
    if not found.mailed:
        raise NobodyToAsk
    appeals.print_communications(session, selects.communications(appeal_id))
    for cell in cells:
        session.get_one(AppealCellRow, cell.id).segment_version = _version(session, asked, cell)
    store.freeze(session, appeal_id, at=at, by=by, waterfall=store.as_json(found), next_seq=next_seq)
    note_letters(session, appeal, selects.asked(appeal_id), at=at)
    return found


def silent(session: Session, appeal: WholeAppeal, moment: Moment) -> frozenset[int]:
    """Whoever no envelope and no greeting of an appeal names: they asked for no such letter. Few of many."""
    plan = appeal.plan
    if not plan.one_a_household:
        return frozenset()
    return frozenset(session.scalars(selects.unwilling(plan, moment)))


def note_letters(session: Session, appeal: WholeAppeal, people: Select[int], *, at: datetime) -> None:
    """Those people are asked by this appeal, which counts against the rhythm they chose from the day it is planned.

    By mail the edition it leaves as counts, when it leaves: counted here, it would keep itself from them.
    """
    if appeal.plan.channel is Channel.EMAIL:
        return
    paces.note_letters(session, people, at=due_at(appeal, at), channel=appeal.plan.channel)


def due_at(appeal: WholeAppeal, at: datetime) -> datetime:
    """When a letter counts that was frozen then: on the day planned, or at once where that is over."""
    return max(at, instant_of(appeal.plan.planned_on, NOON))


def asking(session: Session, catalogue: Catalogue, appeal: WholeAppeal, *, at: datetime) -> Asked:
    """What is asked of the roll: segments as of now, addresses and the gate as of the day it is planned for."""
    cells = store.cells(session, appeal.id)
    trees = [InSegment(segment_id=cell.plan.segment_id) for cell in cells]
    today = brussels_day(at)
    day = max(today, appeal.plan.planned_on)
    return Asked(
        question=segments.question(session, catalogue, trees, at=at),
        appeal=appeal,
        cells=[(cell, Definition(tree=tree)) for cell, tree in zip(cells, trees, strict=True)],
        moment=gate.moment(session, at if day == today else instant_of(day, NOON)),
    )


def counted(session: Session, asked: Asked) -> Waterfall:
    """The roll, counted in one query."""
    make_room(session)
    return _tallied(session, once(selects.roll(asked), "each_of_all"), [cell for cell, _ in asked.cells])


def _tallied(session: Session, roll: FromClause, cells: Sequence[Cell]) -> Waterfall:
    rows = session.execute(selects.tallied(roll, len(cells))).mappings()
    return _waterfall(cells, (dict(row) for row in rows))


def _write(session: Session, people: Select[*tuple[Any, ...]], writer: letters.Writer, *, first: int) -> int:
    """Writes to those people, so many at once; how many they are."""
    stream, count = session.execute(people.execution_options(yield_per=AT_ONCE)), 0
    for some in stream.partitions():
        rows = (writer.values(letters.Row(*row), seq=seq) for seq, row in enumerate(some, start=first + count))
        count += pour(session, _table(RecipientRow), letters.COLUMNS, rows)
    return count


def _waterfall(cells: Sequence[Cell], rows: Iterable[Mapping[str, Any]]) -> Waterfall:
    excluded: list[Counter[Reason]] = [Counter() for _ in cells]
    mailed: list[Counter[str]] = [Counter() for _ in cells]
    control, own, inside = ([0] * len(cells) for _ in range(3))
    refusals: Counter[str] = Counter()
    for row in rows:
        place, people = row["place"], int(row["people"])
        own[place] += people
        for number in range(len(cells)):
            inside[number] += int(row[f"in_{number}"])
        if row["reason"] is not None:
            excluded[place][Reason(row["reason"])] += people
            if row["reason"] == Reason.GATE:
                refusals[row["refusal"]] += people
        elif row["arm"] == Arm.CONTROL:
            control[place] += people
        else:
            mailed[place][row["package"]] += people
    return Waterfall(
        people=sum(own),
        cells=tuple(
            CellCount(
                cell_id=cell.id,
                people=inside[place],
                higher=inside[place] - own[place],
                excluded={reason: excluded[place][reason] for reason in Reason if excluded[place][reason]},
                control=control[place],
                mailed=dict(sorted(mailed[place].items())),
            )
            for place, cell in enumerate(cells)
        ),
        refusals=dict(refusals.most_common()),
    )


def _version(session: Session, asked: Asked, cell: Cell) -> int:
    """The number of the version of a segment that was asked: a colleague may have kept another since."""
    several, tree = segments.versions(session, cell.plan.segment_id), asked.question.others[cell.plan.segment_id].tree
    return next((one.number for one in several if one.tree == tree), several[0].number)


def put_codes(session: Session, appeal: WholeAppeal, cells: Iterable[Cell]) -> None:
    """Makes the codes of the slips of those cells known to gifts."""
    found = {}
    for cell in cells:
        for package in filter(None, (cell.plan.package, cell.plan.rival)):
            code = rules.source_code(appeal.appeal.code, package, cell.position)
            found[code] = (package, f"{cell.position:02d} {cell.plan.name}"[:80])
    appeals.put_sources(session, appeal.id, found)


def _table(row: Any) -> Any:
    return row.__table__
