"""A freeze that is asked for and done beside the office: drawn without holding anybody up, laid in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.foundation.database import Database, hold
from crm.foundation.signing import Sealer
from crm.magazine import freezing, store
from crm.magazine.errors import IssueFrozen, IssueOpen, IssuePast, NobodyToMail, RollMoved
from crm.magazine.model import IssueRun, Order, OrderState, RunKind
from crm.magazine.tables import OrderRow
from crm.values.identifiers import AccountId, IssueId

LEASE = timedelta(minutes=2)
"""So long an order is one worker's; it is renewed at each sign of life."""
TRIES = 5
"""Each time that an address is erased while a run is drawn, it is drawn anew."""
ENDS = {NobodyToMail: OrderState.NOBODY, IssueFrozen: OrderState.FROZEN, RollMoved: OrderState.FAILED}


def ask(session: Session, issue_id: IssueId, *, by: AccountId | None, at: datetime) -> Order:
    """Asks for the freeze of an issue or, once frozen, for those who came since; twice while it waits is once."""
    hold(session, f"magazine issue {issue_id}")
    issue = store.issue(session, issue_id)
    kind = RunKind.MAIN if issue.frozen_at is None else freezing.later_kind(issue, at)
    waiting = _latest(session, issue_id)
    if waiting is not None and waiting.state is OrderState.WAITING:
        return _order(waiting)
    row = OrderRow(
        issue_id=issue_id, kind=kind, asked_at=at, asked_by=by, state=OrderState.WAITING, seen=0, total=0
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _order(row)


def latest(session: Session, issue_id: IssueId) -> Order | None:
    """The last order for an issue, waiting or not."""
    row = _latest(session, issue_id)
    return None if row is None else _order(row)


@dataclass(frozen=True, kw_only=True, slots=True)
class Workshop:
    """Where orders are carried out, by any number of workers, cut anywhere."""

    database: Database
    sealer: Sealer
    clock: Callable[[], datetime]

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
                return self._carry_out(order)
            except RollMoved:
                continue
            except (NobodyToMail, IssueFrozen, IssueOpen, IssuePast) as refused:
                return self._end(order, ENDS.get(type(refused), OrderState.FAILED))
        return self._end(order, OrderState.FAILED)

    def _carry_out(self, order: Order) -> OrderState:
        def tell(seen: int, total: int) -> None:
            with self.database.transaction() as session:
                _note(session, order.id, seen=seen, total=total, lease_until=self.clock() + LEASE)

        with (
            self.database.reading() as reading,
            freezing.drawn(reading, order.issue_id, order.kind, at=self.clock(), tell=tell) as sheet,
            self.database.transaction() as session,
        ):
            if not _note(session, order.id, state=OrderState.DONE):
                raise IssueFrozen  # another worker was quicker: this one had lost its lease
            self._record(session, order, freezing.lay(session, sheet, by=order.asked_by))
        return OrderState.DONE

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
    query = select(OrderRow).where(OrderRow.issue_id == issue_id).order_by(OrderRow.id.desc()).limit(1)
    return session.scalar(query.execution_options(populate_existing=True))


def _order(row: OrderRow) -> Order:
    return Order(
        id=row.id,
        issue_id=IssueId(row.issue_id),
        kind=row.kind,
        asked_at=row.asked_at,
        asked_by=None if row.asked_by is None else AccountId(row.asked_by),
        state=row.state,
        seen=row.seen,
        total=row.total,
    )
