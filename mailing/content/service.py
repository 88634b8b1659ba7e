"""The door of content: take in what feeds brought, look it up, correct it, name its tags."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from crm.values.calendar import brussels_day
from crm.values.identifiers import ContentId, TermId
from crm.values.languages import Language
from mailing.content import selects, store, tagging, taking_in, term_store
from mailing.content.errors import ContentMissing, TermMissing
from mailing.content.folding import fold
from mailing.content.model import (
    ContentItem,
    ContentKind,
    ContentPage,
    NewTerm,
    Standing,
    TakenIn,
    Term,
    TermKind,
    UnknownTag,
)
from mailing.content.tables import ContentItemRow

MOST_CANDIDATES = 300
_TAXONOMY = Path(__file__).with_name("taxonomy.json")


def take_in(session: Session, now: datetime, *, at_most: int = 200) -> TakenIn:
    """Reads new and changed feed items into the library, at most that many; call again until `is_done`.

    An item joins the thing known under its address, else the one of the same title dated near, else it is new.
    """
    return taking_in.take_in(session, now, at_most=at_most)


def candidates(
    session: Session, *, language: Language, now: datetime, since: datetime | None
) -> tuple[ContentItem, ...]:
    """What an edition leaving at `now` may be made of, the newest first: nothing hidden, closed or over.

    Articles and posts published or first seen since `since` (any, where None), and every open petition and coming
    event. Two queries.
    """
    return store.candidates(
        session, language=language, now=now, since=since, day=brussels_day(now), at_most=MOST_CANDIDATES
    )


def find_item(session: Session, content_id: ContentId) -> ContentItem | None:
    """The thing of that number, or None."""
    return next(iter(store.items(session, [content_id])), None)


def items(session: Session, *, ids: Iterable[ContentId]) -> tuple[ContentItem, ...]:
    """Those things in the order asked for; the missing are left out. Two queries."""
    return store.items(session, list(ids))


def page(
    session: Session,
    *,
    kind: ContentKind | None = None,
    text: str = "",
    wearing: Iterable[TermId] = (),
    standing: tuple[Standing, date] | None = None,
    after: ContentId | None = None,
    size: int = 50,
) -> ContentPage:
    """A page of the library, the newest first, of titles that hold every word of `text`.

    `wearing`: things that wear all these terms. `standing`: a question, and the Belgian day it is asked on.
    """
    conditions = [selects.wears(term_id) for term_id in wearing]
    if standing is not None:
        conditions.append(selects.stands(*standing))
    rows, total = store.page(session, kind=kind, folded=fold(text), conditions=conditions, after=after, size=size + 1)
    shown = rows[:size]
    return ContentPage(
        items=store.with_terms(session, shown),
        total=total,
        next_after=ContentId(shown[-1].id) if len(rows) > size else None,
    )


def edit(
    session: Session,
    content_id: ContentId,
    *,
    title: str,
    intro: str,
    closes_on: date | None,
    closed: bool,
    hidden: bool,
    at: datetime,
) -> ContentItem:
    """Keeps an editor's words; no feed overwrites them. Words equal to the site's, or an empty title, are the site's.

    Raises `ContentMissing`.
    """
    row = session.get(ContentItemRow, content_id)
    if row is None:
        raise ContentMissing("ce contenu n’existe plus")
    row.own_title = title.strip() if title.strip() not in ("", row.title) else None
    row.own_intro = intro.strip() if intro.strip() != row.intro else None
    if closes_on != row.closes_on:
        row.closes_on, row.keeps_closing = closes_on, True
    row.closed_at = (row.closed_at or at) if closed else None
    row.hidden = hidden
    row.changed_at = at
    session.flush()
    found = find_item(session, content_id)
    assert found is not None
    return found


def load_terms(session: Session, terms: Iterable[NewTerm]) -> None:
    """Puts terms on the lists; again changes nothing but labels. Things that waited for one of them are tagged."""
    tagging.load(session, terms)


def load_taxonomy(session: Session) -> None:
    """Puts the organisation's countries and themes on the lists, with the spellings people use for them."""
    found = json.loads(_TAXONOMY.read_text(encoding="utf-8"))
    load_terms(
        session,
        [
            NewTerm(kind=kind, code=term["code"], label=term["label"], aliases=tuple(term.get("aliases", ())))
            for kind, name in ((TermKind.COUNTRY, "countries"), (TermKind.THEME, "themes"))
            for term in found[name]
        ],
    )


def terms(session: Session) -> tuple[Term, ...]:
    """Both lists, countries first, each by label."""
    return tuple(store.term_of(row) for row in term_store.terms(session))


def worn_terms(session: Session) -> tuple[Term, ...]:
    """The countries and themes that our library speaks of, countries first, each by label."""
    return tuple(store.term_of(row) for row in term_store.worn_terms(session))


def unknown_tags(session: Session) -> tuple[UnknownTag, ...]:
    """Tags on no list, the most worn first; those somebody ignored are left out."""
    return term_store.unknown(session)


def wearers(session: Session, folded: str, *, at_most: int = 20) -> tuple[ContentItem, ...]:
    """Things that wear an unknown tag, the newest first."""
    return store.items(session, term_store.wearers(session, [folded])[:at_most])


def name_tag(session: Session, folded: str, term_id: TermId) -> None:
    """Says what an unknown tag means; the things that wear it are tagged at once. Raises `TermMissing`."""
    tagging.name(session, folded, term_id)


def ignore_tag(session: Session, folded: str) -> None:
    """Takes a tag off the review list for good. Raises `TermMissing`."""
    if not term_store.ignore(session, folded):
        raise TermMissing("cette étiquette n’existe plus")
