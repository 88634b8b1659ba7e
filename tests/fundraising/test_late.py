"""After the freeze: what changes says who and why; the bank's lines come back to the letter they answer."""

from __future__ import annotations

import io
from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from crm.assembly import Assembly, bank_counter
from crm.banking import bringing
from crm.banking import service as banking
from crm.banking.kept import Rule
from crm.contracts.personal_data import Erasing
from crm.donations import service as donations
from crm.donations.model import Method, Movement, NewGift, NewLine, Wanted
from crm.fundraising import exporting, freezing, late, merging, personal_data, results, service, store
from crm.fundraising.errors import AlreadyThere, AppealFrozen, AppealOpen, NotReachable
from crm.fundraising.model import NewCell, Removal, WholeAppeal
from crm.people import differences, households
from crm.people import service as people
from crm.people.arrivals import UNDATED
from crm.people.model import Position
from crm.people.personal_data import subject as find
from crm.people.tables import PersonRow, PostalAddressRow
from crm.rooms import QUESTIONS
from crm.values.identifiers import AccountId, PersonId
from crm.values.languages import Language
from tests.banking import coda_files as coda
from tests.banking.coda_files import Move
from tests.conftest import NOW
from tests.fundraising.conftest import BY, appeal, crowd, leaves, object_to, person, segment


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
        told = [(one.person_id, one.seq, one.is_addition, one.by, one.why) for one in late.changes(session, made.id)]
        assert told == [(ana, 1, False, 8, "Nous l’a demandé"), (new, 3, True, 7, "Rencontrée hier")]
        assert store.standing(session, made.id) == {cell.id: 2}
        assert service.waterfall(session, made.id) is not None


def test_nobody_is_added_whose_address_lacks_a_street_or_a_town(house: Assembly) -> None:
    with house.database.reading() as session:
        made, _ = frozen(session, house, "Silva")
        [cell] = service.cells(session, made.id)
        for lacking in ("street", "locality"):
            who = person(session, house, "Peeters")
            session.execute(update(PostalAddressRow).where(PostalAddressRow.person_id == who).values({lacking: ""}))
            with pytest.raises(NotReachable) as refused:
                late.add(session, QUESTIONS, made.id, cell.id, who, why="Amie", by=BY, at=NOW)
            assert refused.value.reason == "no-address"


def test_who_dies_or_says_no_after_the_freeze_gets_nothing(house: Assembly) -> None:
    with house.database.transaction() as session:
        made, (dead, refusing, said_dead, _) = frozen(session, house, "Un", "Deux", "Trois", "Quatre")
        people.record_death(session, dead, died_on=None, at=NOW)
        object_to(session, house, refusing)
        tell_death(session, said_dead)
        assert late.strike(session, made.id, at=NOW) == 3
        assert late.strike(session, made.id, at=NOW) == 0
        assert store.removed(session, made.id) == {Removal.DECEASED: 2, Removal.OBJECTED: 1}
        with pytest.raises(AppealOpen):
            late.strike(session, appeal(session, code="P2").id, at=NOW)


def tell_death(session: Session, who: PersonId) -> None:
    """A file says that they died, and nobody has decided."""
    undated, nothing = {"text": UNDATED}, {"text": ""}
    differences.note(session, who, field="deceased_on", held=nothing, said=undated, source="import:1", at=NOW)


