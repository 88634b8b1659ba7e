"""Tags as written become terms of the lists; those on no list wait for a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from crm.values.identifiers import FeedItemId, TermId
from mailing.content import store, term_store
from mailing.content.errors import TermMissing
from mailing.content.folding import fold
from mailing.content.model import NewTerm, TermKind
from mailing.content.rules import country_hints
from mailing.content.tables import ContentItemRow, TermRow
from mailing.feeds import service as feeds

_LONGEST = 200
_BATCH = 500


def retag(session: Session, rows: Collection[ContentItemRow], at: datetime) -> None:
    """Gives those things the terms that all their sources declare, by what spellings mean now.

    A thing without a declared country takes the one its title begins with, marked as derived. A fixed number of
    queries, however many things.
    """
    ids = [row.id for row in rows]
    tags = _tags(session, ids)
    hints = {row.id: country_hints(row.title) for row in rows}
    spelt = {folded for worn in tags.values() for folded in worn} | {hint for some in hints.values() for hint in some}
    known = term_store.meanings(session, spelt)
    worn: dict[term_store.Wearing, bool] = {}
    unknown: dict[str, tuple[str, set[int]]] = {}
    for content_id in ids:
        has_country = False
        for folded, written in tags.get(content_id, {}).items():
            if folded in known:
                term_id, kind = known[folded]
                worn[content_id, term_id] = False
                has_country |= kind is TermKind.COUNTRY
            else:
                unknown.setdefault(folded, (written[:_LONGEST], set()))[1].add(content_id)
        guesses = [known[hint][0] for hint in hints[content_id] if hint in known and known[hint][1] is TermKind.COUNTRY]
        if guesses and not has_country:
            worn[content_id, guesses[0]] = True
    term_store.set_worn(session, ids, worn)
    term_store.set_unknown(session, ids, unknown, at)


def load(session: Session, wanted: Iterable[NewTerm]) -> None:
    """Puts terms on the lists with all their spellings. Things that wore one of them as an unknown tag are tagged."""
    wanted = list(wanted)
    numbers = term_store.put_terms(session, wanted)
    spellings = {
        folded: numbers[term.code]
        for term in reversed(wanted)
        for folded in (fold(text)[:_LONGEST] for text in (*term.aliases, term.label))
        if folded
    }
    _settle(session, term_store.put_aliases(session, spellings))


def name(session: Session, folded: str, term_id: TermId) -> None:
    """An unknown tag means that term from now on, also on the things that wear it already. Raises `TermMissing`."""
    if session.get(TermRow, term_id) is None or not term_store.waiting(session, [folded]):
        raise TermMissing("cette étiquette ou ce terme n’existe plus")
    term_store.put_aliases(session, {folded: term_id})
    _settle(session, {folded})


def _settle(session: Session, folded: Collection[str]) -> None:
    since = term_store.waiting(session, folded)
    if since:
        worn_by = term_store.wearers(session, since)
        term_store.forget_unknown(session, since)
        for start in range(0, len(worn_by), _BATCH):
            rows = store.rows(session, worn_by[start : start + _BATCH])
            retag(session, list(rows.values()), min(since.values()))


def _tags(session: Session, ids: Collection[int]) -> dict[int, dict[str, str]]:
    """Per thing, the tags of all its sources: folded to as first written."""
    sources = term_store.sources_of(session, ids)
    items = {item.id: item.item for item in feeds.items(session, [FeedItemId(number) for _, number in sources])}
    found: dict[int, dict[str, str]] = {}
    for content_id, number in sorted(sources):
        for tag in items[FeedItemId(number)].tags:
            folded = fold(tag)[:_LONGEST]
            if folded:
                found.setdefault(content_id, {}).setdefault(folded, tag)
    return found
