"""Whose verdict changes by the hour is known at any hour of the day: everybody else's is one all day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import product

from sqlalchemy import select

from crm.assembly import Assembly
from crm.consent import gate, paces, policies
from crm.consent import service as consent
from crm.consent.model import Act, Channel, LegalBasis, NewAct, Way
from crm.consent.pace import Rhythm
from crm.consent.policy import Need, NewPolicy, Population
from crm.consent.selects import allowed_places
from crm.consent.tables import LastLetterRow
from crm.consent.turning import turning
from crm.people.model import Person
from crm.values.calendar import brussels_day, day_span
from crm.values.identifiers import AccountId
from tests.conftest import NOW
from tests.consent.conftest import NEWS

HOURS = (-1, 0, 9, 23, 24, 25)
"""From the first instant of the day, of so many days ago: a little outside and inside."""
DAYS = 30


def test_everybody_else_s_verdict_is_one_all_day(assembly: Assembly, add: Callable[..., Person]) -> None:
    day = brussels_day(NOW)
    first, last = day_span(day)
    with assembly.database.reading() as session:
        consent.put_purpose(session, NEWS)
        wanted = NewPolicy(
            purpose="news", channel=Channel.EMAIL, population=Population.EVERYBODY, need=Need.CONSENT,
            legal_basis=LegalBasis.CONSENT, longest_days=DAYS, valid_from_on=day, reason="une règle",
        )  # fmt: skip
        proposed = policies.propose(session, wanted, by=AccountId(1), at=NOW)
        policies.decide(session, proposed.id, approve=True, by=AccountId(2), at=NOW)
        sorts = [*product((None, *HOURS), (None, *HOURS), (None,)), *((None, None, one) for one in HOURS)]
        for n, (aged, rested, young) in enumerate(sorts):
            who = add(session, f"p{n}@exemple.be")
            hours = timedelta(hours=1 if aged is None else aged)
            since = first - timedelta(days=1 if aged is None else DAYS) + hours
            said = NewAct(
                person_id=who.id, purpose="news", address_key=who.emails[0].address_key, act=Act.GIVEN, way=Way.WEB,
                occurred_at=since,
            )  # fmt: skip
            consent.record(session, assembly.sealer, said, at=since)
            if rested is not None:
                written = first - timedelta(days=13) + timedelta(hours=rested)
                paces.declare(
                    session, assembly.sealer, person_id=who.id, pause_until_on=None, rhythm=Rhythm.FORTNIGHTLY,
                    way=Way.STAFF, at=written,
                )  # fmt: skip
                session.merge(LastLetterRow(person_id=who.id, channel=Channel.EMAIL, written_at=written))
            if young is not None:
                said_at = first - timedelta(days=policies.MINOR_FOR_DAYS) + timedelta(hours=young)
                policies.say_age(session, who.id, is_minor=True, at=said_at)
        session.flush()
        known = set(session.scalars(turning(day, gate.moment(session, NOW).book)))
        assert known
        found, at = [], first
        while at < last:
            places = allowed_places("news", moment=gate.moment(session, at)).subquery()
            found.append(set(session.scalars(select(places.c.person_id))))
            at += timedelta(hours=1)
        assert any(one != found[0] for one in found), "some do change"
        assert all(one - known == found[0] - known for one in found)
        assert found[0] - known, "and some may be written to all day"
