"""Whom somebody lives with and is tied to, on their page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from crm.contracts.person_page import Look, Panel, Place
from crm.foundation.translation import N_, say
from crm.people import households, link_store, service, store, words
from crm.people.model import Household, Person, PersonKind, Tie
from crm.people.reach_panel import shown_value
from crm.people.rules import holds_on, mailbox_on
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId
from crm.values.languages import Language

NAMELESS = N_("Sans nom")


@dataclass(frozen=True, slots=True)
class BondsPanel:
    """Households, with what stands on their envelope, and ties."""

    key: str = "bonds"
    order: int = 40
    place: Place = Place.MAIN
    permission: str = "supporters.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """All of them, in a fixed number of queries."""
        shared = households.of(session, look.person_id)
        ties = link_store.ties_of(session, look.person_id)
        wanted = {member.person_id for household in shared for member in household.members}
        wanted |= {tie.person_id for tie in ties} | {tie.other_id for tie in ties}
        people = store.load(session, wanted)
        own = service.looked_at(session, look)
        is_body = own is not None and own.kind is PersonKind.ORGANISATION
        return Panel(
            key=self.key,
            values={
                "person_id": look.person_id,
                "is_organisation": is_body,
                "households": [_household(one, people, look.language) for one in shared],
                "ties": [_tie(tie, people, look, told=is_body) for tie in ties],
            },
        )


def _household(household: Household, people: Mapping[PersonId, Person], language: Language) -> dict[str, Any]:
    envelope, greeting = households.written(household, people)
    return {
        "id": household.id,
        "envelope": envelope,
        "greeting": greeting,
        "is_by_hand": households.is_by_hand(household),
        "dead": [one.full_name for one in households.dead_on_envelope(household, people)],
        "members": [
            {
                "id": member.person_id,
                "name": people[member.person_id].full_name or say(language, NAMELESS),
                "position": say(language, words.POSITIONS[member.position]),
                "is_on_envelope": member.is_on_envelope,
                "is_deceased": people[member.person_id].is_deceased,
            }
            for member in household.members
        ],
    }


def _tie(tie: Tie, people: Mapping[PersonId, Person], look: Look, *, told: bool) -> dict[str, Any]:
    """`told`: with where the other is reached today, as one wants to know of the people of an organisation."""
    is_first = tie.person_id == look.person_id
    other = people[tie.other_id if is_first else tie.person_id]
    forward, backward = words.TIES[tie.kind]
    today = brussels_day(look.now)
    is_over = tie.until_on is not None and tie.until_on < today
    is_reached = told and not is_over and not other.is_deceased
    mailbox = mailbox_on(other, today) if is_reached else None
    phone = next((one for one in other.phones if holds_on(one, today)), None) if is_reached else None
    return {
        "id": tie.id,
        "words": say(look.language, forward if is_first else backward),
        "other_id": other.id,
        "other": other.full_name or say(look.language, NAMELESS),
        "since_on": tie.since_on,
        "until_on": tie.until_on,
        "is_over": is_over,
        "email": mailbox.value if mailbox else "",
        "phone": phone.value if phone else "",
        "phone_shown": shown_value(phone) if phone else "",
    }
