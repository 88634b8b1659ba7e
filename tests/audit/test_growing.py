"""The trail only grows: what is asked of it must not cost more for that."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.audit.model import Wanted
from crm.audit.tables import AuditRow
from crm.values.identifiers import AccountId
from tests.conftest import NOW
from tests.rows_read import effort

FEW, MANY = range(1_500), range(1_500, 9_000)
QUESTIONS = {
    "everything": Wanted(),
    "what was done once, long ago": Wanted(action="ledger.founded"),
    "what is done all day": Wanted(action="person.read"),
    "one kind of thing": Wanted(subject="person"),
    "what there was one of": Wanted(subject="ledger"),
    "one person": Wanted(subject="person", subject_id=7),
    "one colleague": Wanted(account_id=AccountId(3)),
    "who did what": Wanted(account_id=AccountId(3), action="person.read"),
}


def _grow(session: Session, numbers: range) -> None:
    """Reads of people, all day long; the very first line is of another kind."""
    rows: list[dict[str, Any]] = [
        {
            "at": NOW + timedelta(minutes=n),
            "account_id": n % 5,
            "action": "person.read" if n else "ledger.founded",
            "subject": "person" if n else "ledger",
            "subject_id": n,
            "facts": {},
            "mark_key_id": 1,
            "mark": "0" * 64,
        }
        for n in numbers
    ]
    session.execute(insert(AuditRow), rows)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE audit_entry"))


def test_no_question_costs_more_as_the_trail_grows(assembly: Assembly) -> None:
    with assembly.database.reading() as session:

        def costs() -> dict[str, int]:
            found = {name: effort(session, partial(audit.entries, session, one)) for name, one in QUESTIONS.items()}
            counts = {
                f"how many: {name}": effort(session, partial(audit.count, session, one, most=200))
                for name, one in QUESTIONS.items()
            }
            old = Wanted(since=NOW, until=NOW + timedelta(minutes=9))
            last = Wanted(since=NOW + timedelta(minutes=numbers[-1]))
            spans = {"the first minutes": old, "the last minute": last}
            seen = partial(audit.seen, session)
            periods = {name: effort(session, partial(audit.entries, session, one)) for name, one in spans.items()}
            return {**found, **counts, **periods, "all words": effort(session, seen)}

        numbers = FEW
        _grow(session, numbers)
        before = costs()
        numbers = MANY
        _grow(session, numbers)
        assert {name: (before[name], now) for name, now in costs().items() if now > 2 * before[name] + 20} == {}
        assert audit.count(session, Wanted(), most=200) == 200
        assert audit.seen(session) == (("ledger.founded", "person.read"), ("ledger", "person"))
