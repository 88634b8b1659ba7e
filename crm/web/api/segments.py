"""Who is in a segment, for the organisation's own programs: one person, or page after page of numbers."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.consent import restrictions
from crm.partners.model import Scope
from crm.people import service as people
from crm.segments import asking, service
from crm.segments.errors import SegmentMissing, ThingGone
from crm.segments.model import Definition, Segment
from crm.segments.selects import Question
from crm.values.identifiers import AccountId, PersonId, SegmentId
from crm.web.api import gate, problems
from crm.web.api.answers import MembershipOut, SegmentPageOut
from crm.web.api.gate import Caller
from crm.web.api.problems import Problem
from crm.web.words import N_

blueprint = Blueprint("api_segments", __name__, url_prefix=gate.PREFIX)

SIZE = 1000
NOBODY = AccountId(0)
"""A program is no colleague: it sees what the whole team sees."""


@gate.tells(
    blueprint, "/segments/<segment>/people/<person>", MembershipOut, scope=Scope.SEGMENTS,
    also=(problems.MISSING, problems.GONE),
    summary=N_("Savoir si une personne, par son numéro de fiche, fait partie d’un segment de l’équipe."),
)  # fmt: skip
def segment_membership(session: Session, caller: Caller, segment: str, person: str) -> MembershipOut:
    """Whether somebody is in a segment, now."""
    found, question, definition = _asked(session, caller, segment)
    somebody = people.find_survivor(session, PersonId(_number(person)))
    if somebody is None:
        raise Problem(problems.MISSING)
    frozen = restrictions.restricted(session, [somebody.id])
    is_in = not frozen and bool(asking.memberships({found.id: definition}, question, somebody.id))
    _note(caller, found, 1)
    return MembershipOut(segment=found.id, person=somebody.id, is_member=is_in, asked_at=caller.at)


@gate.tells(
    blueprint, "/segments/<segment>/people-after/<person>", SegmentPageOut, scope=Scope.SEGMENTS,
    also=(problems.MISSING, problems.GONE),
    summary=N_("Les numéros de fiche d’un segment, mille à la fois, dans l’ordre ; commencez après 0."),
)  # fmt: skip
def segment_people(session: Session, caller: Caller, segment: str, person: str) -> SegmentPageOut:
    """A page of who is in it, and where the next one begins; never whose data are frozen (GDPR art. 18)."""
    found, question, definition = _asked(session, caller, segment)
    numbers = asking.sample(definition, question, size=SIZE + 1, after=_number(person))
    shown = numbers[:SIZE]
    frozen = restrictions.restricted(session, [PersonId(one) for one in shown])
    told = [one for one in shown if one not in frozen]
    _note(caller, found, len(told))
    return SegmentPageOut(
        segment=found.id, people=told, next_after=shown[-1] if len(numbers) > SIZE else None, asked_at=caller.at
    )


def _asked(session: Session, caller: Caller, segment: str) -> tuple[Segment, Question, Definition]:
    """What tells an opinion (GDPR art. 9) is told to no program, as if it were not there."""
    catalogue = caller.made.questions
    try:
        found = service.get(session, SegmentId(_number(segment)), by=NOBODY, catalogue=catalogue)
        if service.sensitive(session, catalogue, found.tree):
            raise Problem(problems.MISSING)
        question = service.question(session, catalogue, [found.tree], at=caller.at)
    except SegmentMissing as error:
        raise Problem(problems.MISSING) from error
    except ThingGone as error:
        raise Problem(problems.GONE) from error
    return found, question, service.definition(found.tree, service.picks(session, found.id))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise Problem(problems.MISSING)
    return int(text)


def _note(caller: Caller, found: Segment, rows: int) -> None:
    with caller.made.database.transaction() as session:
        audit.record(
            session, caller.made.sealer, at=caller.at, account_id=None, action="api.segment", subject="segment",
            subject_id=found.id, facts={"token": caller.token.id, "rows": rows},
        )  # fmt: skip
