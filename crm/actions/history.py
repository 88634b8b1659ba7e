"""What one person did, as their page shows it. What tells an opinion is counted apart, and told when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from crm.actions import delivery_store
from crm.actions.model import CallKind, DeedKind, Handing, RegistrationState
from crm.actions.tables import CallRow, DeedRow, RegistrationRow, SignatureRow
from crm.foundation.newest import Before, newest
from crm.people.model import Sensitivity
from crm.values.identifiers import CallId, PersonId, SignatureId

SHOWN: Final = 6
MOST_TOLD: Final = 50
MOST_SIGNED: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """A signature, a registration, an urgent action taken. `number` tells apart all that one person did."""

    number: int
    kind: CallKind
    call_id: CallId
    title: str
    place: str
    starts_on: date | None
    at: datetime
    handing: Handing
    state: RegistrationState | None
    seats: int
    deed: DeedKind | None

    @property
    def signature_id(self) -> SignatureId | None:
        """Which signature it is, where it is one."""
        return SignatureId(self.number // len(CallKind)) if self.kind is CallKind.PETITION else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Glance:
    """The latest that is ordinary, how much of each kind there is of it and since when; how much tells an opinion."""

    latest: tuple[Done, ...]
    counts: Mapping[CallKind, int]
    sensitive: int
    first_at: datetime | None = None


def glance(session: Session, person_id: PersonId) -> Glance:
    """The latest of what somebody did; one query."""
    rows = session.execute(_GLANCE, {"person_id": person_id}).all()
    if not rows:
        return Glance(latest=(), counts={}, sensitive=0)
    counts = {kind: int(getattr(rows[0], _counted(kind))) for kind in CallKind}
    return Glance(
        latest=tuple(_done(row) for row in rows if not row.is_sensitive),
        counts={kind: count for kind, count in counts.items() if count},
        sensitive=int(rows[0].sensitive),
        first_at=rows[0].first_at,
    )


def ordinary(session: Session, person_id: PersonId, *, before: Before | None, size: int) -> tuple[Done, ...]:
    """What tells no opinion, newest first; one query."""
    query = newest(_ORDINARY, _ACTS.c.at, _ACTS.c.number, before, size)
    return tuple(_done(row) for row in session.execute(query, {"person_id": person_id}))


def sensitive(session: Session, person_id: PersonId) -> tuple[Done, ...]:
    """The latest of what tells an opinion. Whoever asks has the look noted."""
    return tuple(_done(row) for row in session.execute(_SENSITIVE, {"person_id": person_id}))


def signed(session: Session, person_id: PersonId) -> tuple[Done, ...]:
    """The petitions somebody signed, newest first; for themselves, who may see them all."""
    return tuple(_done(row) for row in session.execute(_SIGNED, {"person_id": person_id}))


def _of(
    kind: CallKind, row: Any, *, at: Any, call_id: Any, once: bool = True, **facts: Any
) -> Select[*tuple[Any, ...]]:
    """What somebody did of one kind; what was folded in a merge is not told twice."""
    columns: dict[str, Any] = {
        "handing": literal(""), "state": literal(""), "seats": literal(0), "deed": literal(""),
    }  # fmt: skip
    found = (
        select(
            (row.id * len(CallKind) + list(CallKind).index(kind)).label("number"),
            literal(kind.value).label("kind"),
            CallRow.id.label("call_id"),
            CallRow.title,
            CallRow.place,
            CallRow.starts_on,
            at.label("at"),
            (CallRow.sensitivity == Sensitivity.SENSITIVE).label("is_sensitive"),
            *(column.label(name) for name, column in (columns | facts).items()),
        )
        .join(CallRow, CallRow.id == call_id)
        .where(row.person_id == bindparam("person_id"))
    )
    return found.where(row.folded_into_id.is_(None)) if once else found


def _counted(kind: CallKind) -> str:
    return f"count_{kind.name.lower()}"


def _sum(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0)).over().label(name)


def _done(row: Row[*tuple[Any, ...]]) -> Done:
    return Done(
        number=row.number,
        kind=CallKind(row.kind),
        call_id=CallId(row.call_id),
        title=row.title,
        place=row.place,
        starts_on=row.starts_on,
        at=row.at,
        handing=Handing(row.handing) if row.handing else Handing.KEPT,
        state=RegistrationState(row.state) if row.state else None,
        seats=row.seats,
        deed=DeedKind(row.deed) if row.deed else None,
    )


_ACTS = union_all(
    _of(CallKind.PETITION, SignatureRow, at=SignatureRow.signed_at, call_id=SignatureRow.petition_id,
        handing=delivery_store.handing()),
    _of(CallKind.EVENT, RegistrationRow, at=RegistrationRow.registered_at, call_id=RegistrationRow.event_id,
        state=type_coerce(RegistrationRow.state, String), seats=RegistrationRow.seats),
    _of(CallKind.URGENT_ACTION, DeedRow, at=DeedRow.done_at, call_id=DeedRow.action_id, once=False,
        deed=type_coerce(DeedRow.kind, String)),
).subquery("acts")  # fmt: skip
_LAST_FIRST = (_ACTS.c.at.desc(), _ACTS.c.number.desc())
_GLANCE = (
    select(
        *_ACTS.c,
        *(_sum(and_(_ACTS.c.kind == kind.value, ~_ACTS.c.is_sensitive), _counted(kind)) for kind in CallKind),
        _sum(_ACTS.c.is_sensitive, "sensitive"),
        func.min(case((~_ACTS.c.is_sensitive, _ACTS.c.at))).over().label("first_at"),
    )
    .order_by(_ACTS.c.is_sensitive, *_LAST_FIRST)
    .limit(SHOWN)
)
_ORDINARY = select(*_ACTS.c).where(~_ACTS.c.is_sensitive)
_SENSITIVE = select(*_ACTS.c).where(_ACTS.c.is_sensitive).order_by(*_LAST_FIRST).limit(MOST_TOLD)
_SIGNED = select(*_ACTS.c).where(_ACTS.c.kind == CallKind.PETITION.value).order_by(*_LAST_FIRST).limit(MOST_SIGNED)
