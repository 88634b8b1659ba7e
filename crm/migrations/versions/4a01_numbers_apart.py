"""numbers apart: box 1.1 is no longer box 11 in the keys that tell letter boxes apart

What ledgers know a letter box by (`address_key`) stays: what was said of it is kept under that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from crm.values.address_key import dedupe_key, ledger_key
from crm.values.postal_address import PostalAddress

revision = "4a01"
down_revision = "e9b1"
branch_labels = None
depends_on = None

AT_ONCE = 5_000
PARTS = ("organisation", "department", "complement", "street", "number", "box", "postcode", "locality", "country")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SAME_BOX = "same-box"

ABODE = sa.table(
    "postal_address",
    sa.column("id", NUMBER),
    sa.column("person_id", NUMBER),
    *(sa.column(name, sa.String()) for name in (*PARTS, "dedupe_key", "deliverability")),
    sa.column("failures", sa.Integer()),
)
COPY = sa.table("magazine_copy", sa.column("postal_address_id", NUMBER), sa.column("box_key", sa.String()))
DECISION = sa.table("magazine_neighbour_decision", sa.column("id", NUMBER), sa.column("box_key", sa.String()))
NEIGHBOUR = sa.table("magazine_neighbour", sa.column("decision_id", NUMBER), sa.column("person_id", NUMBER))
FAILURE = sa.table(
    "contact_failure",
    sa.column("id", NUMBER),
    sa.column("postal_address_id", NUMBER),
    sa.column("source", sa.String()),
)
WRITTEN = sa.table(
    "import_change",
    sa.column("id", NUMBER),
    sa.column("kind", sa.String()),
    sa.column("target_id", NUMBER),
    sa.column("after", sa.JSON()),
)
CHANGED = sa.Table(
    "changed_box",
    sa.MetaData(),
    sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("person_id", NUMBER),
    sa.Column("was", sa.String(300)),
    sa.Column("now", sa.String(300)),
    prefixes=["TEMPORARY"],
)


def upgrade() -> None:
    _lay(ledger_key, dedupe_key, forgives=True)


def downgrade() -> None:
    _lay(dedupe_key, ledger_key, forgives=False)


def _lay(old: Callable[[PostalAddress], str], new: Callable[[PostalAddress], str], *, forgives: bool) -> None:
    """Lays addresses under the new key that stand under the old one: what was erased stands under none."""
    connection = op.get_bind()
    CHANGED.create(connection)
    for page in _pages(connection):
        changed = [
            {"id": row.id, "person_id": row.person_id, "was": row.dedupe_key, "now": now}
            for row, home in ((row, PostalAddress(**{name: getattr(row, name) for name in PARTS})) for row in page)
            if (now := new(home)) != row.dedupe_key == old(home)
        ]
        if changed:
            connection.execute(sa.insert(CHANGED), changed)
    if connection.scalar(sa.select(sa.func.count()).select_from(CHANGED)):
        _follow(connection)
        if forgives:
            _forgive(connection)
    CHANGED.drop(connection)


def _pages(connection: sa.Connection) -> Iterator[Any]:
    after, columns = 0, [ABODE.c[name] for name in ("id", "person_id", *PARTS, "dedupe_key")]
    while page := connection.execute(
        sa.select(*columns).where(ABODE.c.id > after).order_by(ABODE.c.id).limit(AT_ONCE)
    ).all():
        yield page
        after = page[-1].id


def _follow(connection: sa.Connection) -> None:
    """Addresses, copies of magazines, what was decided of neighbours, and what files wrote."""
    own, now = CHANGED.c, sa.select(CHANGED.c.now)
    connection.execute(
        sa.update(ABODE)
        .where(ABODE.c.id.in_(sa.select(own.id)))
        .values(dedupe_key=now.where(own.id == ABODE.c.id).scalar_subquery())
    )
    same = (own.id == COPY.c.postal_address_id, own.was == COPY.c.box_key)
    connection.execute(
        sa.update(COPY).where(sa.exists().where(*same)).values(box_key=now.where(*same).scalar_subquery())
    )
    decided = (
        sa.select(DECISION.c.id, sa.func.min(own.now).label("now"))
        .join(NEIGHBOUR, NEIGHBOUR.c.decision_id == DECISION.c.id)
        .join(CHANGED, sa.and_(own.person_id == NEIGHBOUR.c.person_id, own.was == DECISION.c.box_key))
        .group_by(DECISION.c.id)
        .having(sa.func.min(own.now) == sa.func.max(own.now))
    )
    for number, box in connection.execute(decided).all():
        connection.execute(sa.update(DECISION).where(DECISION.c.id == number).values(box_key=box))
    wrote = sa.select(WRITTEN.c.id, WRITTEN.c.after, own.was, own.now).join(CHANGED, own.id == WRITTEN.c.target_id)
    for number, after, was, brought in connection.execute(wrote.where(WRITTEN.c.kind == "address")).all():
        if (after or {}).get("dedupe_key") == was:
            told = {**after, "dedupe_key": brought}
            connection.execute(sa.update(WRITTEN).where(WRITTEN.c.id == number).values(after=told))


def _forgive(connection: sa.Connection) -> None:
    """An address that took its bad mark from a box that was never its own is a good one again."""
    told, ours, other = FAILURE.alias("told"), ABODE.alias("ours"), ABODE.alias("other")
    touched = sa.select(CHANGED.c.was).union(sa.select(CHANGED.c.now))
    marked = sa.exists().where(FAILURE.c.postal_address_id == ours.c.id, FAILURE.c.source == SAME_BOX)
    proven = sa.exists().where(
        other.c.dedupe_key == ours.c.dedupe_key, told.c.postal_address_id == other.c.id, told.c.source != SAME_BOX
    )  # of the address itself too
    wrong = sa.select(ours.c.id).where(marked, ours.c.dedupe_key.in_(touched), ~proven)
    ids = [number for (number,) in connection.execute(wrong)]
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        connection.execute(
            sa.delete(FAILURE).where(FAILURE.c.postal_address_id.in_(some), FAILURE.c.source == SAME_BOX)
        )
        connection.execute(sa.update(ABODE).where(ABODE.c.id.in_(some)).values(deliverability="live", failures=0))
