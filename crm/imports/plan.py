"""What one row of a file comes to, before anything of it is written."""

from __future__ import annotations

from dataclasses import dataclass

from crm.imports.bonding import Bond
from crm.imports.handing import Repeated
from crm.imports.model import RowVerdict, Told
from crm.imports.signing import Handing
from crm.imports.wish import Said, Wish
from crm.people.arrivals import Arrival, Landing
from crm.values.identifiers import CallId, PersonId


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What one row comes to. `acts` are (person, address key, word).

    `about` is whom it is about, None in doubt: a positive id, or the negative of the place of a newcomer of the block.
    """

    number: int
    wish: Wish
    verdict: RowVerdict
    reasons: tuple[Told, ...]
    landing: Landing | None = None
    arrival: Arrival | None = None
    """The arrival as it is written."""
    acts: tuple[tuple[int, str, Said], ...] = ()
    is_silenced: bool = False
    went_in: bool = False
    """A file before this one brought the same row."""
    about: int | None = None
    signs: tuple[CallId, int] | None = None
    """(petition, person) of a new signature."""
    hands: Handing | None = None
    """A word about handing over the name under a signature that stands."""
    gives: str | None = None
    """The name of the movement of a new gift; empty where its row gives it none, None where there is no new gift."""
    promises: bool = False
    """A new plan, or a new subscription."""
    owner: int | None = None
    """Whose the money, the subscription or the membership of the row is, as `about` is said."""
    organisation: int | None = None
    """The organisation of the row, known or new, as `about` is said."""
    organisation_landing: Landing | None = None
    organisation_arrival: Arrival | None = None
    """The organisation as it is written."""
    bond: Bond | None = None
    """What binds whom it is about to others and to tags, and does not stand yet."""

    repeats: tuple[Repeated, ...] = ()
    """What it says that stands already, and that another import may have brought."""

    @property
    def person_id(self) -> PersonId | None:
        """Somebody we knew before; newcomers have no number yet."""
        return PersonId(self.about) if self.about is not None and self.about > 0 else None
