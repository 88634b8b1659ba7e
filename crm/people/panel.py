"""Who somebody is, on their page: names, greeting, tags, other systems, what is said otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from crm.contracts.person_page import Look, Panel, PersonPanel, Place, TimelineSource
from crm.foundation.translation import say
from crm.people import differences, link_store, rules, service, taking, words
from crm.people.bonds_panel import BondsPanel
from crm.people.file_timeline import FileTimeline
from crm.people.model import OrganisationKind, PersonKind, Sensitivity
from crm.people.reach_panel import ReachPanel
from crm.people.saying import said_lines
from crm.values import enterprise_number as enterprises
from crm.values.calendar import brussels_day


@dataclass(frozen=True, slots=True)
class IdentityPanel:
    """Names, language, how a letter opens, numbers and dates."""

    key: str = "identity"
    order: int = 10
    place: Place = Place.SIDE
    permission: str = "supporters.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """Everything that says who they are."""
        person = service.looked_at(session, look)
        if person is None:
            return None
        kind = words.ORGANISATIONS[person.organisation_kind or OrganisationKind.OTHER]
        known = words.SOURCES.get(person.source)
        return Panel(
            key=self.key,
            values={
                "person_id": person.id,
                "is_organisation": person.kind is PersonKind.ORGANISATION,
                "first_name": person.first_name,
                "last_name": person.last_name,
                "organisation_name": person.organisation_name,
                "organisation_kind": say(look.language, kind),
                "enterprise_number": enterprises.shown(person.enterprise_number),
                "title": say(look.language, words.TITLES[person.title]),
                "language": say(look.language, words.LANGUAGES[person.language.value]),
                "greeting": rules.greeting(person),
                "greeting_language": person.language.value,
                "greeting_is_by_hand": bool(person.greeting),
                "member_number": rules.shown_number(person.member_number),
                "birth_on": person.birth_on,
                "age": None if person.is_deceased else _age(person.birth_on, look),
                "source": say(look.language, known) if known else person.source,
                "created_at": person.created_at,
                "is_deceased": person.is_deceased,
                "deceased_on": person.deceased_on,
            },
        )


def _age(birth_on: date | None, look: Look) -> int | None:
    if birth_on is None:
        return None
    today = brussels_day(look.now)
    return today.year - birth_on.year - ((today.month, today.day) < (birth_on.month, birth_on.day))


@dataclass(frozen=True, slots=True)
class MarksPanel:
    """Words the team put on them, and how other systems call them. Sensitive words are counted, not told."""

    key: str = "marks"
    order: int = 60
    place: Place = Place.SIDE
    permission: str = "supporters.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """Tags and external ids."""
        tags = link_store.tags_of(session, [look.person_id])[look.person_id]
        ordinary = tuple(tag for tag in tags if tag.sensitivity is Sensitivity.ORDINARY)
        return Panel(
            key=self.key,
            values={
                "person_id": look.person_id,
                "tags": ordinary,
                "sensitive_count": len(tags) - len(ordinary),
                "external_ids": link_store.external_ids(session, look.person_id),
            },
        )


@dataclass(frozen=True, slots=True)
class DifferencesPanel:
    """What was said otherwise than we hold and waits for somebody to decide. Left out where nothing waits."""

    key: str = "differences"
    order: int = 5
    place: Place = Place.MAIN
    permission: str = "supporters.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """The open ones, oldest first."""
        waiting = differences.open_of(session, look.person_id)
        if not waiting:
            return None
        held = taking.held_now(session, waiting)
        person = service.looked_at(session, look)
        why = {one.id: taking.hurdle(one, person) for one in waiting}
        return Panel(
            key=self.key,
            values={
                "person_id": look.person_id,
                "open": [
                    {
                        "id": one.id,
                        "field": say(look.language, words.FIELDS.get(one.field, one.field)),
                        "held": said_lines(one.field, held.get(one.id, one.held), look.language),
                        "said": said_lines(one.field, one.said, look.language),
                        "hurdle": say(look.language, words.HURDLES[hurdle]) if (hurdle := why[one.id]) else "",
                        "said_at": one.said_at,
                    }
                    for one in waiting
                ],
            },
        )


PANELS: tuple[PersonPanel, ...] = (DifferencesPanel(), IdentityPanel(), ReachPanel(), BondsPanel(), MarksPanel())
TIMELINE: tuple[TimelineSource, ...] = (FileTimeline(),)
