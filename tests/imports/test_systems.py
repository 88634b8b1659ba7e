"""One system has one name: a number is the same however a file, a form or a program spells whose it is."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from crm.people import links
from crm.people import service as people
from crm.people.errors import ExternalIdTaken
from crm.people.model import ExternalId
from crm.people.tables import ExternalIdRow
from tests.imports.conftest import Desk
from tests.rows_read import statements

FILE = "id;prénom;nom;email\nA1;Ana;Silva;ana@exemple.be\n"


def test_the_numbers_of_a_system_are_known_again_however_it_is_spelt(desk: Desk) -> None:
    desk.apply(desk.bring("people", FILE, choices={"system": "Vieux CRM"}))
    more = "id;prénom;gsm\nA1;Ana;0470123456\n"
    run = desk.apply(desk.bring("people", more, choices={"system": " vieux  crm"}))
    assert desk.said(run) == {2: ("update", "adds:phone")}
    with desk.assembly.database.transaction() as session:
        assert session.scalars(select(ExternalIdRow.system)).all() == ["Vieux CRM"]
        names = ["VIEUX CRM", "vieux crm", "Autre", " Autre  chose "]
        assert [links.system_named(session, name) for name in names] == ["Vieux CRM"] * 2 + ["Autre", "Autre chose"]
        [ana] = people.people_at(session, desk.assembly.addresses.key_of("ana@exemple.be"))
        for number in range(20):
            links.add_external_id(session, ana.id, ExternalId(system="spip", value=str(number)))
        assert len(statements(session, lambda: links.system_named(session, "SPIP"))) == 1
        assert links.system_named(session, "SPIP") == "spip"


def test_a_form_gives_no_number_twice_for_another_spelling(desk: Desk) -> None:
    desk.apply(desk.bring("people", FILE + "A2;Luc;Sac;luc@exemple.be\n", choices={"system": "SPIP"}))
    with desk.assembly.database.transaction() as session:
        [luc] = people.people_at(session, desk.assembly.addresses.key_of("luc@exemple.be"))
        external = ExternalId(system=links.system_named(session, "spip"), value="A1")
        with pytest.raises(ExternalIdTaken):
            links.add_external_id(session, luc.id, external)
