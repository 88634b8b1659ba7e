"""When two records are one person: what both said becomes one story, folded again.

Events are never changed: only who holds them today goes over, which their mark does not cover. The last word on a
purpose and an address is the last word of the two; at equal instants the most careful.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session

from crm.consent import interests, naming, paces, restrictions, service, store
from crm.consent.model import Act, NewAct
from crm.consent.rules import NO
from crm.consent.tables import ConsentEventRow, ErasedProofRow, PaceEventRow, RestrictionRow
from crm.contracts.parting import Parting
from crm.foundation import row_moves
from crm.foundation.database import hold
from crm.foundation.forgetting import delete_rows
from crm.foundation.row_moves import RowMove
from crm.foundation.signing import Sealer
from crm.foundation.translation import N_
from crm.values.identifiers import PersonId

ROOM = "crm.consent"
TABLES = frozenset(
    {
        *("consent_event", "consent_standing", "population_member"),
        *("pace_event", "pace", "last_letter", "interest", "erased_proof", "processing_restriction"),
    },
)
"""Standings and paces are folds: they are folded again, and recorded nowhere."""
WORDS: Mapping[str, str] = {
    "consent": N_("Actes de consentement"),
}

_tables = ConsentEventRow.metadata.tables


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """Gives the survivor what the loser said (see `crm.contracts.person_pointer`)."""
    for person_id in sorted((loser, survivor)):
        hold(session, f"consent {person_id}")
    # What somebody living said is never let go with the proof of a record that was erased.
    delete_rows(session, ErasedProofRow, ErasedProofRow.person_id.in_((loser, survivor)))
    moves = row_moves.give(session, _tables["consent_event"], loser=loser, survivor=survivor)
    moves += row_moves.give(
        session, _tables["population_member"], loser=loser, survivor=survivor, unless_same=["population"]
    )
    moves += row_moves.give(session, _tables["pace_event"], loser=loser, survivor=survivor)
    moves += row_moves.give(session, _tables["processing_restriction"], loser=loser, survivor=survivor)
    moves += _last_letters(session, loser, survivor)
    moves += row_moves.give(session, _tables["interest"], loser=loser, survivor=survivor, unless_same=["kind", "code"])
    _refold(session, loser, survivor)
    if not interests.agrees(session, survivor):
        # One of the two took it back later: what the other chose goes too, and an undo of the merge leaves it gone.
        store.forget_interests(session, survivor)
    return moves


def _last_letters(session: Session, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """Where both had a letter, the later one is the last."""
    table = _tables["last_letter"]
    at = paces.last_letters(session, [loser, survivor])
    moves = row_moves.give(session, table, loser=loser, survivor=survivor, unless_same=["channel"])
    for (person_id, channel), written_at in at.items():
        if person_id == loser and written_at > at.get((survivor, channel), written_at):
            row = and_(table.c.person_id == survivor, table.c.channel == channel)
            moves += row_moves.change(session, table, row, {"written_at": written_at})
    return moves


def put_back(session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
    """Gives each what they said themselves; how many acts stay because somebody else holds them now."""
    for person_id in sorted((loser, survivor)):
        hold(session, f"consent {person_id}")
    kept = sum(row_moves.put_back(session, _tables[move.table], [move]) for move in reversed(moves))
    _follow(session, loser, survivor)
    _refold(session, loser, survivor)
    return kept


def part(session: Session, sealer: Sealer, two: Parting, *, at: datetime) -> tuple[int, int]:
    """Gives the loser what they said while they were one with the survivor: how many acts, and how many hold for both.

    What was said of them, or at an address that is theirs alone, is theirs. A no at an address that both have, or at
    none, is heard for both, and so is a freeze: nobody can tell any more who asked for it.
    """
    for person_id in sorted((two.loser, two.survivor)):
        hold(session, f"consent {person_id}")
    row = ConsentEventRow
    taken_back = set(session.scalars(select(row.annuls_id).where(row.person_id == two.survivor)))
    named = naming.named(session, two.survivor)
    going, copied = [], []
    for event in store.events_of(session, two.survivor):
        is_theirs = named[event.id] in two.theirs
        is_old = two.is_old("consent_event", event.id, event.recorded_at) or named[event.id] in two.others
        if event.act is Act.ANNULLED or event.id in two.given.get("consent_event", ()) or (is_old and not is_theirs):
            continue
        if event.address_key in two.far:
            continue
        goes = is_theirs or event.address_key in two.own
        going += [event.id] if goes else []
        if event.act in NO and event.address_key not in two.own and event.id not in taken_back:
            copied.append((event, two.survivor if goes else two.loser))
    session.execute(update(row).where(row.id.in_(going)).values(person_id=two.loser))
    paced = update(PaceEventRow).where(
        PaceEventRow.person_id == two.survivor,
        PaceEventRow.recorded_person_id.in_(two.theirs),
        PaceEventRow.id.not_in(two.given.get("pace_event", ())),
    )
    session.execute(paced.values(person_id=two.loser))
    _follow(session, two.loser, two.survivor)
    _refold(session, two.loser, two.survivor)
    for event, person_id in copied:
        names = ("purpose", "channel", "address_key", "act", "way", "legal_basis", "notice_id", "occurred_at")
        facts = {name: getattr(event, name) for name in names}
        copy = NewAct(**facts, person_id=person_id, evidence={**event.evidence, "said_as": int(event.id)})
        service.record(session, sealer, copy, at=at)
    for person_id in (two.loser, two.survivor):
        if going and not interests.agrees(session, person_id):
            store.forget_interests(session, person_id)
    return len(going), len(copied) + _freeze(session, two)


def _freeze(session: Session, two: Parting) -> int:
    """A freeze that was asked while they were one is on both."""
    row = RestrictionRow
    standing = session.scalars(select(row).where(row.person_id == two.survivor, row.lifted_at.is_(None))).all()
    told = [one for one in standing if not two.is_old("processing_restriction", one.id, one.set_at)]
    if not told or restrictions.standing(session, two.loser) is not None:
        return 0
    names = ("since_on", "reason", "set_by", "set_at", "lifted_why")
    session.add(row(person_id=two.loser, **{name: getattr(told[0], name) for name in names}))
    session.flush()
    return 1


def _follow(session: Session, *person_ids: PersonId) -> None:
    """A word that was annulled while the two were one is annulled for whoever said it: both leave together."""
    event, said = _tables["consent_event"], _tables["consent_event"].alias("said")
    holder = select(said.c.person_id).where(said.c.id == event.c.annuls_id).scalar_subquery()
    session.execute(
        update(event)
        .where(event.c.person_id.in_(person_ids), event.c.annuls_id.is_not(None), event.c.person_id != holder)
        .values(person_id=holder)
    )
    session.expire_all()


def _refold(session: Session, *person_ids: PersonId) -> None:
    store.refold_people(session, person_ids)
    paces.refold(session, person_ids)


def holdings(session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
    """How many acts of consent each has in the ledger."""
    counted = select(ConsentEventRow.person_id, func.count()).where(ConsentEventRow.person_id.in_(person_ids))
    rows = session.execute(counted.group_by(ConsentEventRow.person_id))
    return {PersonId(person_id): {"consent": count} for person_id, count in rows}
