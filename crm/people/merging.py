"""When two records are one person: what of people goes over to the survivor, and how it comes back.

Contact points and addresses are united: an equal one stays with the loser, unseen, the survivor's own being enough;
every other goes over, and the survivor's preferred ones stay preferred. Ties follow from who is whom (`tie_ends`): no
move records them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from crm.contracts.parting import Parting
from crm.foundation import row_moves
from crm.foundation.row_moves import RowMove
from crm.foundation.translation import N_
from crm.people import keys, search, store, tie_ends
from crm.people.model import Deliverability, DifferenceState
from crm.people.tables import (
    ContactFailureRow,
    ContactPointRow,
    DifferenceRow,
    ExternalIdRow,
    HouseholdMemberRow,
    PersonKeyRow,
    PersonRow,
    PersonTagRow,
    PostalAddressRow,
    TieRow,
)
from crm.values.identifiers import PersonId

ROOM = "crm.people"
TABLES = frozenset(
    {
        "person",
        "contact_point",
        "postal_address",
        "contact_failure",
        "external_id",
        "person_key",
        "household_member",
        "person_tag",
        "tie",
        "person_difference",
        "person_change",
        "search_text",
    }
)
"""`person` points at itself: who was merged into the loser stays with the loser, and is followed through it."""
WORDS: Mapping[str, str] = {
    "email": N_("Adresses e-mail"),
    "phone": N_("Téléphones"),
    "address": N_("Adresses postales"),
    "household": N_("Foyers"),
    "tie": N_("Liens"),
    "tag": N_("Étiquettes"),
    "external-id": N_("Numéros dans d’autres systèmes"),
    "difference": N_("Différences à trancher"),
}

FIELDS = (
    "first_name",
    "last_name",
    "title",
    "language",
    "birth_on",
    "greeting",
    "organisation_name",
    "organisation_kind",
    "enterprise_number",
)
"""What a person has one of: somebody chooses, field by field, whose value the survivor keeps."""

_SAME_ABODE = ("dedupe_key", "usage", "season_from", "season_until", "valid_from_on", "valid_until_on")
LIVE = Deliverability.LIVE
_WORSE = {Deliverability.LIVE: 0, Deliverability.FAILING: 1, Deliverability.DEAD: 2}
_table = {name: PersonRow.metadata.tables[name] for name in TABLES}


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """Gives the survivor what the loser had (see `crm.contracts.person_pointer`)."""
    moves = _unite_points(session, loser, survivor) + _unite_abodes(session, loser, survivor)
    to: dict[str, Any] = {"loser": loser, "survivor": survivor}
    for name in ("contact_failure", "external_id", "person_difference", "person_change"):
        moves += row_moves.give(session, _table[name], **to)
    moves += row_moves.give(session, _table["household_member"], unless_same=["household_id"], **to)
    moves += row_moves.give(session, _table["person_tag"], unless_same=["tag_id"], **to)
    remembered = PersonKeyRow.kind.not_in(keys.KINDS)
    moves += row_moves.give(session, _table["person_key"], unless_same=["kind", "key"], where=remembered, **to)
    moves += row_moves.give(session, _table["search_text"], unless_same=["kind", "text"], **to)
    tie_ends.settle(session, [loser, survivor], touched=[loser])
    keys.refresh(session, [loser, survivor])
    search.refresh(session, [loser, survivor])
    return moves


def put_back(session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
    """Replays those moves backwards; how many values stay because somebody changed them since."""
    preferred = {kind for kind, ways in _living_ways(session, survivor).items() if any(w.is_primary for w in ways)}
    kept = sum(row_moves.put_back(session, _table[move.table], [move]) for move in reversed(moves))
    tie_ends.settle(session, [loser, survivor], touched=[loser, survivor])
    session.expire_all()
    for move in moves:
        if "is_primary" in move.before:
            # Whom they are written to at is theirs again as it was, whatever was preferred of the survivor meanwhile.
            own = _table[move.table]
            back = and_(own.c.id.in_([key[0] for key in move.keys]), own.c.person_id == loser, own.c.ended_at.is_(None))
            session.execute(update(own).where(back).values(is_primary=move.before["is_primary"]))
    for way in (ContactPointRow, PostalAddressRow):
        # What lived on only because it did at the other has ended again: nobody is written to there.
        ended = update(way).where(way.person_id.in_([loser, survivor]), way.ended_at.is_not(None), way.is_primary)
        session.execute(ended.values(is_primary=False).execution_options(synchronize_session=False))
    session.expire_all()
    for person_id in (loser, survivor):
        for kind, ways in _living_ways(session, person_id).items():
            if person_id == survivor and kind in preferred and not any(way.is_primary for way in ways):
                ways[0].is_primary = True
            for second in [way for way in ways if way.is_primary][1:]:
                second.is_primary = False
        store.change(session, person_id, {})
    keys.refresh(session, [loser, survivor])
    search.refresh(session, [loser, survivor])
    return kept


def part(session: Session, two: Parting) -> int:
    """A death that was noted or reported while the two were one is noted of both; how many.

    Nobody can tell any more whose it was, and a letter to somebody who died is worse than one too few.
    """
    survivor, loser = session.get_one(PersonRow, two.survivor), session.get_one(PersonRow, two.loser)
    at, told = survivor.deceased_recorded_at, 0
    if at is not None and loser.deceased_recorded_at is None and not two.is_old("person", survivor.id, at):
        store.change(session, two.loser, {"deceased_on": survivor.deceased_on, "deceased_recorded_at": at})
        told = 1
    said = select(DifferenceRow).where(
        DifferenceRow.person_id == two.survivor,
        DifferenceRow.field == "deceased_on",
        DifferenceRow.state == DifferenceState.OPEN,
    )
    for one in session.scalars(said).all():
        if not two.is_old("person_difference", one.id, one.said_at):
            names = ("field", "held", "said", "source", "statement", "said_at", "state")
            session.add(DifferenceRow(person_id=two.loser, **{name: getattr(one, name) for name in names}))
            told += 1
    session.flush()
    return told


def holdings(session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
    """How much each has: addresses of each kind, memberships, tags, ties, other systems' numbers, open differences."""
    found: dict[PersonId, dict[str, int]] = {person_id: {} for person_id in person_ids}
    kinds = select(ContactPointRow.person_id, ContactPointRow.kind, func.count()).where(
        ContactPointRow.person_id.in_(person_ids)
    )
    for person_id, kind, count in session.execute(kinds.group_by(ContactPointRow.person_id, ContactPointRow.kind)):
        found[PersonId(person_id)][kind.value] = count
    for code, row in (
        ("address", PostalAddressRow),
        ("household", HouseholdMemberRow),
        ("tag", PersonTagRow),
        ("tie", TieRow),
        ("external-id", ExternalIdRow),
        ("difference", DifferenceRow),
    ):
        counted = select(row.person_id, func.count()).where(row.person_id.in_(person_ids)).group_by(row.person_id)
        for person_id, count in session.execute(counted):
            found[PersonId(person_id)][code] = count
    return found


