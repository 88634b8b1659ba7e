"""tie ends: a tie keeps of whom it was said, where merges lead it to somebody else; moves of merges told it before"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "4673"
down_revision = "d1fa"
branch_labels = None
depends_on = None

RECORDED = {"person_id": "recorded_person_id", "other_person_id": "recorded_other_id"}
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIE = sa.table("tie", *(sa.column(name, _NUMBER) for name in ("id", *RECORDED, *RECORDED.values())))
_PERSON = sa.table("person", sa.column("id", _NUMBER), sa.column("merged_into_id", _NUMBER))
_MERGE = sa.table(
    "person_merge", sa.column("id", _NUMBER), sa.column("loser_id", _NUMBER), sa.column("undone_at", sa.DateTime())
)
_MOVE = sa.table(
    "merge_move",
    sa.column("id", _NUMBER),
    sa.column("merge_id", _NUMBER),
    sa.column("room", sa.String()),
    sa.column("table_name", sa.String()),
    *(sa.column(name, sa.JSON()) for name in ("row_keys", "before_values", "after_values")),
)
_STANDING = sa.select(_MERGE.c.id).where(_MERGE.c.undone_at.is_(None))


def upgrade() -> None:
    for name in RECORDED.values():
        op.add_column("tie", sa.Column(name, _NUMBER, nullable=True))
    _record()


def downgrade() -> None:
    _tell()
    for name in RECORDED.values():
        op.drop_column("tie", name)


def _record() -> None:
    """What merges that stand did to ties, read backwards, says of whom each was said."""
    connection = op.get_bind()
    of_ties = sa.and_(_MOVE.c.table_name == "tie", _MOVE.c.merge_id.in_(_STANDING))
    moves = connection.execute(sa.select(_MOVE).where(of_ties).order_by(_MOVE.c.id.desc())).all()
    lies = {row.id: row for row in connection.execute(sa.select(_TIE))} if moves else {}
    said: dict[tuple[int, str], int] = {}
    for move in moves:
        for (number,) in move.row_keys:
            for name in move.before_values:
                here = (number, name)
                if number in lies and said.get(here, getattr(lies[number], name)) == move.after_values[name]:
                    said[here] = move.before_values[name]
    for (number, name), person_id in said.items():
        if person_id != getattr(lies[number], name):
            connection.execute(sa.update(_TIE).where(_TIE.c.id == number).values({RECORDED[name]: person_id}))
    connection.execute(sa.delete(_MOVE).where(of_ties))


def _tell() -> None:
    """Each step from whom a tie was said of to whom it leads becomes a move of the merge that made it."""
    connection = op.get_bind()
    moved = sa.or_(*(_TIE.c[name].is_not(None) for name in RECORDED.values()))
    ties = connection.execute(sa.select(_TIE).where(moved)).all()
    query = sa.select(_PERSON.c.id, _PERSON.c.merged_into_id, _MERGE.c.id.label("merge_id"))
    query = query.join(_MERGE, _MERGE.c.loser_id == _PERSON.c.id).where(_MERGE.c.undone_at.is_(None))
    steps = {row.id: (row.merged_into_id, row.merge_id) for row in connection.execute(query)} if ties else {}
    moves: list[dict[str, Any]] = []
    for tie in ties:
        for name, recorded in RECORDED.items():
            here, way = getattr(tie, recorded), []
            while here is not None and here != getattr(tie, name) and here in steps and len(way) < len(steps):
                into, merge_id = steps[here]
                way.append(
                    {
                        "merge_id": merge_id,
                        "room": "crm.people",
                        "table_name": "tie",
                        "row_keys": [[tie.id]],
                        "before_values": {name: here},
                        "after_values": {name: into},
                    }
                )
                here = into
            moves += way if here == getattr(tie, name) else []
    if moves:
        connection.execute(sa.insert(_MOVE), moves)
