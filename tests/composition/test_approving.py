"""Approval binds to what was seen; what is late, changed or no longer true waits for a person; numbers have no gap."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from crm.assembly import Assembly
from crm.foundation.database import Database
from crm.values.identifiers import AccountId
from jobs import send_due_editions
from mailing.composition import service as composition
from mailing.composition.errors import EditionChanged, EditionElsewhere, EditionMissing, EditionNotReady
from mailing.composition.model import Because, Edition, EditionState, Flaw, Reason, Severity
from mailing.content.model import ContentKind
from mailing.content.tables import ContentItemRow
from tests.composition.shelf import ORGANISATION, SLOT, account, drafted, fill, propose, put, weekly
from tests.conftest import NOW


@pytest.fixture
def draft(database: Database) -> Edition:
    with database.transaction() as session:
        return drafted(session)


@pytest.fixture
def editor(database: Database, draft: Edition) -> AccountId:
    with database.transaction() as session:
        return account(session).id


def approve(database: Database, edition: Edition, by: AccountId, **facts: str) -> Edition:
    with database.transaction() as session:
        return composition.approve(session, edition.id, by=by, revision=edition.revision, now=NOW, **facts)


def test_approval_binds_to_what_was_seen(database: Database, draft: Edition, editor: AccountId) -> None:
    with database.reading() as session:
        seen = composition.digest_of(draft, composition.newsletter(session, draft.newsletter_id))
    with pytest.raises(EditionChanged):
        approve(database, draft, editor, digest="0" * 64)
    approved = approve(database, draft, editor, digest=seen)
    assert (approved.state, approved.approved_by, approved.approved_at) == (EditionState.APPROVED, editor, NOW)
    assert approved.digest == seen


def test_of_two_approvers_at_once_one_approves(database: Database, draft: Edition, editor: AccountId) -> None:
    gate = threading.Barrier(6)

    def press(_: int) -> bool:
        gate.wait()
        try:
            approve(database, draft, editor)
        except EditionElsewhere:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(press, range(6))) == 1


def test_an_edition_edited_meanwhile_is_not_approved(database: Database, draft: Edition, editor: AccountId) -> None:
    with database.transaction() as session:
        composition.set_words(session, draft.id, revision=draft.revision, subject="Autre chose")
    with pytest.raises(EditionChanged):
        approve(database, draft, editor)


def test_what_is_wrong_is_found_and_errors_keep_it_from_leaving(database: Database, editor: AccountId) -> None:
    with database.transaction() as session:
        (old,) = composition.editions(session)
        cut = put(session, "Coupée", intro_truncated=True)
        closed = put(session, "Close", ContentKind.PETITION, closes_on=NOW.date())
        edition = composition.add_block(session, old.id, old.blocks[1].section, revision=old.revision, content_id=cut)
        edition = composition.add_block(
            session, old.id, old.blocks[3].section, revision=edition.revision, content_id=closed
        )
        edition = composition.set_words(session, old.id, revision=edition.revision, subject="", preheader="")
        found = composition.look_over(session, edition, now=NOW)
    assert [f.flaw for f in found] == [Flaw.NO_SUBJECT, Flaw.PETITION_CLOSED, Flaw.NO_PREHEADER, Flaw.CUT_INTRO]
    assert [f.severity for f in found] == [Severity.ERROR] * 2 + [Severity.WARNING] * 2
    with pytest.raises(EditionNotReady) as news:
        approve(database, edition, editor)
    assert {f.flaw for f in news.value.findings} == {Flaw.NO_SUBJECT, Flaw.PETITION_CLOSED}


def test_it_leaves_at_its_hour_and_not_before(database: Database, draft: Edition, editor: AccountId) -> None:
    approve(database, draft, editor)
    with database.reading() as session:
        assert composition.due(session, SLOT - timedelta(seconds=1)) == ()
        assert [e.id for e in composition.due(session, SLOT)] == [draft.id]


def held(database: Database, edition: Edition, now: object) -> Reason | None:
    with database.transaction() as session:
        composition.hold_unfit(session, now)  # type: ignore[arg-type] # a test's instant
        found = composition.edition(session, edition.id)
    return Reason.read(found.reason) if found.state is EditionState.HELD else None


def test_an_edition_too_far_behind_its_hour_waits_for_a_persons_word(
    database: Database, draft: Edition, editor: AccountId
) -> None:
    approve(database, draft, editor)
    assert held(database, draft, SLOT + timedelta(hours=6)) is None
    late = SLOT + timedelta(hours=6, seconds=1)
    assert held(database, draft, late) == Reason(because=Because.LATE, since=late)
    with database.transaction() as session:
        released = composition.release(session, draft.id, by=editor, now=late)
        assert composition.hold_unfit(session, late) == ()
        assert [e.id for e in composition.due(session, late)] == [released.id]


def test_one_approved_after_its_hour_leaves_at_once(database: Database, draft: Edition, editor: AccountId) -> None:
    later = SLOT + timedelta(days=2)
    with database.transaction() as session:
        composition.approve(session, draft.id, by=editor, revision=draft.revision, now=later)
    assert held(database, draft, later) is None


def test_a_petition_closed_since_the_approval_holds_the_edition(
    database: Database, draft: Edition, editor: AccountId
) -> None:
    approve(database, draft, editor)
    petition = draft.blocks[3].content
    assert petition
    with database.transaction() as session:
        session.execute(update(ContentItemRow).where(ContentItemRow.id == petition.id).values(closed_at=SLOT))
    assert held(database, draft, SLOT) == Reason(because=Because.NOT_READY, since=SLOT)
    with pytest.raises(EditionNotReady), database.transaction() as session:
        composition.release(session, draft.id, by=editor, now=SLOT)


def test_another_image_since_the_approval_holds_the_edition(
    database: Database, draft: Edition, editor: AccountId
) -> None:
    approve(database, draft, editor)
    story = draft.blocks[0].content
    assert story
    with database.transaction() as session:
        session.execute(
            update(ContentItemRow).where(ContentItemRow.id == story.id).values(image_url="https://a.be/b.jpg")
        )
    assert held(database, draft, SLOT) == Reason(because=Because.CHANGED, since=SLOT)


def test_reopening_makes_a_draft_until_it_leaves(database: Database, draft: Edition, editor: AccountId) -> None:
    approve(database, draft, editor)
    with database.transaction() as session:
        again = composition.reopen(session, draft.id, now=NOW, organisation=ORGANISATION)
        assert (again.state, again.approved_by, again.digest) == (EditionState.DRAFT, None, "")
    approve(database, again, editor)
    with database.transaction() as session:
        composition.launching(session, draft.id)
    for act in ("cancel", "launching"):
        with pytest.raises(EditionElsewhere), database.transaction() as session:
            getattr(composition, act)(session, draft.id)
    with pytest.raises(EditionElsewhere), database.transaction() as session:
        composition.reopen(session, draft.id, now=NOW, organisation=ORGANISATION)


def test_a_skipped_edition_can_be_made_all_the_same(database: Database) -> None:
    with database.transaction() as session:
        weekly(session)
        fill(session, "Une seule")
        skipped = propose(session)
        made = composition.reopen(session, skipped.id, now=NOW, organisation=ORGANISATION)
        assert (made.state, made.subject, made.number) == (EditionState.DRAFT, "Une seule", 1)
        assert len(made.blocks) == 2


def test_numbers_have_no_gap_whatever_is_cancelled_or_overtaken(database: Database) -> None:
    with database.transaction() as session:
        series = weekly(session)
        fill(session, *(f"Histoire {n}" for n in range(20)))
        by = account(session).id
        slots = [SLOT + timedelta(hours=n) for n in range(4)]
        ids = []
        for slot in slots:
            made = composition.propose(session, series.id, slot, NOW, organisation=ORGANISATION)
            ids.append(made.id)
            composition.approve(session, made.id, by=by, revision=made.revision, now=NOW)
        assert [composition.edition(session, i).number for i in ids] == [1, 2, 3, 4]
        composition.launching(session, ids[2])
        assert [composition.edition(session, i).number for i in ids] == [2, 3, 1, 4]
        composition.cancel(session, ids[0])
        assert [composition.edition(session, i).number for i in ids] == [0, 2, 1, 3]
        composition.launching(session, ids[3])
        composition.mark(session, ids[3], EditionState.CANCELLED)
        assert [composition.edition(session, i).number for i in ids] == [0, 3, 1, 2]
        with pytest.raises(EditionElsewhere):
            composition.reopen(session, ids[3], now=NOW, organisation=ORGANISATION)
        composition.reopen(session, ids[0], now=NOW, organisation=ORGANISATION)
        assert [composition.edition(session, i).number for i in ids] == [3, 4, 1, 2]


def test_a_sending_only_goes_forward(database: Database, draft: Edition, editor: AccountId) -> None:
    approve(database, draft, editor)
    with database.transaction() as session:
        composition.mark(session, draft.id, EditionState.SENDING)
        composition.mark(session, draft.id, EditionState.PAUSED)
        composition.mark(session, draft.id, EditionState.SENDING)
        composition.mark(session, draft.id, EditionState.SENT)
        composition.mark(session, draft.id, EditionState.SENT)
        with pytest.raises(EditionElsewhere):
            composition.mark(session, draft.id, EditionState.SENDING)


def test_what_does_not_exist_is_said_to_be_missing(database: Database) -> None:
    with database.reading() as session, pytest.raises(EditionMissing):
        composition.edition(session, 7)  # type: ignore[arg-type] # any number


def test_the_job_lets_it_leave_once_at_its_hour(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        edition = drafted(session)
        by = account(session).id
        composition.approve(session, edition.id, by=by, revision=edition.revision, now=NOW)
    assert send_due_editions.run(assembly, NOW) == {"launched": 0, "held": 0}
    assert send_due_editions.run(assembly, SLOT) == {"launched": 1, "held": 0}
    assert send_due_editions.run(assembly, SLOT) == {"launched": 0, "held": 0}
    with assembly.database.reading() as session:
        assert composition.edition(session, edition.id).state is EditionState.SENDING


def test_the_job_holds_what_cannot_be_written_and_lets_others_leave(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        edition = drafted(session)
        by = account(session).id
        bad = composition.set_words(session, edition.id, revision=edition.revision, greeting="Bonjour ((nom)),")
        composition.approve(session, bad.id, by=by, revision=bad.revision, now=NOW)
    assert send_due_editions.run(assembly, SLOT) == {"launched": 0, "held": 1}
    with assembly.database.reading() as session:
        assert composition.edition(session, edition.id).state is EditionState.HELD
