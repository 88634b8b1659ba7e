"""The site's feeds, written as SPIP writes them: `spip.php?page=backend`, with its references, dates and leftovers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from html import escape

from crm.demo.site_facts import Rubric, Thing, slug_of, things
from crm.foundation.translation import french_spaces
from crm.values.calendar import BRUSSELS, instant_of
from mailing.feeds.model import FeedKind

NEWEST = 10
YOUNG = timedelta(days=3)

_KINDS = {
    Rubric.NEWS: FeedKind.NEWS,
    Rubric.WIRE: FeedKind.NEWS,
    Rubric.PETITIONS: FeedKind.PETITIONS,
    Rubric.EVENTS: FeedKind.EVENTS,
    Rubric.BLOG: FeedKind.BLOG,
}


def feeds_of(base_url: str) -> tuple[tuple[str, str, FeedKind], ...]:
    """The feeds of the site that answers at `base_url`: name, address, and what its items are."""
    return tuple((rubric.title, f"{_root(base_url)}{path_of(rubric)}", kind) for rubric, kind in _KINDS.items())


def path_of(rubric: Rubric) -> str:
    """The address of a section's feed below the site's."""
    return f"/spip.php?page=backend&id_rubrique={rubric.number}"


def rubric_of(number: str) -> Rubric | None:
    """The section that has a feed under that number."""
    return next((rubric for rubric in _KINDS if str(rubric.number) == number), None)


def feed(rubric: Rubric, today: date, base_url: str) -> bytes:
    """The section's feed: its ten newest items, then all others younger than three days."""
    root = _root(base_url)
    shown = [
        (thing, path)
        for place, (thing, path) in enumerate(_carried(rubric, today))
        if place < NEWEST or (thing.published_on or date.min) > today - YOUNG
    ]
    lines = [
        "<?xml ",
        'version="1.0" encoding="utf-8"?>',
        '<rss version="2.0" ',
        '\txmlns:dc="http://purl.org/dc/elements/1.1/"',
        '\txmlns:content="http://purl.org/rss/1.0/modules/content/"',
    ]
    if rubric is Rubric.PETITIONS:
        lines.append('\txmlns:dcterms="http://purl.org/dc/terms/"')
    if rubric is Rubric.EVENTS:
        lines.append('\txmlns:ev="http://purl.org/rss/1.0/modules/event/"')
    lines += [
        ">",
        "",
        '<channel xml:lang="fr">',
        f"\t<title>Amnesty International Belgique (d&#233;monstration) - {_backend(rubric.title)}</title>",
        f"\t<link>{root}{rubric.path}</link>",
        "\t<description></description>",
        "\t<language>fr</language>",
        "\t<generator>SPIP - www.spip.net</generator>",
        "",
        "",
    ]
    for thing, path in shown:
        lines += _item(thing, root, path)
    lines += ["</channel>", "", "</rss>", ""]
    return "\n".join(lines).encode("ascii")


def _carried(rubric: Rubric, today: date) -> Iterator[tuple[Thing, str]]:
    """What a section's feed carries, the newest first, each under its address there: the wire takes news along."""
    for thing in things(today):
        if rubric is Rubric.WIRE and thing.wire_path:
            yield thing, thing.wire_path
        elif rubric is thing.rubric:
            yield thing, thing.path


def _item(thing: Thing, root: str, path: str) -> Iterator[str]:
    address = _backend(root + path)
    yield '\t<item xml:lang="fr">'
    yield f"\t\t<title>{_backend(_spaced(thing.title))}</title>"
    yield f"\t\t<link>{address}</link>"
    yield f'\t\t<guid isPermaLink="true">{address}</guid>'
    yield f"\t\t<dc:date>{_published(thing):%Y-%m-%dT%H:%M:%SZ}</dc:date>"
    yield "\t\t<dc:format>text/html</dc:format>"
    yield "\t\t<dc:language>fr</dc:language>"
    if thing.author:
        yield f"\t\t<dc:creator>{_backend(thing.author)}</dc:creator>"
    yield from ("", "")
    for tag in thing.tags:
        yield f"\t\t<dc:subject>{_backend(tag)}</dc:subject>"
    if thing.closes_on:
        yield f"\t\t<dcterms:valid>end={thing.closes_on.isoformat()}; scheme=W3C-DTF</dcterms:valid>"
    yield from _when_and_where(thing)
    yield f"\n\t\t<description>{_backend(_introduction(thing))}\n"
    yield f"-\n{_backend(_link(root + thing.rubric.path, 'directory', thing.rubric.title))}\n"
    tags = ", ".join(_link(f"{root}/mot/{slug_of(tag)}", "tag", tag) for tag in thing.tags)
    if tags:
        yield f"/ {_backend(tags)}\n"
    yield "\t\t</description>\n\n"
    yield f" <content:encoded>{_backend(_whole(thing, root))}\n\t\t</content:encoded>\n"
    yield "\t</item>\n\n"


def _when_and_where(thing: Thing) -> Iterator[str]:
    if thing.starts_on is None:
        return
    starts = thing.starts_on.isoformat()
    if thing.starts_time:
        there = datetime.combine(thing.starts_on, time.fromisoformat(thing.starts_time), tzinfo=BRUSSELS)
        starts = there.isoformat()
    yield f"\t\t<ev:startdate>{starts}</ev:startdate>"
    if thing.ends_on:
        yield f"\t\t<ev:enddate>{thing.ends_on.isoformat()}</ev:enddate>"
    if thing.place:
        yield f"\t\t<ev:location>{_backend(thing.place)}</ev:location>"
    if thing.event_types:
        yield f"\t\t<ev:type>{_backend(', '.join(thing.event_types))}</ev:type>"


def _introduction(thing: Thing) -> str:
    """A written description as it is; a cut text in a paragraph, with the mark of the cut."""
    text, was_cut = thing.introduction
    html = escape(_spaced(text), quote=False)
    return f"<p>{html}\u00a0(...)</p>" if was_cut else html


def _whole(thing: Thing, root: str) -> str:
    picture = ""
    if thing.picture:
        picture = (
            f"<img class='spip_logo spip_logo_right spip_logos' alt='' style='float:right' "
            f"src='{root}/IMG/logo/{thing.picture}.png' width='1200' height='675' />\n\t\t"
        )
    chapo = f"<div class='rss_chapo'>{_paragraphs([thing.chapo])}</div>\n\t\t" if thing.chapo else ""
    return f"{picture}{chapo}<div class='rss_texte'>{_paragraphs(thing.text)}</div>"


def _paragraphs(texts: Iterable[str]) -> str:
    return "\n".join(f"<p>{escape(_spaced(text), quote=False)}</p>" for text in texts)


def _link(address: str, rel: str, words: str) -> str:
    return f'<a href="{address}" rel="{rel}">{escape(words, quote=False)}</a>'


def _published(thing: Thing) -> datetime:
    """Midnight in Brussels of its day, which SPIP writes in UTC: the evening before."""
    return instant_of(thing.published_on, time(0)) if thing.published_on else datetime.min.replace(tzinfo=UTC)


def _spaced(text: str) -> str:
    """French spaces as SPIP knows them: never the narrow one."""
    return french_spaces(text).replace("\u202f", "\u00a0")


def _backend(text: str) -> str:
    """Text as SPIP's `texte_backend` leaves it: references of numbers, and every apostrophe straight."""
    plain = escape(text.replace("’", "'"), quote=False).replace('"', "&#034;")
    return plain.encode("ascii", "xmlcharrefreplace").decode()


def _root(base_url: str) -> str:
    return base_url.rstrip("/")
