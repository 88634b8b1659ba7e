"""A form that was open while its person's record became another one's: what it says lands where somebody sees it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import or_, select

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.audit.tables import AuditRow
from crm.duplicates import merges
from crm.migrations.schema import METADATA
from crm.people import contacts
from crm.people import service as people
from crm.people.model import NewPerson, Person
from crm.rooms import POINTERS
from crm.staff.model import Role
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import Site

Open = Callable[..., Browser]
MARIE = "marie@exemple.be"
TYPED = {
    "first_name": "Marie-Lou", "last_name": "Dupont", "language": "fr", "title": "madam", "birth_on": "23/11/1956",
    "street": "Rue de Fer", "number": "40", "postcode": "5000", "locality": "Namur", "country": "BE", "how": "more",
    "value": "m.dupont@exemple.be", "usage": "home", "name": "Bénévole", "system": "spip",
    "summary": "Se plaint du magazine.", "complaint": "yes", "promise": "La rappeler", "kind": "call",
    "text": "Préfère le matin.", "asked": "phone", "purpose": "news", "rhythm": "monthly", "way": "letter",
    "format": "paper", "copies": "1", "basis": "gift", "reason": "gone", "words": "Tout.",
    "day": "23/11/2026", "told": "23/11/2026", "why": "Elle le demande.", "signed_on": "23/11/2026",
}  # fmt: skip
"""What those forms may hold, all at once: each reads its own."""
OTHERWISE = {
    "privacy_desk.take_in": {"kind": "access"},
    "restrictions.restrict": {"reason": "Elle le demande."},
    "legacy_acts.open_file": {"kind": "share", "stage": "told", "reached_on": "23/11/2026"},
    "member_acts.join": {"kind": "member"},
    "magazine_people.save": {"basis": ""},
}
LANDED = {
    "care_desk.keep", "care_desk.log", "care_notes.write", "supporter_addresses.add", "supporter_consent.stop",
    "supporter_contacts.add", "supporter_identity.correct", "supporter_identity.record_death", "supporter_marks.number",
    "supporter_marks.tag", "supporter_consent.set_pace", "restrictions.restrict", "privacy_desk.take_in",
    "legacy_acts.open_file", "member_acts.join", "magazine_people.save",
}  # fmt: skip


def of(assembly: Assembly, person_id: PersonId) -> dict[str, list[str]]:
    """Every row about somebody, and what the trail says of them."""
    found: dict[str, list[str]] = {}
    with assembly.database.reading() as session:
        for table in METADATA.sorted_tables:
            named = [c for c in table.c if c.name in ("person_id", "other_person_id", "nature_person_id")]
            named += [table.c.id] if table.name == "person" else []
            if named:
                rows = session.execute(select(table).where(or_(*(column == person_id for column in named))))
                found[table.name] = sorted(repr(tuple(row)) for row in rows)
        about = select(AuditRow.action).where(AuditRow.subject == "person", AuditRow.subject_id == person_id)
        found["trail"] = sorted(session.scalars(about))
    return found


def test_nothing_that_is_typed_lands_on_a_record_that_became_another(
    app: Flask, assembly: Assembly, browser: Open
) -> None:
    site = Site.open(assembly)
    old = site.subscribe(MARIE, "news")
    home = PostalAddress.parse(street="Rue Haute", number="12", postcode="1000", locality="Bruxelles")
    with assembly.database.transaction() as session:
        contacts.add_address(session, assembly.addresses, home, person_id=old.id, at=NOW)
        new = people.add(session, assembly.addresses, NewPerson(language=Language.FR, first_name="Marie"), at=NOW)
        audit.record(
            session, assembly.sealer, at=NOW, account_id=None, action="supporter.tags-revealed",
            subject="person", subject_id=old.id,
        )  # fmt: skip
        merges.merge(
            session, assembly.sealer, POINTERS, survivor_id=new.id, loser_id=old.id, chosen={}, by=None, at=NOW
        )  # fmt: skip
    numbers = _numbers(assembly, new)
    someone = browser(*(one for one in Role))
    assert "Étiquettes sensibles regardées" in someone.get(f"/office/supporters/{new.id}/timeline").text
    log = someone.get(f"/office/log?subject=person&number={new.id}&action=supporter.tags-revealed").text
    assert f'href="/office/supporters/{old.id}"' in log
    before, mine = of(assembly, old.id), of(assembly, new.id)
    answered: dict[str, int] = {}
    routes = [one for one in app.url_map.iter_rules() if "person_id" in one.arguments and "POST" in (one.methods or ())]
    for rule in sorted(routes, key=lambda one: ("death" in one.rule, "stop" in one.rule, one.rule)):
        values = {name: numbers.get(name, 1) for name in rule.arguments} | {"person_id": old.id}
        path = app.url_map.bind("").build(rule.endpoint, values | ({"kind": "email"} if "kind" in values else {}))
        answer = someone.post(path, TYPED | OTHERWISE.get(rule.endpoint, {}))
        answered[rule.endpoint] = answer.status_code
        assert of(assembly, old.id) == before, rule.rule
        assert f"/supporters/{old.id}" not in answer.headers.get("Location", ""), rule.rule
    assert {endpoint for endpoint in LANDED if answered[endpoint] not in (200, 303)} == set()
    after = of(assembly, new.id)
    landed = {name for name in after if after[name] != mine[name]}
    assert landed >= {
        "care_note",
        "care_interaction",
        "care_task",
        "contact_point",
        "postal_address",
        "person",
        "trail",
    }


def _numbers(assembly: Assembly, person: Person) -> dict[str, int]:
    with assembly.database.reading() as session:
        found = people.find_person(session, person.id)
        assert found is not None
        abode = contacts.addresses_of(session, [person.id])[person.id][0]
        return {"point_id": found.contact_points[0].id, "abode_id": abode.id}
