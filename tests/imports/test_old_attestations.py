"""Attestations of an old system from a file: each number once, nobody attested twice, our numbers after theirs."""

from __future__ import annotations

from crm.attestations import elsewhere
from crm.imports.model import RowVerdict, RunState
from crm.people import differences, links
from crm.people import service as people
from crm.people.model import ExternalId, NewPerson
from crm.values.languages import Language
from tests.conftest import NOW
from tests.imports.conftest import Desk
from tests.imports.test_laws import folded

YEAR = 2025
HEAD = "Année;Numéro;Montant;Délivrée le;Contact ID;Prénom;Nom;Rue;CP;Localité\n"
ROWS = (
    f"{YEAR};17;150,00;12/02/2026;77;Marie;Dupont;Rue Haute 1;1000;Bruxelles",
    f"{YEAR};18;40;;80;Ana;Lys;;;",
    f"{YEAR};17;150;;77;Marie;Dupont;Rue Haute 1;1000;Bruxelles",
    f"{YEAR};17;160,00;;77;Marie;Dupont;;;",
    f"{YEAR};18;40;;77;Marie;Dupont;;;",
    "1902;1;40;;77;Marie;Dupont;;;",
    f"{YEAR};;40;;77;Marie;Dupont;;;",
    f"{YEAR};19;0;;77;Marie;Dupont;;;",
)


def test_papers_of_old_go_in_once_and_come_out_again(desk: Desk) -> None:
    assembly = desk.assembly
    with assembly.database.transaction() as session:
        new = NewPerson(first_name="Ana", last_name="Lys", language=Language.FR)
        dead = people.add(session, assembly.addresses, new, at=NOW).id
        links.add_external_id(session, dead, ExternalId(system="old", value="80"))
        people.record_death(session, dead, died_on=None, at=NOW)
    before, old = desk.held(), folded(desk)
    run = desk.bring(
        "attestations", HEAD + "\n".join(ROWS) + "\n", choices={"system": "old"}, formats={"issued_on": "day-month"}
    )
    assert desk.held() == before
    said = desk.said(run)
    assert {number: verdict for number, (verdict, *_) in said.items()} == {
        2: "create", 3: "update", 4: "same", 5: "review", 6: "review", 7: "error", 8: "error", 9: "error",
    }  # fmt: skip
    assert [said[row][1] for row in (5, 6, 7, 8)] == [
        "paper-otherwise:150.00", "paper-of-another", "not-count:year", "lacking:paper_number",
    ]  # fmt: skip
    assert (run.counts[RowVerdict.CREATE], desk.apply(run).state) == (1, RunState.APPLIED)
    with assembly.database.reading() as session:
        marie = people.find_external(session, "old", "77")
        assert marie is not None
        (paper,) = elsewhere.of_person(session, [marie.id])
        assert (paper.year, paper.number, paper.cents) == (YEAR, "17", 15000)
        assert [one.number for one in elsewhere.of_person(session, [dead])] == ["18"]
        assert elsewhere.totals(session, YEAR) == (2, 19000)
        assert differences.waiting(session) == ()  # the number of a paper is no house number
    formats = {"issued_on": "day-month"}
    again = desk.bring("attestations", HEAD + ROWS[0] + "\n", choices={"system": "old"}, formats=formats)
    assert desk.said(again)[2][0] == "same"
    desk.undo(run)
    assert folded(desk) == old
    with assembly.database.reading() as session:
        assert elsewhere.totals(session, YEAR) == (0, 0)
