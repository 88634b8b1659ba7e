"""What can be shown of one purpose: the acts until a day, the words people had before them, whether each is whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm.consent import rules, store
from crm.consent.errors import NobodyThere, PurposeMissing
from crm.consent.model import Act, Channel, ConsentEvent, Notice, Purpose
from crm.foundation.signing import Sealer
from crm.people import service as people
from crm.people.model import Person
from crm.values.identifiers import PersonId


@dataclass(frozen=True, kw_only=True, slots=True)
class ProvenAct:
    """One act of the ledger. `is_whole`: its mark holds; `block`: the block of the chain that holds it, None yet."""

    event: ConsentEvent
    notice: Notice | None
    is_whole: bool
    mark: str
    block: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What somebody allowed for a purpose and channel `at` an instant, and every act that leads to it.

    `last` has the last word over all their addresses, None where they never said anything; `shown` are the words that
    stood before them when they last said yes or were asked.
    """

    person: Person
    purpose: Purpose
    channel: Channel
    at: datetime
    acts: Sequence[ProvenAct]
    last: ProvenAct | None
    shown: Notice | None

    @property
    def is_yes(self) -> bool:
        return self.last is not None and self.last.event.act is Act.GIVEN

    @property
    def is_whole(self) -> bool:
        return all(act.is_whole for act in self.acts)


def prove(
    session: Session, sealer: Sealer, *, person_id: PersonId, purpose: str, channel: Channel, at: datetime
) -> Proof:
    """The proof. Of several addresses the latest word is the finding. Raises `NobodyThere`, `PurposeMissing`."""
    meant = next((one for one in store.purposes(session) if one.code == purpose), None)
    if meant is None:
        raise PurposeMissing
    person = people.find_survivor(session, person_id)
    if person is None:
        raise NobodyThere
    acts = [
        ProvenAct(event=event, notice=notice, is_whole=is_whole, mark=mark, block=block)
        for event, notice, is_whole, mark, block in store.sealed_events(
            session, sealer, person_id=person.id, purpose=purpose, channel=channel, until=at
        )
    ]
    streams: dict[str, list[ConsentEvent]] = {}
    for act in acts:
        streams.setdefault(act.event.address_key, []).append(act.event)
    lasts = [event for events in streams.values() if (event := rules.standing(events)) is not None]
    newest = max(lasts, key=lambda event: (event.occurred_at, event.id), default=None)
    last = next((act for act in acts if newest is not None and act.event.id == newest.id), None)
    own = [act for act in acts if last is not None and act.event.address_key == last.event.address_key]
    shown = next((act.notice for act in reversed(own) if act.notice is not None), None)
    return Proof(person=person, purpose=meant, channel=channel, at=at, acts=tuple(acts), last=last, shown=shown)
