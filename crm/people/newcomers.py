"""The words by which many newcomers are found, from what came with them: nothing of theirs is read again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from crm.people import search, search_entries, search_store
from crm.people.arrivals import Arrival, Landing
from crm.people.rules import member_number
from crm.people.search_model import Facet
from crm.values.identifiers import PersonId


def write_words(
    session: Session,
    arrivals: Mapping[int, tuple[Arrival, Landing]],
    person_of: Mapping[int, int],
    new: Sequence[int],
) -> None:
    """Lets them be found: newcomers by what came with them, everybody else by all that is held of them."""
    brought = Counter(person_of.values())
    alone = {i: person_of[i] for i in new if brought[person_of[i]] == 1}
    search.refresh(session, {PersonId(who) for who in person_of.values()} - {PersonId(who) for who in alone.values()})
    words: set[tuple[Facet, str, int]] = set()
    for i, person_id in alone.items():
        arrival, landing = arrivals[i]
        number = arrival.number or member_number(person_id)
        named = search_entries.of_names(
            arrival.first_name, arrival.last_name, arrival.organisation_name, number, arrival.enterprise_number
        )
        words |= set(
            search_entries.of_newcomer(
                person_id,
                named,
                emails=[email.text for email in landing.emails],
                phones=[phone.e164 for phone in landing.phones],
                address=landing.address,
                external=[one.value for one in landing.external_ids],
            )
        )
    search_store.add(session, words)
