"""What may stand as a name, and who at a shared address is meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from crm.people.model import LONGEST_NAME, Person
from crm.values.errors import Invalid
from crm.values.folding import folded


def tidy_name(text: str, *, field: str) -> str:
    """A typed name with single spaces. Raises `Invalid` for what is no name (too long, a link, an address, markup)."""
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if len(name) > LONGEST_NAME:
        raise Invalid("a name of at most 100 characters", field=field)
    if any(c in "/\\@<>{}[]|=" or unicodedata.category(c) in {"Cc", "Cf", "Co", "Cs"} for c in name):
        raise Invalid("a name has letters only", field=field)
    return name


def meant(people: Sequence[Person], *, first_name: str) -> Person | None:
    """Of the people who share an address, the one a visitor with that first name is taken to be.

    The one of that name, else one without a name, else whom we have known longest; None only where nobody lives there.
    An open form never makes a second person at a known address: it would let a stranger fill a mailbox with people
    and send a letter to each. What is proved by a confirmation is the mailbox, and splitting people is a clerk's act.
    """
    known = sorted(people, key=lambda person: person.id)
    wanted = folded(first_name)
    for person in known:
        if wanted and folded(person.first_name) == wanted:
            return person
    for person in known:
        if not person.full_name:
            return person
    return known[0] if known else None
