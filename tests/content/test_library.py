"""Each thing is in the library once, as its sources and its editor know it best."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from crm.foundation.database import Database
from crm.values.identifiers import ContentId
from crm.values.languages import Language
from mailing.content import service
from mailing.content.errors import ContentMissing
from mailing.content.model import ContentItem, ContentKind, TakenIn
from mailing.feeds.model import FeedKind
from tests.conftest import NOW
from tests.content.feeding import bring, item, library, only

DAY = timedelta(days=1)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that run inside the block."""
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_an_item_becomes_a_thing_with_all_it_says(database: Database) -> None:
    brought = item(
        "L'été à Ath",
        intro="D'abord",
        intro_truncated=True,
        author="Plume",
        image_url="https://site.example/i.png",
        starts_on=date(2026, 11, 28),
        ends_on=date(2026, 11, 29),
        starts_time="19:30",
        place="Hainaut",
        event_types=("Débat",),
    )
    assert bring(database, brought, kind=FeedKind.EVENTS) == TakenIn(new=1)
    assert only(database) == ContentItem(
        id=only(database).id,
        kind=ContentKind.EVENT,
        language=Language.FR,
        title="L’été à Ath",
        intro="D’abord",
        intro_truncated=True,
        url="https://site.example/a",
        author="Plume",
        image_url="https://site.example/i.png",
        published_at=NOW,
        first_seen_at=NOW,
        changed_at=NOW,
        starts_on=date(2026, 11, 28),
        ends_on=date(2026, 11, 29),
        starts_time="19:30",
        place="Hainaut",
        event_types=("Débat",),
    )


def test_reading_the_same_again_changes_nothing(database: Database) -> None:
    bring(database, item())
    before = library(database)
    assert bring(database, item(), at=NOW + DAY) == TakenIn()
    assert library(database) == before


def test_one_page_under_two_spellings_of_its_address_is_one_thing(database: Database) -> None:
    bring(database, item("Un"))
    other = item("Tout autre titre", key="77", link="http://WWW.site.example/a/?utm_source=flux#haut")
    assert bring(database, other, feed="Fil") == TakenIn(joined=1)
    assert only(database).title == "Un"


def test_one_thing_in_two_feeds_is_one_thing_and_the_richer_fills_the_gaps(database: Database) -> None:
    bring(database, item("Gangs à Haïti, Les enfants victimes", "fil/gangs"), feed="Fil")
    richer = item("Gangs à Haïti, les enfants victimes", "infos/gangs", intro="Un chapô", author="Plume")
    assert bring(database, richer, feed="Actualités", at=NOW + DAY) == TakenIn(joined=1, changed=1)
    found = only(database)
    assert (found.title, found.intro, found.author) == ("Gangs à Haïti, Les enfants victimes", "Un chapô", "Plume")
    assert (found.url, found.first_seen_at, found.changed_at) == ("https://site.example/fil/gangs", NOW, NOW + DAY)


def test_two_feeds_of_one_reading_meet_too(database: Database) -> None:
    bring(database, item("Une même chose", "a"), feed="Fil", at_most=0)
    assert bring(database, item("Une même chose", "b"), feed="Actualités") == TakenIn(new=1, joined=1)
    assert len(library(database)) == 1


def test_a_changed_slug_is_the_same_thing_at_its_new_address(database: Database) -> None:
    bring(database, item("Une chose", "vieille-adresse"))
    bring(database, item("Une chose", "nouvelle-adresse"), at=NOW + DAY)
    assert only(database).url == "https://site.example/nouvelle-adresse"
    bring(
        database, item("Encore autre", key="9", link="https://site.example/vieille-adresse"), feed="Fil", at=NOW + DAY
    )
    assert len(library(database)) == 1, "the old address still leads to it"


def test_two_items_side_by_side_in_one_reading_are_two_things(database: Database) -> None:
    assert bring(database, item("Revue de presse", "a"), item("Revue de presse", "b")) == TakenIn(new=2)


def test_the_same_title_long_after_is_another_thing(database: Database) -> None:
    bring(database, item("Revue de presse", "a"))
    bring(database, item("Revue de presse", "b", published_at=NOW + 30 * DAY), at=NOW + 30 * DAY)
    assert len(library(database)) == 2


