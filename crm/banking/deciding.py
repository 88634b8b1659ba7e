"""A decision about a line: written once, of the version that was seen, with its trace in the log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.banking import store
from crm.banking.bringing import Counter
from crm.banking.errors import LineDecided, LineMissing
from crm.banking.kept import KeptLine, LineState, Rule
from crm.values.identifiers import AccountId, PersonId


def line(session: Session, line_id: int) -> KeptLine:
    """One line. Raises `LineMissing`."""
    found = store.line(session, line_id)
    if found is None:
        raise LineMissing
    return found


def decide(
    session: Session,
    counter: Counter,
    line_id: int,
    state: LineState,
    *,
    person_id: PersonId | None,
    rule: Rule | None,
    seen: int,
    by: AccountId,
    at: datetime,
) -> KeptLine:
    """Decides, or opens again, a line that stands as `seen`; how it stands now. Raises LineDecided, LineMissing."""
    found = line(session, line_id)
    is_free = (found.state is LineState.OPEN) != (state is LineState.OPEN) and found.state is not LineState.EXTRACT
    if not is_free or not store.decide(
        session, line_id, seen=seen, state=state, person_id=person_id, rule=rule, at=at, by=by
    ):
        raise LineDecided(line(session, line_id))
    audit.record(
        session,
        counter.sealer,
        at=at,
        account_id=by,
        action=f"bank.{state.value}",
        subject="bank_line",
        subject_id=line_id,
        facts={"person": person_id, "rule": rule.value if rule else None},
    )
    return line(session, line_id)
