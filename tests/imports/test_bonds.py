"""Organisations with their people, households and tags from a file: made once, added to, taken back exactly."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from crm.people import households, links
from crm.people import service as people
from crm.people.model import OrganisationKind, Person, Sensitivity, TieKind
from crm.staff import service as staff
from crm.staff.model import Account, Role
from crm.values.languages import Language
from tests.conftest import NOW
from tests.imports.conftest import Desk, desk_on

CHOSEN = {"system": "civicrm"}
SCHOOLS = (
    "id;prénom;nom;email;organisation;type organisation;rôle dans l'organisation;rue;code postal;localité\n"
    "1;Marie;Dupont;marie@exemple.be;École libre / Ath;école;enseignant;rue Haute 1;7800;Ath\n"
    "2;Jean;Petit;jean@exemple.be;ecole libre / ath;;;rue Haute 1;7800;Ath\n"
    "3;Noël;Lambert;;École libre / Ath;;;;;\n"
    "4;Luc;Maes;;École libre / Ath;école;;rue Basse 2;5000;Namur\n"
    "5;Ana;Silva;;École libre / Ath;école;;;;\n"
    ";;;info@groupe.be;Groupe local 12;groupe local;;rue Haute 3;7800;Ath\n"
    "6;Eva;Étrange;;;école;;;;\n"
    "7;Zoé;Étrange;;Groupe local 12;club;;;;\n"
    "8;Paul;Étrange;;Groupe local 12;;pape;;;\n"
)


def find(desk: Desk, number: str) -> Person:
    with desk.assembly.database.reading() as session:
        found = people.find_external(session, "civicrm", number)
    assert found is not None
    return found


def without(desk: Desk) -> dict[str, object]:
    return {name: rows for name, rows in desk.held().items() if name != "donor_windows"}


def test_an_organisation_of_three_rows_is_one_with_three_people_and_all_of_it_goes_again(
    desk: Desk, tmp_path: Path
) -> None:
    before = without(desk)
    run = desk.bring("people", SCHOOLS, choices=CHOSEN)
    said = {
        2: ("create", "organisation-new:École libre / Ath", "tied:teacher"),
        3: ("create", "organisation-there:ecole libre / ath", "tied:contact"),
        4: ("create", "organisation-there:École libre / Ath", "tied:contact"),
        5: ("create", "organisation-new:École libre / Ath", "tied:contact"),
        6: ("error", "organisation-unclear:École libre / Ath"),
        7: ("create",),
        8: ("error", "no-organisation"),
        9: ("error", "not-organisation-kind:club"),
        10: ("error", "not-tie:pape"),
    }
    assert desk.said(run) == said
    assert without(desk) == before
    desk.apply(run)
    assert desk.said(run) == said
    with desk.assembly.database.reading() as session:
        [tie] = links.ties_of(session, find(desk, "1").id)
        school = people.find_person(session, tie.other_id)
        assert school is not None
        assert (school.full_name, school.organisation_kind) == ("École libre / Ath", OrganisationKind.SCHOOL)
        assert [(one.person_id, one.kind) for one in links.ties_of(session, school.id)] == [
            (find(desk, "1").id, TieKind.TEACHER),
            (find(desk, "2").id, TieKind.CONTACT),
            (find(desk, "3").id, TieKind.CONTACT),
        ]
        marie = find(desk, "1")
        assert (marie.organisation_name, [one.value for one in school.contact_points]) == ("", [])
    once = without(desk)
    repeated = desk.apply(desk.bring("people", SCHOOLS, choices=CHOSEN))
    assert {one[0] for one in desk.said(repeated).values()} == {"same", "error"}
    assert without(desk) == once
    again = "id;prénom;nom;organisation;rue;code postal;localité\n9;Léa;Claes;École libre / Ath;rue Haute 1;7800;Ath\n"
    further = desk.apply(desk.bring("people", again, choices=CHOSEN))
    assert desk.said(further) == {2: ("create", "organisation-there:École libre / Ath", "tied:contact")}
    desk.undo(repeated)
    assert desk_on(desk.assembly, tmp_path / "files", minutes=2).undo(run).counts["kept"] == 1  # Léa works there
    assert desk_on(desk.assembly, tmp_path / "files", minutes=4).undo(further).counts["kept"] == 0


HOMES = (
    "id;prénom;nom;household id;household name;tags\n"
    "1;Marie;Dupont;17;;presse, bénévole\n"
    "2;Jean;Petit;17;Marie et Jean;Bénévole\n"
    "3;Zoé;Dupont;17;Les autres;\n"
    "4;Luc;Maes;0;;presse; \n"
)


def test_a_household_and_tags_come_once_and_go_again(desk: Desk, tmp_path: Path) -> None:
    made = desk.assembly
    before = without(desk)
    rows = HOMES.replace("presse; \n", "presse\n")
    run = desk.bring("people", rows, choices=CHOSEN)
    assert desk.said(run) == {
        2: ("create", "at-home:17", "tags-new:presse", "tags-new:bénévole"),
        3: ("create", "at-home:17", "tags:Bénévole"),
        4: ("create", "at-home:17", "envelope-otherwise"),
        5: ("create", "tags:presse"),
    }
    desk.apply(run)
    with made.database.reading() as session:
        [home] = households.of(session, find(desk, "1").id)
        assert [(one.person_id, one.is_on_envelope) for one in home.members] == [
            (find(desk, "1").id, True),
            (find(desk, "2").id, True),
            (find(desk, "3").id, False),
        ]
        assert home.envelope_name == "Marie et Jean"
        assert [one.name for one in links.tags_of(session, [find(desk, "1").id])[find(desk, "1").id]] == [
            "bénévole",
            "presse",
        ]
    once = without(desk)
    repeated = desk.apply(desk.bring("people", rows, choices=CHOSEN))
    assert without(desk) == once
    other = desk.apply(desk.bring("people", "id;foyer\n1;18\n5;17\n2;17\n", choices=CHOSEN))
    assert desk.said(other) == {2: ("review", "household-otherwise"), 3: ("create", "at-home:17"), 4: ("same",)}
    assert desk_on(made, tmp_path / "files", minutes=2).undo(other).counts["kept"] == 0
    assert without(desk) == once
    later = desk_on(made, tmp_path / "files", minutes=4)
    assert [later.undo(one).counts["kept"] for one in (repeated, run)] == [0, 0]
    assert without(desk) == before


def test_a_household_made_by_hand_gets_its_number_and_keeps_its_people(desk: Desk, tmp_path: Path) -> None:
    made = desk.assembly
    desk.apply(desk.bring("people", "id;prénom\n1;Marie\n2;Jean\n", choices=CHOSEN))
    with made.database.transaction() as session:
        home = households.found(session, [find(desk, "1").id, find(desk, "2").id], at=NOW)
    once = without(desk)
    run = desk.apply(desk.bring("people", "id;prénom;foyer\n1;;17\n2;;17\n3;Zoé;17\n2;;18\n", choices=CHOSEN))
    assert desk.said(run) == {
        2: ("update", "household-named:17"),
        3: ("same",),
        4: ("create", "at-home:17"),
        5: ("review", "household-otherwise"),
    }
    with made.database.reading() as session:
        assert [one.id for one in households.of(session, find(desk, "3").id)] == [home.id]
    assert desk_on(made, tmp_path / "files", minutes=2).undo(run).counts["kept"] == 0
    assert without(desk) == once


@pytest.mark.parametrize(("role", "may"), [(Role.FUNDRAISER, False), (Role.CARE, True)])
def test_tags_are_made_and_sensitive_ones_put_by_whoever_may_do_so_by_hand(desk: Desk, role: Role, may: bool) -> None:
    made = desk.assembly
    with made.database.transaction() as session:
        links.put_tag(session, "Asile", at=NOW, sensitivity=Sensitivity.SENSITIVE)
        links.put_tag(session, "Presse", at=NOW)
        account = staffed(session, role)
    run = desk.bring("people", "id;prénom;étiquettes\n1;Marie;asile|presse|neuve\n", choices=CHOSEN, by=account.id)
    asile, neuve = ("tags:asile", "tags-new:neuve") if may else ("tag-sensitive:asile", "tag-unknown:neuve")
    assert desk.said(run) == {2: ("create", asile, "tags:presse", neuve)}
    desk.apply(run)
    marie = find(desk, "1")
    with made.database.reading() as session:
        names = [one.name for one in links.tags_of(session, [marie.id])[marie.id]]
    assert names == (["Asile", "neuve", "Presse"] if may else ["Presse"])


def staffed(session: Session, role: Role) -> Account:
    return staff.add_account(
        session,
        email=f"{role.value}@exemple.be",
        name="Qui apporte",
        password="bougie-jaune-qui-apporte",
        roles={role},
        language=Language.FR,
        at=NOW,
    )
