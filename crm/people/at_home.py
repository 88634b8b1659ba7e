"""Who is known by their name and letter box, the last of the keys: fathers and sons of one name live at one, too."""

from __future__ import annotations

from collections.abc import Sequence

from crm.people.arrival import Arrival, Doubt, Known
from crm.people.model import PersonKind
from crm.values.address_key import dedupe_key


def bears_just_that_name(arrival: Arrival, known: Known) -> bool:
    """The whole name of a person, first and last, in any order."""
    is_person = arrival.kind is PersonKind.INDIVIDUAL and known.person.kind is PersonKind.INDIVIDUAL
    return is_person and bool(arrival.first_name and arrival.last_name) and arrival.words == known.words


def at_their_box(arrival: Arrival, candidates: Sequence[Known]) -> tuple[Known | None, Doubt | None]:
    """Who of just that name lives or lived at the letter box of an arrival, or why nobody can tell.

    Another number of the same system, or another member number, is somebody else's; another day of birth is for a
    person to look at, and so are several of that name. The living before the dead.
    """
    if arrival.address is None:
        return None, None
    box, systems = dedupe_key(arrival.address), {one.system for one in arrival.external_ids}
    there = [
        known
        for known in candidates
        if box in known.letter_boxes
        and bears_just_that_name(arrival, known)
        and not systems & {system for system, _ in known.external_ids}
        and not (arrival.number and known.person.member_number)
    ]
    there = [known for known in there if not known.person.is_deceased] or there
    same = [known for known in there if not _is_born_otherwise(arrival, known)]
    if len(same) > 1:
        return None, Doubt.SEVERAL_ALIKE
    if same:
        return same[0], None
    return (there[0], Doubt.NAMESAKE) if there else (None, None)


def _is_born_otherwise(arrival: Arrival, known: Known) -> bool:
    return None not in (arrival.birth_on, known.person.birth_on) and arrival.birth_on != known.person.birth_on
