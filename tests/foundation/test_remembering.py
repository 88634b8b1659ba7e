"""What a reading remembers of its questions, and what it knows of where nothing is."""

from __future__ import annotations

from crm.assembly import Assembly
from crm.foundation import presence, remembering
from crm.foundation.database import Database
from crm.people import links
from crm.people import service as people
from crm.people.model import NewPerson, TieKind
from crm.people.tables import HouseholdRow, TieRow
from crm.values.languages import Language
from tests.conftest import NOW

_TIED = presence.watch(TieRow.person_id, TieRow.other_person_id)


def test_a_reading_asks_once_and_who_writes_asks_anew(database: Database) -> None:
    asked: list[list[int]] = []

    def ask(some: list[int]) -> dict[int, str]:
        asked.append(some)
        return {one: str(one) for one in some if one % 2}

    with database.reading() as session:
        assert remembering.each(session, "odd", [1, 2, 3], ask) == {1: "1", 3: "3"}
        assert remembering.each(session, "odd", [3, 4, 2, 5], ask) == {3: "3", 5: "5"}
        assert remembering.each(session, "odd", range(10 * remembering.MOST), ask).keys() == set(
            range(1, 10 * remembering.MOST, 2)
        )
        assert remembering.each(session, "odd", [1], ask) == {1: "1"}  # a crowd is let go of at once
        assert remembering.once(session, "whole", lambda: 1) == remembering.once(session, "whole", lambda: 2)
    assert asked[:2] == [[1, 2, 3], [4, 5]]
    assert asked[3:] == [[1]]
    with database.reading() as session:
        assert remembering.once(session, "whole", lambda: 1) == 1
        session.add(HouseholdRow(envelope_name="", greeting="", language=Language.FR, created_at=NOW))
        session.flush()
        assert remembering.once(session, "whole", lambda: 2) == 2
    with database.transaction() as session:
        assert (remembering.once(session, "whole", lambda: 1), remembering.once(session, "whole", lambda: 2)) == (1, 2)
        assert [remembering.each(session, "odd", [1], ask) for _ in "ab"] == [{1: "1"}] * 2
    assert asked[4:] == [[1], [1]]


def test_where_nothing_is_is_asked_once_and_where_something_is_is_never_denied(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        one, other, alone = (
            people.add(session, assembly.addresses, NewPerson(first_name=name, language=Language.FR), at=NOW)
            for name in ("Une", "Deux", "Trois")
        )
        links.tie(session, one.id, other.id, kind=TieKind.PARTNER, at=NOW)
    with assembly.database.reading() as session:
        assert not presence.nothing(session, _TIED, alone.id)  # nobody looked
        for person, nothing in ((one, False), (other, False), (alone, True)):
            presence.look(session, person.id)
            assert presence.nothing(session, _TIED, person.id) is nothing
        assert not presence.nothing(session, _TIED, one.id)  # it looked for somebody else since
        late = presence.watch(HouseholdRow.id)
        assert not presence.nothing(session, late, alone.id)  # nobody asked about that
