"""The national do-not-call list: read however it is written, kept as hashes, and nobody on it is called."""

from __future__ import annotations

from datetime import date, timedelta

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import do_not_call
from crm.consent.errors import BlockListOlder, BlockListStale
from crm.consent.model import Channel
from crm.fundraising import exporting, freezing, late, service
from crm.fundraising.errors import NotReachable
from crm.fundraising.model import FileForm, NewCell, Reason, Removal
from crm.privacy import erasing, limits
from crm.rooms import QUESTIONS
from crm.segments import exporting as segment_files
from crm.segments import service as segments
from crm.segments.model import Definition, Every
from crm.values.phone_number import PhoneNumber
from tests.conftest import NOW
from tests.fundraising.conftest import ASKING, BY, TODAY, appeal, decide_limit, furnish, person, segment

PHONES = [PhoneNumber.parse(f"0470 12 34 {n:02d}") for n in range(5)]
FORMATS = [getattr(phonenumbers.PhoneNumberFormat, name) for name in ("E164", "INTERNATIONAL", "NATIONAL")]


@given(
    number=st.one_of(
        st.from_regex(r"\+324(6|7|8|9)[0-9]{7}", fullmatch=True),
        st.from_regex(r"\+32(2|3|9)[0-9]{7}", fullmatch=True),
        st.from_regex(r"\+3526[0-9]{8}", fullmatch=True),
        st.from_regex(r"\+336[0-9]{8}", fullmatch=True),
    ),
    how=st.sampled_from(FORMATS),
)
def test_a_number_is_known_however_it_is_written(number: str, how: int) -> None:
    said = phonenumbers.parse(number)
    belgian = number.startswith("+32")
    written = phonenumbers.format_number(said, how if belgian else FORMATS[1])
    assert do_not_call.numbers_in(["12345678", written, "Rue Haute 8"]) == [number]
    assert do_not_call.numbers_in([written.replace("+", "00")]) == [number]
    if belgian:
        assert do_not_call.numbers_in([number[3:]]) == do_not_call.numbers_in([number[1:]]) == [number]


def test_nobody_on_the_list_is_called(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        furnish(session)
        people = [person(session, assembly, f"N{n}", phone=phone) for n, phone in enumerate(PHONES)]
        everybody = segment(session, "Tous")
        one = NewCell(name="Tous", segment_id=everybody)
        made = appeal(session, one, channel=Channel.PHONE, planned_on=TODAY, one_a_household=False)
        by_post = appeal(session, one, code="P2", rest_days=0, planned_on=TODAY, one_a_household=False)
        _bring(session, assembly, PHONES[:1], TODAY - timedelta(days=30))
        assert freezing.preview(session, QUESTIONS, by_post.id, at=NOW).mailed == 5
        found = freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
        assert (found.mailed, dict(found.excluded)) == (4, {Reason.DO_NOT_CALL: 1})

        # A number that comes on the list after the freeze stays at home, and nobody adds it by hand.
        _bring(session, assembly, PHONES[:2], TODAY - timedelta(days=29))
        with pytest.raises(BlockListOlder):
            _bring(session, assembly, PHONES[:3], TODAY - timedelta(days=30))
        assert late.strike(session, made.id, at=NOW) == 1
        assert service.removed(session, made.id) == {Removal.DO_NOT_CALL: 1}
        with pytest.raises(NotReachable):
            late.add(session, QUESTIONS, made.id, service.cells(session, made.id)[0].id, people[0], why="Elle le veut",
                     by=BY, at=NOW)  # fmt: skip
        exporting.ask(session, made.id, FileForm.LIST, recipient="Agence Voix", by=BY, at=NOW)

        # Nor does it leave as the file of a segment.
        tree = Every()
        asked = segments.question(session, QUESTIONS, [tree], at=NOW)
        whole = Definition(tree=tree)
        outlook = segment_files.outlook(whole, asked, ASKING, Channel.PHONE)
        assert (outlook.people, outlook.rows, dict(outlook.excluded)) == (5, 3, {segment_files.DO_NOT_CALL: 2})
        rows = list(segment_files.rows(whole, asked, ASKING, Channel.PHONE, assembly.settings.office_language))
        assert {who for who, _ in rows} == set(people[2:])
        assert segment_files.outlook(whole, asked, ASKING, Channel.POST).rows == 5

        # Too old a list calls nobody, and how old is decided by two.
        late_on = NOW + timedelta(days=2)
        with pytest.raises(BlockListStale):
            exporting.ask(session, made.id, FileForm.LIST, recipient="Agence Voix", by=BY, at=late_on)
        with pytest.raises(BlockListStale):
            exporting.ready(session, made.id, 1, at=late_on)
        decide_limit(session, limits.BLOCK_LIST, 31)
        assert exporting.ready(session, made.id, 1, at=late_on).recipient == "Agence Voix"
    with assembly.database.reading() as session:
        listed = [s for s in erasing.shown(session, assembly.holdings, people[0]).sections if s.key == "do_not_call"]
        assert [row["list"] for row in listed[0].rows] == [TODAY - timedelta(days=29)]


def test_one_list_is_held_of_each_source(assembly: Assembly) -> None:
    """A second file of the same day, from elsewhere, frees nobody of the first; each is replaced by its own."""
    yesterday, other = TODAY - timedelta(days=1), "Robinson"

    def held(session: Session) -> tuple[int, list[tuple[str, int]]]:
        several = {(one.source, one.numbers) for one in do_not_call.held_lists(session)}
        return len(session.scalars(do_not_call.blocked().distinct()).all()), sorted(several)

    with assembly.database.transaction() as session:
        _bring(session, assembly, PHONES[:2], yesterday)
        _bring(session, assembly, PHONES[1:4], yesterday, source=f" {other}  ")
        assert held(session) == (4, [(do_not_call.NATIONAL, 2), (other, 3)])
        _bring(session, assembly, PHONES[3:], TODAY, source=other.lower())
        assert held(session) == (4, [(do_not_call.NATIONAL, 2), (other, 2)])
        # One that is too old holds every call back, until it is replaced or held no longer.
        late_on = yesterday + timedelta(days=31)
        with pytest.raises(BlockListStale):
            do_not_call.require_fresh(session, late_on)
        old = do_not_call.held_lists(session)[0]
        assert (old.source, do_not_call.drop(session, old.id), do_not_call.drop(session, old.id)) == (
            do_not_call.NATIONAL, True, False,
        )  # fmt: skip
        assert [one.source for one in do_not_call.require_fresh(session, late_on)] == [other]
        assert held(session) == (2, [(other, 2)])
        assert [one.is_held for one in do_not_call.lists(session)] == [True, False, False]


def _bring(session: Session, assembly: Assembly, several: list[PhoneNumber], on: date, **source: str) -> None:
    numbers = [one.e164 for one in several]
    do_not_call.bring(session, assembly.addresses, numbers, dated_on=on, sha256=str(on), by=BY, at=NOW, **source)