def test_a_letter_to_a_household_names_its_living_members_and_greets_them(house: Assembly) -> None:
    with house.database.transaction() as session:
        ana, paul, alone = (person(session, house, name) for name in ("Silva", "Leroy", "Peeters"))
        people.edit(session, paul, first_name="Paul")
        home = households.found(session, [ana, paul], at=NOW)
        everybody, several = segment(session, "Tous"), (ana, paul, alone)

        def written(code: str, **plan: bool) -> dict[PersonId, tuple[str, str]]:
            with session.begin_nested() as trial:
                made = appeal(session, NewCell(name="Tous", segment_id=everybody), code=code, **plan)
                freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
                rows = [store.recipient(session, made.id, who) for who in several]
                found = {PersonId(row.person_id): row.lines.splitlines()[0] for row in rows if row is not None}
                opening = {PersonId(row.person_id): row.opening for row in rows if row is not None}
                trial.rollback()
            return {who: (line, opening[who] or "") for who, line in found.items()}

        other = {alone: ("Ana Peeters", "Bonjour Ana,")}
        assert written("P1") == {ana: ("Ana Silva et Paul Leroy", "Bonjour Ana et Paul,")} | other
        each = written("P2", one_a_household=False)
        assert [line for line, _ in each.values()] == ["Ana Silva", "Paul Leroy", "Ana Peeters"]
        households.name(session, home.id, on_envelope="Famille Leroy", greeting="Chers amis,")
        assert written("P3") == {ana: ("Famille Leroy", "Chers amis,")} | other
        with session.begin_nested() as trial:
            made = appeal(session, NewCell(name="Tous", segment_id=everybody), code="P5")
            households.name(session, home.id, on_envelope="", greeting="")
            freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
            people.record_death(session, paul, died_on=None, at=NOW + timedelta(minutes=1))
            late.strike(session, made.id, at=NOW)
            row = store.recipient(session, made.id, ana)
            assert row is not None
            assert row.lines.splitlines()[0] == "Ana Silva"
            trial.rollback()
        with session.begin_nested() as trial:
            tell_death(session, paul)
            assert {who: line for who, (line, _) in written("P4").items()} == {ana: "Ana Silva", alone: "Ana Peeters"}
            trial.rollback()
        with session.begin_nested() as trial:
            for hand in ("Famille Leroy", ""):
                households.name(session, home.id, on_envelope=hand, greeting=hand and "Chers amis,")
                made = appeal(session, NewCell(name="Tous", segment_id=everybody), code=f"P6{hand[:1]}", rest_days=0)
                freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
                with session.begin_nested() as after:
                    object_to(session, house, paul)
                    late.strike(session, made.id, at=NOW)
                    assert _letter(session, made, ana) == ("Ana Silva", "Bonjour Ana,")
                    after.rollback()
                session.expire_all()
                assert _letter(session, made, ana)[0] == (hand or "Ana Silva et Paul Leroy")
            trial.rollback()
        session.expire_all()
        with session.begin_nested() as trial:
            object_to(session, house, ana)
            for hand in ("Famille Leroy", ""):
                households.name(session, home.id, on_envelope=hand, greeting=hand and "Chers amis,")
                made = appeal(session, NewCell(name="Tous", segment_id=everybody), code=f"P7{hand[:1]}", rest_days=0)
                freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
                late.strike(session, made.id, at=NOW)
                assert _letter(session, made, paul) == ("Paul Leroy", "Bonjour Paul,")
            lea = person(session, house, "Leroy", first_name="Léa")
            households.put(session, home.id, lea, position=Position.OTHER, is_on_envelope=True, at=NOW)
            made = appeal(session, NewCell(name="Tous", segment_id=everybody), code="P8", rest_days=0)
            freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
            late.strike(session, made.id, at=NOW)
            assert _letter(session, made, paul) == ("Paul et Léa Leroy", "Bonjour Paul et Léa,")
            trial.rollback()
        session.expire_all()
        people.record_death(session, paul, died_on=None, at=NOW)
        assert written("P4") == {ana: ("Ana Silva", "Bonjour Ana,")} | other


def _letter(session: Session, made: WholeAppeal, who: PersonId) -> tuple[str, str]:
    """Whom a letter is for, and how it opens."""
    found = {one.person_id: one for one in exporting.recipients(session, made.id)}
    return found[who].lines[0], found[who].opening


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


def test_what_came_of_an_appeal_is_counted_by_code_and_by_window(house: Assembly) -> None:
    with house.database.transaction() as session:
        made, (ana, paul, marie) = frozen(session, house, "Silva", "Leroy", "Dupont")
        sent = made.plan.planned_on
        leaves(session, made)
        later = datetime.combine(sent + timedelta(days=50), time(9), UTC)
        for who, cents, code, day in (
            (ana, 4000, "NOEL26-P1-A-01", 3), (ana, 1000, "NOEL26-P1-A-01", 30), (paul, 2500, "", 10),
            (marie, 9900, "", 49),
        ):  # fmt: skip
            on = sent + timedelta(days=day)
            movement = Movement(method=Method.TRANSFER, booked_on=on)
            new = NewGift(
                person_id=who, lines=(NewLine(cents=cents),), given_on=on, movement=movement, source_code=code
            )
            donations.record(session, house.sealer, new, at=later)
        object_to(session, house, paul)
        early = results.of(session, made, on=sent + timedelta(days=20))
        found = results.of(session, made, on=later.date())
        [one] = found.answered
        assert (one.mailed, one.people, one.gifts, one.cents) == (3, 1, 2, 5000)
        assert (one.window_gifts, one.window_cents, found.cents) == (2, 12400, 5000)
        assert (early.answered[0].window_gifts, early.until_on) == (1, sent + timedelta(days=20))
        assert (found.mailed_arm.people, found.control_arm.people, found.lift) == (0, 0, None)
        assert (found.paid_back_on, found.opt_outs) == (None, 0)


def test_an_erasure_empties_a_letter_and_a_merge_sends_one(house: Assembly) -> None:
    with house.database.transaction() as session:
        made, (ana, paul, marie) = frozen(session, house, "Silva", "Leroy", "Dupont")
        subject = find(session, ana)
        assert subject is not None
        assert [section.key for section in personal_data.show(session, subject, Language.FR) if section.rows] == [
            "appeals"
        ]
        personal_data.erase(session, subject, Erasing(at=NOW, sealer=house.sealer, home=house.settings.home))
        row = store.recipient(session, made.id, ana)
        assert row is not None
        session.refresh(row)
        assert (row.removal, row.last_name, row.lines, row.asks, row.digits) == (Removal.ERASED, "", "", [], "")
        moves = merging.repoint(session, loser=marie, survivor=paul)
        assert moves == []
        session.execute(update(PersonRow).where(PersonRow.id == marie).values(merged_into_id=paul))
        late.strike(session, made.id, at=NOW)
        assert store.removed(session, made.id) == {Removal.ERASED: 1, Removal.MERGED: 1}
        assert [one.person_id for one in exporting.recipients(session, made.id)] == [paul]
