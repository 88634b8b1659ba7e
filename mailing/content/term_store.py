"""The lists, their spellings and the unknown tags in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from crm.values.identifiers import ContentId
from mailing.content.model import NewTerm, TermKind, UnknownTag
from mailing.content.tables import (
    ContentSourceRow,
    ContentTermRow,
    TaggedUnknownRow,
    TermAliasRow,
    TermRow,
    UnknownTagRow,
)

Wearing = tuple[int, int]
"""(content, term)."""


def terms(session: Session) -> list[TermRow]:
    """Both lists, each by label."""
    return list(session.scalars(select(TermRow).order_by(TermRow.kind, TermRow.label, TermRow.id)))


def worn_terms(session: Session) -> list[TermRow]:
    """Terms that something of the library wears by its own tags, each by label."""
    worn = select(ContentTermRow.term_id).where(ContentTermRow.derived.is_(False))
    return list(
        session.scalars(select(TermRow).where(TermRow.id.in_(worn)).order_by(TermRow.kind, TermRow.label, TermRow.id))
    )


def put_terms(session: Session, wanted: Iterable[NewTerm]) -> dict[str, int]:
    """Adds the terms whose code is new, brings labels up to date, and gives the number of each code."""
    known = {row.code: row for row in session.scalars(select(TermRow))}
    for term in wanted:
        row = known.get(term.code)
        if row is None:
            row = known[term.code] = TermRow(code=term.code)
            session.add(row)
        row.kind, row.label = term.kind, term.label
    session.flush()
    return {code: row.id for code, row in known.items()}


def put_aliases(session: Session, wanted: Mapping[str, int]) -> set[str]:
    """Adds the spellings nobody had; a spelling that means something already keeps its meaning. Gives the new ones."""
    known = set(session.scalars(select(TermAliasRow.folded)))
    new = {folded: term_id for folded, term_id in wanted.items() if folded not in known}
    if new:
        session.execute(insert(TermAliasRow), [{"folded": f, "term_id": t} for f, t in new.items()])
    return set(new)


def meanings(session: Session, folded: Collection[str]) -> dict[str, tuple[int, TermKind]]:
    """What those spellings mean; unknown ones are left out."""
    wanted = select(TermAliasRow.folded, TermRow.id, TermRow.kind).join(TermRow).where(TermAliasRow.folded.in_(folded))
    return {spelling: (number, kind) for spelling, number, kind in session.execute(wanted)}


def sources_of(session: Session, ids: Collection[int]) -> list[tuple[int, int]]:
    """(content, feed item) of those things."""
    wanted = select(ContentSourceRow.content_id, ContentSourceRow.feed_item_id)
    found = session.execute(wanted.where(ContentSourceRow.content_id.in_(ids)))
    return [(content_id, feed_item_id) for content_id, feed_item_id in found]


def set_worn(session: Session, ids: Collection[int], wanted: Mapping[Wearing, bool]) -> None:
    """Those things wear exactly the wanted terms, each declared or derived."""
    rows = session.execute(
        select(ContentTermRow.content_id, ContentTermRow.term_id, ContentTermRow.derived).where(
            ContentTermRow.content_id.in_(ids)
        )
    )
    worn = {(content_id, term_id): derived for content_id, term_id, derived in rows}
    gone = {pair for pair, derived in worn.items() if wanted.get(pair) != derived}
    if gone:
        pair = tuple_(ContentTermRow.content_id, ContentTermRow.term_id)
        session.execute(delete(ContentTermRow).where(pair.in_(sorted(gone))))
    new = [
        {"content_id": content_id, "term_id": term_id, "derived": derived}
        for (content_id, term_id), derived in wanted.items()
        if worn.get((content_id, term_id)) != derived
    ]
    if new:
        session.execute(insert(ContentTermRow), new)


def set_unknown(
    session: Session, ids: Collection[int], wanted: Mapping[str, tuple[str, set[int]]], at: datetime
) -> None:
    """Those things wear exactly the wanted unknown tags: folded spelling to (as written, things)."""
    row = TaggedUnknownRow
    before = set(session.scalars(select(row.folded).where(row.content_id.in_(ids))))
    session.execute(delete(row).where(row.content_id.in_(ids)))
    known = set(session.scalars(select(UnknownTagRow.folded).where(UnknownTagRow.folded.in_(wanted))))
    new = [
        {"folded": folded, "sample": sample, "seen": 0, "first_seen_at": at, "ignored": False}
        for folded, (sample, _) in wanted.items()
        if folded not in known
    ]
    if new:
        session.execute(insert(UnknownTagRow), new)
    pairs = [{"folded": folded, "content_id": c} for folded, (_, worn) in wanted.items() for c in sorted(worn)]
    if pairs:
        session.execute(insert(row), pairs)
    recount(session, before | set(wanted))


def recount(session: Session, folded: Collection[str]) -> None:
    """Brings `seen` up to date; a tag that nothing wears any more leaves the list, unless somebody ignored it."""
    row = UnknownTagRow
    worn = select(func.count()).where(TaggedUnknownRow.folded == row.folded).scalar_subquery()
    session.execute(
        update(row).where(row.folded.in_(folded)).values(seen=worn), execution_options={"synchronize_session": False}
    )
    session.execute(
        delete(row).where(row.folded.in_(folded), row.seen == 0, row.ignored.is_(False)),
        execution_options={"synchronize_session": False},
    )


def unknown(session: Session) -> tuple[UnknownTag, ...]:
    """Tags that wait for a name, the most worn first."""
    row = UnknownTagRow
    found = session.scalars(
        select(row).where(row.ignored.is_(False)).order_by(row.seen.desc(), row.first_seen_at, row.folded)
    )
    return tuple(
        UnknownTag(folded=r.folded, sample=r.sample, seen=r.seen, first_seen_at=r.first_seen_at) for r in found
    )


def waiting(session: Session, folded: Collection[str]) -> dict[str, datetime]:
    """Of those spellings, the unknown tags there are, and since when."""
    row = UnknownTagRow
    found = session.execute(select(row.folded, row.first_seen_at).where(row.folded.in_(folded)))
    return dict(found.all())


def wearers(session: Session, folded: Collection[str]) -> list[ContentId]:
    """The things that wear one of those unknown tags, the newest first."""
    row = TaggedUnknownRow
    wanted = select(row.content_id).where(row.folded.in_(folded)).distinct().order_by(row.content_id.desc())
    return [ContentId(number) for number in session.scalars(wanted)]


def forget_unknown(session: Session, folded: Collection[str]) -> None:
    """Those tags have a meaning now."""
    session.execute(delete(TaggedUnknownRow).where(TaggedUnknownRow.folded.in_(folded)))
    session.execute(delete(UnknownTagRow).where(UnknownTagRow.folded.in_(folded)))


def ignore(session: Session, folded: str) -> bool:
    """The tag means nothing on our lists; False where there is no such tag."""
    row = UnknownTagRow
    changed = session.execute(update(row).where(row.folded == folded).values(ignored=True).returning(row.folded))
    return changed.scalar_one_or_none() is not None
