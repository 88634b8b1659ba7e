"""Whom we were asked to forget, as keyed hashes: so that a file does not bring them back, and nobody else is stopped.

A hash is of a way to reach somebody *and* their name. A mailbox of two is therefore open to the other; a mailbox that
nobody else had is also closed to rows without a name, or with an initial only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Subject
from crm.foundation import bulk
from crm.foundation.signing import AddressHasher
from crm.privacy.tables import ErasedIdentityRow
from crm.values.folding import folded

_WORD = re.compile(r"[^\W_]+")


def forms(name: str) -> set[str]:
    """How a name may be written by a file that is careless: whole, by an initial, by one word, not at all."""
    words = sorted(_WORD.findall(folded(name)))
    found = {" ".join(words), "", *words}
    for word in words:
        found.add(" ".join(sorted([word[0], *(other for other in words if other != word)])))
    return found


def whole(name: str) -> str:
    """A name as one compares it: its words in order, without accents, case or signs."""
    return " ".join(sorted(_WORD.findall(folded(name))))


def keys_of(addresses: AddressHasher, subject: Subject) -> frozenset[str]:
    """The hashes that stand for somebody who is forgotten."""
    texts = set()
    for way in (*subject.emails, *subject.phones):
        for name in subject.names or ("",):
            names = {whole(name)} - {""} if way in subject.shared else forms(name)
            texts |= {f"{way}\n{one}" for one in names}
    return frozenset(addresses.key_of(text) for text in texts)


def put(session: Session, keys: Collection[str], *, at: datetime) -> None:
    """Remembers those hashes; twice is once."""
    row = ErasedIdentityRow
    known = set(session.scalars(select(row.key).where(row.key.in_(keys)))) if keys else set()
    session.add_all(ErasedIdentityRow(key=key, erased_at=at) for key in sorted(set(keys) - known))
    session.flush()


def forgotten(
    session: Session, addresses: AddressHasher, arriving: Sequence[tuple[Iterable[str], str]]
) -> frozenset[int]:
    """The places of those (ways to reach them in normal form, whole name) who asked to be forgotten; one query."""
    wanted: dict[str, list[int]] = {}
    for place, (ways, name) in enumerate(arriving):
        for way in ways:
            wanted.setdefault(addresses.key_of(f"{way}\n{whole(name)}"), []).append(place)
    if not wanted:
        return frozenset()
    held = session.scalars(select(ErasedIdentityRow.key).where(bulk.among(session, ErasedIdentityRow.key, wanted)))
    return frozenset(place for key in held for place in wanted[key])
