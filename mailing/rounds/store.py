"""SQL of rounds: who would be asked, the questions, and what became of them. Never commits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from crm.actions import selects as actions
from crm.care import selects as care
from crm.consent import gate
from crm.consent import selects as consent
from crm.consent.model import Act
from crm.donations import selects as donations
from crm.foundation.columns import Instant, Word
from crm.values.calendar import brussels_day
from mailing.delivery import selects as delivery
from mailing.rounds.model import Outcome, Reach
from mailing.rounds.tables import QuestionRow, RoundRow

ASKED_LATELY_DAYS = 365
"""Nobody is asked twice for one purpose within a year."""


def alive_since(person_id: Any, since: datetime) -> ColumnElement[bool]:
    """True for whoever gave any sign of life since an instant. Opening a letter is none; clicks are not counted here.

    Signs are what people said, signed, did and gave, and each time they called or wrote.
    """
    at = literal(since, Instant())
    gifts = donations.effective_gifts().subquery()
    gave = select(gifts.c.person_id).where(gifts.c.given_on >= brussels_day(since))
    signs = [*consent.signs_of_life(at), *actions.signs_of_life(at), *care.signs_of_life(at), gave]
    return or_(*(person_id.in_(sign) for sign in signs))


def candidates(
    session: Session, purpose: str, reach: Reach, *, since: datetime, at: datetime
) -> Select[*tuple[Any, ...]]:
    """Whom a round would ask: the columns of `consent.allowed`, `is_legacy`, `is_asleep` and `is_lately`.

    Whoever is neither is among them too, for the count of those left out: see `chosen`.
    """
    allowed = consent.allowed(purpose, moment=gate.moment(session, at)).subquery("allowed")
    yes = consent.standing_yes(purpose).subquery("yes")
    proven = select(yes.c.person_id).where(yes.c.act == Act.GIVEN)
    lately = (
        select(QuestionRow.person_id)
        .join(RoundRow, RoundRow.id == QuestionRow.round_id)
        .where(RoundRow.purpose == purpose, QuestionRow.asked_at > at - timedelta(days=ASKED_LATELY_DAYS))
    )
    legacy = allowed.c.person_id.not_in(proven)
    asleep = ~alive_since(allowed.c.person_id, since)
    wanted = {Reach.LEGACY: legacy, Reach.ASLEEP: asleep, Reach.BOTH: or_(legacy, asleep)}[reach]
    return select(
        allowed,
        legacy.label("is_legacy"),
        wanted.label("is_wanted"),
        allowed.c.person_id.in_(lately).label("is_lately"),
    )


def chosen(session: Session, purpose: str, reach: Reach, *, since: datetime, at: datetime) -> Select[*tuple[Any, ...]]:
    """Exactly those whom a round asks."""
    every = candidates(session, purpose, reach, since=since, at=at).subquery("every")
    return select(every).where(every.c.is_wanted, ~every.c.is_lately)


def foreseen(session: Session, purpose: str, reach: Reach, *, since: datetime, at: datetime) -> tuple[int, int, int]:
    """How many would be asked, how many are awake, how many were asked lately."""
    every = candidates(session, purpose, reach, since=since, at=at).subquery("every")
    asked, awake, lately = session.execute(
        select(
            func.count().filter(and_(every.c.is_wanted, ~every.c.is_lately)),
            func.count().filter(~every.c.is_wanted),
            func.count().filter(and_(every.c.is_wanted, every.c.is_lately)),
        )
    ).one()
    return asked, awake, lately


def refusals(session: Session, purpose: str, *, at: datetime) -> dict[str, int]:
    """Why others who ever stood on the purpose may not be written to, by reason."""
    refused = consent.refused(purpose, moment=gate.moment(session, at)).subquery("refused")
    rows = session.execute(select(refused.c.refusal, func.count()).group_by(refused.c.refusal))
    return {str(refusal): number for refusal, number in rows}


def add_questions(session: Session, round_id: int, asked: Select[*tuple[Any, ...]], *, at: datetime) -> None:
    """One question for each of `chosen`."""
    who = asked.subquery("who")
    made: dict[str, ColumnElement[Any]] = {
        "round_id": literal(round_id),
        "recorded_person_id": who.c.person_id,
        "person_id": who.c.person_id,
        "is_legacy": who.c.is_legacy,
        "asked_at": literal(at, Instant()),
        "outcome": literal(Outcome.WAITING, Word(Outcome)),
    }
    session.execute(
        insert(QuestionRow).from_select(list(made), select(*(column.label(name) for name, column in made.items())))
    )


def outcomes(session: Session, round_ids: Collection[int]) -> dict[int, dict[Outcome, int]]:
    """How many questions of each round came to what."""
    row, found = QuestionRow, {number: dict.fromkeys(Outcome, 0) for number in round_ids}
    query = select(row.round_id, row.outcome, func.count()).where(row.round_id.in_(round_ids))
    for number, outcome, count in session.execute(query.group_by(row.round_id, row.outcome)):
        found[number][outcome] = count
    return found


def question_of(session: Session, person_id: int, purpose: str) -> QuestionRow | None:
    """The last question somebody was asked about a purpose."""
    return session.scalars(
        select(QuestionRow)
        .join(RoundRow, RoundRow.id == QuestionRow.round_id)
        .where(QuestionRow.person_id == person_id, RoundRow.purpose == purpose)
        .order_by(QuestionRow.asked_at.desc(), QuestionRow.id.desc())
        .limit(1)
    ).first()


def settle_without_silence(session: Session, one: RoundRow, *, at: datetime) -> None:
    """Questions whose silence says nothing: it never arrived, the yes is gone, or the person is awake."""
    row = QuestionRow
    open_ones = and_(row.round_id == one.id, row.outcome == Outcome.WAITING)
    arrived = delivery.accepted_of(one.mailing_id or 0)
    still = consent.standing_yes(one.purpose).subquery("still")
    awake = false() if one.decided_at is None else alive_since(row.person_id, one.decided_at)
    for outcome, condition in (
        (Outcome.NO, row.person_id.not_in(select(still.c.person_id))),
        (Outcome.UNREACHED, row.recorded_person_id.not_in(arrived)),
        (Outcome.ALIVE, and_(~row.is_legacy, awake)),
    ):
        session.execute(
            update(row)
            .where(open_ones, condition)
            .values(outcome=outcome, settled_at=at)
            .execution_options(synchronize_session=False)
        )


def silent(session: Session, one: RoundRow, limit: int) -> list[tuple[int, int, str]]:
    """Some of those who kept silent: question, person, address key of each yes that is to fall."""
    row = QuestionRow
    some = (
        select(row.id, row.person_id, row.is_legacy)
        .where(row.round_id == one.id, row.outcome == Outcome.WAITING)
        .order_by(row.id)
        .limit(limit)
        .subquery("some")
    )
    yes = consent.standing_yes(one.purpose).subquery("yes")
    query = (
        select(some.c.id, some.c.person_id, yes.c.address_key)
        .join(yes, yes.c.person_id == some.c.person_id)
        .where(or_(~some.c.is_legacy, yes.c.act == Act.IMPORTED))
        .order_by(some.c.id, yes.c.address_key)
    )
    return [(number, person_id, key) for number, person_id, key in session.execute(query)]


def expire(session: Session, question_ids: Collection[int], *, at: datetime) -> None:
    """Their silence was the answer."""
    session.execute(
        update(QuestionRow)
        .where(QuestionRow.id.in_(question_ids))
        .values(outcome=Outcome.EXPIRED, settled_at=at)
        .execution_options(synchronize_session=False)
    )
