"""How a letter opens is frozen with its address: what leaves next week is what leaves today."""

from __future__ import annotations

import io
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.contracts.personal_data import Erasing
from crm.fundraising import exporting, freezing, late, personal_data, store
from crm.fundraising.model import NewCell, WholeAppeal
from crm.fundraising.tables import RecipientRow
from crm.people import households
from crm.people import service as people
from crm.people.model import Position
from crm.people.personal_data import subject as find
from crm.rooms import QUESTIONS
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from tests.conftest import NOW
from tests.fundraising.conftest import BY, appeal, object_to, person, segment


def _frozen(session: Session, code: str = "P1") -> WholeAppeal:
    made = appeal(session, NewCell(name="Tous", segment_id=segment(session, f"Tous {code}")), code=code, rest_days=0)
    freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
    return made


def _left(session: Session, made: WholeAppeal, days: int) -> list[object]:
    at = NOW + timedelta(days=days)
    late.strike(session, made.id, at=at)
    return [one["sha256"] for one in exporting.write(session, made, io.BytesIO(), at=at).parts]


def _opens(session: Session, made: WholeAppeal) -> dict[PersonId, str]:
    return {one.person_id: one.opening for one in exporting.recipients(session, made.id)}


def test_the_file_of_next_week_is_that_of_today_whatever_was_edited(house: Assembly) -> None:
    with house.database.reading() as session:
        ana, paul, alone = (person(session, house, name) for name in ("Silva", "Leroy", "Peeters"))
        people.edit(session, paul, first_name="Paul")
        home = households.found(session, [ana, paul], at=NOW)
        made = _frozen(session)
        today = _left(session, made, 0)
        assert _opens(session, made) == {ana: "Bonjour Ana et Paul,", alone: "Bonjour Ana,"}
        people.edit(session, alone, first_name="Anna", greeting="Ma chère Anna,", language=Language.NL)
        people.edit(session, paul, first_name="Pol", language=Language.NL)
        households.name(session, home.id, on_envelope="Famille Leroy", greeting="Chers amis,")
        assert _left(session, made, 7) == today
        lea = person(session, house, "Leroy", first_name="Léa")
        households.put(session, home.id, lea, position=Position.OTHER, is_on_envelope=True, at=NOW)
        assert _left(session, made, 8) == today


def test_what_was_frozen_before_greetings_were_kept_keeps_them_from_the_next_file_on(house: Assembly) -> None:
    with house.database.reading() as session:
        ana, paul = (person(session, house, name) for name in ("Silva", "Leroy"))
        people.edit(session, paul, first_name="Paul")
        households.found(session, [ana, paul], at=NOW)
        made = _frozen(session)
        before = _left(session, made, 0)
        session.execute(update(RecipientRow).values(opening=None, own_opening=None))
        session.expire_all()
        assert _left(session, made, 1) == before
        people.edit(session, ana, greeting="Très chère Ana,")
        assert _left(session, made, 2) == before


def test_whoever_is_gone_from_a_home_is_greeted_no_more(house: Assembly) -> None:
    with house.database.reading() as session:
        ana, paul = (person(session, house, name) for name in ("Silva", "Leroy"))
        people.edit(session, paul, first_name="Paul")
        home = households.found(session, [ana, paul], at=NOW)
        for code, hand in (("P1", ""), ("P2", "Chers amis,")):
            households.name(session, home.id, on_envelope="", greeting=hand)
            made = _frozen(session, code)
            assert _opens(session, made) == {ana: hand or "Bonjour Ana et Paul,"}
            with session.begin_nested() as trial:
                object_to(session, house, paul)
                _left(session, made, 1)
                assert _opens(session, made) == {ana: "Bonjour Ana,"}
                trial.rollback()
            session.expire_all()
        subject = find(session, paul)
        assert subject is not None
        made = _frozen(session, "P3")
        households.name(session, home.id, on_envelope="", greeting="")
        made = _frozen(session, "P4")
        personal_data.erase(session, subject, Erasing(at=NOW, sealer=house.sealer, home=house.settings.home))
        row = store.recipient(session, made.id, ana)
        assert row is not None
        session.refresh(row)
        assert (row.opening, row.lines.split("\n")[0]) == ("Bonjour Ana,", "Ana Silva")
