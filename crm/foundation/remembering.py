"""What a reading has asked already: it sees one state, so that a question asked again has the answer it had."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any, TypeVar

from sqlalchemy.orm import Session

MOST = 500
"""How many answers to one question are kept: pages ask for some again, whoever walks through everybody does not."""
_KEPT = "portevoix_remembered"
_NOTHING = object()
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")


def begin(session: Session) -> None:
    """From here on this session remembers what it asked by `once` and `each`; for one that writes nothing."""
    session.info[_KEPT] = {}


def once(session: Session, question: str, ask: Callable[[], T]) -> T:
    """What `ask` says, which is asked once in a reading. Nobody may change the answer."""
    kept: dict[str, Any] | None = session.info.get(_KEPT)
    if kept is None:
        return ask()
    if question not in kept:
        kept[question] = ask()
    return kept[question]  # type: ignore[no-any-return]


def each(session: Session, question: str, keys: Collection[K], ask: Callable[[list[K]], Mapping[K, V]]) -> dict[K, V]:
    """What `ask` says of each of those keys, in their order; it is asked about those alone that are new.

    Who is not in its answer is left out. Nobody may change a value of it.
    """
    kept: dict[str, Any] | None = session.info.get(_KEPT)
    known: dict[K, Any] = {} if kept is None else kept.setdefault(question, {})
    lacking = [one for one in dict.fromkeys(keys) if one not in known]
    if lacking:
        if len(known) + len(lacking) > MOST:
            known.clear()
            lacking = list(dict.fromkeys(keys))
        said = ask(lacking)
        known.update((one, said.get(one, _NOTHING)) for one in lacking)
    found = {one: known[one] for one in keys if known[one] is not _NOTHING}
    if len(known) > MOST:
        known.clear()
    return found
