"""Things to compose with: items of a library, as Hypothesis draws them and as a test writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from crm.values.identifiers import ContentId, TermId
from crm.values.languages import Language
from mailing.content.model import ContentItem, ContentKind, Term, TermKind
from tests.conftest import NOW

COUNTRIES = tuple(
    Term(id=TermId(n), kind=TermKind.COUNTRY, code=code, label=code.title())
    for n, code in enumerate(("iran", "chine", "belgique", "soudan"), 1)
)


def item(content_id: int, kind: ContentKind = ContentKind.ARTICLE, **facts: Any) -> ContentItem:
    """A thing of the library that nothing speaks against, unless `facts` say so."""
    made = ContentItem(
        id=ContentId(content_id),
        kind=kind,
        language=Language.FR,
        title=f"Histoire numéro {content_id}",
        intro="Une introduction entière.",
        intro_truncated=False,
        url=f"https://site.exemple.test/{content_id}",
        author="",
        image_url="",
        published_at=NOW - timedelta(hours=content_id),
        first_seen_at=NOW - timedelta(hours=content_id),
        changed_at=NOW,
    )
    if kind is ContentKind.EVENT:
        made = replace(made, starts_on=date(2026, 11, 30))
    return replace(made, **facts)


_instants = st.datetimes(datetime(2026, 8, 1), datetime(2026, 11, 23), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is `timezones`
_days = st.dates(date(2026, 11, 10), date(2027, 1, 15))


@st.composite
def library(draw: st.DrawFn) -> list[ContentItem]:
    """Up to forty things of every kind, some of them stale, closed, hidden or told twice."""
    size = draw(st.integers(0, 16))
    return [
        item(
            n,
            draw(st.sampled_from(ContentKind)),
            title=f"Histoire {draw(st.integers(1, 25))}",
            intro_truncated=draw(st.booleans()),
            image_url=draw(st.sampled_from(["", "https://site.exemple.test/image.jpg"])),
            published_at=draw(st.none() | _instants),
            first_seen_at=draw(_instants),
            closes_on=draw(st.none() | _days),
            closed_at=draw(st.none() | st.just(NOW)),
            starts_on=draw(st.none() | _days),
            ends_on=draw(st.none() | _days),
            starts_time=draw(st.sampled_from(["", "18h30m", "9h", "99h", "midi"])),
            terms=tuple(draw(st.sets(st.sampled_from(COUNTRIES), max_size=2))),
            hidden=draw(st.integers(0, 9)) == 0,
        )
        for n in range(1, size + 1)
    ]
