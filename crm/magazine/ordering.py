"""What is asked for and done beside the office: a freeze, drawn without holding anybody up; the files of a long run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.foundation.database import Database, hold
from crm.foundation.shelf import Shelf
from crm.foundation.signing import Sealer
from crm.magazine import freezing, printing, store
from crm.magazine.errors import FileGone, IssueFrozen, IssueOpen, IssuePast, NobodyToMail, NoPublication, RollMoved
from crm.magazine.model import IssueRun, Order, OrderState, RunKind
from crm.magazine.tables import OrderRow
from crm.values.identifiers import AccountId, IssueId, IssueRunId

LEASE = timedelta(minutes=2)
"""So long an order is one worker's; it is renewed at each sign of life."""
KEPT = timedelta(hours=24)
"""So long files that were made lie there to be taken."""
TRIES = 5
"""Each time that an address is erased while a run is drawn, it is drawn anew."""
_NOTHING = printing.Wanted(xlsx=False)
ENDS = {NobodyToMail: OrderState.NOBODY, IssueFrozen: OrderState.FROZEN, RollMoved: OrderState.FAILED}


def ask(session: Session, issue_id: IssueId, *, by: AccountId | None, at: datetime) -> Order:
    """Asks for the freeze of an issue or, once frozen, for those who came since; twice while it waits is once."""
    hold(session, f"magazine issue {issue_id}")
    issue = store.issue(session, issue_id)
    kind = RunKind.MAIN if issue.frozen_at is None else freezing.later_kind(issue, at)
    return _ask(session, _latest(session, issue_id), issue_id, kind, by=by, at=at)


def ask_files(
    session: Session, run_id: IssueRunId, wanted: printing.Wanted, *, by: AccountId | None, at: datetime
) -> Order:
    """Asks for the files of a run; twice while they are made is once. Raises RunMissing."""
    hold(session, f"magazine run {run_id}")
    run = store.run(session, run_id)
    before = _latest_files(session, run_id)
    return _ask(session, before, run.issue_id, run.kind, by=by, at=at, run_id=run_id, wanted=wanted)


def latest(session: Session, issue_id: IssueId) -> Order | None:
    """The last freeze that was asked for of an issue, waiting or not."""
    row = _latest(session, issue_id)
    return None if row is None else _order(row)


def latest_files(session: Session, run_id: IssueRunId) -> Order | None:
    """The last files that were asked for of a run, made or not."""
    row = _latest_files(session, run_id)
    return None if row is None else _order(row)


@dataclass(frozen=True, kw_only=True, slots=True)
class Workshop:
    """Where orders are carried out, by any number of workers, cut anywhere; files wait on the shelf."""

    database: Database
    sealer: Sealer
    clock: Callable[[], datetime]
    shelf: Shelf

    def work(self, order_id: int | None = None) -> OrderState | None:
        """Carries out an order that waits (that one, if it is named); how it ended.

        None where nothing waits or another worker has it.
        """
        with self.database.transaction() as session:
            order = _claim(session, order_id, at=self.clock())
        if order is None:
            return None
        for _ in range(TRIES):
            try:
                return self._carry_out(order) if order.run_id is None else self._make_files(order, order.run_id)
            except RollMoved:
                continue
            except (NobodyToMail, IssueFrozen, IssueOpen, IssuePast, NoPublication) as refused:
                return self._end(order, ENDS.get(type(refused), OrderState.FAILED))
        return self._end(order, OrderState.FAILED)

    def take(self, run_id: IssueRunId) -> tuple[Order, IO[bytes]]:
        """The last files that were made of a run, as long as they say what is so. Raises FileGone where they are gone.

        Whoever has died or objected since is taken out of the run first: then the files have to be made again.
        """
        with self.database.transaction() as session:
            row = _latest_files(session, run_id)
            if row is None or not row.token:
                raise FileGone
            order = _order(row)
            printing.strike(session, run_id, at=self.clock())
            is_stale = _is_stale(session, row)
        file = None if is_stale else self.shelf.open(order.token)
        if file is None:
            self.tidy()
            raise FileGone
        return order, file

    def tidy(self) -> int:
        """Forgets files whose time is over, or of whose people somebody has been taken out since; how many."""
        now, row = self.clock(), OrderRow
        with self.database.transaction() as session:
            kept = session.scalars(select(row).where(row.token != "")).all()
            gone = [one for one in kept if (one.ready_at or now) + KEPT <= now or _is_stale(session, one)]
            tokens = [one.token for one in gone]
            for one in gone:
                one.token = ""
            known = {one.token for one in kept}
        for token in (*tokens, *self.shelf.strays(known, older_than=(now - KEPT).timestamp())):
            self.shelf.forget(token)
        return len(tokens)

    def _carry_out(self, order: Order) -> OrderState:
        with (
            self.database.reading() as reading,
            freezing.drawn(reading, order.issue_id, order.kind, at=self.clock(), tell=self._telling(order)) as sheet,
            self.database.transaction() as session,
        ):
            if not _note(session, order.id, state=OrderState.DONE):
                raise IssueFrozen  # another worker was quicker: this one had lost its lease
            self._record(session, order, freezing.lay(session, sheet, by=order.asked_by))
        return OrderState.DONE

    def _make_files(self, order: Order, run_id: IssueRunId) -> OrderState:
        wanted, at = printing.Wanted(xlsx=order.xlsx, mail_id=order.mail_id, recipient=order.recipient), self.clock()
        with self.database.transaction() as session:
            printing.strike(session, run_id, at=at)
        with self.shelf.laying() as (token, file), self.database.reading() as reading:
            manifest = printing.write(reading, run_id, file, wanted, at=at, tell=self._telling(order))
        with self.database.transaction() as session:
            if not _note(session, order.id, state=OrderState.DONE, token=token, ready_at=self.clock()):
                self.shelf.forget(token)  # another worker was quicker: this one had lost its lease
                return OrderState.FROZEN
            file_id = printing.note(session, run_id, manifest, recipient=order.recipient, by=order.asked_by, at=at)
            session.get_one(OrderRow, order.id, populate_existing=True).file_id = file_id
            audit.record(
                session,
                self.sealer,
                at=at,
                account_id=order.asked_by,
                action="magazine-run.export",
                subject="magazine-run",
                subject_id=run_id,
                facts=printing.told(manifest),
            )
        return OrderState.DONE

    def _telling(self, order: Order) -> Callable[[int, int], None]:
        def tell(seen: int, total: int) -> None:
            with self.database.transaction() as session:
                _note(session, order.id, seen=seen, total=total, lease_until=self.clock() + LEASE)

        return tell

    def _record(self, session: Session, order: Order, run: IssueRun) -> None:
        audit.record(
            session,
            self.sealer,
            at=run.frozen_at,
            account_id=order.asked_by,
            action="magazine-issue.freeze" if order.kind is RunKind.MAIN else "magazine-issue.supplement",
            subject="magazine-issue",
            subject_id=order.issue_id,
            facts={"copies": run.copies, "people": run.mailed},
        )

    def _end(self, order: Order, state: OrderState) -> OrderState:
        with self.database.transaction() as session:
            _note(session, order.id, state=state)
        return state


