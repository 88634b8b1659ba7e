"""The decisions of visits: how long a link and a visit last, how often, and who knows what only they know. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from crm.values.identifiers import PersonId
from crm.visits.model import VisitLink

LINK_LASTS = timedelta(minutes=30)
VISIT_LASTS = timedelta(hours=1)
MOST_LINKS_A_DAY = 5
"""Links one mailbox gets in a day, whoever asks: more would be somebody else's game."""
MOST_MISSES = 5
"""Wrong proofs after which a link is spent."""
KEPT = timedelta(days=2)
"""How long a link or visit that is over is kept: long enough to count a day's."""


def is_living(link: VisitLink, at: datetime) -> bool:
    """True where the link still lets somebody in."""
    return link.used_at is None and at < link.expires_at and link.misses < MOST_MISSES


class Knowledge:
    """What one of several people at a mailbox may know of themself: a member number, or a postcode and a birth year."""

    __slots__ = ("birth_on", "member_number", "person_id", "postcodes")

    def __init__(
        self, person_id: PersonId, *, member_number: str, birth_on: date | None, postcodes: Collection[str]
    ) -> None:
        self.person_id = person_id
        self.member_number, self.birth_on = member_number, birth_on
        self.postcodes = frozenset(postcodes)


def who_knows(several: Collection[Knowledge], *, number: str, postcode: str, year: str) -> PersonId | None:
    """The one person who fits what was typed; None for nobody, and for more than one."""
    typed = "".join(c for c in number if c.isalnum()).casefold()
    code = "".join(postcode.split()).upper()

    def knows(one: Knowledge) -> bool:
        held = "".join(c for c in one.member_number if c.isalnum()).casefold()
        if typed:
            return bool(held) and held == typed
        born = str(one.birth_on.year) if one.birth_on else ""
        return (
            bool(code and born) and year.strip() == born and code in {"".join(p.split()).upper() for p in one.postcodes}
        )

    found = {one.person_id for one in several if knows(one)}
    return found.pop() if len(found) == 1 else None
