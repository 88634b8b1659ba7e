"""After the freeze: what changes says who and why; the bank's lines come back to the letter they answer."""

from __future__ import annotations

import io
from random import Random

import pytest

from crm.assembly import QUESTIONS, Assembly, bank_counter
from crm.banking import bringing
from crm.banking import service as banking
from crm.banking.kept import Rule
from crm.donations import service as donations
from crm.donations.model import Wanted
from crm.fundraising import freezing, late, service, store
from crm.fundraising.errors import AlreadyThere, AppealFrozen, AppealOpen, NotReachable
from crm.fundraising.model import NewCell, Removal, WholeAppeal
from crm.people import service as people
from crm.values.identifiers import AccountId, PersonId
from tests.banking import coda_files as coda
from tests.banking.coda_files import Move
from tests.conftest import NOW
from tests.fundraising.conftest import BY, appeal, crowd, object_to, person, segment


def frozen(session: object, house: Assembly, *names: str) -> tuple[WholeAppeal, list[PersonId]]:
    """An appeal frozen for people of those names."""
    several = [person(session, house, name) for name in names]  # type: ignore[arg-type] # a session
    made = appeal(session, NewCell(name="Tous", segment_id=segment(session, "Tous")))  # type: ignore[arg-type] # the same
    freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)  # type: ignore[arg-type] # the same
    return made, several


def test_a_frozen_appeal_changes_only_by_a_word_that_is_kept(house: Assembly) -> None:
    with house.database.transaction() as session:
        made, (ana, _) = frozen(session, house, "Silva", "Peeters")
        [cell] = service.cells(session, made.id)
        with pytest.raises(AppealFrozen):
            service.drop_cell(session, made.id, cell.id)
        with pytest.raises(AppealFrozen):
            service.change(session, made.id, appeal(session, code="P9", rest_days=1).plan)
        with pytest.raises(AlreadyThere):
            late.add(session, QUESTIONS, made.id, cell.id, ana, why="Oubliée", by=BY, at=NOW)
        new, refusing = person(session, house, "Leroy"), person(session, house, "Non")
        object_to(session, house, refusing)
        with pytest.raises(NotReachable):
            late.add(session, QUESTIONS, made.id, cell.id, refusing, why="Amie", by=BY, at=NOW)
        late.add(session, QUESTIONS, made.id, cell.id, new, why="Rencontrée  hier", by=BY, at=NOW)
        assert late.take_out(session, made.id, ana, why="Nous l’a demandé", by=AccountId(8), at=NOW)
        assert not late.take_out(session, made.id, ana, why="Encore", by=AccountId(8), at=NOW)
        told = [(r.person_id, r.seq, r.added_by, r.added_why, r.removed_by, r.removed_why) for r in late.changes(session, made.id)]  # fmt: skip  # noqa: E501
        assert told == [(ana, 1, None, "", 8, "Nous l’a demandé"), (new, 3, 7, "Rencontrée hier", None, "")]
        assert store.standing(session, made.id) == {cell.id: 2}
        assert service.waterfall(session, made.id) is not None


def test_who_dies_or_says_no_after_the_freeze_gets_nothing(house: Assembly) -> None:
    with house.database.transaction() as session:
        made, (dead, refusing, _) = frozen(session, house, "Un", "Deux", "Trois")
        people.record_death(session, dead, died_on=None, at=NOW)
        object_to(session, house, refusing)
        assert late.strike(session, made.id, at=NOW) == 2
        assert late.strike(session, made.id, at=NOW) == 0
        assert store.removed(session, made.id) == {Removal.DECEASED: 1, Removal.OBJECTED: 1}
        with pytest.raises(AppealOpen):
            late.strike(session, appeal(session, code="P2").id, at=NOW)


def test_a_line_of_the_bank_comes_back_to_the_letter_it_answers(house: Assembly) -> None:
    with house.database.transaction() as session:
        crowd(session, house, Random(1), size=3)
        made, (ana, paul, _) = frozen(session, house, "Silva", "Leroy", "Nobody")
        digits = {who: store.recipient(session, made.id, who) for who in (ana, paul)}
        ogm = {who: row.digits for who, row in digits.items() if row is not None}
    moves = [
        Move(cents=4000, name="SILVA COSTA JOSE", structured=("101", ogm[ana])),
        Move(cents=2500, structured=("101", ogm[paul])),
        Move(cents=2600, name="DUPONT MARIE", structured=("101", ogm[paul])),
    ]
    found = bringing.bring(bank_counter(house), io.BytesIO(coda.file(coda.statement(moves))), name="j.cod", by=BY)
    assert (found.matched, found.open) == (2, 1)
    with house.database.transaction() as session:
        [waits] = banking.waiting(session)
        [first, *_] = banking.candidates(session, bank_counter(house), waits)
        assert (waits.name, first.person_id, "appeal" in first.why) == ("DUPONT MARIE", paul, True)
        banking.confirm(session, bank_counter(house), waits.id, paul, seen=waits.version, by=BY, at=NOW)
        gifts = {
            (gift.person_id, gift.cents, gift.source_code)
            for who in (ana, paul)
            for gift in donations.page(session, Wanted(person_id=who), size=9)
        }
        assert gifts == {(who, cents, "NOEL26-P1-A-01") for who, cents in ((ana, 4000), (paul, 2500), (paul, 2600))}
        lines = [banking.line(session, number) for number in (1, 2)]
        assert {one.rule for one in lines} == {Rule.APPEAL}