def take_fields(session: Session, survivor: PersonId, values: Mapping[str, Any]) -> list[RowMove]:
    """Writes what was chosen for the survivor, and says how to put it back."""
    moves = row_moves.change(session, _table["person"], PersonRow.id == survivor, values) if values else []
    session.expire_all()
    store.change(session, survivor, {})
    keys.refresh(session, [survivor])
    return moves


def give_back(session: Session, survivor: PersonId, move: RowMove) -> None:
    """Puts back a field that was taken for the survivor, unless somebody changed it since."""
    row_moves.put_back(session, _table["person"], [move])
    take_fields(session, survivor, {})
    search.refresh(session, [survivor])


def set_survivor(session: Session, loser: PersonId, survivor: PersonId | None) -> None:
    """Says who the loser is today; None makes them stand for themselves again."""
    store.change(session, loser, {"merged_into_id": survivor})
    session.expire_all()
    keys.refresh(session, [loser])


def _unite_points(session: Session, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    table = _table["contact_point"]
    own = select(ContactPointRow).where(ContactPointRow.person_id == survivor)
    theirs = select(ContactPointRow).where(ContactPointRow.person_id == loser).order_by(ContactPointRow.id)
    held = {(point.kind, point.address_key): point for point in session.scalars(own)}
    preferred = {point.kind for point in held.values() if point.ended_at is None}
    moves: list[RowMove] = []
    for point in session.scalars(theirs).all():
        equal = held.get((point.kind, point.address_key))
        if equal is None:
            stays = point.is_primary and point.kind not in preferred
            preferred |= {point.kind} if stays else set()
            values: dict[str, Any] = {"person_id": survivor, "is_primary": stays}
            moves += row_moves.change(session, table, ContactPointRow.id == point.id, values, remember=["is_primary"])
            continue
        # Living at one of the two is living; what did not arrive at one did not arrive at the other.
        ended = equal.ended_at if point.ended_at is not None else None
        values = {"ended_at": ended, "failures": max(equal.failures, point.failures)}
        values["deliverability"] = max(equal.deliverability, point.deliverability, key=_WORSE.__getitem__)
        values |= _both_times(equal, point)
        moves += row_moves.change(session, table, ContactPointRow.id == equal.id, values)
        moves += _tell_failures(session, "contact_point_id", point.id, equal.id)
    session.expire_all()
    return moves


def _both_times(equal: ContactPointRow, point: ContactPointRow) -> dict[str, Any]:
    """When a way holds that two records had: whenever it did at either; where one of them ended, as at the other."""
    of_both = [way for way in (equal, point) if way.ended_at is None] or [equal]
    begins, ends = [way.valid_from_on for way in of_both], [way.valid_until_on for way in of_both]
    seasons = {(way.season_from, way.season_until) for way in of_both}
    season = seasons.pop() if len(seasons) == 1 else ("", "")
    return {
        "valid_from_on": None if None in begins else min(one for one in begins if one),
        "valid_until_on": None if None in ends else max(one for one in ends if one),
        "season_from": season[0],
        "season_until": season[1],
    }


def _unite_abodes(session: Session, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    abode, own = PostalAddressRow, aliased(PostalAddressRow)
    same = and_(*(_equal(getattr(own, name), getattr(abode, name)) for name in _SAME_ABODE))
    living = or_(abode.ended_at.is_not(None), own.ended_at.is_(None))
    held = select(own.id).where(own.person_id == survivor, same, living).exists()
    settled = select(own.id).where(own.person_id == survivor, own.ended_at.is_(None)).limit(1)
    has_preferred = session.scalar(settled) is not None
    values: dict[str, Any] = {"person_id": survivor, **({"is_primary": False} if has_preferred else {})}
    theirs = and_(abode.person_id == loser, ~held)
    boxes = session.execute(
        select(abode.dedupe_key, abode.failures, abode.deliverability)
        .where(abode.person_id.in_([loser, survivor]), or_(abode.failures > 0, abode.deliverability != LIVE))
        .order_by(abode.id)
    ).all()
    equals = session.execute(
        select(abode.id, func.min(own.id))
        .where(abode.person_id == loser, own.person_id == survivor, same, living)
        .group_by(abode.id)
        .order_by(abode.id)
    ).all()
    moves = row_moves.change(session, _table["postal_address"], theirs, values, remember=["is_primary"])
    for mine, equal in equals:
        moves += _tell_failures(session, "postal_address_id", mine, equal)
    return moves + _mark_boxes(session, survivor, boxes)


def _mark_boxes(session: Session, survivor: PersonId, boxes: Sequence[Row[str, int, Deliverability]]) -> list[RowMove]:
    """What did not arrive at a letter box under one name does not arrive under the other, whatever it is used for."""
    worst: dict[str, dict[str, Any]] = {}
    for box in boxes:
        known = worst.setdefault(box.dedupe_key, {"failures": 0, "deliverability": LIVE})
        known["failures"] = max(known["failures"], box.failures)
        known["deliverability"] = max(known["deliverability"], box.deliverability, key=_WORSE.__getitem__)
    moves: list[RowMove] = []
    for dedupe_key, values in worst.items():
        theirs = and_(PostalAddressRow.person_id == survivor, PostalAddressRow.dedupe_key == dedupe_key)
        moves += row_moves.change(session, _table["postal_address"], theirs, values)
    return moves


def _tell_failures(session: Session, way: str, mine: int, equal: int) -> list[RowMove]:
    """What failed at an address that stays with the loser is told at the survivor's equal one."""
    return row_moves.change(session, _table["contact_failure"], getattr(ContactFailureRow, way) == mine, {way: equal})


def _living_ways(session: Session, person_id: PersonId) -> dict[str, list[Any]]:
    """Someone's ways of each kind that still are theirs, in the order in which we learnt of them."""
    found: dict[str, list[Any]] = {}
    for row in (ContactPointRow, PostalAddressRow):
        living = select(row).where(row.person_id == person_id, row.ended_at.is_(None)).order_by(row.id)
        for way in session.scalars(living):
            kind = way.kind.value if isinstance(way, ContactPointRow) else "address"
            found.setdefault(kind, []).append(way)
    return found


def _equal(one: Any, other: Any) -> ColumnElement[bool]:
    return one.is_not_distinct_from(other)  # type: ignore[no-any-return]
