"""What a row may bring beside the person: a subscription, a membership, a paper of old, a plan that is amended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from crm.plans.mandates import Enclosed
from crm.values.iban import Iban

ENCLOSED = ("uid", "sealed", "key", "tail")
"""What is kept of an account."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscribed:
    """How they receive the magazine: on a ground of the house’s own, so many copies, between two issues."""

    basis: str
    copies: int = 1
    format: str = "paper"
    from_number: int | None = None
    until_number: int | None = None

    def as_json(self) -> dict[str, Any]:
        """What is said of it, and nothing else."""
        return without_empty(asdict(self))

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Subscribed:
        return cls(**kept)


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """How they are a member, or were: of a kind by its name or code (none: the ordinary one), between which days."""

    kind: str
    joined_on: date
    ended_on: date | None = None
    reason: str = ""
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """What is said of it, and nothing else."""
        days = {name: day.isoformat() if (day := getattr(self, name)) else "" for name in ("joined_on", "ended_on")}
        return without_empty(asdict(self) | days)

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Joined:
        return cls(
            kind=kept.get("kind", ""),
            joined_on=date.fromisoformat(kept["joined_on"]),
            ended_on=date.fromisoformat(kept["ended_on"]) if "ended_on" in kept else None,
            reason=kept.get("reason", ""),
            note=kept.get("note", ""),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """What binds them: what they are to the row's organisation, their household as another system calls it, tags."""

    tie: str = ""
    household: str = ""
    envelope: str = ""
    tags: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What is said of it, and nothing else."""
        return without_empty(asdict(self) | {"tags": list(self.tags)})

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Bound:
        return cls(**{**kept, "tags": tuple(kept.get("tags", ()))})


@dataclass(frozen=True, kw_only=True, slots=True)
class Attested:
    """A tax attestation that an older system gave them."""

    system: str
    year: int
    number: str
    cents: int
    issued_on: date | None = None

    def as_json(self) -> dict[str, Any]:
        """What is said of it, and nothing else."""
        day = self.issued_on.isoformat() if self.issued_on else ""
        return without_empty(asdict(self) | {"issued_on": day})

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Attested:
        day = kept.get("issued_on")
        return cls(**{**kept, "issued_on": date.fromisoformat(day) if day else None})


@dataclass(frozen=True, kw_only=True, slots=True)
class Amended:
    """What a call learnt of a plan: another amount, that it ends, from which account.

    `account` is as it was read, and never kept: `enclosed` is.
    """

    supplier: str
    called_on: date
    references: tuple[str, ...] = ()
    cents: int | None = None
    cancels: bool = False
    account: Iban | None = None
    enclosed: Enclosed | None = None

    def as_json(self) -> dict[str, Any]:
        """What is said of it, and nothing else."""
        said: dict[str, Any] = {"supplier": self.supplier, "called_on": self.called_on.isoformat()}
        said |= {"references": list(self.references), "cents": self.cents, "cancels": self.cancels}
        return without_empty(said) | (asdict(self.enclosed) if self.enclosed else {})

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Amended:
        return cls(
            supplier=kept["supplier"],
            called_on=date.fromisoformat(kept["called_on"]),
            references=tuple(kept.get("references", ())),
            cents=kept.get("cents"),
            cancels=kept.get("cancels", False),
            enclosed=Enclosed(**{name: kept[name] for name in ENCLOSED}) if "sealed" in kept else None,
        )


def without_empty(values: dict[str, Any]) -> dict[str, Any]:
    """Those that say something."""
    return {name: value for name, value in values.items() if value}
