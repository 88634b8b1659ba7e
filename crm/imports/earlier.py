"""What earlier rows of a file bring: written already, or, in a dry run, to be imagined."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy.orm import Session

from crm.imports.wish import Wish
from crm.people.arrivals import Arrival, Known


class Before(Protocol):
    """What earlier rows bring and is not written yet (a dry run writes nothing)."""

    def met(
        self,
        session: Session,
        arrivals: Sequence[Arrival],
        known: Mapping[int, Known],
        keys: Collection[tuple[str, ...]] = (),
    ) -> Mapping[int, tuple[Known, tuple[Wish, ...]]]:
        """Those of whom earlier rows said something, and whom these arrivals or keys lead to or `known` holds."""
        ...

    def was_silenced(self, key: str) -> bool:
        """True where an earlier row silenced that address or digest."""
        ...

    def cents_named(self, key: tuple[str, str]) -> int | None:
        """The cents that an earlier row brought under a reference of its system."""
        ...

    def promised(self, supplier: str, reference: str) -> tuple[int, int, int, str] | None:
        """Whose plan an earlier row brought under that reference, its cents, its months, its account's key."""
        ...

    def is_mandated(self, reference: str) -> bool:
        """True where an earlier row brought a mandate of that reference, whoever its supplier."""
        ...

    def contact(self, organisation: int, name: str) -> int | None:
        """Who of that name an earlier row brought or met as somebody of that organisation."""
        ...

    def is_bound(self, fact: tuple[Any, ...]) -> bool:
        """True where an earlier row brought that tie, household or tag (see `bonding`)."""
        ...

    def attested(self, name: tuple[str, int, str]) -> tuple[int, int] | None:
        """Whose attestation an earlier row brought under that system, year and number, and its cents."""
        ...


class Nobody:
    """Nobody is waiting: all earlier rows are written."""

    def met(
        self,
        session: Session,
        arrivals: Sequence[Arrival],
        known: Mapping[int, Known],
        keys: Collection[tuple[str, ...]] = (),
    ) -> Mapping[int, tuple[Known, tuple[Wish, ...]]]:
        return {}

    def was_silenced(self, key: str) -> bool:
        return False

    def cents_named(self, key: tuple[str, str]) -> int | None:
        return None

    def promised(self, supplier: str, reference: str) -> tuple[int, int, int, str] | None:
        return None

    def is_mandated(self, reference: str) -> bool:
        return False

    def contact(self, organisation: int, name: str) -> int | None:
        return None

    def is_bound(self, fact: tuple[Any, ...]) -> bool:
        return False

    def attested(self, name: tuple[str, int, str]) -> tuple[int, int] | None:
        return None