def test_a_petition_that_the_news_carries_first_becomes_a_petition(database: Database) -> None:
    bring(database, item("Signez", "p"))
    bring(database, item("Signez", "p", closes_on=date(2026, 12, 10)), feed="Pétitions", kind=FeedKind.PETITIONS)
    assert (only(database).kind, only(database).closes_on) == (ContentKind.PETITION, date(2026, 12, 10))
    bring(database, item("Signez donc", "p"), at=NOW + DAY)
    assert only(database).kind is ContentKind.PETITION


def test_what_the_site_corrects_is_corrected(database: Database) -> None:
    bring(database, item("Un", intro="Ancien", tags=()))
    assert bring(database, item("Deux", intro="Nouveau"), at=NOW + DAY) == TakenIn(changed=1)
    assert (only(database).title, only(database).intro, only(database).changed_at) == ("Deux", "Nouveau", NOW + DAY)


def test_an_editors_words_are_never_overwritten(database: Database) -> None:
    bring(database, item("Du site", intro="Coupée", intro_truncated=True, closes_on=date(2026, 12, 10)))
    with database.transaction() as session:
        edited = service.edit(
            session,
            only(database).id,
            title=" Le mien ",
            intro="Entière.",
            closes_on=date(2026, 12, 31),
            closed=False,
            hidden=False,
            at=NOW,
        )
    assert (edited.title, edited.intro, edited.intro_truncated, edited.edited) == ("Le mien", "Entière.", False, True)
    bring(database, item("Du site encore", intro="Autre", closes_on=date(2026, 12, 12)), at=NOW + DAY)
    found = only(database)
    assert (found.title, found.intro, found.closes_on) == ("Le mien", "Entière.", date(2026, 12, 31))
    with database.transaction() as session:
        back = service.edit(
            session, found.id, title="", intro="Autre", closes_on=None, closed=True, hidden=True, at=NOW + DAY
        )
    assert (back.title, back.intro, back.edited, back.closes_on) == ("Du site encore", "Autre", False, None)
    assert (back.closed_at, back.hidden) == (NOW + DAY, True)


def test_editing_what_is_not_there_says_so(database: Database) -> None:
    with pytest.raises(ContentMissing), database.transaction() as session:
        service.edit(session, ContentId(99), title="x", intro="", closes_on=None, closed=False, hidden=False, at=NOW)


def test_a_big_feed_comes_in_by_batches_and_a_fixed_number_of_queries(database: Database) -> None:
    items = [item(f"Titre {n} des droits humains", f"s{n}", tags=(f"Mot {n % 7}",)) for n in range(60)]
    bring(database, *items, at_most=0)
    seen = []
    for at_most in (2, 20, 50):
        with database.transaction() as session, counted(database) as statements:
            taken = service.take_in(session, NOW, at_most=at_most)
        # SQLite hands out the numbers of new rows one by one, inside the process.
        others = [statement for statement in statements if not statement.startswith("INSERT INTO content_item")]
        seen.append((taken.new, taken.is_done, len(others)))
    assert [(new, done) for new, done, _ in seen] == [(2, False), (20, False), (38, True)]
    assert max(queries for _, _, queries in seen) <= 22


def test_the_library_is_shown_page_by_page_with_a_fixed_number_of_queries(database: Database) -> None:
    days = (3, 1, 2, 2, 0)
    bring(database, *(item(f"Droits {n}", f"s{n}", published_at=NOW - d * DAY) for n, d in enumerate(days)))
    shown: list[str] = []
    after = None
    for expected in (2, 2, 1):
        with database.reading() as session, counted(database) as statements:
            page = service.page(session, after=after, size=2)
        assert (page.total, len(page.items)) == (5, expected)
        assert len(statements) <= 4
        shown += [found.title for found in page.items]
        after = page.next_after
    assert after is None
    assert [title[-1] for title in shown] == ["4", "1", "2", "3", "0"] or [t[-1] for t in shown] == list("41320")


