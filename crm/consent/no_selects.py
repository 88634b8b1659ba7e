"""Where somebody said no, for the SQL of upper rooms that write what is owed and asks for no yes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from crm.consent.model import Channel
from crm.consent.rules import NO
from crm.consent.selects import words_at
from crm.consent.tables import ConsentEventRow
from crm.people import selects as people


def mailboxes_saying_no(purpose: str) -> Select[*tuple[Any, ...]]:
    """Every living mailbox at which somebody's word on a purpose is a no: person_id, contact_point_id."""
    live = people.reachable().subquery("live")
    word, joined = words_at(live, purpose, Channel.EMAIL)
    return joined.add_columns(live.c.person_id, live.c.contact_point_id).where(word.is_in(NO))


def said_no(purpose: str, channel: Channel, since: Any, until: Any) -> Select[int]:
    """Whoever refused, withdrew or objected between two instants, about a purpose by a channel: select of person_id."""
    word = ConsentEventRow
    about = (word.purpose == purpose, word.channel == channel, word.act.in_(sorted(NO)))
    return select(word.person_id).where(*about, word.occurred_at >= since, word.occurred_at < until)
