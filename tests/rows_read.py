"""How much a database reads for what is asked, as it tells itself: without a clock, a busy machine says the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session


def statements(session: Session, ask: Callable[[], object]) -> list[tuple[str, Any]]:
    """What is run for a question, with its values."""
    run: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        run.append((statement, values))

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return run


def effort(session: Session, ask: Callable[[], object]) -> int:
    """What a question costs: rows that were looked at on PostgreSQL, steps of its machine by the hundred on SQLite."""
    run = statements(session, ask)
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        plans = [connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {asked}", values) for asked, values in run]
        return sum(_looked_at(plan.scalar_one()[0]["Plan"]) for plan in plans)
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(count, 100)
    try:
        for asked, values in run:
            connection.exec_driver_sql(asked, values).all()
    finally:
        driver.set_progress_handler(None, 100)
    return steps


def _looked_at(plan: dict[str, Any]) -> int:
    below = plan.get("Plans", ())
    if below:
        return sum(_looked_at(one) for one in below)
    return int((plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"])
