"""What comes back is acted on once, only with a mark of ours, and never lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Act, SuppressionCause, Way
from crm.foundation.settings import Mail
from crm.people import service as people
from crm.people.model import Deliverability
from crm.values.identifiers import PersonId
from jobs import read_bounces
from mailing.delivery import links
from mailing.delivery.tables import DeliveryRow
from mailing.delivery.worker import Worker
from mailing.feedback import service as feedback
from mailing.feedback.model import Finding
from mailing.feedback.tables import MailEventRow
from tests.conftest import NOW
from tests.delivery import ledger
from tests.feedback import letters
from tests.sinks import Sink, for_recipient


def number(assembly: Assembly, person: int) -> int:
    with assembly.database.reading() as session:
        return ledger.row(session, person).id


def return_path(assembly: Assembly, person: int) -> str:
    return links.return_path(assembly.links, number(assembly, person), "retours.test")


def unsubscribe_address(assembly: Assembly, person: int) -> str:
    return links.unsubscribe_address(assembly.links, number(assembly, person), "retours.test")


def take_in(assembly: Assembly, raw: bytes) -> Finding | None:
    with assembly.database.transaction() as session:
        return feedback.take_in(session, assembly.sealer, assembly.links, raw, at=NOW)


def causes(assembly: Assembly, person: int) -> set[SuppressionCause]:
    with assembly.database.reading() as session:
        return {s.cause for s in consent.suppressions(session, f"k{person}")}


def stands(assembly: Assembly, person: int) -> list[tuple[Act, Way]]:
    with assembly.database.reading() as session:
        return [(s.act, s.way) for s in consent.standings(session, PersonId(person))]


def nothing_happened(assembly: Assembly) -> bool:
    return all(causes(assembly, n) == set() and stands(assembly, n) == [(Act.GIVEN, Way.WEB)] for n in (1, 2, 3))


def test_a_dead_address_is_written_to_no_more(sent: Assembly) -> None:
    assert take_in(sent, letters.delivery_report(return_path(sent, 1))) is Finding.DEAD_ADDRESS
    assert causes(sent, 1) == {SuppressionCause.DEAD_ADDRESS}
    assert (causes(sent, 2), causes(sent, 3)) == (set(), set())
    with sent.database.reading() as session:
        person = people.find_person(session, PersonId(1))
        assert person is not None
        assert [p.deliverability for p in person.contact_points] == [Deliverability.DEAD]
        (event,) = session.scalars(select(MailEventRow))
        assert (event.delivery_id, event.status) == (ledger.row(session, 1).id, "5.1.1")


@pytest.mark.parametrize("status", ["5.2.2", "4.4.7", "5.7.1", "5.7.26", "5.3.4", "5.6.0"])
def test_other_failures_suppress_nobody(sent: Assembly, status: str) -> None:
    raw = letters.delivery_report(return_path(sent, 1), status=status, diagnostic=f"smtp; 550 {status} no")
    assert take_in(sent, raw) not in {None, Finding.DEAD_ADDRESS}
    assert nothing_happened(sent)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed"])
def test_a_delay_is_no_failure(sent: Assembly, action: str) -> None:
    assert take_in(sent, letters.delivery_report(return_path(sent, 1), action=action)) is Finding.NOT_A_REPORT
    assert nothing_happened(sent)


def test_a_forged_report_suppresses_nobody(sent: Assembly) -> None:
    genuine, other = return_path(sent, 1), number(sent, 2)
    mark = genuine.partition("-")[2]
    forged = [
        "retours@retours.test",
        f"b+{other}-{mark}",
        f"b+{other}-{'a' * 26}@retours.test",
        genuine.replace("b+", "u+"),
        genuine[:-16],
        unsubscribe_address(sent, 1),
        f"b+999999-{mark}",
        ledger.address(1),
    ]
    for to in forged:
        assert take_in(sent, letters.delivery_report(to)) is Finding.UNKNOWN_MAIL, to
    assert nothing_happened(sent)


def test_a_complaint_stops_everything(sent: Assembly) -> None:
    assert take_in(sent, letters.complaint(unsubscribe_address(sent, 2))) is Finding.COMPLAINT
    assert causes(sent, 2) == {SuppressionCause.COMPLAINT}
    not_spam = letters.complaint(unsubscribe_address(sent, 3), feedback_type="not-spam")
    assert take_in(sent, not_spam) is Finding.NOT_A_REPORT
    assert (causes(sent, 1), causes(sent, 3)) == (set(), set())


def test_a_mail_to_the_unsubscribe_address_unsubscribes(sent: Assembly) -> None:
    assert take_in(sent, letters.plain(unsubscribe_address(sent, 1))) is Finding.UNSUBSCRIBED
    assert stands(sent, 1) == [(Act.WITHDRAWN, Way.ONE_CLICK)]
    automatic = letters.plain(unsubscribe_address(sent, 2), Auto_Submitted="auto-replied (vacation)")
    assert take_in(sent, automatic) is Finding.NOT_A_REPORT
    assert take_in(sent, letters.plain(return_path(sent, 3))) is Finding.NOT_A_REPORT
    assert (stands(sent, 2), stands(sent, 3)) == ([(Act.GIVEN, Way.WEB)], [(Act.GIVEN, Way.WEB)])


def test_the_same_report_twice_is_one(sent: Assembly) -> None:
    raw = letters.delivery_report(return_path(sent, 1))
    assert [take_in(sent, raw), take_in(sent, raw)] == [Finding.DEAD_ADDRESS, None]
    with sent.database.reading() as session:
        assert len(session.scalars(select(MailEventRow)).all()) == 1


def run(assembly: Assembly, maildir: Path) -> Mapping[str, Any]:
    mail = assembly.settings.mail.model_copy(update={"bounce_maildir": maildir})
    chosen = assembly.settings.model_copy(update={"mail": mail})
    return read_bounces.run(replace(assembly, settings=chosen), NOW)


def folder(tmp_path: Path, mails: Mapping[str, bytes]) -> Path:
    maildir = tmp_path / "retours"
    for part in ("new", "cur", "tmp"):
        (maildir / part).mkdir(parents=True)
    for name, raw in mails.items():
        (maildir / "new" / name).write_bytes(raw)
    return maildir


def test_the_folder_is_read_and_nothing_in_it_is_lost(sent: Assembly, tmp_path: Path) -> None:
    maildir = folder(
        tmp_path,
        {
            "1.dead": letters.delivery_report(return_path(sent, 1)),
            "2.leaving": letters.plain(unsubscribe_address(sent, 2)),
            "3.noise": b"\xff\x00 nothing at all",
            "4.huge": b"x" * (10 * 1024 * 1024 + 1),
            ".hidden": b"",
        },
    )
    assert run(sent, maildir) == {"dead-address": 1, "unsubscribed": 1, "not-a-report": 1, "aside": 1}
    assert sorted(p.name for p in (maildir / "cur").iterdir()) == ["1.dead:2,S", "2.leaving:2,S", "3.noise:2,S"]
    assert [p.name for p in (maildir / "aside").iterdir()] == ["4.huge"]
    assert [p.name for p in (maildir / "new").iterdir()] == [".hidden"]
    assert causes(sent, 1) == {SuppressionCause.DEAD_ADDRESS}
    assert run(sent, maildir) == {}


def test_a_report_stays_where_it_is_until_what_it_means_is_committed(
    sent: Assembly, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maildir = folder(tmp_path, {"1.dead": letters.delivery_report(return_path(sent, 1))})

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the lights went out")

    with monkeypatch.context() as patch:
        patch.setattr(consent, "suppress", fail)
        with pytest.raises(RuntimeError):
            run(sent, maildir)
    assert [p.name for p in (maildir / "new").iterdir()] == ["1.dead"]
    assert run(sent, maildir) == {"dead-address": 1}
    assert causes(sent, 1) == {SuppressionCause.DEAD_ADDRESS}


def test_no_folder_is_no_mails(sent: Assembly, tmp_path: Path) -> None:
    assert run(sent, tmp_path / "nowhere") == {}


def test_a_refusal_at_our_own_relay_is_read_like_a_report(sent: Assembly) -> None:
    faults = {
        "rcpt": lambda recipient, n: (
            for_recipient("550 5.1.1 no such mailbox", "lectrice1@")(recipient, n)
            or for_recipient("550 5.7.1 we do not like you", "lectrice2@")(recipient, n)
        )
    }
    with Sink(faults=faults) as sink:
        relay = Mail(port=sink.port, connections=2)
        Worker(sent.database, relay=relay, post=ledger.POST, clock=lambda: NOW).run(once=True)
    for _ in range(2):
        read_bounces.run(sent, NOW)
    assert causes(sent, 1) == {SuppressionCause.DEAD_ADDRESS}
    assert causes(sent, 2) == causes(sent, 3) == set()
    with sent.database.reading() as session:
        found = [(event.finding, event.delivery_id) for event in session.scalars(select(MailEventRow))]
        ids = {n: session.scalar(select(DeliveryRow.id).where(DeliveryRow.recorded_person_id == n)) for n in (1, 2)}
    assert sorted(found) == sorted([(Finding.DEAD_ADDRESS, ids[1]), (Finding.POLICY, ids[2])])
