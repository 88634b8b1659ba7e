"""Subscribers of the magazine from a file: each once, never over what is said already, taken out where it stands."""

from __future__ import annotations

from dataclasses import replace

from crm.imports import service as imports
from crm.imports.model import RowVerdict, RunState
from crm.magazine import service
from crm.magazine.model import Basis, Format, Subscription
from crm.people import links
from crm.people import service as people
from crm.people.model import ExternalId, NewPerson
from crm.values.languages import Language
from tests.conftest import NOW
from tests.imports.conftest import Desk

HEAD = "Abonnement;Exemplaires;Format;Du numéro;Au numéro;Contact ID;Prénom;Nom;Organisation;Rue;CP;Localité\n"
ROWS = (
    "payé;;;120;;77;Marie;Dupont;;Rue Haute 1;1000;Bruxelles",
    "Échange;3;les deux;;;78;;;École du Lac;Rue Haute 2;1000;Bruxelles",
    "offert;;pdf;;;79;Ali;Sac;;;;",
    "offert;;pdf;;;79;Ali;Sac;;;;",
    "offert;2;pdf;;;79;Ali;Sac;;;;",
    "offert;;;;;80;Ana;Lys;;;;",
    "cadeau;;;;;81;Ana;Lys;;;;",
    "offert;0;;;;82;Ana;Lys;;;;",
    "offert;;vinyle;;;83;Ana;Lys;;;;",
    "offert;;;9;3;84;Ana;Lys;;;;",
    ";;;;;85;Ana;Lys;;;;",
)


def test_a_file_of_subscribers_goes_in_once_and_comes_out_where_nobody_said_otherwise(desk: Desk) -> None:
    with desk.assembly.database.transaction() as session:
        new = NewPerson(first_name="Ana", last_name="Lys", language=Language.FR)
        known = people.add(session, desk.assembly.addresses, new, at=NOW).id
        links.add_external_id(session, known, ExternalId(system="old", value="80"))
        service.subscribe(session, Subscription(person_id=known, basis=Basis.STAFF), by=None, at=NOW)
    before = desk.held()
    run = desk.bring("subscribers", HEAD + "\n".join(ROWS) + "\n", choices={"system": "old"})
    assert desk.held() == before
    assert {number: said[0] for number, said in desk.said(run).items()} == {
        2: "create", 3: "create", 4: "create", 5: "same", 6: "review", 7: "review",
        8: "error", 9: "error", 10: "error", 11: "error", 12: "error",
    }  # fmt: skip
    assert (run.counts[RowVerdict.CREATE], run.counts[RowVerdict.ERROR]) == (3, 5)
    assert desk.said(run)[7] == ("review", "subscription-otherwise")
    assert desk.said(run)[9] == ("error", "not-count:copies")
    assert desk.apply(run).state is RunState.APPLIED
    with desk.assembly.database.reading() as session:
        found = {value: people.find_external(session, "old", value) for value in ("77", "78", "79", "80")}
        said = {value: service.subscription(session, one.id) for value, one in found.items() if one is not None}
    assert said["77"] == Subscription(person_id=said["77"].person_id, basis=Basis.PAID, from_number=120)
    assert (said["78"].basis, said["78"].copies, said["78"].format) == (Basis.EXCHANGE, 3, Format.BOTH)
    assert (said["79"].format, said["80"].basis) == (Format.PDF, Basis.STAFF)
    again = desk.bring("subscribers", HEAD + ROWS[0] + "\n", choices={"system": "old"})
    assert desk.said(again)[2][0] == "same"
    with desk.assembly.database.transaction() as session:
        service.subscribe(session, replace(said["78"], copies=5), by=None, at=NOW)
    assert desk.undo(run).state is RunState.UNDONE
    with desk.assembly.database.reading() as session:
        assert service.subscription(session, said["77"].person_id).basis is None
        assert service.subscription(session, said["78"].person_id).copies == 5
        steps = [kind.code for kind, _ in imports.day_zero(session)]
    assert steps[-2:] == ["subscribers", "attestations"]
    assert steps.index("memberships") < steps.index("gifts")
