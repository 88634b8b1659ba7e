"""What a reading has asked already: it sees one state, so that a question asked again has the answer it had.

A reading in which something is written all the same (a rehearsal, a test) remembers nothing from there on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

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


def forget(session: Session) -> None:
    """Something was written: nothing is remembered any more."""
    session.info.pop(_KEPT, None)


def keep(session: Session, name: str, fact: object) -> None:
    """Keeps a fact for the rest of a reading."""
    if (kept := session.info.get(_KEPT)) is not None:
        kept[name] = fact


def kept(session: Session, name: str) -> Any:
    """What was kept under that name; None where nothing was, or something was written since."""
    return session.info.get(_KEPT, {}).get(name)


@event.listens_for(Session, "after_flush")
def _flushed(session: Session, _context: object) -> None:
    forget(session)


@event.listens_for(Session, "do_orm_execute")
def _executed(state: ORMExecuteState) -> None:
    if not state.is_select:
        forget(state.session)


def once(session: Session, question: str, ask: Callable[[], T]) -> T:
    """What `ask` says, which is asked once in a reading. Nobody may change the answer."""
    answers: dict[str, Any] | None = session.info.get(_KEPT)
    if answers is None:
        return ask()
    if question not in answers:
        answers[question] = ask()
    return answers[question]  # type: ignore[no-any-return]


def each(session: Session, question: str, keys: Collection[K], ask: Callable[[list[K]], Mapping[K, V]]) -> dict[K, V]:
    """What `ask` says of each of those keys, in their order; it is asked about those alone that are new.

    Who is not in its answer is left out. Nobody may change a value of it.
    """
    answers: dict[str, Any] | None = session.info.get(_KEPT)
    known: dict[K, Any] = {} if answers is None else answers.setdefault(question, {})
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
