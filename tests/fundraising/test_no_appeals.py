"""Who wants no appeal any more, by no way, and who is under 18: no newsletter's yes makes an appeal of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import policies
from crm.consent import service as consent
from crm.consent.model import Channel, Purpose
from crm.fundraising import editions, freezing, late, objecting, results, selects, service, store
from crm.fundraising.errors import NotReachable
from crm.fundraising.model import Arm, NewCell, Reason, Removal, WholeAppeal
from crm.people import households
from crm.rooms import QUESTIONS
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from tests.conftest import NOW
from tests.delivery.test_source_codes import reader
from tests.fundraising.conftest import ASKING, BY, TODAY, appeal, leaves, person, segment

DAY = timedelta(days=1)


def _by_mail(session: Session, code: str = "E1") -> WholeAppeal:
    everybody = NewCell(name="Tous", segment_id=segment(session, f"Tous {code}"))
    return appeal(session, everybody, code=code, channel=Channel.EMAIL, purpose="news", planned_on=TODAY,
                  one_a_household=False)  # fmt: skip


def _asked(session: Session, made: WholeAppeal) -> set[int]:
    return set(session.scalars(selects.asked(made.id)))


def test_no_appeal_any_more_holds_for_each_appeal_whatever_its_purpose(house: Assembly) -> None:
    with house.database.reading() as session:
        consent.put_purpose(session, Purpose(code="news", names={"fr": "N"}, promises={"fr": "…"}, position=1))
        before, after, stays = (reader(session, house, name) for name in ("Avant", "Apres", "Reste"))
        objecting.object_to(session, house.sealer, before, at=NOW)
        made = _by_mail(session)
        would = freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
        assert (_asked(session, made), dict(would.refusals)) == ({after, stays}, {"objected": 1})
        [cell] = service.cells(session, made.id)
        with pytest.raises(NotReachable) as refused:
            late.add(session, QUESTIONS, made.id, cell.id, before, why="Amie", by=BY, at=NOW)
        assert refused.value.reason == "objected"

        on_paper = appeal(session, NewCell(name="Tous", segment_id=segment(session, "Tous")), rest_days=0,
                          one_a_household=False)  # fmt: skip
        freezing.freeze(session, QUESTIONS, on_paper.id, by=BY, at=NOW)
        leaves(session, made)
        objecting.object_to(session, house.sealer, after, at=NOW + DAY)
        codes, readers = editions.source_codes(session, on_paper.id, None)
        assert (len(codes), {row.person_id for row in session.execute(readers)}) == (1, {stays})
        assert set(session.scalars(selects.readers(on_paper.id))) == {stays}

        assert results.of(session, made, on=TODAY + DAY).opt_outs == 1
        for one in (made, on_paper):
            assert late.strike(session, one.id, at=NOW + DAY) == 1
            assert store.removed(session, one.id) == {Removal.OBJECTED: 1}
        notice = {"words": "Oui", "language": Language.FR}
        objecting.allow_again(session, house.sealer, before, at=NOW + 2 * DAY, **notice)  # type: ignore[arg-type] # both
        again = _by_mail(session, "E2")
        assert freezing.preview(session, QUESTIONS, again.id, at=NOW + 2 * DAY).refusals == {"objected": 1}


def test_a_letter_to_a_household_does_not_name_whoever_wants_no_appeal(house: Assembly) -> None:
    with house.database.reading() as session:
        service.open_purpose(session)
        ana, paul = (person(session, house, name) for name in ("Silva", "Leroy"))
        households.found(session, [ana, paul], at=NOW)
        objecting.object_to(session, house.sealer, paul, at=NOW)
        made = appeal(session, NewCell(name="Tous", segment_id=segment(session, "Tous")))
        assert made.plan.purpose == ASKING
        freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
        row = store.recipient(session, made.id, ana)
        assert row is not None
        assert row.lines.splitlines()[0] == "Ana Silva"


def test_who_is_under_18_by_their_own_word_is_asked_for_no_money(house: Assembly) -> None:
    with house.database.reading() as session:
        consent.put_purpose(session, Purpose(code="news", names={"fr": "N"}, promises={"fr": "…"}, position=1))
        young, learned, grown = (reader(session, house, name) for name in ("Jeune", "Su", "Grande"))
        policies.say_age(session, young, is_minor=True, at=NOW - DAY)
        made = _by_mail(session)
        would = freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
        assert (dict(would.excluded), _asked(session, made)) == ({Reason.MINOR: 1}, {learned, grown})
        [cell] = service.cells(session, made.id)
        with pytest.raises(NotReachable) as refused:
            late.add(session, QUESTIONS, made.id, cell.id, young, why="Amie", by=BY, at=NOW)
        assert refused.value.reason == "minor"
        policies.say_age(session, learned, is_minor=True, at=NOW)
        assert late.strike(session, made.id, at=NOW + DAY) == 1
        assert store.removed(session, made.id) == {Removal.MINOR: 1}
        row = store.recipient(session, made.id, PersonId(grown))
        assert row is not None
        assert row.arm is Arm.MAILED
