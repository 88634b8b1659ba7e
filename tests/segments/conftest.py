"""People, and what they gave, for questions to be asked about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.donations import service as donations
from crm.donations.model import GiftKind, Method, Movement, NewGift, NewLine
from crm.people import service as people
from crm.people.model import NewPerson
from crm.rooms import QUESTIONS
from crm.segments import service
from crm.segments.facts import facts_of
from crm.segments.model import Definition, Tree
from crm.segments.rules import belongs
from crm.segments.selects import Question, members
from crm.values.identifiers import PersonId, SegmentId
from crm.values.languages import Language
from tests.conftest import NOW

TODAY = NOW.date()


def person(session: Session, assembly: Assembly, name: str, **facts: object) -> PersonId:
    """Somebody of that name."""
    new = NewPerson(**{"language": Language.FR, "last_name": name, **facts})  # type: ignore[arg-type] # any fact of it
    return people.add(session, assembly.addresses, new, at=NOW).id


def give(
    session: Session, assembly: Assembly, who: PersonId, cents: int, on: date, *, kind: GiftKind = GiftKind.ONE_OFF,
    fund: str = "general", method: Method = Method.TRANSFER, source_code: str = "",
) -> None:  # fmt: skip
    """A gift of somebody on a day."""
    new = NewGift(
        person_id=who,
        lines=(NewLine(cents=cents, fund=fund),),
        given_on=on,
        movement=Movement(method=method, booked_on=on),
        kind=kind,
        source_code=source_code,
    )
    donations.record(session, assembly.sealer, new, at=NOW)


def both(
    session: Session,
    tree: Tree,
    everyone: Mapping[str, PersonId],
    others: Mapping[SegmentId, Definition] | None = None,
    picks: Mapping[str, bool] | None = None,
) -> set[str]:
    """The names of those a tree picks, which the rules and the SELECT have to say alike; `picks` are by hand."""
    question = Question(session=session, at=NOW, catalogue=QUESTIONS, others=dict(others or {}))
    by_hand = {everyone[name]: is_in for name, is_in in (picks or {}).items()}
    definition = service.definition(tree, {int(number): is_in for number, is_in in by_hand.items()})
    picked = set(session.scalars(members(definition, question)))
    facts = facts_of(question, tree, list(everyone.values()))
    judged = {
        one.person_id
        for one in facts
        if belongs(definition, one, today=TODAY, catalogue=QUESTIONS, others=question.others)
    }
    assert picked == judged
    return {name for name, number in everyone.items() if number in picked}
