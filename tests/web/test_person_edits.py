"""What a colleague changes of a file from its page: each edit, its refusals, its trail, and « Annuler »."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.consent import service as consent
from crm.consent import taking_over as lists
from crm.people import contacts, households, links
from crm.people import service as people
from crm.people.model import Deliverability, NewPerson, Person, PersonKind, Sensitivity, TieKind
from crm.staff.model import Role
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import words_of
from tests.web.whole_database import digest

Open = Callable[..., Browser]
HOME = {"street": "Rue de Fer", "number": "40", "postcode": "5000", "locality": "Namur", "country": "BE"}
SILENT = {"audit_entry", "person_change", "tag", "ledger_block", "segment_stale", "person_changed"}
"""Tables in which an edit that was taken back leaves its trace."""


@pytest.fixture
def marie(assembly: Assembly) -> Person:
    """Marie, at home in Brussels."""
    address = PostalAddress.parse(street="Rue Haute", number="12", postcode="1000", locality="Bruxelles")
    with assembly.database.transaction() as session:
        new = NewPerson(
            language=Language.FR,
            first_name="Marie",
            last_name="Dupont",
            email=EmailAddress.parse("marie@exemple.be"),
            address=address,
        )
        return people.add(session, assembly.addresses, new, at=NOW)


@pytest.fixture
def jean(assembly: Assembly) -> Person:
    """Jean, whom she may live with."""
    with assembly.database.transaction() as session:
        new = NewPerson(language=Language.FR, first_name="Jean", last_name="Maes")
        return people.add(session, assembly.addresses, new, at=NOW)


def rows(assembly: Assembly) -> dict[str, str]:
    return {name: found for name, found in digest(assembly).items() if name not in SILENT}


def undo(someone: Browser, marie: Person) -> None:
    """Presses « Annuler » in the notice of the page that opens next."""
    page = f"/office/supporters/{marie.id}"
    change = re.search(r'name="change" value="(\d+)"', someone.get(page).text)
    assert change is not None
    assert someone.post(f"{page}/undo", {"change": change[1]}).status_code == 303


def ids(assembly: Assembly, marie: Person) -> dict[str, int]:
    """The numbers that the addresses of the edits below need."""
    with assembly.database.reading() as session:
        found = people.find_person(session, marie.id)
        assert found is not None
        abode = contacts.addresses_of(session, [marie.id])[marie.id][0]
        tie, home = links.ties_of(session, marie.id), households.of(session, marie.id)
        tag = links.tags_of(session, [marie.id])[marie.id]
    return {
        "point": found.contact_points[0].id,
        "abode": abode.id,
        "tie": tie[0].id if tie else 0,
        "home": home[0].id if home else 0,
        "tag": tag[0].id if tag else 0,
    }


EDITS: tuple[tuple[str, dict[str, str]], ...] = (
    ("contacts/new/email", {"value": "marie.dupont@exemple.be", "usage": "work"}),
    ("contacts/new/phone", {"value": "0470 12 34 56", "usage": "home"}),
    ("contacts/{point}/edit", {"value": "m.dupont@exemple.be", "usage": "home"}),
    (
        "contacts/new/phone",
        {
            "value": "059 70 12 34",
            "usage": "holiday",
            "season_from_day": "15",
            "season_from_month": "06",
            "season_until_day": "15",
            "season_until_month": "09",
            "valid_until_on": "31/12/2028",
        },
    ),
    ("contacts/{point}/end", {}),
    ("contacts/{point}/fail", {"reason": "gone"}),
    ("addresses/new", {**HOME, "how": "moved"}),
    (
        "addresses/new",
        {
            **HOME,
            "how": "more",
            "usage": "holiday",
            "season_from_day": "15",
            "season_from_month": "06",
            "season_until_day": "15",
            "season_until_month": "09",
            "valid_from_on": "01/01/2026",
        },
    ),
    ("addresses/{abode}/edit", {**HOME, "usage": "fiscal"}),
    ("addresses/{abode}/end", {}),
    ("addresses/{abode}/fail", {"reason": "gone"}),
    ("household/new", {"other_id": "{jean}"}),
    ("ties/new", {"kind": "has:parent", "other_id": "{jean}", "since_on": "2020-01-01"}),
    ("tags", {"name": "Bénévole"}),
    ("numbers", {"system": "spip", "value": "417"}),
)


@pytest.mark.parametrize(("path", "given"), EDITS, ids=[f"{path}-{len(given)}" for path, given in EDITS])
def test_an_edit_is_done_noted_and_taken_back(
    marie: Person, jean: Person, assembly: Assembly, browser: Open, path: str, given: dict[str, str]
) -> None:
    someone, page = browser(Role.CARE), f"/office/supporters/{marie.id}"
    before = rows(assembly)
    address = f"{page}/{path.format(**ids(assembly, marie))}"
    if not path.endswith("/end"):
        assert someone.get(address).status_code == 200
    answer = someone.post(address, {name: value.format(jean=jean.id) for name, value in given.items()})
    assert (answer.status_code, answer.headers.get("Location")) == (303, page), words_of(answer.text)
    assert rows(assembly) != before
    with assembly.database.reading() as session:
        entry = audit.latest(session, subject="person", subject_id=marie.id)[0]
    assert (entry.account_id, set(entry.facts)) == (someone.account.id, {"fields"})
    assert not {"Dupont", "exemple.be", "Namur", "417"} & set(re.split(r"\W", str(entry.facts)))
    undo(someone, marie)
    assert rows(assembly) == before


REFUSED: tuple[tuple[str, dict[str, str]], ...] = (
    ("contacts/new/email", {"value": "marie"}),
    ("contacts/new/phone", {"value": "12"}),
    ("contacts/{point}/edit", {"value": "\0"}),
    ("contacts/new/phone", {"value": "059 70 12 34", "season_from_day": "31", "season_from_month": "02"}),
    (
        "contacts/{point}/edit",
        {"value": "marie@exemple.be", "valid_from_on": "2026-03-01", "valid_until_on": "2026-02-01"},
    ),
    ("contacts/{point}/fail", {"reason": "no-such"}),
    ("addresses/new", {**HOME, "postcode": "50000"}),
    ("addresses/new", {"how": "more"}),
    ("addresses/new", {**HOME, "season_from_day": "31", "season_from_month": "02", "season_until_day": "1"}),
    ("addresses/new", {**HOME, "valid_from_on": "2026-02-31"}),
    ("addresses/{abode}/edit", {**HOME, "valid_from_on": "2026-03-01", "valid_until_on": "2026-02-01"}),
    ("addresses/{abode}/fail", {"reason": ""}),
    ("household/new", {"who": "Jean"}),
    ("household/new", {"other_id": "{marie}"}),
    ("ties/new", {"kind": "no-such", "other_id": "{jean}"}),
    ("ties/new", {"kind": "is:parent", "who": "nobody at all"}),
    ("tags", {"name": "<b>"}),
    ("tags", {"name": "x" * 200}),
    ("numbers", {"system": "", "value": "417"}),
)


@pytest.mark.parametrize(("path", "given"), REFUSED, ids=[f"{path}-{n}" for n, (path, _) in enumerate(REFUSED)])
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_typed_is_lost(
    marie: Person, jean: Person, assembly: Assembly, browser: Open, path: str, given: dict[str, str]
) -> None:
    with assembly.database.transaction() as session:
        other = NewPerson(language=Language.FR, first_name="Jeanne", last_name="Maes")
        people.add(session, assembly.addresses, other, at=NOW)
    someone = browser(Role.CARE)
    before = digest(assembly)
    address = f"/office/supporters/{marie.id}/{path.format(**ids(assembly, marie))}"
    answer = someone.post(address, {n: v.format(jean=jean.id, marie=marie.id) for n, v in given.items()})
    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert digest(assembly) == before
    for value in (given.get("street"), given.get("who")):
        assert value is None or value in answer.text


def test_what_belongs_to_another_is_not_reached_through_somebody(
    marie: Person, jean: Person, assembly: Assembly, browser: Open
) -> None:
    someone, page = browser(Role.CARE), f"/office/supporters/{jean.id}"
    numbers = ids(assembly, marie)
    before = digest(assembly)
    for path in ("contacts/{point}/end", "addresses/{abode}/end", "household/{abode}/leave", "ties/{abode}/drop"):
        assert someone.post(f"{page}/{path.format(**numbers)}", {}).status_code == 404
    assert digest(assembly) == before


def test_somebody_joins_the_household_that_the_other_has(
    marie: Person, jean: Person, assembly: Assembly, browser: Open
) -> None:
    someone, page = browser(Role.CARE), f"/office/supporters/{marie.id}"
    with assembly.database.transaction() as session:
        home = households.found(session, [jean.id], at=NOW)
    before = rows(assembly)
    someone.post(f"{page}/household/new", {"who": "jean maes"})
    with assembly.database.reading() as session:
        assert {member.person_id for member in households.get(session, home.id).members} == {marie.id, jean.id}
    here = {"HX-Request": "true"}
    shown = someone.post(f"{page}/household/{home.id}/preview", {f"envelope-{jean.id}": "on"}, headers=here)
    assert "Jean Maes" in shown.text
    undo(someone, marie)
    assert rows(assembly) == before


def test_an_envelope_is_written_by_hand_and_by_itself_again(
    marie: Person, jean: Person, assembly: Assembly, browser: Open
) -> None:
    someone, page = browser(Role.CARE), f"/office/supporters/{marie.id}"
    with assembly.database.transaction() as session:
        home = households.found(session, [marie.id, jean.id], at=NOW)
    both = {f"envelope-{marie.id}": "on", f"envelope-{jean.id}": "on"}
    assert "Marie Dupont et Jean Maes" in someone.get(f"{page}/household/{home.id}/edit").text
    someone.post(f"{page}/household/{home.id}/edit", {**both, "envelope_name": "Famille Dupont-Maes"})
    assert "Famille Dupont-Maes" in someone.get(page).text
    with assembly.database.transaction() as session:
        people.record_death(session, jean.id, died_on=None, at=NOW)
    for shown in (page, f"{page}/household/{home.id}/edit"):
        assert "Jean Maes est sur l’enveloppe, et son décès est noté" in someone.get(shown).text
    assert "Famille Dupont-Maes" not in someone.get(page).text
    someone.post(f"{page}/household/{home.id}/edit", {f"envelope-{marie.id}": "on", "envelope_name": "Chez Marie"})
    assert "Chez Marie" in someone.get(page).text
    assert "son décès est noté" not in someone.get(page).text
    with assembly.database.transaction() as session:
        people.retract_death(session, jean.id)
    wrong = someone.post(f"{page}/household/{home.id}/edit", {**both, "greeting": "<script>"})
    assert wrong.status_code == 422
    someone.post(f"{page}/household/{home.id}/edit", {f"envelope-{jean.id}": "on", f"position-{marie.id}": "child"})
    with assembly.database.reading() as session:
        assert households.addressed(session, households.get(session, home.id)) == ("Jean Maes", "Bonjour Jean,")
    someone.post(f"{page}/household/{home.id}/leave", {})
    with assembly.database.reading() as session:
        assert households.of(session, marie.id) == ()


def test_a_tie_ends_or_is_taken_away(marie: Person, jean: Person, assembly: Assembly, browser: Open) -> None:
    someone, page = browser(Role.CARE), f"/office/supporters/{marie.id}"
    with assembly.database.transaction() as session:
        tie = links.tie(session, marie.id, jean.id, TieKind.EMPLOYEE, at=NOW)
    someone.post(f"{page}/ties/{tie.id}/end", {})
    assert "jusqu’au 23 novembre 2026" in words_of(someone.get(page).text)
    someone.post(f"{page}/ties/{tie.id}/drop", {})
    with assembly.database.reading() as session:
        assert links.ties_of(session, marie.id) == ()


def test_sensitive_words_are_shown_on_request_and_the_trail_keeps_who_looked(
    marie: Person, assembly: Assembly, browser: Open
) -> None:
    someone, page = browser(Role.DATA_PROTECTION), f"/office/supporters/{marie.id}"
    assert someone.post(f"{page}/tags/reveal", {}).status_code == 404
    with assembly.database.transaction() as session:
        tag = links.put_tag(session, "Exil", at=NOW, sensitivity=Sensitivity.SENSITIVE)
        links.tag(session, marie.id, tag.id, at=NOW)
    assert "Exil" not in someone.get(page).text
    assert "Exil" in someone.post(f"{page}/tags/reveal", {}).text
    with assembly.database.reading() as session:
        entry = audit.latest(session, subject="person", subject_id=marie.id)[0]
    assert (entry.action, entry.account_id, dict(entry.facts)) == (
        "supporter.tags-revealed",
        someone.account.id,
        {"count": 1},
    )


def test_a_dead_address_works_again(marie: Person, assembly: Assembly, browser: Open) -> None:
    someone, page, numbers = browser(Role.CARE), f"/office/supporters/{marie.id}", ids(assembly, marie)
    someone.post(f"{page}/contacts/{numbers['point']}/fail", {"reason": "gone"})
    someone.post(f"{page}/addresses/{numbers['abode']}/fail", {"reason": "gone"})
    assert "Ne répond plus" in someone.get(page).text
    someone.post(f"{page}/contacts/{numbers['point']}/works", {})
    someone.post(f"{page}/addresses/{numbers['abode']}/works", {})
    with assembly.database.reading() as session:
        found = people.find_person(session, marie.id)
        assert found is not None
        assert found.contact_points[0].deliverability is Deliverability.LIVE
        assert contacts.addresses_of(session, [marie.id])[marie.id][0].deliverability is Deliverability.LIVE


@pytest.mark.parametrize("kind", ["individual", "organisation"])
def test_somebody_is_written_by_hand_and_a_namesake_is_shown_first(
    marie: Person, assembly: Assembly, browser: Open, kind: str
) -> None:
    someone = browser(Role.CARE)
    given: dict[str, Any] = {"kind": kind, "language": "fr", "email": "marie@exemple.be", "first_name": "Marie"}
    given |= {"organisation_name": "Groupe d’Ixelles", "organisation_kind": "local-group", **HOME}
    assert someone.get(f"/office/supporters/new?kind={kind}").status_code == 200
    before = digest(assembly)
    for wrong in ({"email": "x"}, {"postcode": "0"}, {"phone": "1"}):
        assert someone.post("/office/supporters/new", given | wrong).status_code == 422
    empty = {"kind": kind, "language": "fr"}
    assert someone.post("/office/supporters/new", empty).status_code == 422
    warned = someone.post("/office/supporters/new", given)
    assert (warned.status_code, "même adresse e-mail" in warned.text) == (200, True)
    assert digest(assembly) == before
    answer = someone.post("/office/supporters/new", {**given, "anyway": "yes"})
    assert answer.status_code == 303
    with assembly.database.reading() as session:
        newest = people.page(session, size=1).people[0]
    assert (newest.kind.value, newest.source, len(newest.emails)) == (kind, "staff", 1)
    assert (newest.full_name, newest.kind is PersonKind.ORGANISATION) == (
        ("Groupe d’Ixelles", True) if kind == "organisation" else ("Marie", False)
    )


def test_the_field_that_picks_a_person_answers_by_post_only(marie: Person, jean: Person, browser: Open) -> None:
    someone = browser(Role.CARE)
    assert "Marie Dupont" in someone.post("/office/find-person", {"who": "dup"}).text
    assert "Marie Dupont" in someone.post("/office/find-person", {"who": marie.member_number}).text
    assert "Marie Dupont" not in someone.post("/office/find-person", {"who": "dup", "without": str(marie.id)}).text
    assert "Marie" not in someone.post("/office/find-person", {"who": "d"}).text
    assert someone.get("/office/find-person").status_code == 405
    assert browser(Role.EDITOR).post("/office/find-person", {"who": "dup"}).status_code == 403


def test_an_address_that_a_hashed_list_waits_for_is_left_alone_whoever_types_it(
    marie: Person, assembly: Assembly, browser: Open
) -> None:
    typed, someone = ("un@exemple.be", "deux@exemple.be", "trois@exemple.be"), browser(Role.CARE)
    with assembly.database.transaction() as session:
        lists.put_digests(session, {lists.digests_of(one)[1]: NOW for one in typed}, at=NOW)
    page = f"/office/supporters/{marie.id}/contacts"
    assert someone.post(f"{page}/new/email", {"value": typed[0], "usage": "home"}).status_code == 303
    point = ids(assembly, marie)["point"]
    assert someone.post(f"{page}/{point}/edit", {"value": typed[1], "usage": "home"}).status_code == 303
    new = {"kind": "person", "language": "fr", "email": typed[2], "first_name": "Léa"}
    assert someone.post("/office/supporters/new", new).status_code == 303
    with assembly.database.reading() as session:
        told = [consent.suppressions(session, assembly.addresses.key_of(one)) for one in typed]
    assert [[one.cause.value for one in several] for several in told] == [["listed"]] * 3
