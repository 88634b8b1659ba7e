"""Where somebody said no, for the SQL of upper rooms that write what is owed and asks for no yes."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from crm.consent.model import APPEALS, Act, Channel, Refusal
from crm.consent.policy import EVERYWHERE
from crm.consent.restriction_selects import restricted_people
from crm.consent.rules import NO
from crm.consent.selects import Moment, reachable, refused, words_at
from crm.consent.tables import ConsentEventRow, ConsentStandingRow, RestrictionRow, SuppressionRow
from crm.people import selects as people

BY_THEIR_WORD = frozenset(
    {Refusal.OBJECTED, Refusal.REFUSED, Refusal.WITHDRAWN, Refusal.SUPPRESSED, Refusal.RESTRICTED}
)
"""What the gate says of whoever asked not to be written to; of the others it says that nobody asked them."""


def mailboxes_saying_no(purpose: str, on: date) -> Select[*tuple[Any, ...]]:
    """Every mailbox of that day at which somebody's word on a purpose is a no: person_id, contact_point_id."""
    live = people.reachable(on, f"{on:%m-%d}").subquery("live")
    word, joined = words_at(live, purpose, Channel.EMAIL)
    return joined.add_columns(live.c.person_id, live.c.contact_point_id).where(word.is_in(NO))


def no_appeals(channel: Channel) -> Select[int]:
    """Whoever wants no appeal by a channel, whatever an appeal has as its purpose: select of person_id.

    Their yes to a newsletter is none to being asked for gifts by it (GDPR art. 21). Few of many.
    """
    no, again = ConsentStandingRow, aliased(ConsentStandingRow)
    taken_back = select(again.person_id).where(
        again.person_id == no.person_id,
        again.purpose == APPEALS,
        again.channel == channel,
        again.address_key == EVERYWHERE,
        again.act == Act.GIVEN,
        again.since_at > no.since_at,
    )
    return select(no.person_id).where(
        no.purpose == APPEALS, no.channel == channel, no.act.in_(sorted(NO)), ~taken_back.exists()
    )


def said_no(purpose: str, channel: Channel, since: Any, until: Any) -> Select[int]:
    """Whoever refused, withdrew or objected between two instants, about a purpose by a channel: select of person_id."""
    word = ConsentEventRow
    about = (word.purpose == purpose, word.channel == channel, word.act.in_(sorted(NO)))
    return select(word.person_id).where(*about, word.occurred_at >= since, word.occurred_at < until)


def unwilling_at_home(
    purpose: str, channel: Channel, *, moment: Moment, also: Select[int] | None = None
) -> Select[int]:
    """The `person_id` of whoever stands on the envelope of a household, and may not be written to by their own word.

    Nor whoever is said to have died while nobody has decided, or whose data are frozen. The gate is asked about those
    alone of whom that is said, who ever said no, or whose address is not to be used: they are few. `also`: others who
    are not to be named (select of person_id).
    """
    row, live, named = ConsentStandingRow, reachable(channel, moment).subquery("at_home"), people.on_envelopes()
    said = select(row.person_id).where(
        row.purpose == purpose, row.channel == channel, row.act.in_(sorted(NO)), row.person_id.in_(named)
    )
    barred = select(live.c.person_id).where(
        live.c.address_key.in_(select(SuppressionRow.address_key)), live.c.person_id.in_(named)
    )
    told = people.reported_dead().subquery("told")
    dead = select(told.c.person_id).where(told.c.person_id.in_(named))
    frozen = restricted_people().where(RestrictionRow.person_id.in_(named))
    few = said.union(barred, dead, frozen).cte("few").prefix_with("MATERIALIZED")
    no = refused(purpose, channel, moment=moment, is_owed=True, among=select(few.c.person_id)).cte("no_of_them")
    silent = BY_THEIR_WORD | {Refusal.DECEASED}
    of_them = select(no.c.person_id).where(no.c.refusal.in_(sorted(one.value for one in silent)))
    if also is None:
        return of_them
    everybody = of_them.union(also).subquery("unwilling")
    return select(everybody.c.person_id)
