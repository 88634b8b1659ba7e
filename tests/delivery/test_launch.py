"""Launching an edition: once, for whom it may, with an account that balances; letters and tests are owed beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from crm.assembly import Assembly
from crm.consent import paces
from crm.consent import service as consent
from crm.consent.model import Act, SuppressionCause, Way
from crm.consent.pace import Rhythm
from crm.consent.tables import ConsentStandingRow
from crm.foundation.database import Database
from crm.values.identifiers import EditionId, MailingId, PersonId
from crm.values.languages import Language
from mailing.composition import service as composition
from mailing.composition.model import Edition, EditionState, Newsletter
from mailing.delivery import rules, service
from mailing.delivery.errors import EditionNotReady, MailingMissing, MailingSettled
from mailing.delivery.model import DeliveryState, MailingKind, MailingState, Report
from mailing.delivery.tables import DeliveryRow, MailingRow
from mailing.delivery.worker import Worker
from tests.composition import shelf
from tests.conftest import NOW
from tests.delivery import ledger
from tests.sinks import Sink

Senders = Callable[..., Worker]


def approved(assembly: Assembly, readers: int = 5) -> Edition:
    """An approved edition and people who asked for it."""
    with assembly.database.transaction() as session:
        draft = shelf.drafted(session)
        ledger.add_readers(session, readers, purpose="news")
        by = shelf.account(session).id
        return composition.approve(session, draft.id, by=by, revision=draft.revision, now=NOW)


def launch(assembly: Assembly, edition_id: EditionId) -> Report:
    settings = assembly.settings
    with assembly.database.transaction() as session:
        return service.launch(
            session,
            edition_id=edition_id,
            organisation=settings.organisation,
            mail=settings.mail,
            public_url=settings.public_url,
            now=NOW,
        )


def mailing_id(assembly: Assembly) -> MailingId:
    with assembly.database.reading() as session:
        (found,) = service.mailings(session, kind=MailingKind.EDITION)
        return found.mailing.id


def test_the_audience_is_whoever_may_be_written_to_and_the_rest_is_counted(assembly: Assembly) -> None:
    edition = approved(assembly, 6)
    with assembly.database.transaction() as session:
        standing = update(ConsentStandingRow).where(ConsentStandingRow.person_id == 2)
        session.execute(standing.values(act=Act.WITHDRAWN))
        consent.suppress(session, address_key="k3", cause=SuppressionCause.DEAD_ADDRESS, way=Way.BOUNCE, at=NOW)
    report = launch(assembly, edition.id)
    assert report == Report(
        recipients=4,
        waiting=4,
        accepted=0,
        deferred=0,
        refused=0,
        withheld=0,
        uncertain=0,
        cancelled=0,
        excluded={"withdrawn": 1, "suppressed": 1},
    )
    assert report.balances
    with assembly.database.reading() as session:
        assert composition.edition(session, edition.id).state is EditionState.SENDING
        found = service.deliveries(session, mailing_id(assembly), size=3)
        assert [d.address for d in found.deliveries] == [ledger.address(n) for n in (1, 4, 5)]
        assert (found.total, found.next_after) == (4, found.deliveries[-1].id)
        rest = service.deliveries(session, mailing_id(assembly), after=found.next_after, size=3)
        assert ([d.address for d in rest.deliveries], rest.next_after) == ([ledger.address(6)], None)


def _declare(assembly: Assembly, person: int, *, at: datetime, days: int | None = None, rhythm: Rhythm) -> None:
    with assembly.database.transaction() as session:
        until = None if days is None else (at + timedelta(days=days)).date()
        paces.declare(
            session,
            assembly.sealer,
            person_id=PersonId(person),
            pause_until_on=until,
            rhythm=rhythm,
            way=Way.PREFERENCES,
            at=at,
        )


def test_a_pause_and_a_rhythm_are_kept_to_and_the_letter_a_rhythm_allowed_leaves(
    assembly: Assembly, sender: Senders
) -> None:
    edition = approved(assembly, 4)
    long_ago = NOW - timedelta(days=40)
    _declare(assembly, 1, at=long_ago, rhythm=Rhythm.MONTHLY)
    _declare(assembly, 2, at=NOW, rhythm=Rhythm.MONTHLY)
    _declare(assembly, 3, at=NOW, days=60, rhythm=Rhythm.EVERY_LETTER)
    report = launch(assembly, edition.id)
    assert (report.recipients, report.excluded) == (2, {"too-often": 1, "paused": 1})
    _declare(assembly, 4, at=NOW, days=60, rhythm=Rhythm.QUARTERLY)
    with Sink() as sink:
        sender(assembly.database, sink.port).run(once=True)
    assert sink.recipients == [ledger.address(1)]
    with assembly.database.reading() as session:
        assert ledger.row(session, 4).reason == "paused"
        assert paces.next_letter_of(session, PersonId(1), NOW) == (NOW + timedelta(days=28)).date()


def test_a_message_id_from_sql_is_the_one_from_the_rules(assembly: Assembly) -> None:
    launch(assembly, approved(assembly).id)
    with assembly.database.reading() as session:
        rows = session.execute(select(DeliveryRow.recorded_person_id, DeliveryRow.message_id)).all()
        seed = rows[0].message_id.partition(".")[0].removeprefix("<")
        domain = assembly.settings.mail.sender_domain
        assert [row.message_id for row in rows] == [
            rules.message_id(seed, row.recorded_person_id, "", domain) for row in rows
        ]


def test_two_who_press_send_together_send_once(assembly: Assembly) -> None:
    edition = approved(assembly)
    reports: list[Report] = []
    ready = threading.Barrier(3)

    def press() -> None:
        ready.wait()
        reports.append(launch(assembly, edition.id))

    threads = [threading.Thread(target=press) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [r.recipients for r in reports] == [5, 5, 5]
    with assembly.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(MailingRow)) == 1
        assert session.scalar(select(func.count()).select_from(DeliveryRow)) == 5


def test_only_what_was_approved_leaves(assembly: Assembly) -> None:
    edition = approved(assembly)
    with assembly.database.transaction() as session:
        from mailing.composition.tables import EditionRow

        session.execute(update(EditionRow).values(subject="Autre chose"))
    with pytest.raises(EditionNotReady):
        launch(assembly, edition.id)
    with assembly.database.transaction() as session:
        composition.reopen(session, edition.id, now=NOW, organisation=shelf.ORGANISATION)
    with pytest.raises(EditionNotReady):
        launch(assembly, edition.id)
    assert ledger.states(assembly.database) == {}


def test_an_edition_is_sent_and_finished(assembly: Assembly, sender: Senders) -> None:
    edition = approved(assembly)
    launch(assembly, edition.id)
    with Sink() as sink:
        sender(assembly.database, sink.port).run(once=True)
    assert len(sink.taken) == 5
    with assembly.database.transaction() as session:
        assert service.finish(session, NOW) == {"finished": 1, "cancelled": 0}
        assert service.finish(session, NOW) == {"finished": 0, "cancelled": 0}
        assert composition.edition(session, edition.id).state is EditionState.SENT
        assert service.mailing(session, mailing_id(assembly)).state is MailingState.DONE
        assert service.report(session, mailing_id(assembly)).accepted == 5
        with pytest.raises(MailingSettled):
            service.cancel(session, mailing_id(assembly))
        with pytest.raises(MailingMissing):
            service.pause(session, MailingId(999))


def test_a_cancelled_mailing_counts_as_cancelled_at_once_and_its_rows_follow(assembly: Assembly) -> None:
    edition = approved(assembly)
    launch(assembly, edition.id)
    with assembly.database.transaction() as session:
        service.cancel(session, mailing_id(assembly), reason="une erreur")
    with assembly.database.transaction() as session:
        before = service.report(session, mailing_id(assembly))
        assert (before.cancelled, before.waiting, before.balances) == (5, 0, True)
        assert composition.edition(session, edition.id).state is EditionState.CANCELLED
        assert service.finish(session, NOW, most=3)["cancelled"] == 3
        assert service.finish(session, NOW, most=3)["cancelled"] == 2
        assert service.report(session, mailing_id(assembly)) == before
    assert ledger.states(assembly.database) == {"cancelled": 5}


def series(number: int, language: Language, **other: object) -> Newsletter:
    made = composition_newsletter(number, language)
    return replace(made, **other)  # type: ignore[arg-type] # fields by name


def composition_newsletter(number: int, language: Language) -> Newsletter:
    from crm.values.identifiers import NewsletterId

    return Newsletter(
        id=NewsletterId(number),
        code=f"n{number}",
        name="",
        tagline="",
        purpose="news",
        language=language,
        cadence=shelf.WEEKLY,
        layout=(),
        sender_name="",
        sender_address="a@b.test",
        reply_to="",
        late_hours=6,
        minimum_items=1,
        is_active=True,
    )


def test_newsletters_of_one_purpose_share_its_readers_and_nobody_gets_two() -> None:
    french, english = series(1, Language.FR), series(2, Language.EN)
    both = (french, english)
    assert rules.languages_of(french, (french,)) is None
    assert rules.languages_of(french, both) == (Language.FR, Language.NL, Language.DE)
    assert rules.languages_of(english, both) == (Language.EN,)
    assert rules.languages_of(french, (french, series(2, Language.EN, is_active=False))) is None
    assert rules.languages_of(french, (french, series(2, Language.EN, purpose="urgent"))) is None
    assert rules.languages_of(french, (french, series(2, Language.FR))) is None


def test_readers_of_another_language_s_newsletter_are_left_to_it(assembly: Assembly) -> None:
    edition = approved(assembly, 3)
    with assembly.database.transaction() as session:
        ledger.add_readers(session, 2, first=10, purpose="news", language=Language.EN)
        composition.add_newsletter(session, shelf.settings_of(code="weekly", language=Language.EN), at=NOW)
    report = launch(assembly, edition.id)
    assert (report.recipients, report.excluded) == (3, {"other-language": 2})


def test_a_test_to_a_colleague_leaves_like_any_other_and_belongs_to_no_supporter(
    assembly: Assembly, sender: Senders
) -> None:
    settings = assembly.settings
    with assembly.database.transaction() as session:
        draft = shelf.drafted(session)
        given = {
            "edition": draft,
            "newsletter": composition.newsletter(session, draft.newsletter_id),
            "organisation": settings.organisation,
            "mail": settings.mail,
            "public_url": settings.public_url,
            "address": "camille@voix.exemple.be",
            "now": NOW,
        }
        assert service.enqueue_test(session, occasion="a", **given) is not None  # type: ignore[arg-type] # by name
        assert service.enqueue_test(session, occasion="a", **given) is None  # type: ignore[arg-type] # by name
        assert service.enqueue_test(session, occasion="b", **given) is not None  # type: ignore[arg-type] # by name
    with Sink() as sink:
        sender(assembly.database, sink.port).run(once=True)
    assert sink.recipients == ["camille@voix.exemple.be"] * 2
    assert all(b"List-Unsubscribe" not in taken.head for taken in sink.taken)
    assert len(set(sink.message_ids)) == 2


def test_the_account_balances_whatever_the_states(database: Database) -> None:
    with database.transaction() as session:
        ledger.add_readers(session, len(DeliveryState) * 2)
        mailing = ledger.add_mailing(session)
        ids = list(session.scalars(select(DeliveryRow.id).order_by(DeliveryRow.id)))
        for place, state in enumerate([*DeliveryState, *DeliveryState]):
            session.execute(
                update(DeliveryRow).where(DeliveryRow.id == ids[place]).values(state=state, reason="withdrawn")
            )
    with database.transaction() as session:
        for state in MailingState:
            session.execute(update(MailingRow).values(state=state))
            report = service.report(session, mailing.id)
            assert report.balances, state
            assert report.recipients == len(ids)
            assert report.withheld_by_reason == {"withdrawn": 2}