def test_the_library_is_searched_without_minding_accents(database: Database) -> None:
    bring(database, item("L'été à Liège", "a"), item("Un hiver à Liège, 100% gris", "b"))
    bring(database, item("Signez à Liège", "p"), feed="Pétitions", kind=FeedKind.PETITIONS)

    def titles(**asked: Any) -> list[str]:
        with database.reading() as session:
            return sorted(found.title for found in service.page(session, **asked).items)

    assert titles(text="LIEGE ete") == ["L’été à Liège"]
    assert titles(text="100%") == ["Un hiver à Liège, 100% gris"]
    assert titles(text="liege", kind=ContentKind.PETITION) == ["Signez à Liège"]
    assert titles(text="absent") == []


def test_things_are_found_by_number_in_the_order_asked_for(database: Database) -> None:
    bring(database, item("Un", "a"), item("Deux", "b"))
    newest, oldest = (found.id for found in library(database))
    with database.reading() as session:
        found = service.items(session, ids=[oldest, ContentId(99), newest])
        assert [thing.id for thing in found] == [oldest, newest]
        assert service.find_item(session, ContentId(99)) is None


def candidates(database: Database, *, since_days: int | None = 7, language: Language = Language.FR) -> set[str]:
    with database.reading() as session, counted(database) as statements:
        since = None if since_days is None else NOW - since_days * DAY
        found = service.candidates(session, language=language, now=NOW, since=since)
    assert len(statements) == 2
    return {thing.title for thing in found}


def test_candidates_are_recent_open_and_not_hidden(database: Database) -> None:
    old, today = NOW - 30 * DAY, NOW.date()
    bring(database, item("Ancien", "a", published_at=old), item("Vu alors", "b", published_at=old), at=old)
    bring(database, item("Frais", "c"), item("Caché", "d"), item("Paru avant, vu hier", "e", published_at=old))
    bring(
        database,
        item("Ouverte", "p1", published_at=old),
        item("Jusqu’à ce soir", "p2", closes_on=today),
        item("Finie", "p3", closes_on=today - DAY),
        item("Fermée", "p4"),
        feed="Pétitions",
        kind=FeedKind.PETITIONS,
    )
    bring(
        database,
        item("À venir", "e1", starts_on=today + 9 * DAY),
        item("En cours", "e2", starts_on=today - 9 * DAY, ends_on=today),
        item("Passé", "e3", starts_on=today - DAY),
        item("Sans date", "e4"),
        feed="Agenda",
        kind=FeedKind.EVENTS,
    )
    by_title = {thing.title: thing for thing in library(database)}
    for title, closed, hidden in (("Caché", False, True), ("Fermée", True, False)):
        thing = by_title[title]
        with database.transaction() as session:
            service.edit(session, thing.id, title="", intro="", closes_on=None, closed=closed, hidden=hidden, at=NOW)
    open_ones = {"Ouverte", "Jusqu’à ce soir", "À venir", "En cours"}
    assert candidates(database) == {"Frais", "Paru avant, vu hier"} | open_ones
    assert candidates(database, since_days=None) == {"Frais", "Paru avant, vu hier", "Ancien", "Vu alors"} | open_ones
    assert candidates(database, language=Language.NL) == set()
    with database.reading() as session:
        found = service.candidates(session, language=Language.FR, now=NOW, since=None)
    assert all(thing.is_open(today) and not thing.hidden for thing in found)


def test_a_date_far_ahead_does_not_stay_on_top(database: Database) -> None:
    bring(database, item("Daté de 2099", "a", published_at=NOW.replace(year=2099)), at=NOW - DAY)
    bring(database, item("D’aujourd’hui", "b"))
    with database.reading() as session:
        found = service.candidates(session, language=Language.FR, now=NOW, since=None)
    assert [thing.title for thing in found] == ["D’aujourd’hui", "Daté de 2099"]


def test_an_item_in_another_language_is_a_thing_of_its_own(database: Database) -> None:
    bring(database, item("Een zaak", "a"), replace(item("Een zaak", "b"), language="nl-BE"))
    assert {thing.language for thing in library(database)} == {Language.FR, Language.NL}
