"""Editions are proposed once, at their time, with what readers never had, or skipped with a reason one can read."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import event, update

from crm.assembly import Assembly
from crm.foundation.database import Database
from jobs import propose_editions
from mailing.composition import service as composition
from mailing.composition.model import Because, Edition, EditionState, Newsletter, Reason, Section
from mailing.content.model import ContentKind
from mailing.content.tables import ContentItemRow
from tests.composition.shelf import (
    ORGANISATION,
    SLOT,
    WEEKLY,
    account,
    drafted,
    fill,
    propose,
    put,
    settings_of,
    weekly,
)
from tests.conftest import NOW


def titles(edition: Edition, section: Section) -> list[str]:
    return [block.title for block in edition.in_section(section)]


def because(edition: Edition) -> Because | None:
    reason = Reason.read(edition.reason)
    return reason.because if reason else None


def all_editions(database: Database, series: Newsletter) -> list[Edition]:
    with database.reading() as session:
        return list(reversed(composition.editions(session, newsletter_id=series.id)))


def test_an_edition_is_proposed_before_its_hour_with_words_and_blocks(database: Database) -> None:
    with database.transaction() as session:
        edition = drafted(session)
        assert (edition.state, edition.due_at, edition.number) == (EditionState.DRAFT, SLOT, 1)
        assert titles(edition, Section.TOP) == ["La une"]
        assert titles(edition, Section.NEWS) == ["Deuxième", "Troisième"]
        assert titles(edition, Section.PETITIONS) == ["Libérez-la"]
        assert edition.in_section(Section.DONATE)[0].url == ORGANISATION.donate_url
        assert edition.subject == "La une"
        assert edition.preheader == "Deuxième · Troisième · Libérez-la"
        assert edition.greeting == "Bonjour ((prénom|à vous)),"
        assert [block.button for block in edition.blocks] == [
            "Lire la suite",
            "Lire la suite",
            "Lire la suite",
            "Signer la pétition",
            "Faire un don",
        ]
        assert composition.propose_due(session, NOW, organisation=ORGANISATION) == ()


def test_nothing_is_proposed_before_its_time(database: Database) -> None:
    with database.transaction() as session:
        weekly(session)
        early = NOW - timedelta(seconds=1)
        assert composition.propose_due(session, early, organisation=ORGANISATION) == ()


def test_too_little_news_skips_the_edition_and_says_since_when(database: Database) -> None:
    with database.transaction() as session:
        series = weekly(session)
        fill(session, "Une seule", "Deux")
        skipped = propose(session)
        assert (skipped.state, skipped.number, skipped.blocks) == (EditionState.SKIPPED, 0, ())
        assert Reason.read(skipped.reason) == Reason(because=Because.NOTHING_NEW, since=None)
        assert composition.propose_due(session, NOW, organisation=ORGANISATION) == ()

        put(session, "Trois", seen_at=NOW - timedelta(hours=3))
        filled = propose(session, NOW + timedelta(hours=3))
        assert (filled.id, filled.state, filled.number) == (skipped.id, EditionState.DRAFT, 1)
        assert filled.subject == "Une seule"
        assert len(composition.editions(session, newsletter_id=series.id)) == 1


def sent(database: Database, edition: Edition) -> None:
    with database.transaction() as session:
        by = account(session).id
        composition.approve(session, edition.id, by=by, revision=edition.revision, now=NOW)
        composition.launching(session, edition.id)
        composition.mark(session, edition.id, EditionState.SENT)


def test_what_was_sent_is_not_proposed_again_and_leftovers_are(database: Database) -> None:
    with database.transaction() as session:
        weekly(session)
        fill(session, *(f"Histoire {n}" for n in range(6)))
        first = propose(session)
    assert len(first.content_ids) == 4
    sent(database, first)
    week = timedelta(days=7)
    with database.transaction() as session:
        put(session, "Toute neuve", seen_at=NOW + timedelta(days=5))
        second = propose(session, NOW + week)
        assert not first.content_ids & second.content_ids
        assert titles(second, Section.TOP) == ["Toute neuve"]
        assert titles(second, Section.NEWS) == ["Histoire 4", "Histoire 5"]
        assert second.number == 2
    sent_again = second
    with database.transaction() as session:
        by = account(session, "autre@voix.exemple.be").id
        composition.approve(session, sent_again.id, by=by, revision=sent_again.revision, now=NOW + week)
    with database.transaction() as session:
        skipped = propose(session, NOW + 2 * week)
        assert Reason.read(skipped.reason) == Reason(because=Because.NOTHING_NEW, since=NOW + week)


def test_after_a_long_sleep_only_the_newest_slot_is_proposed_and_the_others_are_written_down(
    database: Database,
) -> None:
    with database.transaction() as session:
        series = weekly(session)
        woken = NOW + timedelta(days=23)
        fill(session, "Un", "Deux", "Trois", seen_at=woken)
        propose(session, woken)
    editions = all_editions(database, series)
    assert [e.due_at for e in editions] == [SLOT + timedelta(weeks=n) for n in range(4)]
    assert [because(e) for e in editions] == [Because.MISSED, Because.MISSED, Because.MISSED, None]
    assert [e.number for e in editions] == [0, 0, 0, 1]


def test_a_draft_that_slept_through_its_hour_gives_way_to_the_next(database: Database) -> None:
    with database.transaction() as session:
        first = drafted(session)
        series = composition.newsletter(session, first.newsletter_id)
        later = propose(session, NOW + timedelta(days=7))
        assert first.content_ids == later.content_ids
    editions = all_editions(database, series)
    assert [(e.state, because(e), e.number) for e in editions] == [
        (EditionState.SKIPPED, Because.SUPERSEDED, 0),
        (EditionState.DRAFT, None, 1),
    ]


def test_two_schedulers_propose_one_edition(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        series = weekly(session)
        fill(session, "Un", "Deux", "Trois", seen_at=NOW + timedelta(days=20))
    gate = threading.Barrier(4)

    def tick(_: int) -> int:
        gate.wait()
        return int(propose_editions.run(assembly, NOW + timedelta(days=21))["proposed"])

    with ThreadPoolExecutor(4) as pool:
        made = sum(pool.map(tick, range(4)))
    assert made == 1
    assert len(all_editions(assembly.database, series)) == 4


def test_a_changed_hour_makes_no_missed_editions(database: Database) -> None:
    with database.transaction() as session:
        series = weekly(session, is_active=False)
        assert composition.propose_due(session, NOW + timedelta(days=60), organisation=ORGANISATION) == ()
        woken = NOW + timedelta(days=60)
        composition.edit_newsletter(session, series.id, settings_of(cadence=WEEKLY), at=woken)
        fill(session, "Un", "Deux", "Trois", seen_at=woken)
        composition.propose_due(session, woken + timedelta(days=7), organisation=ORGANISATION)
    assert [because(e) for e in all_editions(database, series)] == [None]


def test_the_library_may_change_a_draft_and_never_what_was_approved(database: Database) -> None:
    with database.transaction() as session:
        edition = drafted(session)
        top = edition.blocks[0]
        assert top.content
        session.execute(update(ContentItemRow).where(ContentItemRow.id == top.content.id).values(title="Corrigé"))
        fresh = composition.edition(session, edition.id)
        assert fresh.blocks[0].title == "Corrigé"

        composition.approve(session, edition.id, by=account(session).id, revision=fresh.revision, now=NOW)
        session.execute(update(ContentItemRow).where(ContentItemRow.id == top.content.id).values(title="Trop tard"))
        approved = composition.edition(session, edition.id)
        assert approved.blocks[0].title == "Corrigé"
        series = composition.newsletter(session, edition.newsletter_id)
        assert composition.digest_of(approved, series) == approved.digest


def test_lists_take_the_same_number_of_queries_however_long(database: Database) -> None:
    counted: list[int] = []

    def count() -> int:
        statements: list[str] = []
        listening = (database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        event.listen(*listening)
        with database.reading() as session:
            composition.editions(session)
        event.remove(*listening)
        return len(statements)

    with database.transaction() as session:
        edition = drafted(session)
    counted.append(count())
    with database.transaction() as session:
        for n in range(1, 4):
            put(session, f"Encore {n}")
            composition.propose(
                session, edition.newsletter_id, SLOT + timedelta(weeks=n), NOW, organisation=ORGANISATION
            )
    counted.append(count())
    assert counted[0] == counted[1] <= 6


def test_a_petition_that_closes_before_the_hour_is_not_proposed(database: Database) -> None:
    with database.transaction() as session:
        weekly(session)
        fill(session, "Un", "Deux", "Trois")
        put(session, "Trop tard", ContentKind.PETITION, closes_on=NOW.date())
        put(session, "Le jour même", ContentKind.PETITION, closes_on=SLOT.date())
        assert titles(propose(session), Section.PETITIONS) == ["Le jour même"]
