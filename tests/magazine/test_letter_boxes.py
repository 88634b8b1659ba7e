"""Box 1.1 was once taken for box 11: what stood of both is told apart, and nothing that was said is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import gate
from crm.consent import service as consent
from crm.consent.model import MAGAZINE, Act, Channel, NewAct, Way
from crm.imports.model import ChangeKind, RunState
from crm.imports.tables import ImportChangeRow, ImportRunRow
from crm.magazine import freezing, neighbours, printing, service
from crm.magazine.tables import CopyRow, NeighbourDecisionRow
from crm.migrations import schema
from crm.people import contacts, returned
from crm.people.model import Abode, Deliverability, FailureReason
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId
from tests.conftest import NOW
from tests.magazine.conftest import HOME, Reader

ONE, ELEVEN = replace(HOME, box="1.1"), replace(HOME, box="11")


def _home(session: Session, who: PersonId) -> Abode:
    session.expire_all()
    (found,) = contacts.addresses_of(session, [who])[who]
    return found


def _brought(session: Session, abode: Abode) -> None:
    """That a file wrote that address."""
    no: dict[str, Any] = {
        "sha256": "",
        "size": 0,
        "layout": {},
        "sheets": [],
        "headers": [],
        "odd_lines": 0,
        "counts": {},
    }
    no |= {"matching": None, "rows_total": 1, "progress": 1, "cursor": 1, "file_name": "x.csv", "file_token": "x"}
    run = ImportRunRow(
        **no, kind="people", state=RunState.APPLIED, created_at=NOW, stage_at=NOW, purge_on=brussels_day(NOW)
    )
    session.add(run)
    session.flush()
    after = {"dedupe_key": abode.dedupe_key, "preferred": True}
    facts: dict[str, Any] = {"number": 1, "kind": ChangeKind.ADDRESS, "target_id": abode.id, "before": {}}
    session.add(ImportChangeRow(run_id=run.id, person_id=abode.person_id, after=after, **facts))


def test_boxes_that_shared_a_key_are_told_apart_and_what_was_said_there_stays(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        maes, diallo = (reader(session, last_name=name, address=ONE) for name in ("Maes", "Diallo"))
        lou = reader(session, last_name="Maes", address=ELEVEN)
        key = _home(session, maes).address_key
        no = NewAct(
            person_id=diallo, purpose=MAGAZINE, address_key=key, act=Act.WITHDRAWN, way=Way.PAPER, occurred_at=NOW,
            channel=Channel.POST,
        )  # fmt: skip
        run = freezing.freeze(session, service.issues(session)[0].id, by=None, at=NOW)
        assert len(list(printing.copies(session, run.id))) == 3  # two namesakes, one at each box
        apart = neighbours.apart(session, [maes, diallo], _home(session, maes).id, by=None, at=NOW)
        consent.record(session, house.sealer, no, at=NOW)
        for _ in range(2):
            contacts.fail_address(session, _home(session, maes).id, FailureReason.BAD_BOX, source="post", at=NOW)
        (known,) = returned.boxes(session, [_home(session, maes).dedupe_key]).values()
        for who in (lou, diallo):  # as it was told while their boxes had one key
            returned.mark(session, _home(session, who), known, at=NOW)
        _brought(session, _home(session, maes))
        was = _home(session, maes).dedupe_key
    schema.downgrade(house.database, "e9b1")
    with house.database.transaction() as session:
        (coarse,) = {_home(session, who).dedupe_key for who in (maes, diallo, lou)}
        assert set(session.scalars(select(CopyRow.box_key))) == {coarse}
    schema.upgrade(house.database)
    with house.database.transaction() as session:
        home, other = _home(session, maes), _home(session, lou)
        assert (home.dedupe_key, other.dedupe_key) == (was, coarse)
        assert was != coarse
        assert (other.deliverability, other.failures, contacts.failures_of(session, lou)) == (
            Deliverability.LIVE,
            0,
            (),
        )
        assert {_home(session, who).deliverability for who in (maes, diallo)} == {Deliverability.DEAD}
        copies = dict(session.execute(select(CopyRow.person_id, CopyRow.box_key)).all())
        assert copies == {maes: was, diallo: was, lou: coarse}
        assert session.scalar(select(NeighbourDecisionRow.box_key).where(NeighbourDecisionRow.id == apart.id)) == was
        assert session.scalar(select(ImportChangeRow.after)) == {"dedupe_key": was, "preferred": True}
        assert home.address_key == key
        contacts.confirm_address(session, _home(session, diallo).id)
        asked: dict[str, Any] = {"purpose": MAGAZINE, "address_key": key, "at": NOW, "channel": Channel.POST}
        assert not gate.verdict(session, person_id=diallo, **asked).allowed
