"""What was written while two records were one, once they are two again: each has what is theirs, and no no is lost."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from crm.collections import selects as collections
from crm.consent import merging as consent
from crm.contracts.parting import Parting
from crm.donations import merging as donations
from crm.duplicates import store
from crm.duplicates.model import Merge
from crm.foundation.signing import Sealer
from crm.people import contacts
from crm.people import merging as people_merging
from crm.people import service as people
from crm.plans import service as plans
from crm.plans import standing
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId


def part(session: Session, sealer: Sealer, undone: Merge, *, at: datetime) -> tuple[int, int]:
    """Gives the loser what was said of them or at their addresses, or came by their plans, since that merge.

    A no, a death and a freeze that may be of either stay on both. How many went over, and how many are on both. Call it
    once every room has put back what the merge had moved.
    """
    two = _known(session, undone)
    promised = [plan.id for plan in plans.of_person(session, two.loser, on=brussels_day(at))]
    gifts = {*standing.gifts_of(session, two.loser), *session.scalars(collections.gifts_of(promised))}
    acts, heard = consent.part(session, sealer, two, at=at)
    return acts + donations.part(session, two, gifts), heard + people_merging.part(session, two)


def _known(session: Session, undone: Merge) -> Parting:
    loser, survivor = undone.loser_id, undone.survivor_id
    others = store.standing_into(session, survivor)
    given: dict[str, set[int]] = {}
    for _, _, _, move in store.moves_of(session, [one.id for one in others]):
        given.setdefault(move.table, set()).update(key[0] for key in move.keys if isinstance(key[0], int))
    theirs, far = _addresses(session, loser), _addresses(session, survivor)
    return Parting(
        loser=loser,
        survivor=survivor,
        since=undone.merged_at,
        theirs=frozenset(store.merged_into(session, [loser])),
        others=frozenset(_living_on(session, [one.loser_id for one in others])),
        given=given,
        own=theirs - far,
        both=theirs & far,
        far=far - theirs,
    )


def _living_on(session: Session, person_ids: Collection[PersonId]) -> Collection[int]:
    return store.merged_into(session, person_ids) if person_ids else ()


def _addresses(session: Session, person_id: PersonId) -> frozenset[str]:
    person = people.people(session, [person_id])[person_id]
    abodes = contacts.addresses_of(session, [person_id], ended=True)[person_id]
    return frozenset({point.address_key for point in person.contact_points} | {one.address_key for one in abodes})
