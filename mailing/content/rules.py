"""Decisions about content: which two items are one thing, and whose words win."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher

from mailing.content.folding import fold
from mailing.content.model import ContentKind

NEAR = timedelta(days=3)
"""How far apart two publications of one thing may be dated."""

_LITTLE_WORDS = frozenset(
    [
        "a",
        "au",
        "aux",
        "ce",
        "ces",
        "d",
        "dans",
        "de",
        "des",
        "du",
        "en",
        "et",
        "l",
        "la",
        "le",
        "les",
        "par",
        "pour",
        "qu",
        "que",
        "qui",
        "s",
        "sa",
        "se",
        "ses",
        "sur",
        "un",
        "une",
    ]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What sources say of one thing."""

    title: str
    intro: str = ""
    intro_truncated: bool = False
    url: str = ""
    author: str = ""
    image_url: str = ""
    published_at: datetime | None = None
    closes_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    starts_time: str = ""
    place: str = ""
    event_types: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """What tells one thing from another: `dated_at` is its publication, else when we first saw it."""

    kind: ContentKind
    folded_title: str
    dated_at: datetime
    starts_on: date | None = None


def is_same(one: Sighting, other: Sighting) -> bool:
    """True where two items under different addresses are one thing whose address changed, or which two feeds carry.

    Same kind, dated at most `NEAR` apart, and titles that are equal, or where one goes on where the other ends, or
    that differ by one word misspelt. Events must also begin on the same day. Better two things shown apart than one
    lost: « vague 1 » and « vague 2 » are two, « Niger » and « Nigeria » too.
    """
    if one.kind is not other.kind or abs(one.dated_at - other.dated_at) > NEAR:
        return False
    if one.kind is ContentKind.EVENT and one.starts_on != other.starts_on:
        return False
    return is_same_title(one.folded_title, other.folded_title)


def is_same_title(one: str, other: str) -> bool:
    """The part of `is_same` about titles, both folded."""
    if not one or not other:
        return False
    if one == other:
        return True
    short, long = sorted((_words(one), _words(other)), key=len)
    if len(short) >= 5 and (long[: len(short)] == short or long[-len(short) :] == short):
        return len(long) - len(short) <= 3 and not any(word.isdigit() for word in set(long) - set(short))
    if len(short) != len(long) or len(short) < 6:
        return False
    different = [(a, b) for a, b in zip(short, long, strict=True) if a != b]
    return len(different) == 1 and _is_misspelt(*different[0])


def title_marks(folded: str) -> frozenset[str]:
    """Marks of which two titles share at least one wherever `is_same_title` holds: what to look a title up by."""
    words = _words(folded)
    return frozenset({f"={folded}", "<" + " ".join(words[:3]), ">" + " ".join(words[-3:])})


def _words(folded: str) -> list[str]:
    return [word for word in folded.split() if word not in _LITTLE_WORDS]


def _is_misspelt(one: str, other: str) -> bool:
    """One letter or two in a long word, not at its end (that is where countries, numbers and genders differ)."""
    if min(len(one), len(other)) < 6 or one[-3:] != other[-3:] or any(c.isdigit() for c in one + other):
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= 0.85


def merged(old: Facts, new: Facts, *, was_known: bool) -> Facts:
    """What we know once `new` has been heard.

    A source we knew (`was_known`) has changed its mind: what it says now wins. A source that joins only fills what
    is empty, or gives whole an introduction that was cut. Nothing is ever emptied.
    """
    said = {f.name: getattr(new, f.name) for f in fields(Facts) if f.name != "intro_truncated"}
    known = {name: getattr(old, name) for name in said}
    changes = {name: value for name, value in said.items() if value and (was_known or not known[name])}
    takes_intro = bool(new.intro) and (
        not old.intro
        or (was_known and (old.intro_truncated or not new.intro_truncated))
        or (old.intro_truncated and _is_better(old, new))
    )
    changes.pop("intro", None)
    if takes_intro:
        changes |= {"intro": new.intro, "intro_truncated": new.intro_truncated}
    return replace(old, **changes)


def _is_better(old: Facts, new: Facts) -> bool:
    return not new.intro_truncated or len(new.intro) > len(old.intro)


def country_hints(title: str) -> tuple[str, ...]:
    """Folded words that may be the country of a title such as « Myanmar, Le gel… » or « Gangs à Haïti, Les enfants… ».

    The likeliest first; none where no comma ends a short beginning.
    """
    before, comma, after = title.partition(",")
    if not comma or not after.strip() or len(before) > 60:
        return ()
    words = fold(before).split()
    places = [" ".join(words[n + 1 :]) for n, word in enumerate(words) if word in ("a", "au", "aux", "en")]
    return tuple(hint for hint in (" ".join(words), *places) if hint)
