"""What may stand as a name, how people are greeted, when an address holds, and who at a shared address is meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from crm.people.model import (
    LONGEST_NAME,
    LONGEST_ORGANISATION,
    Abode,
    Called,
    ContactPoint,
    Deliverability,
    FailureReason,
    Person,
    PersonKind,
    Title,
    Together,
)
from crm.values.errors import Invalid
from crm.values.folding import folded
from crm.values.identifiers import PersonId
from crm.values.languages import Language


def tidy_name(text: str, *, field: str) -> str:
    """A typed name with single spaces. Raises `Invalid` for what is no name (too long, a link, an address, markup)."""
    name = single_spaced(text)
    if len(name) > LONGEST_NAME:
        raise Invalid("a name of at most 100 characters", field=field)
    if any(c in "/\\@<>{}[]|=" or unicodedata.category(c) in {"Cc", "Cf", "Co", "Cs"} for c in name):
        raise Invalid("a name has letters only", field=field)
    return name


def single_spaced(text: str) -> str:
    """`text` as it is kept: composed characters, single spaces, none at its ends."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def tidy_organisation(text: str, *, field: str = "organisation_name") -> str:
    """The typed name of an organisation; more signs are allowed than in a person's. Raises `Invalid`."""
    name = single_spaced(text)
    if len(name) > LONGEST_ORGANISATION:
        raise Invalid("a name of at most 200 characters", field=field)
    if any(c in "<>{}" or unicodedata.category(c) in {"Cc", "Cf", "Co", "Cs"} for c in name):
        raise Invalid("a name has letters only", field=field)
    return name


FIRST_MEMBER = 100_000
"""Member numbers start above this, so that all of them have the same length for a long time."""
DEAD_AFTER = 2
"""So many failures in a row, and an address is taken to be dead (a returned letter, a full mailbox again and again)."""


def member_number(person_id: int) -> str:
    """The number we give: its last two digits make it 0 modulo 97, so that one wrong digit never makes another."""
    number = FIRST_MEMBER + person_id
    return f"{number}{(-number * 100) % 97:02d}"


FORMER_NUMBER = "n° de membre"
"""The system of member numbers that somebody bears beside the one we gave, as another list printed them."""


def is_ours(number: str) -> bool:
    """True where a number is of the form we give, so that no number from elsewhere may ever meet one of ours."""
    return number.isascii() and number.isdigit() and len(number) >= 8 and int(number) % 97 == 0


def shown_number(number: str) -> str:
    """A member number as it is printed: `100237-45`; one from an older system as it was."""
    return f"{number[:-2]}-{number[-2:]}" if is_ours(number) else number


def typed_number(text: str) -> str:
    """A member number as it is compared, from whatever was typed (`100 237-45`, `n° 100237.45`)."""
    return "".join(c for c in text.strip().upper().removeprefix("N°") if c.isascii() and c.isalnum())


def deliverability(*, failures: int, is_final: bool) -> Deliverability:
    """What so many failures in a row say of an address; `is_final` where it was said to be gone for good."""
    if failures == 0:
        return Deliverability.LIVE
    return Deliverability.DEAD if is_final or failures >= DEAD_AFTER else Deliverability.FAILING


