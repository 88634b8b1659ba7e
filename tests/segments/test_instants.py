"""Instants are counted by the Belgian day, on both databases, wherever the server stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import policies
from crm.consent import service as consent
from crm.consent.model import Act, Channel, LegalBasis, NewAct, Purpose, Way
from crm.consent.policy import Need, NewPolicy, Population
from crm.foundation.columns import Instant
from crm.foundation.months import brussels_day_of
from crm.people import contacts
from crm.rooms import QUESTIONS
from crm.segments.facts import facts_of
from crm.segments.model import Condition, Definition, Span, Test, Words
from crm.segments.rules import belongs
from crm.segments.selects import Question, members
from crm.values.calendar import brussels_day
from crm.values.email_address import EmailAddress
from crm.values.identifiers import AccountId
from tests.conftest import NOW
from tests.segments import sowing
from tests.segments.conftest import both, person

SAME_THEME = Condition(source="signature_theme", where=(Test(column="months_since", asks=Span(high=11)),))


def test_a_signature_of_new_years_night_belongs_to_the_new_year(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        one, same = sowing.petitions(session, ("torture",), ("torture",))
        pairs = {
            "a year": (datetime(2025, 1, 1, 9, tzinfo=UTC), datetime(2025, 12, 31, 23, 30, tzinfo=UTC)),
            "nearly": (datetime(2024, 12, 31, 23, 30, tzinfo=UTC), datetime(2025, 12, 31, 22, 30, tzinfo=UTC)),
            "in summer": (datetime(2024, 6, 30, 22, 30, tzinfo=UTC), datetime(2025, 6, 30, 21, 30, tzinfo=UTC)),
        }
        everyone = {name: person(session, assembly, name) for name in pairs}
        for name, several in pairs.items():
            for petition, at in zip((one, same), several, strict=True):
                sowing.sign(session, everyone[name], petition, at.date(), at)
        assert both(session, SAME_THEME, everyone) == {"nearly", "in summer"}


def test_what_is_asked_of_one_is_asked_of_the_instant_and_by_the_policies_of_its_day(assembly: Assembly) -> None:
    """The statement is written once for all instants, and again where a policy is another."""
    asked = {"purpose": frozenset({"news"}), "channel": frozenset({"email"})}
    reach = Condition(
        source="reach",
        where=tuple(Test(column=one, asks=Words(values=words)) for one, words in asked.items()),
    )

    def reached(days_on: int) -> bool:
        question = Question(session=session, at=NOW + timedelta(days=days_on), catalogue=QUESTIONS)
        (facts,) = facts_of(question, reach, [who])
        judged = belongs(Definition(tree=reach), facts, today=question.today, catalogue=QUESTIONS, others={})
        assert judged == (who in set(session.scalars(members(Definition(tree=reach), question))))
        return judged

    with assembly.database.transaction() as session:
        consent.put_purpose(session, Purpose(code="news", names={"fr": "N"}, promises={}, position=1))
        who, address = person(session, assembly, "p"), EmailAddress.parse("p@exemple.be")
        contacts.add_email(session, assembly.addresses, address, person_id=who, at=NOW)
        yes = NewAct(person_id=who, purpose="news", address_key=assembly.addresses.key_of(str(address)), act=Act.GIVEN,
                     way=Way.CONFIRMATION, occurred_at=NOW)  # fmt: skip
        consent.record(session, assembly.sealer, yes, at=NOW)
        assert [reached(0), reached(40), reached(0)] == [True, True, True]
        _lasts(session, 30)
        assert [reached(0), reached(29), reached(40), reached(0)] == [True, True, False, True]
        _lasts(session, 60)
        assert [reached(40), reached(61)] == [True, False]


def _lasts(session: Session, days: int) -> None:
    new = NewPolicy(
        purpose="news", channel=Channel.EMAIL, population=Population.EVERYBODY, need=Need.CONSENT, longest_days=days,
        legal_basis=LegalBasis.CONSENT, valid_from_on=NOW.date(), reason="une règle",
    )  # fmt: skip
    proposed = policies.propose(session, new, by=AccountId(1), at=NOW)
    policies.decide(session, proposed.id, approve=True, by=AccountId(2), at=NOW)


def test_the_belgian_day_is_the_same_in_sql(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        for turn in (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC),
                     datetime(2023, 3, 26, 1, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC),
                     datetime(2026, 7, 31, 22, tzinfo=UTC)):  # fmt: skip
            for hours in (-3, -2, -1, 0, 1, 2, 21, 22, 23):
                for moment in (turn + timedelta(hours=hours), turn + timedelta(hours=hours, seconds=-1)):
                    assert _day(session, moment) == brussels_day(moment), moment


def _day(session: Session, moment: datetime) -> date | None:
    return session.scalar(select(brussels_day_of(literal(moment, type_=Instant()))))
