"""How a household is written to: the same said in Python, for a page, and in SQL, for all envelopes at once."""

from __future__ import annotations

from itertools import product
from random import Random

from sqlalchemy import select

from crm.assembly import Assembly
from crm.people import households, rules, selects
from crm.people import service as people
from crm.people.model import NewPerson, PersonKind, Position
from crm.people.tables import HouseholdRow, PersonRow
from crm.values.languages import Language
from tests.conftest import NOW

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