SAME_BOX = "same-box"
"""Where a failure comes from that an address brings along: post to others came back from its letter box."""
_OF_THE_BOX = frozenset({FailureReason.BAD_BOX, FailureReason.INCOMPLETE})
_OF_WHOEVER = frozenset({FailureReason.UNKNOWN, FailureReason.GONE, FailureReason.UNCLAIMED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """What is known against a letter box, and what it makes of an address that arrives there."""

    reason: FailureReason
    deliverability: Deliverability
    failures: int


def inherited(told: Sequence[tuple[FailureReason, Deliverability]], *, answers: bool) -> Returned | None:
    """What post that came back from a letter box says of the next address there; None where it says nothing.

    `told`: the reasons, the oldest first, each with what became of the address that it was told of. A box that is none
    is dead for everybody. People who left, or did not fetch their letters, make it doubtful, unless post to another
    there arrives (`answers`). Who died there, or refused, was that one person.
    """
    for reason, became in reversed(told):
        if reason in _OF_THE_BOX and became is Deliverability.DEAD:
            return Returned(reason=reason, deliverability=Deliverability.DEAD, failures=DEAD_AFTER)
    for reason, _ in reversed(told):
        if reason in _OF_THE_BOX or (reason in _OF_WHOEVER and not answers):
            return Returned(reason=reason, deliverability=Deliverability.FAILING, failures=1)
    return None


def tidy_season(first: str, last: str) -> tuple[str, str]:
    """Two days of any year as `MM-DD`, or two empty texts. Raises `Invalid` for a day that no year has."""
    if not first and not last:
        return "", ""
    try:
        # A leap year: the season may begin or end on 29 February.
        begin, end = (date.fromisoformat(f"2024-{day}") for day in (first, last))
    except ValueError as error:
        raise Invalid("a season goes from one day of the year to another", field="season") from error
    return begin.strftime("%m-%d"), end.strftime("%m-%d")


ALWAYS: Mapping[str, Any] = MappingProxyType(
    {"valid_from_on": None, "valid_until_on": None, "season_from": "", "season_until": ""}
)
"""What is written of a way that holds all year, every year."""


def holds_on(way: Abode | ContactPoint, day: date) -> bool:
    """True where somebody may be reached there that day: within its dates and its season, not ended, not known as dead.

    `selects.reachable` and `selects.reachable_by_post` say the same in SQL.
    """
    return way.ended_at is None and way.deliverability is not Deliverability.DEAD and within(way, day)


def within(way: Abode | ContactPoint, day: date) -> bool:
    """True within its dates and its season, both days of each included."""
    if way.valid_from_on is not None and day < way.valid_from_on:
        return False
    if way.valid_until_on is not None and day > way.valid_until_on:
        return False
    if not way.season_from:
        return True
    today = day.strftime("%m-%d")
    if way.season_from <= way.season_until:
        return way.season_from <= today <= way.season_until
    return today >= way.season_from or today <= way.season_until


def mailbox_on(person: Person, day: date) -> ContactPoint | None:
    """Where a mail of that day goes: a season's own mailbox first, else the preferred one that holds then."""
    holding = [point for point in person.emails if holds_on(point, day)]
    return next((point for point in holding if point.season_from), None) or next(iter(holding), None)


_AND = {Language.FR: "et", Language.NL: "en", Language.DE: "und", Language.EN: "and"}
_TITLED = {
    Language.FR: {Title.MADAM: "Chère Madame {name},", Title.SIR: "Cher Monsieur {name},"},
    Language.NL: {Title.MADAM: "Geachte mevrouw {name},", Title.SIR: "Geachte heer {name},"},
    Language.DE: {Title.MADAM: "Sehr geehrte Frau {name},", Title.SIR: "Sehr geehrter Herr {name},"},
    Language.EN: {Title.MADAM: "Dear Ms {name},", Title.SIR: "Dear Mr {name},"},
}
_NAMED = {
    Language.FR: "Bonjour {name},",
    Language.NL: "Beste {name},",
    Language.DE: "Guten Tag {name},",
    Language.EN: "Dear {name},",
}
_NAMELESS = {
    Language.FR: "Bonjour,",
    Language.NL: "Beste lezer,",
    Language.DE: "Guten Tag,",
    Language.EN: "Dear friend,",
}


def greeting(person: Person) -> str:
    """How a letter opens: as someone decided by hand, else by the title they gave, else by their first name.

    A gender is never guessed: without a title nobody is a Madame or a Monsieur.
    """
    return opening(
        by_hand=person.greeting,
        kind=person.kind,
        title=person.title,
        first_name=person.first_name,
        last_name=person.last_name,
        language=person.language,
    )


def opening(
    *, by_hand: str, kind: PersonKind, title: Title, first_name: str, last_name: str, language: Language
) -> str:
    """The same, of the parts of somebody's record."""
    if by_hand:
        return by_hand
    titled = _TITLED[language].get(title)
    if titled and last_name and kind is PersonKind.INDIVIDUAL:
        return titled.format(name=last_name)
    if kind is PersonKind.INDIVIDUAL and first_name:
        return _NAMED[language].format(name=first_name)
    return _NAMELESS[language]


def envelope_name(people: Sequence[Person | Called], language: Language) -> str:
    """What stands on the envelope of people who share one: `Marie et Jean Dupont`, `Marie Dupont et Paul Maes`."""
    named = [person for person in people if person.full_name]
    surnames = {folded(person.last_name) for person in named}
    if len(named) > 1 and len(surnames) == 1 and all(p.first_name and p.last_name for p in named):
        return f"{_joined([p.first_name for p in named], language)} {named[0].last_name}"
    return _joined([person.full_name for person in named], language)


def household_greeting(people: Sequence[Person | Called], language: Language) -> str:
    """How a letter to several opens: by first names where all are known, else without names."""
    firsts = [person.first_name for person in people if person.first_name]
    if not firsts or len(firsts) < len(people):
        return _NAMELESS[language]
    return _NAMED[language].format(name=_joined(firsts, language))


def shared_envelope(home: Together, person_id: PersonId) -> str:
    """What stands on the envelope of somebody's household; empty where it does not name them, or nobody beside them.

    A grown child at home who is not on the envelope gets their own post under their own name, whatever is written by
    hand for the others.
    """
    if not _is_named(home, person_id):
        return ""
    return home.envelope_name or (envelope_name(home.named, home.language) if len(home.named) > 1 else "")


def shared_greeting(home: Together, person_id: PersonId) -> str:
    """How a letter to somebody's household opens; empty where its envelope names not them, or them alone."""
    if not _is_named(home, person_id):
        return ""
    return home.greeting or (household_greeting(home.named, home.language) if len(home.named) > 1 else "")


def willing(home: Together, silent: Collection[int]) -> Together:
    """A household without those who asked not to be written to: what was written by hand names them too."""
    named = tuple(one for one in home.named if one.id not in silent)
    if len(named) == len(home.named):
        return home
    return replace(home, envelope_name="", greeting="", named=named)


def _is_named(home: Together, person_id: PersonId) -> bool:
    return any(one.id == person_id for one in home.named)


BETWEEN_PEOPLE, BETWEEN_WORDS = "\x1e", "\x1f"
"""What keeps apart the people, and the words of each, in the one text that `selects.household_names` makes of them."""


def together(*, envelope_name: str, greeting: str, language: str, named: str | None) -> Together:
    """A row of `selects.household_names`, read."""
    people = [one.split(BETWEEN_WORDS) for one in (named or "").split(BETWEEN_PEOPLE) if one]
    people.sort(key=lambda words: (int(words[0]), int(words[1])))
    return Together(
        envelope_name=envelope_name,
        greeting=greeting,
        language=Language(language),
        named=tuple(
            Called(id=PersonId(int(number)), first_name=first, last_name=last, organisation_name=organisation)
            for _, number, first, last, organisation in people
        ),
    )


def _joined(names: Sequence[str], language: Language) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {_AND[language]} {names[-1]}"
