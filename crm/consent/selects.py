"""The rules of consent as SQL, for many people at once. A property test holds them to `rules.py`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from crm.consent.model import SERVICE, Act, Channel, Refusal, SuppressionCause, Way
from crm.consent.rules import CLOSENESS, OWN_WORD
from crm.consent.tables import ConsentStandingRow, SuppressionRow
from crm.people import selects as people

_ALLOWED = 100
_MERGED = 99
_DECEASED = 98


def allowed(purpose: str, channel: Channel = Channel.EMAIL) -> Select[Any]:
    """Whom we may write to for a purpose, one row per person.

    At their primary address where that is allowed, else at the oldest of the others.

    Columns: person_id, contact_point_id, address, address_key, language.
    """
    live = people.reachable().subquery("live")
    standing = aliased(ConsentStandingRow)
    choice = func.row_number().over(
        partition_by=live.c.person_id, order_by=(live.c.is_primary.desc(), live.c.contact_point_id)
    )
    ranked = (
        select(
            live.c.person_id,
            live.c.contact_point_id,
            live.c.address,
            live.c.address_key,
            live.c.language,
            choice.label("choice"),
        )
        .join(standing, and_(standing.person_id == live.c.person_id, standing.address_key == live.c.address_key))
        .where(
            standing.purpose == purpose,
            standing.channel == channel,
            standing.act == Act.GIVEN,
            ~_suppressed(standing.address_key, standing),
        )
        .subquery("ranked")
    )
    wanted = (ranked.c.person_id, ranked.c.contact_point_id, ranked.c.address, ranked.c.address_key, ranked.c.language)
    return select(*wanted).where(ranked.c.choice == 1)


def refused(purpose: str, channel: Channel = Channel.EMAIL) -> Select[Any]:
    """Everybody who ever stood on a purpose and may not be written to, with the reason nearest to a yes.

    Columns: person_id, refusal (a word of `Refusal`).
    """
    standing = aliased(ConsentStandingRow)
    live = people.reachable().subquery("live")
    reachable = (
        select(literal(1))
        .select_from(live)
        .where(live.c.person_id == standing.person_id, live.c.address_key == standing.address_key)
        .exists()
    )
    closeness = case(
        (people.merged(standing.person_id), _MERGED),
        (people.deceased(standing.person_id), _DECEASED),
        *((standing.act == act, CLOSENESS[refusal]) for act, refusal in OWN_WORD.items() if refusal is not None),
        (_suppressed(standing.address_key, standing), CLOSENESS[Refusal.SUPPRESSED]),
        (~reachable, CLOSENESS[Refusal.NO_ADDRESS]),
        else_=_ALLOWED,
    )
    nearest = (
        select(standing.person_id, func.max(closeness).label("closeness"))
        .where(standing.purpose == purpose, standing.channel == channel)
        .group_by(standing.person_id)
        .subquery("nearest")
    )
    words = {_MERGED: Refusal.MERGED.value, _DECEASED: Refusal.DECEASED.value}
    words |= {rank: refusal.value for refusal, rank in CLOSENESS.items()}
    return select(nearest.c.person_id, case(words, value=nearest.c.closeness).label("refusal")).where(
        nearest.c.closeness < _ALLOWED
    )


def may_receive(
    purpose: ColumnElement[Any] | Any,
    channel: ColumnElement[Any] | Channel,
    person_id: ColumnElement[Any] | Any,
    address_key: ColumnElement[Any] | Any,
) -> ColumnElement[bool]:
    """The last look, for the statement that claims a mail: may this person get it at this address, as things stand?

    Each argument is a value or a column of the statement it is used in. `SERVICE` needs no consent, only an address
    that is not dead and a person who is not.
    """
    owed = and_(~_dead(address_key), ~people.deceased(person_id))
    consented = _consented(purpose, channel, person_id, address_key)
    if not isinstance(purpose, str):
        return case((purpose == SERVICE, owed), else_=consented)
    return owed if purpose == SERVICE else consented


def _consented(purpose: Any, channel: Any, person_id: Any, address_key: Any) -> ColumnElement[bool]:
    standing = aliased(ConsentStandingRow)
    live = people.reachable().subquery()
    return (
        select(literal(1))
        .select_from(standing)
        .join(live, and_(live.c.person_id == standing.person_id, live.c.address_key == standing.address_key))
        .where(
            standing.person_id == person_id,
            standing.purpose == purpose,
            standing.channel == channel,
            standing.address_key == address_key,
            standing.act == Act.GIVEN,
            ~_suppressed(standing.address_key, standing),
        )
        .exists()
    )


def _suppressed(address_key: Any, standing: type[ConsentStandingRow]) -> ColumnElement[bool]:
    """A suppression stands, and no later confirmation by the holder of the mailbox outranks it."""
    suppression = aliased(SuppressionRow)
    outranked = and_(standing.way == Way.CONFIRMATION, standing.since_at > suppression.since_at)
    return (
        select(literal(1))
        .select_from(suppression)
        .where(
            suppression.address_key == address_key,
            or_(suppression.cause == SuppressionCause.DEAD_ADDRESS, ~outranked),
        )
        .exists()
    )


def _dead(address_key: Any) -> ColumnElement[bool]:
    suppression = aliased(SuppressionRow)
    return (
        select(literal(1))
        .select_from(suppression)
        .where(suppression.address_key == address_key, suppression.cause == SuppressionCause.DEAD_ADDRESS)
        .exists()
    )
