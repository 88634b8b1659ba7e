"""SQL of who gets an edition and who does not, and of the row that each is owed. Never commits, decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import JSON, ColumnElement, FromClause, Select, String, Text, case, cast, func, insert, literal, select
from sqlalchemy.orm import Session

from crm.consent import gate, interests, paces
from crm.consent import selects as consent
from crm.consent.interest import Interest
from crm.foundation.columns import Instant, Word
from crm.values.languages import Language
from mailing.delivery.audiences import Coded
from mailing.delivery.model import DeliveryState, Mailing, Reason, Selected
from mailing.delivery.tables import DeliveryRow
from mailing.rendering.model import Slot

NO_SELECTION: Mapping[int, Selected] = MappingProxyType({})
People = Select[*tuple[Any, ...]] | None
"""A select of person_id, or None for everybody."""
NO_GROUP: Mapping[int, frozenset[Interest]] = MappingProxyType({})


def likings(session: Session, groups: Mapping[int, frozenset[Interest]]) -> dict[int, int]:
    """How many people like each sum of those groups."""
    liking = interests.matches(groups).subquery("liking")
    rows = session.execute(select(liking.c.likes, func.count()).group_by(liking.c.likes))
    return {int(likes): number for likes, number in rows}


def freeze(
    session: Session,
    *,
    mailing: Mailing,
    body_id: int,
    priority: int,
    languages: Sequence[Language] | None,
    seed: str,
    domain: str,
    now: datetime,
    selections: Mapping[int, Selected] = NO_SELECTION,
    groups: Mapping[int, frozenset[Interest]] = NO_GROUP,
    among: People = None,
    coded: Coded | None = None,
) -> None:
    """One planned delivery for everyone whom the purpose allows (`among` those people), in one statement.

    `selections`: what each sum of `groups` that readers like comes to. A sender goes through one selection after the
    other, so that it prepares each body once.

    `coded`: the code of the appeal each of them answers by.

    Message-IDs are those of `rules.message_id`.
    """
    allowed = consent.allowed(mailing.purpose, moment=gate.moment(session, now)).subquery("allowed")
    liking = interests.matches(groups).subquery("liking") if selections else None
    likes: Any = literal(0) if liking is None else func.coalesce(liking.c.likes, 0)
    own_body = {sum_of: one.body_id for sum_of, one in selections.items()}
    own_selection = {sum_of: one.selection_id for sum_of, one in selections.items()}
    message_id = literal(f"<{seed}.", Text).concat(cast(allowed.c.person_id, String)).concat(f"@{domain}>")
    made: dict[str, ColumnElement[Any]] = {
        "mailing_id": literal(mailing.id),
        "body_id": literal(body_id) if liking is None else case(own_body, value=likes, else_=body_id),
        "recorded_person_id": allowed.c.person_id,
        "person_id": allowed.c.person_id,
        "occasion": literal(""),
        "contact_point_id": allowed.c.contact_point_id,
        "address": allowed.c.address,
        "address_key": allowed.c.address_key,
        "selection_id": literal(0) if liking is None else case(own_selection, value=likes, else_=0),
        **_fresh(priority, now),
        "message_id": message_id,
    }
    source: FromClause = allowed
    if liking is not None:
        source = source.outerjoin(liking, liking.c.person_id == allowed.c.person_id)
    if coded is not None and coded.codes:
        theirs = coded.people.subquery("theirs")
        source = source.outerjoin(theirs, theirs.c.person_id == allowed.c.person_id)
        values = {code: literal({Slot.SOURCE_CODE.value: code}, JSON) for code in coded.codes}
        made["slot_values"] = case(values, value=theirs.c.source_code, else_=literal({}, JSON))
    chosen = select(*(column.label(name) for name, column in made.items())).select_from(source)
    if languages is not None:
        chosen = chosen.where(allowed.c.language.in_(languages))
    if among is not None:
        chosen = chosen.where(allowed.c.person_id.in_(among))
    table = DeliveryRow.__table__
    session.execute(
        insert(DeliveryRow).from_select([table.c[name] for name in made], chosen.order_by("selection_id", "person_id"))
    )
    paces.note_letters(session, select(DeliveryRow.person_id).where(DeliveryRow.mailing_id == mailing.id), at=now)


def owed(session: Session, mailing_id: int) -> int:
    """How many are owed that mailing."""
    return session.scalar(select(func.count()).where(DeliveryRow.mailing_id == mailing_id)) or 0


def owe(
    session: Session,
    *,
    mailing: Mailing,
    bodies: Mapping[Language, int],
    readers: Select[*tuple[Any, ...]],
    priority: int,
    seed: str,
    domain: str,
    now: datetime,
) -> None:
    """One planned delivery for each of `readers` who has none of that mailing yet, in one statement."""
    reader = readers.subquery("reader")
    message_id = literal(f"<{seed}.", Text).concat(cast(reader.c.person_id, String)).concat(f"@{domain}>")
    by_language = {language.value: body_id for language, body_id in bodies.items()}
    made: dict[str, ColumnElement[Any]] = {
        "mailing_id": literal(mailing.id),
        "body_id": case(by_language, value=cast(reader.c.language, String), else_=next(iter(bodies.values()))),
        "recorded_person_id": reader.c.person_id,
        "person_id": reader.c.person_id,
        "occasion": literal(""),
        "contact_point_id": reader.c.contact_point_id,
        "address": reader.c.address,
        "address_key": reader.c.address_key,
        "selection_id": literal(0),
        **_fresh(priority, now),
        "message_id": message_id,
    }
    known = select(literal(1)).where(
        DeliveryRow.mailing_id == mailing.id, DeliveryRow.recorded_person_id == reader.c.person_id
    )
    chosen = select(*(column.label(name) for name, column in made.items())).where(~known.exists())
    table = DeliveryRow.__table__
    session.execute(
        insert(DeliveryRow).from_select([table.c[name] for name in made], chosen.order_by("body_id", "person_id"))
    )


def _fresh(priority: int, now: datetime) -> dict[str, ColumnElement[Any]]:
    """What every row begins with."""
    return {
        "slot_values": literal({}, JSON),
        "priority": literal(priority),
        "state": literal(DeliveryState.PLANNED, Word(DeliveryState)),
        "reason": literal(""),
        "fence": literal(0),
        "worker": literal(""),
        "attempts": literal(0),
        "next_attempt_at": literal(now, Instant()),
        "reply": literal(""),
        "created_at": literal(now, Instant()),
    }


def readers(
    session: Session, purpose: str, languages: Sequence[Language] | None, *, now: datetime, among: People = None
) -> int:
    """How many people the purpose allows, of those languages, among those people."""
    allowed = consent.allowed(purpose, moment=gate.moment(session, now)).subquery("allowed")
    counted = select(func.count()).select_from(allowed)
    if among is not None:
        counted = counted.where(allowed.c.person_id.in_(among))
    return session.scalar(counted if languages is None else counted.where(allowed.c.language.in_(languages))) or 0


def exclusions(
    session: Session, purpose: str, languages: Sequence[Language] | None, *, now: datetime, among: People = None
) -> dict[str, int]:
    """How many who ever stood on a purpose may not be written to, by reason; and how many read another language.

    `among`: of those people, whether or not they ever said anything.
    """
    moment = gate.moment(session, now)
    refused = consent.refused(purpose, moment=moment, among=among).subquery("refused")
    rows = session.execute(select(refused.c.refusal, func.count()).group_by(refused.c.refusal)).all()
    counted = {str(refusal): number for refusal, number in rows}
    if languages is not None:
        allowed = consent.allowed(purpose, moment=moment).subquery("allowed")
        others = select(func.count()).select_from(allowed).where(allowed.c.language.not_in(languages))
        others = others if among is None else others.where(allowed.c.person_id.in_(among))
        if number := session.scalar(others):
            counted[Reason.OTHER_LANGUAGE] = number
    return counted
