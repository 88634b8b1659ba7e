"""The library in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, insert, or_, select
from sqlalchemy.orm import Session

from crm.values.identifiers import ContentId, FeedItemId, TermId
from crm.values.languages import Language
from mailing.content import selects
from mailing.content.model import ContentItem, ContentKind, Term
from mailing.content.rules import Facts, Sighting
from mailing.content.tables import ContentAddressRow, ContentItemRow, ContentSourceRow, ContentTermRow, TermRow
from mailing.feeds import selects as feed_selects

_dated = selects.dated_at()


def unread(session: Session, at_most: int) -> list[FeedItemId]:
    """Feed items we never read, or read otherwise, the first seen first."""
    kept = feed_selects.kept_items().subquery()
    found = session.scalars(
        select(kept.c.id)
        .outerjoin(ContentSourceRow, ContentSourceRow.feed_item_id == kept.c.id)
        .where(or_(ContentSourceRow.feed_item_id.is_(None), ContentSourceRow.digest != kept.c.digest))
        .order_by(kept.c.first_seen_at, kept.c.id)
        .limit(at_most)
    )
    return [FeedItemId(number) for number in found]


def rows(session: Session, ids: Collection[int]) -> dict[int, ContentItemRow]:
    """Those things, by number."""
    return {row.id: row for row in session.scalars(select(ContentItemRow).where(ContentItemRow.id.in_(ids)))}


def source_rows(session: Session, feed_items: Collection[int]) -> dict[int, ContentSourceRow]:
    """What those feed items were last known to speak of."""
    wanted = select(ContentSourceRow).where(ContentSourceRow.feed_item_id.in_(feed_items))
    return {row.feed_item_id: row for row in session.scalars(wanted)}


def addresses(session: Session, urls: Collection[str]) -> dict[str, int]:
    """Which things were ever seen under those addresses."""
    wanted = select(ContentAddressRow.url, ContentAddressRow.content_id).where(ContentAddressRow.url.in_(urls))
    return dict(session.execute(wanted).all())


def add_addresses(session: Session, found: dict[str, int]) -> None:
    """More addresses of things."""
    if found:
        session.execute(insert(ContentAddressRow), [{"url": u, "content_id": c} for u, c in found.items()])


def sightings(session: Session, language: Language, start: datetime, end: datetime) -> list[tuple[int, Sighting]]:
    """Everything of that language dated between two instants, as far as it tells things apart."""
    row = ContentItemRow
    wanted = select(row.id, row.kind, row.folded_title, _dated, row.starts_on).where(
        row.language == language, _dated >= start, _dated <= end
    )
    return [
        (number, Sighting(kind=kind, folded_title=title, dated_at=dated, starts_on=starts_on))
        for number, kind, title, dated, starts_on in session.execute(wanted.order_by(row.id))
    ]


def readings(session: Session, ids: Collection[int]) -> dict[int, set[tuple[int, datetime]]]:
    """For those things: which feeds speak of them, and when each last did."""
    kept = feed_selects.kept_items().subquery()
    wanted = select(ContentSourceRow.content_id, kept.c.feed_id, kept.c.last_seen_at).join(
        kept, kept.c.id == ContentSourceRow.feed_item_id
    )
    found: dict[int, set[tuple[int, datetime]]] = {}
    for content_id, feed_id, seen in session.execute(wanted.where(ContentSourceRow.content_id.in_(ids))):
        found.setdefault(content_id, set()).add((feed_id, seen))
    return found


def items(session: Session, ids: Collection[int]) -> tuple[ContentItem, ...]:
    """Those things with their terms, in the order of `ids`; the missing are left out. Two queries."""
    return with_terms(session, _in_order(rows(session, ids), ids))


def with_terms(session: Session, found: Iterable[ContentItemRow]) -> tuple[ContentItem, ...]:
    """The nouns of rows. One query."""
    found = list(found)
    terms = terms_of(session, [row.id for row in found])
    return tuple(item_of(row, terms.get(row.id, ())) for row in found)


def terms_of(session: Session, ids: Collection[int]) -> dict[int, tuple[Term, ...]]:
    """The terms each thing wears: declared before derived, countries before themes, then by name."""
    wanted = (
        select(ContentTermRow.content_id, ContentTermRow.derived, TermRow)
        .join(TermRow)
        .where(ContentTermRow.content_id.in_(ids))
        .order_by(ContentTermRow.derived, TermRow.kind, TermRow.label, TermRow.id)
    )
    found: dict[int, tuple[Term, ...]] = {}
    for content_id, derived, row in session.execute(wanted):
        found[content_id] = (*found.get(content_id, ()), term_of(row, derived=derived))
    return found


def candidates(
    session: Session, *, language: Language, now: datetime, since: datetime | None, day: date, at_most: int
) -> tuple[ContentItem, ...]:
    """Things of that language one may put in an edition, the newest first. Two queries."""
    row = ContentItemRow
    wanted = select(row).where(row.language == language, row.hidden.is_(False), selects.is_open(day))
    if since is not None:
        recent = or_(_dated >= since, row.first_seen_at >= since)
        wanted = wanted.where(or_(recent, row.kind.in_([ContentKind.PETITION, ContentKind.EVENT])))
    # A date that lies ahead is a mistake of the site: it must not stay on top for ever.
    shown = case((row.published_at > now, row.first_seen_at), else_=_dated)
    return with_terms(session, session.scalars(wanted.order_by(shown.desc(), row.id.desc()).limit(at_most)))


def page(
    session: Session,
    *,
    kind: ContentKind | None,
    folded: str,
    conditions: Collection[ColumnElement[bool]],
    after: ContentId | None,
    size: int,
) -> tuple[list[ContentItemRow], int]:
    """At most `size` rows of the library, the newest first, and how many match in all. Three queries."""
    row = ContentItemRow
    matching = select(row).where(*conditions)
    if kind is not None:
        matching = matching.where(row.kind == kind)
    for word in folded.split():
        matching = matching.where(row.folded_title.contains(word, autoescape=True))
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    return list(session.scalars(_after(session, matching, after).limit(size))), total


def _after(session: Session, wanted: Select[ContentItemRow], after: ContentId | None) -> Select[ContentItemRow]:
    row = ContentItemRow
    if after is not None:
        last = session.execute(select(_dated, row.id).where(row.id == after)).one_or_none()
        if last is not None:
            wanted = wanted.where(or_(_dated < last[0], and_(_dated == last[0], row.id < last[1])))
    return wanted.order_by(_dated.desc(), row.id.desc())


def item_of(row: ContentItemRow, terms: tuple[Term, ...] = ()) -> ContentItem:
    """The noun of a row: the editor's words where there are any."""
    return ContentItem(
        id=ContentId(row.id),
        kind=row.kind,
        language=row.language,
        title=row.title if row.own_title is None else row.own_title,
        intro=row.intro if row.own_intro is None else row.own_intro,
        intro_truncated=row.intro_truncated and row.own_intro is None,
        url=row.url,
        author=row.author,
        image_url=row.image_url,
        published_at=row.published_at,
        first_seen_at=row.first_seen_at,
        changed_at=row.changed_at,
        terms=terms,
        closes_on=row.closes_on,
        closed_at=row.closed_at,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        starts_time=row.starts_time,
        place=row.place,
        event_types=tuple(row.event_types),
        hidden=row.hidden,
        edited=row.own_title is not None or row.own_intro is not None,
    )


def term_of(row: TermRow, *, derived: bool = False) -> Term:
    """The noun of a term's row."""
    return Term(id=TermId(row.id), kind=row.kind, code=row.code, label=row.label, derived=derived)


def facts_of(row: ContentItemRow) -> Facts:
    """What the sources said of a thing so far."""
    return Facts(
        title=row.title,
        intro=row.intro,
        intro_truncated=row.intro_truncated,
        url=row.url,
        author=row.author,
        image_url=row.image_url,
        published_at=row.published_at,
        closes_on=row.closes_on,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        starts_time=row.starts_time,
        place=row.place,
        event_types=tuple(row.event_types),
    )


def _in_order(found: dict[int, ContentItemRow], ids: Collection[int]) -> list[ContentItemRow]:
    return [found[number] for number in ids if number in found]
