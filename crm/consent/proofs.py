"""What can be shown of one purpose: the acts until a day, the words people had before them, whether each is whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm.consent import rules, store
from crm.consent.errors import NobodyThere, PurposeMissing
from crm.consent.model import Act, Channel, ConsentEvent, Notice, Purpose, Standing
from crm.consent.policy import EVERYWHERE
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

    `last` is the word that holds over all their addresses, as the gate puts them together: a yes where it is one at any
    of them. None where they never said anything; `shown` are the words that stood before them when they last said yes
    or were asked.
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
    """The proof. Raises `NobodyThere`, `PurposeMissing`."""
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
    newest = _finding([act.event for act in acts])
    last = next((act for act in acts if newest is not None and act.event.id == newest.event_id), None)
    own = [act for act in acts if last is not None and act.event.address_key == last.event.address_key]
    shown = next((act.notice for act in reversed(own) if act.notice is not None), None)
    return Proof(person=person, purpose=meant, channel=channel, at=at, acts=tuple(acts), last=last, shown=shown)


def _finding(events: Sequence[ConsentEvent]) -> Standing | None:
    """The word that holds: a yes at any address is one, as for the gate; else the one that says most."""
    streams: dict[str, list[ConsentEvent]] = {}
    for event in events:
        streams.setdefault(event.address_key, []).append(event)
    said = {key: Standing.of(last) for key, stream in streams.items() if (last := rules.standing(stream)) is not None}
    everywhere = said.pop(EVERYWHERE, None)
    found = [rules.combined(own, everywhere) for own in said.values()] or [everywhere]
    return max(
        (one for one in found if one is not None),
        key=lambda one: (one.act is Act.GIVEN, one.since_at, rules.carefulness(one.act), one.event_id),
        default=None,
    )
