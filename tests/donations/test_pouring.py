"""Many gifts at once are what the same gifts are one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.donations import pouring, service
from crm.donations.errors import CodeUnknown, DonorMissing, SaidOtherwise
from crm.donations.model import Basis, GiftKind, LineKind, Method, NewGift, NewLine
from crm.donations.tables import FundRow, GiftLineRow, GiftRow, MoneyEntryRow, MoneyPartRow
from crm.foundation.columns import Base
from crm.ledgers import service as ledgers
from crm.people.tables import PersonRow
from crm.values.identifiers import GiftId, PersonId
from tests.conftest import NOW
from tests.donations.conftest import TODAY, donor, paid

TABLES: dict[type[Base], str] = {GiftRow: "gift", GiftLineRow: "line", MoneyEntryRow: "entry", MoneyPartRow: "part"}
_OF = {"gift_id": "gift", "line_id": "line", "entry_id": "entry"}


def new(person_id: PersonId, chance: Random) -> NewGift:
    """Any gift, of one of few movements, so that some come twice."""
    return NewGift(
        person_id=person_id,
        kind=chance.choice(list(GiftKind)),
        basis=chance.choice(list(Basis)),
        lines=tuple(
            NewLine(
                cents=chance.choice([1, 4_000, 123_456]),
                fund=chance.choice(["general", "ecoles"]),
                kind=chance.choice(list(LineKind)),
            )
            for _ in range(chance.randrange(1, 4))
        ),
        given_on=TODAY,
        movement=paid(method=chance.choice(list(Method)), provider=chance.choice(["", "bank"]), value_on=TODAY),
        tribute=chance.choice(["", " à la mémoire de Léa "]),
        split_beforehand=chance.random() < 0.5,
        is_test=chance.random() < 0.2,
    )


def named(gift: NewGift, name: str) -> NewGift:
    return replace(gift, movement=replace(gift.movement, external_id=name))


def told(session: Session) -> list[list[tuple[object, ...]]]:
    """Every row of every table of gifts, numbered from nought, without its mark (which covers its number)."""
    found, bases = [], dict[str, int]()
    for row, name in TABLES.items():
        columns = [column for column in row.__table__.columns if column.name not in {"mark", "mark_key_id"}]
        rows = [one._mapping for one in session.execute(select(*columns))]
        bases[name] = min((one["id"] for one in rows if "id" in one), default=0)
        found.append(
            sorted(
                tuple(value - bases[_OF.get(key, name)] if key in {"id", *_OF} else value for key, value in one.items())
                for one in rows
            )
        )
    return found


@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_many_at_once_write_what_one_by_one_writes(assembly: Assembly, seed: int) -> None:
    chance = Random(seed)
    with assembly.database.reading() as session:
        session.add(FundRow(code="ecoles", name="Écoles", is_open=True))
        people = [donor(session, assembly) for _ in range(5)]
        made = [new(chance.choice(people), chance) for _ in range(20)]
        has_name = [one.kind is not GiftKind.IN_KIND and chance.random() < 0.5 for one in made]
        distinct = [named(one, f"m{at}" if has_name[at] else "") for at, one in enumerate(made)]
        several = distinct + [one for one in distinct if one.movement.external_id][:4]
        before = session.begin_nested()
        one_by_one = [service.record(session, assembly.sealer, one, at=NOW).id for one in several]
        expected = told(session)
        before.rollback()
        session.expire_all()
        many = pouring.record_many(session, assembly.sealer, several, at=NOW)
        assert [gift_id - min(many) for gift_id in many] == [gift_id - min(one_by_one) for gift_id in one_by_one]
        assert told(session) == expected
        assert service.drift(session) == 0
        have_names = [place for place, one in enumerate(several) if one.movement.external_id]
        again = pouring.record_many(session, assembly.sealer, [several[place] for place in have_names], at=NOW)
        assert list(again) == [many[place] for place in have_names]
        assert told(session) == expected
        ledgers.seal(session, assembly.sealer, service.LEDGER, at=NOW)
        assert ledgers.verify(session, assembly.sealer, service.LEDGER).is_whole


Spoil = Callable[[NewGift], NewGift]


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda gift: replace(gift, person_id=PersonId(9_999)), DonorMissing),
        (lambda gift: replace(gift, lines=(NewLine(cents=5, fund="nowhere"),)), CodeUnknown),
        (lambda gift: replace(gift, source_code="NONE"), CodeUnknown),
        (lambda gift: named(replace(gift, lines=(NewLine(cents=5),)), "m1"), SaidOtherwise),
    ],
)
def test_where_one_is_wrong_nothing_is_written(assembly: Assembly, spoil: Spoil, error: type[Exception]) -> None:
    with assembly.database.reading() as session:
        one = NewGift(
            person_id=donor(session, assembly), lines=(NewLine(cents=4_000),), given_on=TODAY, movement=paid()
        )
        several = [named(one, "m1"), named(one, "m2"), spoil(named(one, "m3"))]
        with pytest.raises(error):
            pouring.record_many(session, assembly.sealer, several, at=NOW)
        assert [len(rows) for rows in told(session)] == [0, 0, 0, 0]


def test_a_gift_of_somebody_merged_is_of_whom_they_live_on_in(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        first, second, third = (donor(session, assembly) for _ in range(3))
        for gone, into in ((first, second), (second, third)):
            row = session.get_one(PersonRow, gone)
            row.merged_into_id = into
        session.flush()
        gift = NewGift(person_id=first, lines=(NewLine(cents=100),), given_on=TODAY, movement=paid())
        [gift_id] = pouring.record_many(session, assembly.sealer, [gift], at=NOW)
        assert service.gift(session, GiftId(gift_id)).person_id == third