def _ask(
    session: Session,
    before: OrderRow | None,
    issue_id: IssueId,
    kind: RunKind,
    *,
    by: AccountId | None,
    at: datetime,
    run_id: IssueRunId | None = None,
    wanted: printing.Wanted = _NOTHING,
) -> Order:
    if before is not None and before.state is OrderState.WAITING:
        return _order(before)
    row = OrderRow(
        issue_id=issue_id, kind=kind, asked_at=at, asked_by=by, state=OrderState.WAITING, seen=0, total=0,
        run_id=run_id, xlsx=wanted.xlsx, mail_id=wanted.mail_id, recipient=wanted.recipient, token="",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _order(row)


def _is_stale(session: Session, row: OrderRow) -> bool:
    """Whether somebody was taken out of the run since its files were made."""
    if row.run_id is None or row.file_id is None:
        return True
    return sum(printing.removed(session, IssueRunId(row.run_id)).values()) != printing.removed_in(session, row.file_id)


def _claim(session: Session, order_id: int | None, *, at: datetime) -> Order | None:
    row = OrderRow
    free = (row.state == OrderState.WAITING, or_(row.lease_until.is_(None), row.lease_until < at))
    query = select(row.id).where(*free).order_by(row.id).limit(1).with_for_update(skip_locked=True)
    found = session.scalar(query if order_id is None else query.where(row.id == order_id))
    if found is None:
        return None
    _note(session, found, lease_until=at + LEASE, seen=0)
    return _order(session.get_one(row, found, populate_existing=True))


def _note(session: Session, order_id: int, **values: object) -> bool:
    here = update(OrderRow).where(OrderRow.id == order_id, OrderRow.state == OrderState.WAITING)
    noted = session.execute(here.values(**values).returning(OrderRow.id).execution_options(synchronize_session=False))
    return noted.first() is not None


def _latest(session: Session, issue_id: IssueId) -> OrderRow | None:
    row = OrderRow
    query = select(row).where(row.issue_id == issue_id, row.run_id.is_(None)).order_by(row.id.desc()).limit(1)
    return session.scalar(query.execution_options(populate_existing=True))


def _latest_files(session: Session, run_id: IssueRunId) -> OrderRow | None:
    query = select(OrderRow).where(OrderRow.run_id == run_id).order_by(OrderRow.id.desc()).limit(1)
    return session.scalar(query.execution_options(populate_existing=True))


_PLAIN = (
    "id",
    "kind",
    "asked_at",
    "state",
    "seen",
    "total",
    "xlsx",
    "mail_id",
    "recipient",
    "file_id",
    "token",
    "ready_at",
)


def _order(row: OrderRow) -> Order:
    return Order(
        **{name: getattr(row, name) for name in _PLAIN},
        issue_id=IssueId(row.issue_id),
        asked_by=None if row.asked_by is None else AccountId(row.asked_by),
        run_id=None if row.run_id is None else IssueRunId(row.run_id),
    )
