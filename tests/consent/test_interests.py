"""Declared preferences: given and withdrawn in the ledger, deleted with the consent, and found in one pass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import literal, select

from crm.assembly import Assembly
from crm.consent import interests, merging, paces
from crm.consent import service as consent
from crm.consent.interest import Interest, InterestKind
from crm.consent.model import INTERESTS, Act, Channel, Way
from crm.consent.pace import Rhythm
from crm.consent.policy import EVERYWHERE
from crm.consent.tables import InterestRow
from crm.people.model import Person
from crm.values.errors import Invalid
from crm.values.languages import Language
from tests.conftest import NOW

Add = Callable[..., Person]
CODES = [Interest(kind=kind, code=code) for kind in InterestKind for code in ("iran", "climat")]
TEXT = "Je veux.\nMon accord explicite."


def test_what_is_declared_goes_with_the_consent_and_the_ledger_never_knew_it(assembly: Assembly, add: Add) -> None:
    with assembly.database.transaction() as session:
        person = add(session, "lea@exemple.be")
        said = {"person_id": person.id, "text": TEXT, "language": Language.FR, "way": Way.PREFERENCES}
        with pytest.raises(Invalid):
            interests.declare(session, assembly.sealer, wanted=[], at=NOW, **said)  # type: ignore[arg-type]
        for wanted in (CODES[:3], CODES[1:2]):
            assert interests.declare(session, assembly.sealer, wanted=wanted, at=NOW, **said)  # type: ignore[arg-type]
            assert not interests.declare(session, assembly.sealer, wanted=wanted, at=NOW, **said)  # type: ignore[arg-type]
            assert interests.interests_of(session, person.id) == tuple(sorted(wanted))
        later = NOW + timedelta(days=1)
        forget = {"person_id": person.id, "way": Way.PREFERENCES, "at": later}
        assert interests.withdraw(session, assembly.sealer, **forget) == 1  # type: ignore[arg-type]
        assert interests.withdraw(session, assembly.sealer, **forget) == 0  # type: ignore[arg-type]
        assert session.scalars(select(InterestRow)).all() == []
        history = consent.history(session, person.id)
        assert [(one.purpose, one.act) for one in history] == [
            (INTERESTS, Act.GIVEN),
            (INTERESTS, Act.GIVEN),
            (INTERESTS, Act.WITHDRAWN),
        ]
        assert [dict(one.evidence) for one in history] == [{}, {}, {}]
        notice = consent.notices(session, [history[0].notice_id or 0])  # type: ignore[list-item]
        assert [one.text for one in notice.values()] == [TEXT]
        assert consent.verify(session, assembly.sealer) == []
        interests.declare(session, assembly.sealer, wanted=CODES, at=later, **said)  # type: ignore[arg-type]
        for_staff = {"purpose": INTERESTS, "address_key": EVERYWHERE, "way": Way.STAFF, "at": later}
        consent.withdraw(session, assembly.sealer, person_id=person.id, **for_staff)  # type: ignore[arg-type]
        assert session.scalars(select(InterestRow)).all() == []


def test_a_merge_with_somebody_who_took_it_back_later_keeps_no_choice_and_the_latest_letter(
    assembly: Assembly, add: Add
) -> None:
    with assembly.database.transaction() as session:
        one, other = add(session, "lea@exemple.be"), add(session, "l.dupont@exemple.be")
        for person, days in ((one, 0), (other, 1)):
            said = {"person_id": person.id, "text": TEXT, "language": Language.FR, "way": Way.PREFERENCES}
            interests.declare(session, assembly.sealer, wanted=CODES, at=NOW + timedelta(days=days), **said)  # type: ignore[arg-type]
            paces.declare(
                session, assembly.sealer, person_id=person.id, pause_until_on=None, rhythm=Rhythm.MONTHLY,
                way=Way.PREFERENCES, at=NOW,
            )  # fmt: skip
            paces.note_letters(session, select(literal(person.id)), at=NOW + timedelta(days=3 + days))
        interests.withdraw(session, assembly.sealer, person_id=other.id, way=Way.STAFF, at=NOW + timedelta(days=2))
        moves = merging.repoint(session, loser=other.id, survivor=one.id)
        assert session.scalars(select(InterestRow)).all() == []
        latest, ours = NOW + timedelta(days=4), NOW + timedelta(days=3)
        assert paces.last_letters(session, [one.id, other.id])[one.id, Channel.EMAIL] == latest
        merging.put_back(session, moves, loser=other.id, survivor=one.id)
        session.expire_all()
        held = paces.last_letters(session, [one.id, other.id])
        assert held == {(one.id, Channel.EMAIL): ours, (other.id, Channel.EMAIL): latest}


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chosen=st.lists(st.sets(st.sampled_from(CODES)), min_size=1, max_size=4),
    groups=st.lists(st.sets(st.sampled_from(CODES)), max_size=4),
)
def test_one_pass_finds_what_each_likes(
    assembly: Assembly, add: Add, chosen: list[set[Interest]], groups: list[set[Interest]]
) -> None:
    wanted = {1 << n: group for n, group in enumerate(groups) if group}
    with assembly.database.transaction() as session:
        expected = {}
        for number, likes in enumerate(chosen):
            person = add(session, f"p{number}@exemple.be")
            if likes:
                interests.declare(
                    session,
                    assembly.sealer,
                    person_id=person.id,
                    wanted=likes,
                    text=TEXT,
                    language=Language.FR,
                    way=Way.PREFERENCES,
                    at=NOW,
                )
            total = sum(bit for bit, group in wanted.items() if group & likes)
            if total:
                expected[person.id] = total
        if wanted:
            found = session.execute(interests.matches(wanted)).all()
            assert {row.person_id: row.likes for row in found} == expected
        session.rollback()
