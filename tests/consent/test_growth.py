"""How an audience moved, by everybody's latest word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Act, Movement, NewAct, Way
from crm.people.model import Person
from tests.conftest import NOW


def test_each_span_counts_who_came_and_who_left_by_their_latest_word(
    assembly: Assembly, add: Callable[..., Person]
) -> None:
    weeks = [NOW + timedelta(weeks=n) for n in range(4)]

    def says(person: Person, act: Act, at: datetime, purpose: str = "news") -> None:
        new = NewAct(
            person_id=person.id,
            purpose=purpose,
            address_key=person.contact_points[0].address_key,
            act=act,
            way=Way.STAFF,
            occurred_at=at,
        )
        consent.record(session, assembly.sealer, new, at=at)

    with assembly.database.transaction() as session:
        faithful, fickle, late, other = (add(session, f"{name}@exemple.be") for name in "abcd")
        says(faithful, Act.GIVEN, weeks[0])
        says(fickle, Act.GIVEN, weeks[0])
        says(fickle, Act.WITHDRAWN, weeks[1])
        says(late, Act.GIVEN, weeks[2] - timedelta(microseconds=1))
        says(other, Act.REFUSED, weeks[1])
    with assembly.database.reading() as session:
        assert consent.audience_size(session, "news", at=NOW) == 2
        assert consent.movements(session, "news", weeks) == (
            Movement(since=weeks[0], until=weeks[1], gained=1, lost=0),
            Movement(since=weeks[1], until=weeks[2], gained=1, lost=1),
            Movement(since=weeks[2], until=weeks[3], gained=0, lost=0),
        )
        assert consent.movements(session, "news", weeks[:1]) == ()
