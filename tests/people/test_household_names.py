"""How a household is written to: the same said in Python, for a page, and in SQL, for all envelopes at once."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

from sqlalchemy import select, update

from crm.assembly import Assembly
from crm.people import changes, households, rules, selects
from crm.people import service as people
from crm.people.model import Called, NewPerson, PersonKind, Position, Together
from crm.people.tables import HouseholdRow, PersonRow
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from tests.conftest import NOW


def test_what_names_two_who_are_one_ends_with_their_merge_and_holds_again_after_it(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        stays, goes = (
            people.add(session, assembly.addresses, NewPerson(language=Language.FR, first_name=name), at=NOW).id
            for name in ("Marie", "M.")
        )
        home = households.found(session, [stays, goes], at=NOW)
        households.name(session, home.id, on_envelope="Marie et M. Maes", greeting="Chers amis,")
        into = update(PersonRow).where(PersonRow.id == goes)

        def unite(into_id: int | None = stays) -> None:
            session.execute(into.values(merged_into_id=into_id))
            session.expire_all()

        def undo() -> None:
            unite(None)

        unite()
        assert households.get(session, home.id).envelope_name == ""
        names = session.execute(selects.household_names(select(HouseholdRow.id))).one()
        assert (names.envelope_name, names.greeting, names.named.count("Marie")) == ("", "", 1)
        undo()
        assert households.get(session, home.id).envelope_name == "Marie et M. Maes"
        unite()
        households.name(session, home.id, on_envelope="Marie Maes", greeting="")
        assert households.get(session, home.id).envelope_name == "Marie Maes"
        undo()
        assert households.get(session, home.id).envelope_name == "Marie Maes"


CHILD, HEAD = PersonId(3), PersonId(1)


def test_who_is_not_on_the_envelope_is_not_called_by_what_was_written_for_others() -> None:
    named = tuple(
        Called(id=who, first_name=first, last_name="Maes", organisation_name="")
        for who, first in ((HEAD, "Marie"), (PersonId(2), "Jean"))
    )
    home = Together(envelope_name="Marie et Jean", greeting="Chers amis,", language=Language.FR, named=named)
    assert [rules.shared_envelope(home, who) for who in (HEAD, CHILD)] == ["Marie et Jean", ""]
    assert [rules.shared_greeting(home, who) for who in (HEAD, CHILD)] == ["Chers amis,", ""]
    alone = replace(home, named=named[:1])
    assert [rules.shared_envelope(alone, who) for who in (HEAD, CHILD)] == ["Marie et Jean", ""]


def test_what_was_written_by_hand_ends_when_others_stand_on_the_envelope(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        marie, jean, lou = (
            people.add(session, assembly.addresses, NewPerson(language=Language.FR, first_name=name), at=NOW).id
            for name in ("Marie", "Jean", "Lou")
        )

        def written() -> str:
            session.flush()
            return households.get(session, home.id).envelope_name

        home = households.found(session, [marie, jean], at=NOW)
        households.name(session, home.id, on_envelope="Les Maes", greeting="Chers amis,")
        child: dict[str, Any] = {"position": Position.CHILD, "is_on_envelope": False, "at": NOW}
        households.put(session, home.id, lou, **child)
        households.take(session, home.id, lou, at=NOW)
        assert written() == "Les Maes"
        with changes.recorded(session, jean, by=None, at=NOW) as change:
            households.take(session, home.id, jean, at=NOW)
        assert (written(), households.get(session, home.id).greeting) == ("", "")
        assert change.id is not None
        changes.undo(session, jean, change.id, at=NOW)
        assert written() == "Les Maes"
        households.put(session, home.id, lou, position=Position.OTHER, is_on_envelope=True, at=NOW)
        assert written() == ""


FIRST, LAST = ("Marie", "Jean", ""), ("Maes", "MAES", "d’Août")


def test_a_household_is_called_alike_on_its_page_and_on_its_envelopes(assembly: Assembly) -> None:
    chance = Random(7)
    with assembly.database.transaction() as session:
        for size, typed in product((1, 2, 3), ("", "Les Maes") * 4):
            members = []
            for _ in range(size):
                name = {"first_name": chance.choice(FIRST), "last_name": chance.choice(LAST)}
                new = NewPerson(language=chance.choice(list(Language)), **name)  # type: ignore[arg-type] # two names
                members.append(people.add(session, assembly.addresses, new, at=NOW).id)
            home = households.found(session, members, at=NOW)
            for who in members:
                put = {"position": chance.choice(list(Position)), "is_on_envelope": chance.random() < 0.8}
                households.put(session, home.id, who, at=NOW, **put)  # type: ignore[arg-type] # two facts of two kinds
                if chance.random() < 0.2:
                    people.record_death(session, who, died_on=None, at=NOW)
                elif chance.random() < 0.2:
                    firm = session.get_one(PersonRow, who)
                    firm.kind, firm.organisation_name = PersonKind.ORGANISATION, "Librairie du Sud"
            households.name(session, home.id, on_envelope=typed, greeting=typed and "Chers amis,")
        session.flush()
        session.expire_all()
        rows = session.execute(selects.household_names(select(HouseholdRow.id))).mappings().all()
        seen = set()
        for row in rows:
            home = households.get(session, row["household_id"])
            it = rules.together(**{name: row[name] for name in ("envelope_name", "greeting", "language", "named")})
            envelope = it.envelope_name or rules.envelope_name(it.named, it.language)
            greeting = it.greeting or rules.household_greeting(it.named, it.language)
            assert (envelope, greeting) == households.addressed(session, home)
            seen.add((bool(it.envelope_name), len(it.named)))
    assert len(rows) == 24
    assert len(seen) > 4
