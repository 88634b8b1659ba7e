"""What is killed in the middle, by `tests.killing.killed`: kept apart, so that its process starts at once."""

from __future__ import annotations

import signal
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from click.testing import CliRunner

from crm.assembly import Assembly, attesting_house, bank_counter, import_worker, press, workshop
from crm.attestations import service as attestations
from crm.banking import bringing, matching
from crm.cli import addresses
from crm.consent.model import Channel
from crm.foundation import documents
from crm.foundation.settings import Mail
from crm.fundraising import calls, exporting, paper, printing
from crm.fundraising import service as fundraising
from crm.imports import worker as importing
from crm.imports.model import RunId as ImportId
from crm.magazine import freezing, store
from crm.segments import exporting as segment_files
from crm.segments import leaving
from crm.segments import service as segments
from crm.segments.model import Definition
from crm.values.identifiers import AccountId, AppealId, IssueId, RunId, SegmentId
from crm.values.languages import Language
from crm.vault import service as vault
from jobs import keep_segments as segments_clock
from mailing.delivery.worker import Worker
from tests.conftest import NOW
from tests.delivery.ledger import POST


def lock(house: Assembly, run_id: RunId, by: AccountId) -> None:
    """Numbers the attestations of a run."""
    with house.database.transaction() as session:
        attestations.lock(session, attesting_house(house), run_id, at=NOW, by=by)


def issue(house: Assembly, run_id: RunId) -> None:
    """Makes the papers of a run."""
    press(house).work(run_id)


def freeze(house: Assembly, issue_id: IssueId) -> None:
    """Freezes an issue of the magazine."""
    with house.database.transaction() as session:
        freezing.freeze(session, issue_id, by=None, at=NOW)


def freeze_halfway(house: Assembly, issue_id: IssueId, mark: str) -> None:
    """The same, and stands still once every copy is written and nothing is kept, with a sign that it does."""

    def stand_still(*_: object) -> bool:
        Path(mark).touch()
        time.sleep(60)
        return False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "lost_addresses", stand_still)
        freeze(house, issue_id)


def carry_off(house: Assembly, appeal_id: AppealId, file_id: int) -> None:
    """Writes the list of an appeal, and then notes that it left."""
    with house.database.reading() as session, TemporaryFile() as kept:
        appeal = fundraising.appeal(session, appeal_id)
        made = exporting.write(session, appeal, kept, recipient="Imprimerie", at=NOW)
    with house.database.transaction() as session:
        exporting.note(session, appeal_id, file_id, made, by=None, at=NOW)


def print_letters(house: Assembly, appeal_id: AppealId, file_id: int) -> None:
    """Sets the letters of an appeal, a few a PDF, and then notes that they left."""
    desk = printing.Desk(organisation=house.settings.organisation, account="BE68 5390 0754 7034", language=Language.FR)
    paper.TOGETHER = 4
    with house.database.reading() as session, TemporaryFile() as kept:
        appeal = fundraising.appeal(session, appeal_id)
        made = printing.write(session, appeal, kept, desk, partial(documents.pdf, "appeal", at=NOW), at=NOW)
    with house.database.transaction() as session:
        exporting.note(session, appeal_id, file_id, made, by=None, at=NOW)


def report_calls(house: Assembly, appeal_id: AppealId, report_id: int) -> None:
    """Does what an agency reported, a line at a time."""
    calls.AT_ONCE = 1
    done = 1
    while done:
        with house.database.transaction() as session:
            done = calls.step(session, house.sealer, appeal_id, report_id, at=NOW)


def carry_segment(house: Assembly, segment_id: SegmentId, export_id: int) -> None:
    """Writes the file of a segment, and then notes who left in it."""
    with house.database.reading() as session:
        kept = segments.get(session, segment_id, by=AccountId(7))
        question = segments.question(session, house.questions, [kept.tree], at=NOW)
        definition, known = Definition(tree=kept.tree), ("giving", Channel.POST)
        people = [who for who, _ in segment_files.rows(definition, question, *known, Language.FR)]
        stands = segments.fingerprint(definition, question)
    with house.database.transaction() as session:
        leaving.left(
            session, kept, people, purpose=known[0], channel=known[1], recipient="Imprimerie", definition=stands,
            sha256="f" * 64, at=NOW, by=AccountId(7), export_id=export_id,
        )  # fmt: skip


def work(house: Assembly) -> None:
    """Does what the office ordered of the magazine."""
    workshop(house).work()


def rotate(house: Assembly) -> None:
    """Lays every hash of an address under a new key."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(addresses, "assembly", lambda: house)
        CliRunner().invoke(addresses.command, ["rotate", "--stopped", "--json"])


def bring(house: Assembly, run_id: ImportId) -> None:
    """Applies or undoes an import, in small blocks."""
    importing.BLOCK = 7
    import_worker(house).work(run_id)


def bring_bank(house: Assembly, file: Path) -> None:
    """Brings a file of the bank in, in small blocks."""
    bringing.BLOCK = matching.BLOCK = 10
    with file.open("rb") as stream:
        bringing.bring(bank_counter(house), stream, name=file.name, by=None)


def send(house: Assembly, relay: Mail, once: bool) -> None:
    """Hands what is due to a relay, until SIGTERM or, `once`, until nothing is left."""
    worker = Worker(house.database, relay=relay, post=POST, clock=lambda: datetime.now(UTC))
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run(once=once)


def turn(house: Assembly) -> None:
    """Lays numbers of the vault under its newest key, until all lie there."""
    lock = house.vault.lock()
    while True:
        with house.database.transaction() as session:
            if not vault.rotate_some(session, lock):
                return


def keep_segments(house: Assembly, at: datetime) -> None:
    """What the clock does each minute for the counting of segments."""
    segments_clock.run(house, at)
