"""What came of an appeal: answers by code, the arms that are compared, regular gifts that were promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from crm.fundraising.model import Arms, Lift
from crm.values.identifiers import CellId


@dataclass(frozen=True, kw_only=True, slots=True)
class Promises:
    """Regular gifts in the window: people asked who began one, who raised theirs; what a year changed by, net.

    The arms and `lift` are in cents a year: what was begun, raised, lowered and ended, of each person in all.
    """

    begun: int
    raised: int
    cents: int
    mailed_arm: Arms
    control_arm: Arms
    lift: Lift | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What came of the letters of a code: people whose gifts bear it, and those gifts, regular ones apart.

    Beside them, and in none of these, gifts of the window that bear no code of any appeal.
    """

    cell_id: CellId
    package: str
    mailed: int
    people: int
    gifts: int
    cents: int
    window_gifts: int
    window_cents: int
    regular_gifts: int = 0
    """Instalments of a regular gift that was promised under the code."""
    regular_cents: int = 0

    @property
    def all_cents(self) -> int:
        """What came by the code."""
        return self.cents + self.regular_cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """What came of an appeal up to a day; the arms are of those cells only that can be compared."""

    until_on: date
    answered: tuple[Answered, ...]
    cost_cents: int
    paid_back_on: date | None
    mailed_arm: Arms
    control_arm: Arms
    lift: Lift | None
    opt_outs: int
    promises: Promises

    @property
    def mailed(self) -> int:
        return sum(one.mailed for one in self.answered)

    @property
    def people(self) -> int:
        return sum(one.people for one in self.answered)

    @property
    def gifts(self) -> int:
        """One-off gifts that bear a code of it."""
        return sum(one.gifts for one in self.answered)

    @property
    def one_off_cents(self) -> int:
        return sum(one.cents for one in self.answered)

    @property
    def cents(self) -> int:
        """What came by its codes, as « Codes et coûts » says it."""
        return sum(one.all_cents for one in self.answered)

    @property
    def window_gifts(self) -> int:
        """One-off gifts without a code whose giver it was the last to reach."""
        return sum(one.window_gifts for one in self.answered)

    @property
    def window_cents(self) -> int:
        return sum(one.window_cents for one in self.answered)

    @property
    def cost_per_euro_cents(self) -> int | None:
        """Cents spent for each euro that came; None where nothing came or nothing is known to be spent."""
        return round(100 * self.cost_cents / self.cents) if self.cents and self.cost_cents else None

    @property
    def gain(self) -> float | None:
        """What came beyond the cost, as a part of the cost (return on investment)."""
        return (self.cents - self.cost_cents) / self.cost_cents if self.cost_cents else None
