"""What an agency reports of its calls: read and shown first, then done once, line by line, whatever cuts it short."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from crm.consent.model import Channel
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.fundraising import call_effects, call_rules, store
from crm.fundraising.call_model import (
    FAULTS,
    CallOutcome,
    CallReport,
    Finding,
    KeptLine,
    Line,
    ReportState,
    Tally,
)
from crm.fundraising.errors import AppealOpen, NotByPhone, PlanWrong, ReportMoved, ResultsUnreadable
from crm.fundraising.incoming import Incoming
from crm.fundraising.model import Arm, WholeAppeal
from crm.fundraising.tables import CallReportRow, CallResultRow, RecipientRow
from crm.privacy import limits
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, AppealId, PersonId
from crm.values.languages import Language

MOST_LINES = 20_000
AT_ONCE = 200
"""Lines that are done in one transaction."""
LONGEST_AGENCY = 200

_KNOWN_BY = tuple(
    getattr(RecipientRow, name)
    for name in ("seq", "id", "person_id", "digits", "source_code", "last_name", "first_name", "organisation")
)


def read(
    session: Session,
    appeal_id: AppealId,
    file: Incoming,
    *,
    agency: str,
    by: AccountId | None,
    at: datetime,
    language: Language,
) -> tuple[CallReport, bool]:
    """Looks at a file of results; nothing of it holds yet. False beside a file that was read before, as it stands.

    `language` is that of the words the office will find about each call. Raises AppealOpen, NotByPhone, PlanWrong
    (`agency`), ResultsUnreadable, FileRefused.
    """
    appeal, named = store.held(session, appeal_id), " ".join(agency.split())[:LONGEST_AGENCY]
    if appeal.plan.channel is not Channel.PHONE:
        raise NotByPhone
    if appeal.frozen_at is None:
        raise AppealOpen
    if not named:
        raise PlanWrong("agency")
    here = (CallReportRow.appeal_id == appeal_id) & (CallReportRow.sha256 == file.sha256)
    known = session.scalar(select(CallReportRow).where(here, CallReportRow.state != ReportState.DROPPED))
    if known is not None:
        return _noun(known), False
    lines = _lines(file, appeal, at=at)
    today = brussels_day(at)
    row = CallReportRow(
        appeal_id=appeal_id,
        agency=named,
        sha256=file.sha256,
        language=language,
        state=ReportState.READ,
        read_at=at,
        read_by=by,
        purge_on=today + timedelta(days=limits.value(session, limits.CALL_RESULTS, today)),
    )
    session.add(row)
    session.flush()
    session.execute(insert(CallResultRow), list(_judged(session, appeal_id, row.id, lines)))
    return _noun(row), True


def reports(session: Session, appeal_id: AppealId) -> tuple[CallReport, ...]:
    """Every file of results of an appeal, the newest first."""
    row = CallReportRow
    return tuple(
        _noun(one) for one in session.scalars(select(row).where(row.appeal_id == appeal_id).order_by(row.id.desc()))
    )


def report(session: Session, appeal_id: AppealId, report_id: int) -> CallReport:
    """One. Raises ReportMoved where there is none."""
    row = session.get(CallReportRow, report_id)
    if row is None or row.appeal_id != appeal_id:
        raise ReportMoved
    return _noun(row)


def tally(session: Session, report_id: int) -> Tally:
    """What a file comes to."""
    row = CallResultRow
    counts = session.execute(
        select(row.finding, row.outcome, func.count(), func.count(row.done_at))
        .where(row.report_id == report_id)
        .group_by(row.finding, row.outcome)
    ).all()
    findings, outcomes = Counter[Finding](), Counter[CallOutcome]()
    for finding, outcome, count, _ in counts:
        findings[finding] += count
        if finding is Finding.NEW and outcome is not None:
            outcomes[outcome] += count
    return Tally(
        findings={one: findings[one] for one in Finding if findings[one]},
        outcomes={one: outcomes[one] for one in CallOutcome if outcomes[one]},
        done=sum(done for _, _, _, done in counts),
    )


def lines(session: Session, report_id: int, *, only_faults: bool, size: int) -> tuple[KeptLine, ...]:
    """The lines of a file in their order: those that cannot be used, or those that can."""
    row = CallResultRow
    of_kind = row.finding.in_(sorted(FAULTS)) if only_faults else row.finding.not_in(sorted(FAULTS))
    query = select(row).where(row.report_id == report_id, of_kind).order_by(row.line, row.id).limit(size)
    return tuple(
        KeptLine(
            number=one.line,
            reference=one.reference,
            person_id=None if one.person_id is None else PersonId(one.person_id),
            outcome=one.outcome,
            called_on=one.called_on,
            cents=one.cents,
            is_monthly=one.is_monthly,
            finding=one.finding,
            is_done=one.done_at is not None,
        )
        for one in session.scalars(query)
    )


def outcomes(session: Session, appeal_id: AppealId) -> dict[CallOutcome, int]:
    """How many people of an appeal each outcome was noted of."""
    row, report_row = CallResultRow, CallReportRow
    query = (
        select(row.outcome, func.count(row.recipient_id.distinct()))
        .join(report_row, report_row.id == row.report_id)
        .where(report_row.appeal_id == appeal_id, row.done_at.is_not(None))
        .group_by(row.outcome)
    )
    found = {outcome: int(count) for outcome, count in session.execute(query) if outcome is not None}
    return {one: found[one] for one in CallOutcome if one in found}


def start(session: Session, appeal_id: AppealId, report_id: int, *, by: AccountId | None, at: datetime) -> None:
    """Lets what was read hold; `step` does it. Raises ReportMoved where somebody has decided on it already."""
    row = _row(session, appeal_id, report_id)
    if row.state is not ReportState.READ:
        raise ReportMoved
    row.state, row.applied_by, row.applied_at = ReportState.APPLYING, by, at
    session.flush()


def drop(session: Session, appeal_id: AppealId, report_id: int) -> None:
    """Throws away what was read. Raises ReportMoved."""
    row = _row(session, appeal_id, report_id)
    if row.state is not ReportState.READ:
        raise ReportMoved
    row.state = ReportState.DROPPED
    _forget(session, CallResultRow.report_id == report_id)
    session.flush()


def waiting(session: Session) -> list[tuple[AppealId, int]]:
    """The files that somebody let hold, and of which lines may be left to do: appeal and number."""
    row = CallReportRow
    query = select(row.appeal_id, row.id).where(row.state == ReportState.APPLYING).order_by(row.id)
    return [(AppealId(appeal_id), report_id) for appeal_id, report_id in session.execute(query)]


def step(session: Session, sealer: Sealer, appeal_id: AppealId, report_id: int, *, at: datetime) -> int:
    """Does the next lines of such a file; how many. At 0 it is done."""
    appeal, report_row = store.held(session, appeal_id), _row(session, appeal_id, report_id)
    if report_row.state is not ReportState.APPLYING:
        return 0
    row = CallResultRow
    open_ones = (row.report_id == report_id, row.finding == Finding.NEW, row.done_at.is_(None))
    several = session.scalars(select(row).where(*open_ones).order_by(row.line, row.id).limit(AT_ONCE)).all()
    if not several:
        report_row.state = ReportState.APPLIED
        session.flush()
        return 0
    effects = call_effects.Effects.of(
        session, sealer, appeal, report=_noun(report_row), language=report_row.language, lines=several, at=at
    )
    said = _said(session, {one.recipient_id for one in several if one.recipient_id})
    for one in several:
        assert one.recipient_id is not None
        # Another file may have said it between the look and the deed.
        if call_rules.is_known(_as_line(one), said[one.recipient_id]):
            one.finding = Finding.KNOWN
            continue
        if one.person_id is None:
            one.finding = Finding.GONE
            continue
        effects.bring(one)
        one.done_at = at
        assert one.outcome is not None
        said[one.recipient_id].append((one.outcome, one.called_on))
    session.flush()
    return len(several)


def forget(session: Session, *, on: date) -> int:
    """Forgets the lines of files that are over their term; of what was done the outcome and its day stay. How many."""
    row, report_row = CallResultRow, CallReportRow
    over = select(report_row.id).where(
        report_row.purge_on <= on, report_row.purged_on.is_(None), report_row.state != ReportState.APPLYING
    )
    gone = _forget(session, row.report_id.in_(over), row.done_at.is_(None))
    session.execute(
        update(row)
        .where(row.report_id.in_(over))
        .values(reference="", remark="")
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(report_row)
        .where(report_row.id.in_(over))
        .values(purged_on=on)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    return gone


def _lines(file: Incoming, appeal: WholeAppeal, *, at: datetime) -> list[Line]:
    places, found = call_rules.columns(file.headers), list[Line]()
    assert appeal.frozen_at is not None
    first_on, last_on = brussels_day(appeal.frozen_at), brussels_day(at)
    for row in file.body():
        if row.fault is not None:
            found.append(Line(number=row.number, reference="", finding=Finding.DAMAGED))
        else:
            told = call_rules.line(
                row.number, row.cells, places, appeal_id=appeal.id, first_on=first_on, last_on=last_on
            )
            found.append(told)
        if len(found) > MOST_LINES:
            raise ResultsUnreadable
    if not found:
        raise ResultsUnreadable
    return found


def _judged(session: Session, appeal_id: AppealId, report_id: int, lines: Iterable[Line]) -> Iterable[dict[str, Any]]:
    several = list(lines)
    row = RecipientRow
    here = (row.appeal_id == appeal_id, row.arm == Arm.MAILED)
    wanted = {one.seq for one in several if one.seq is not None}
    people = {one.seq: one for one in session.execute(select(*_KNOWN_BY).where(*here, row.seq.in_(wanted)))}
    said = _said(session, {one.id for one in people.values()})
    for one in several:
        found, finding = people.get(one.seq), one.finding
        doubt = None
        if found is not None and finding is Finding.NEW:
            doubt = call_rules.doubt(
                one,
                code=found.source_code,
                last=found.last_name,
                first=found.first_name,
                organisation=found.organisation,
            )
        if one.seq is not None and found is None:
            finding = Finding.UNKNOWN
        elif found is not None and not found.digits:
            finding, found = Finding.GONE, None
        elif doubt is not None:
            finding, found = doubt, None
        elif finding is Finding.NEW and found is not None and one.outcome is not None:
            if call_rules.is_known(one, said[found.id]):
                finding = Finding.KNOWN
            said[found.id].append((one.outcome, one.called_on))
        yield {
            "report_id": report_id,
            "line": one.number,
            "reference": one.reference,
            "recipient_id": None if found is None else found.id,
            "person_id": None if found is None else found.person_id,
            "outcome": one.outcome,
            "called_on": one.called_on,
            "cents": one.cents,
            "is_monthly": one.is_monthly,
            "remark": one.remark,
            "finding": finding,
        }


def _said(session: Session, recipient_ids: Collection[int]) -> dict[int, list[tuple[CallOutcome, date | None]]]:
    """What was done of those people's calls before."""
    row = CallResultRow
    query = select(row.recipient_id, row.outcome, row.called_on).where(
        row.recipient_id.in_(recipient_ids), row.done_at.is_not(None)
    )
    found: dict[int, list[tuple[CallOutcome, date | None]]] = defaultdict(list)
    for recipient_id, outcome, called_on in session.execute(query):
        if recipient_id is not None and outcome is not None:
            found[recipient_id].append((outcome, called_on))
    return found


def _as_line(row: CallResultRow) -> Line:
    return Line(number=row.line, reference=row.reference, outcome=row.outcome, called_on=row.called_on)


def _forget(session: Session, *where: Any) -> int:
    gone = session.execute(
        delete(CallResultRow).where(*where).returning(CallResultRow.id).execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _row(session: Session, appeal_id: AppealId, report_id: int) -> CallReportRow:
    hold(session, f"call report {report_id}")
    row = session.get(CallReportRow, report_id, populate_existing=True)
    if row is None or row.appeal_id != appeal_id:
        raise ReportMoved
    return row


def _noun(row: CallReportRow) -> CallReport:
    plain = ("id", "agency", "sha256", "state", "read_at", "applied_at", "purge_on", "purged_on")
    return CallReport(
        **{name: getattr(row, name) for name in plain},
        appeal_id=AppealId(row.appeal_id),
        read_by=None if row.read_by is None else AccountId(row.read_by),
    )
