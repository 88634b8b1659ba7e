"""Edits are never lost to another editor: each names the revision it was read at."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from crm.foundation.database import Database
from crm.values.errors import Invalid
from crm.values.identifiers import BlockId
from mailing.composition import service as composition
from mailing.composition.errors import BlockMisplaced, BlockMissing, EditionChanged, EditionElsewhere
from mailing.composition.model import Edition, Section, Why
from mailing.content.model import ContentKind
from tests.composition.shelf import account, drafted, put
from tests.conftest import NOW


@pytest.fixture
def draft(database: Database) -> Edition:
    with database.transaction() as session:
        return drafted(session)


def do(database: Database, what: str, edition: Edition, *given: Any, **facts: Any) -> Edition:
    with database.transaction() as session:
        done: Edition = getattr(composition, what)(session, edition.id, *given, revision=edition.revision, **facts)
        return done


def order(edition: Edition) -> list[tuple[Section, str]]:
    return [(block.section, block.title) for block in edition.blocks]


def test_words_are_kept_on_one_line_and_counted(database: Database, draft: Edition) -> None:
    edited = do(database, "set_words", draft, subject="  Un\r\nobjet ", opening="Deux\n\nparagraphes")
    assert (edited.subject, edited.opening) == ("Un objet", "Deux\n\nparagraphes")
    assert edited.revision == draft.revision + 1
    with pytest.raises(Invalid):
        do(database, "set_words", edited, state="sent")


def test_of_two_editors_the_second_is_told_and_nothing_is_lost(database: Database, draft: Edition) -> None:
    do(database, "set_words", draft, subject="Le mien")
    with pytest.raises(EditionChanged) as news:
        do(database, "set_words", draft, subject="Le tien")
    assert (news.value.read, news.value.now) == (draft.revision, draft.revision + 1)
    with database.reading() as session:
        assert composition.edition(session, draft.id).subject == "Le mien"


def test_eight_editors_at_once_write_once(database: Database, draft: Edition) -> None:
    gate = threading.Barrier(8)

    def write(number: int) -> bool:
        gate.wait()
        try:
            do(database, "set_words", draft, subject=f"Version {number}")
        except EditionChanged:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(8))) == 1


def test_a_block_shows_the_editors_words_and_can_go_back_to_the_librarys(database: Database, draft: Edition) -> None:
    block = draft.blocks[1]
    edited = do(database, "edit_block", draft, block.id, title="Mon titre", intro="")
    assert (edited.blocks[1].title, edited.blocks[1].intro, edited.blocks[1].edited) == ("Mon titre", "", True)
    back = do(database, "use_library_words", edited, block.id)
    assert back.blocks[1] == block
    with pytest.raises(BlockMisplaced):
        do(database, "use_library_words", back, back.blocks[-1].id)


def test_a_block_keeps_out_links_that_are_none(database: Database, draft: Edition) -> None:
    with pytest.raises(Invalid) as news:
        do(database, "edit_block", draft, draft.blocks[0].id, url="javascript:alert(1)")
    assert news.value.field == "url"
    with pytest.raises(BlockMissing):
        do(database, "edit_block", draft, BlockId(10**6), title="x")


def test_blocks_move_within_and_between_sections(database: Database, draft: Edition) -> None:
    top, second, third, petition, donate = draft.blocks
    up = do(database, "shift_block", draft, third.id, -1)
    assert [b.id for b in up.blocks] == [top.id, third.id, second.id, petition.id, donate.id]
    still = do(database, "shift_block", up, third.id, -1)
    assert [b.id for b in still.blocks] == [b.id for b in up.blocks]

    moved = do(database, "move_block", still, petition.id, Section.TOP)
    assert [b.title for b in moved.in_section(Section.TOP)] == ["La une", "Libérez-la"]
    with pytest.raises(BlockMisplaced):
        do(database, "move_block", moved, second.id, Section.PETITIONS)

    reversed_ids = [b.id for b in reversed(moved.blocks)]
    turned = do(
        database,
        "arrange",
        moved,
        {Section.NEWS: [b for b in reversed_ids if b != donate.id], Section.DONATE: [donate.id]},
    )
    assert [b.id for b in turned.in_section(Section.NEWS)] == [b for b in reversed_ids if b != donate.id]
    with pytest.raises(EditionChanged):
        do(database, "arrange", turned, {Section.NEWS: [top.id]})
    with database.transaction() as session:
        again = composition.reorder(session, turned.id, [b.id for b in reversed(turned.blocks)], turned.revision)
    assert [b.id for b in again.blocks] == [b.id for b in reversed(turned.blocks)]


def test_a_removed_block_comes_back_to_its_place(database: Database, draft: Edition) -> None:
    without = do(database, "remove_block", draft, draft.blocks[1].id)
    assert order(without) == [o for o in order(draft) if o[1] != "Deuxième"]
    with database.reading() as session:
        assert [b.title for b in composition.removed_blocks(session, draft.id)] == ["Deuxième"]
    assert order(do(database, "restore_block", without, draft.blocks[1].id)) == order(draft)


def test_blocks_are_added_from_the_library_or_written_freely(database: Database, draft: Edition) -> None:
    with database.transaction() as session:
        found = put(session, "De la bibliothèque")
        event = put(session, "Une veillée", ContentKind.EVENT, starts_on=NOW.date())
    more = do(database, "add_block", draft, Section.NEWS, content_id=found)
    added = more.in_section(Section.NEWS)[-1]
    assert (added.title, added.why) == ("De la bibliothèque", Why.BY_HAND)
    free = do(database, "add_block", more, Section.NEWS, title="Un mot", intro="Merci.", url="https://a.exemple.test")
    written = free.in_section(Section.NEWS)[-1]
    assert (written.title, written.button, written.edited) == ("Un mot", "En savoir plus", False)
    for section, facts in (
        (Section.PETITIONS, {"content_id": event}),
        (Section.EVENTS, {"title": "x", "url": "https://a.be"}),
    ):
        with pytest.raises(BlockMisplaced):
            do(database, "add_block", free, section, **facts)
    with pytest.raises(Invalid):
        do(database, "add_block", free, Section.NEWS, title="Sans lien")
    with pytest.raises(Invalid):
        do(database, "add_block", free, Section.NEWS, url="https://a.exemple.test")


def test_what_is_approved_is_not_edited(database: Database, draft: Edition) -> None:
    with database.transaction() as session:
        approved = composition.approve(session, draft.id, by=account(session).id, revision=draft.revision, now=NOW)
    with pytest.raises(EditionElsewhere):
        do(database, "set_words", approved, subject="Encore un mot")
