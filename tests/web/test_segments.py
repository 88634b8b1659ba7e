"""Segments in the office: built without a script, counted, kept, explained, carried off; and the figures of giving."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote_plus

import pytest
from sqlalchemy import func, select

from crm.assembly import Assembly
from crm.care.tables import TaskRow
from crm.consent import restrictions
from crm.consent import service as consent
from crm.consent.model import Act, NewAct, Purpose, Way
from crm.figures import behind
from crm.figures import service as figures
from crm.figures.model import Part
from crm.people import service as people
from crm.people.model import NewPerson
from crm.privacy import erasing, limits
from crm.segments.grid import BY_KEY
from crm.segments.json_form import to_json
from crm.segments.model import Condition, Test, Words
from crm.segments.tables import SegmentExportRow, SegmentVersionRow
from crm.staff.model import Role
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.web.office import segments
from jobs import count_figures, mind_files
from tests.conftest import NOW
from tests.fundraising.conftest import decide_limit
from tests.rows_read import statements
from tests.segments.conftest import give
from tests.web.conftest import Browser
from tests.web.supporters import words_of

Open = Callable[..., Browser]
PAGE = "/office/segments"
REACH = {"3-source": "reach", "3-t-channel": "email", "3-t-purpose": "news"}


def donors(assembly: Assembly) -> dict[str, PersonId]:
    """Three who gave last year, one of them again this year; two agreed to be written to."""
    found = {}
    with assembly.database.transaction() as session:
        consent.put_purpose(session, Purpose(code="news", names={"fr": "Nouvelles"}, promises={}, position=1))
        for name, days in {"Alpha": (380,), "-Bravo": (380,), "Charlie": (380, 10)}.items():
            email = EmailAddress.parse(f"{name.strip('-').lower()}@exemple.be")
            new = NewPerson(language=Language.FR, first_name=name, last_name="Dupont", email=email)
            who = people.add(session, assembly.addresses, new, at=NOW)
            found[name] = who.id
            for back in days:
                give(session, assembly, who.id, 3000, NOW.date() - timedelta(days=back))
            act = Act.REFUSED if name == "Alpha" else Act.GIVEN
            said = NewAct(person_id=who.id, purpose="news", address_key=who.contact_points[0].address_key, act=act,
                          way=Way.CONFIRMATION, occurred_at=NOW)  # fmt: skip
            consent.record(session, assembly.sealer, said, at=NOW)
    return found


def built(*parts: dict[str, str], **more: str) -> dict[str, object]:
    """The fields of a builder with those conditions, each under its number from 1 on."""
    fields: dict[str, object] = {"n": [str(place) for place in range(1, len(parts) + 1)], "0-mode": "every"}
    for place, part in enumerate(parts, start=1):
        fields |= {f"{place}-parent": "0", f"{place}-kind": "if"}
        fields |= part
    return fields | more


LAST_YEAR = {"1-source": "gift", "1-measure": "has", "1-w-@": "year:-1"}
NOT_THIS = {"2-source": "gift", "2-measure": "has", "2-w-@": "year:0", "2-neg": "1"}


def test_a_segment_is_built_kept_explained_and_carried_off(assembly: Assembly, browser: Open) -> None:
    who, raiser = donors(assembly), browser(Role.FUNDRAISER)
    page = words_of(raiser.post(f"{PAGE}/build", built(LAST_YEAR, NOT_THIS, REACH)).text)
    assert "ont donné en 2025, n’ont pas donné en 2026 et sont joignables par e-mail pour" in page
    assert "a dit non 1" in page
    grown = raiser.post(f"{PAGE}/build", built(LAST_YEAR, do="add:0")).text
    assert 'name="2-kind" value="if"' in grown
    assert 'name="n" value="1"' not in raiser.post(f"{PAGE}/build", built(LAST_YEAR, do="drop:1")).text

    nameless = raiser.post(PAGE, built(LAST_YEAR, NOT_THIS, name=""))
    assert nameless.status_code == 422
    half = raiser.post(PAGE, built({"1-source": "gift", "1-measure": "sum"}, name="À moitié"))
    assert (half.status_code, "À compléter" in half.text) == (422, True)
    kept = raiser.post(PAGE, built(LAST_YEAR, NOT_THIS, name="À relancer", folder="Noël", is_shared="on"))
    assert kept.headers["Location"] == f"{PAGE}/1"
    assert "Pas encore compté" in raiser.get(f"{PAGE}/1").text
    raiser.post(f"{PAGE}/1/count", {})
    assert "2 personnes" in words_of(raiser.get(f"{PAGE}/1").text)
    assert "2" in words_of(raiser.get(PAGE).text)
    shown = words_of(raiser.get(f"{PAGE}/1/people").text)
    assert ("Alpha Dupont" in shown, "Charlie Dupont" in shown) == (True, False)

    why = words_of(raiser.post(f"{PAGE}/1/why", {"other_id": str(who["Charlie"])}).text)
    assert "Pas dans le segment" in why
    assert "n’ont pas donné en 2026 (trouvé : 1)" in why
    assert raiser.post(f"{PAGE}/1/why", {"who": "Dupont"}).status_code == 422
    raiser.post(f"{PAGE}/1/pick", {"person_id": str(who["Charlie"]), "how": "in"})
    assert "Charlie Dupont" in words_of(raiser.get(f"{PAGE}/1/people").text)

    asked = {"purpose": "news", "channel": "email"}
    nameless = raiser.post(f"{PAGE}/1/export", asked)
    assert (nameless.status_code, "à qui ce fichier sera remis" in nameless.text) == (422, True)
    assert raiser.post(f"{PAGE}/1/export.csv", asked).status_code == 422
    asked["recipient"] = "  L’imprimerie\r\ndu Parc "
    assert "2 sur 3" in words_of(raiser.post(f"{PAGE}/1/export", asked).text)
    file = raiser.post(f"{PAGE}/1/export.csv", asked)
    lines = file.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert (len(lines) - 1, file.headers["X-Rows"]) == (2, "2")
    assert [line.split(";")[2] for line in lines[1:]] == ["'-Bravo", "Charlie"]
    assert raiser.post(f"{PAGE}/1/export.csv", {**asked, "purpose": "?"}).status_code == 422
    with assembly.database.reading() as session:
        for name, told in (("Alpha", []), ("Charlie", ["L’imprimerie du Parc"])):
            held = erasing.shown(session, assembly.holdings, who[name])
            [files] = [section for section in held.sections if section.key == "segment_files"]
            assert [row["who"] for row in files.rows] == told

    # Besides names and addresses; the attestation for whoever may see it.
    for one, words in ((raiser, ["Adresse postale"]), (browser(), ["Adresse postale", "Attestation, année"])):
        more = one.post(f"{PAGE}/1/export.csv", {**asked, "more": ["address", "attestation", "?"]})
        head, first = more.get_data(as_text=True).splitlines()[:2]
        assert head.split(";")[7:9] == words
        assert first.split(";")[7] == "aucune"
        assert "attestation" in one.get(f"{PAGE}/1/export").text or one is raiser

    seen = built(LAST_YEAR, name="À relancer", is_shared="on", seen="2")
    assert raiser.post(f"{PAGE}/1", seen).status_code == 303
    assert raiser.post(f"{PAGE}/1", built(NOT_THIS | {"1-source": "gift"}, name="Autre", seen="1")).status_code == 409
    for name in BY_KEY:
        assert raiser.get(f"{PAGE}/new?from={name}").status_code == 200
    raiser.post(f"{PAGE}/1/put-away", {})
    assert "À relancer" not in raiser.get(PAGE).text.split('id="ended"')[0]
    raiser.post(f"{PAGE}/1/bring-back", {})

    page = words_of(browser(Role.ADMINISTRATOR).get("/office/log").text)
    for deed in ("a créé un segment", "a vu qui est dans un segment", "a emporté les personnes d’un segment"):
        assert deed in page


def test_the_list_shows_the_last_count_with_its_hour_and_reckons_nothing(assembly: Assembly, browser: Open) -> None:
    """However many segments there are, and whatever was given since."""
    who, raiser = donors(assembly), browser(Role.FUNDRAISER)

    def keep(name: str) -> str:
        return str(raiser.post(PAGE, built(LAST_YEAR, name=name)).headers["Location"])

    def looked_up() -> tuple[str, list[str]]:
        with assembly.database.reading() as session:
            pages: list[str] = []
            run = statements(session, lambda: pages.append(raiser.get(PAGE).text))
        return pages[0], [asked for asked, _ in run]

    at = keep("Donateurs 2025")
    assert "pas encore" in words_of(looked_up()[0])
    raiser.post(f"{at}/count", {})
    counted, asked = looked_up()
    hour = html.unescape(counted.partition('<td class="num">3</td>')[2])
    assert NOW.isoformat() in hour.partition("</td>")[0].replace("Z", "+00:00")
    for number in range(4):
        raiser.post(f"{keep(f'Autre {number}')}/count", {})
    with assembly.database.transaction() as session:
        person = people.find_person(session, who["Alpha"])
        assert person is not None
        newcomer = people.add(session, assembly.addresses, NewPerson(language=Language.FR, last_name="Neuf"), at=NOW)
        give(session, assembly, newcomer.id, 3000, NOW.date() - timedelta(days=380))
    later, asked_later = looked_up()
    assert later.count('<td class="num">3</td>') == 5
    assert len(asked_later) == len(asked)
    assert not [one for one in asked_later if re.search(r"\b(gift|gift_line|segment_wide|donor_stats)\b", one)]


def test_a_part_kept_as_it_is_that_nobody_can_ask_is_left_out_and_named(browser: Open) -> None:
    raiser = browser(Role.FUNDRAISER)
    asked = Condition(source="gift", where=(Test(column="no-such", asks=Words(values=frozenset({"x"}))),))
    kept = {"n": ["1"], "0-mode": "every", "1-parent": "0", "1-kind": "fixed", "1-json": json.dumps(to_json(asked))}
    assert raiser.post(f"{PAGE}/build", kept).status_code == 200
    assert raiser.post(PAGE, kept | {"name": "Sans colonne"}).status_code == 422


def test_two_segments_are_set_side_by_side_and_each_number_opens_its_people(assembly: Assembly, browser: Open) -> None:
    donors(assembly)
    someone = browser(Role.FUNDRAISER)
    ever = {"1-source": "gift"}
    lately = {"1-source": "gift", "1-w-@": "days", "1-f-@": "30"}
    for name, part in (("Un jour", ever), ("Ce mois-ci", lately)):
        assert someone.post(PAGE, built(part, name=name, is_shared="on")).status_code == 303
    page = someone.get(f"{PAGE}/1/compare?with=2").text
    links = [html.unescape(one) for one in re.findall(r'href="([^"]*/new\?[^"]*)"', page)]
    assert links == [f"{PAGE}/new?in=1&out=2", f"{PAGE}/new?in=1&in=2", f"{PAGE}/new?in=2&out=1"]
    only, both, none = (words_of(someone.get(link).text) for link in links)
    assert "2 personnes" in only
    assert "1 personne " in both
    assert "Personne" in none or "0 personne" in none
    assert someone.get(f"{PAGE}/new?in=99").status_code == 404


def test_what_takes_long_is_said_to(assembly: Assembly, browser: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    donors(assembly)
    raiser = browser(Role.FUNDRAISER)
    at = raiser.post(PAGE, built(LAST_YEAR, name="Donateurs 2025")).headers["Location"]
    raiser.post(f"{at}/count")
    assert 'id="slow"' not in raiser.get(PAGE).text
    monkeypatch.setattr(segments, "SLOW", 0)
    assert "Donateurs 2025" in raiser.get(PAGE).text.split('id="slow"')[1]
    # One whose form nobody knows any more is said to be so, and opens no page; the list is there.
    with assembly.database.transaction() as session:
        session.scalars(select(SegmentVersionRow)).one().tree = {"form": 9}
    page = raiser.get(PAGE).text
    assert 'id="slow"' not in page
    assert all(word in words_of(page) for word in ("illisible", "une forme que nous ne connaissons pas"))
    assert raiser.get(at).status_code == 404
    with assembly.database.transaction() as session:
        session.scalars(select(SegmentVersionRow)).one().tree = {"form": 3, "tree": {"of": "moon", "measure": "has"}}
    assert "illisible" in raiser.get(PAGE).text
    assert raiser.get(at).status_code == 404


def test_a_large_file_is_agreed_to_by_two_and_its_destruction_is_asked_for(assembly: Assembly, browser: Open) -> None:
    who = donors(assembly)
    first, second = browser(Role.FUNDRAISER), browser(Role.FUNDRAISER)
    first.post(PAGE, built(LAST_YEAR, name="A relancer"))
    asked = {"purpose": "news", "channel": "email", "recipient": "Agence Plume"}
    with assembly.database.transaction() as session:
        decide_limit(session, limits.LARGE_FILE, 2)
    here, file = f"{PAGE}/1/export", f"{PAGE}/1/export.csv"
    assert "Demander le fichier de 2 personnes" in words_of(first.post(here, asked).text)
    assert first.post(file, asked).status_code == 303
    assert "demande l’accord d’une autre personne" in first.get(here).text
    assert first.post(f"{here}/ask", asked).status_code == 303
    assert "Personne d’autre ne voit ce segment" in first.get(here).text
    first.post(f"{PAGE}/1", built(LAST_YEAR, name="A relancer", is_shared="on", seen="1"))
    assert first.post(f"{here}/ask", asked).status_code == 303
    decision = f"{PAGE}/1/exports/1/decide"
    assert first.post(decision, {"decision": "yes"}).status_code == 303
    assert "une autre personne doit l’accorder" in first.get(here).text
    assert first.post(file, {"export_id": "1"}).status_code == 303
    assert "Accorder" in words_of(second.get(here).text)
    assert second.post(decision, {"decision": "yes"}).status_code == 303
    assert second.post(decision, {"decision": "no"}).status_code == 303
    assert first.post(file, {"export_id": "1", "purpose": "?"}).headers["X-Rows"] == "2"
    assert first.post(file, {"export_id": "1"}).status_code == 303
    first.post(f"{here}/ask", asked)
    second.post(f"{PAGE}/1/exports/2/decide", {"decision": "yes"})
    first.post(f"{PAGE}/1", built(LAST_YEAR, NOT_THIS, name="A relancer", is_shared="on", seen="1"))
    assert first.post(file, {"export_id": "2"}).status_code == 303
    assert "Le segment a changé depuis l’accord" in first.get(here).text

    # What was agreed to is all that says who is in it: by hand, and through another segment, too.
    first.post(PAGE, built({"1-source": "segment", "1-a-=": "1"}, name="Les mêmes", is_shared="on"))
    there, other = f"{PAGE}/2/export", f"{PAGE}/2/export.csv"
    for export_id, address in (("3", f"{PAGE}/2/pick"), ("4", f"{PAGE}/1/pick")):
        first.post(f"{there}/ask", asked)
        second.post(f"{PAGE}/2/exports/{export_id}/decide", {"decision": "yes"})
        first.post(address, {"person_id": str(who["Charlie"]), "how": "in"})
        assert first.post(other, {"export_id": export_id}).status_code == 303
        assert "Le segment a changé depuis l’accord" in first.get(there).text

    # A month later whoever handed it out is asked, once, whether it is destroyed; saying so is the task done.
    for days, reminded in ((29, 0), (30, 1), (31, 0)):
        assert mind_files.run(assembly, NOW + timedelta(days=days))["reminded"] == reminded
    with assembly.database.reading() as session:
        [task] = session.scalars(select(TaskRow))
        [maker] = session.scalars(select(SegmentExportRow.made_by).where(SegmentExportRow.id == 1))
        assert (task.assignee, task.done_at, "Agence Plume" in task.title) == (maker, None, True)
    for _ in range(2):
        assert second.post(f"{PAGE}/1/exports/1/purged").status_code == 303
    assert "détruit" in words_of(first.get(here).text)
    with assembly.database.reading() as session:
        assert session.scalars(select(TaskRow.done_at)).one() is not None


def test_what_somebody_may_not_see_they_may_not_ask_either(assembly: Assembly, browser: Open) -> None:
    donors(assembly)
    raiser, editor = browser(Role.FUNDRAISER), browser(Role.EDITOR)
    raiser.post(PAGE, built(LAST_YEAR, name="Donateurs", is_shared="on"))
    assert editor.get(f"{PAGE}/1").status_code == 200
    assert editor.get(f"{PAGE}/1/people").status_code == 403
    assert editor.post(f"{PAGE}/build", built(LAST_YEAR)).status_code == 403
    assert editor.post(f"{PAGE}/1/export.csv", {"purpose": "news", "channel": "email"}).status_code == 403

    # Whoever sees no segments sees no people of one, and whoever may not ask all that it asks does not either, however
    # deep it is asked.
    for one in (browser(Role.LEGACIES), browser(Role.FINANCE)):
        for page in ("people", "tasks", "export"):
            assert one.get(f"{PAGE}/1/{page}").status_code in {403, 404}
    browser().post(PAGE, built({"1-source": "magazine", "1-measure": "has"}, name="Lecteurs", is_shared="on"))
    raiser.post(PAGE, built({"1-source": "segment", "1-a-=": "2"}, name="Les mêmes", is_shared="on"))
    officer = browser(Role.DATA_PROTECTION)  # who may not ask about the magazine
    asked = {"purpose": "news", "channel": "email", "recipient": "Agence"}
    for number, status in ((1, 200), (2, 403), (3, 403)):
        for page in ("people", "tasks", "export"):
            assert (number, page, officer.get(f"{PAGE}/{number}/{page}").status_code) == (number, page, status)
        assert officer.post(f"{PAGE}/{number}/export.csv", asked).status_code == status
        assert (officer.post(f"{PAGE}/{number}/why", {"who": "x"}).status_code == 403) is (status == 403)


def test_each_figure_is_of_people_one_can_see(assembly: Assembly, browser: Open) -> None:
    everyone = donors(assembly)
    raiser = browser(Role.FUNDRAISER)
    assert "Pas encore compté" in words_of(raiser.get(f"{PAGE}/figures").text)
    raiser.post(f"{PAGE}/figures/recount")
    page = raiser.get(f"{PAGE}/figures").text
    words = words_of(page)
    assert "Chiffres de 10:00" in words
    assert "Fidélité à ce jour 33,3 % 1 sur 3 de 2025" in words
    assert "30,00 €" in words
    topics = ("", "/loyalty", "/regular", "/donors", "/seasons")
    pages = [raiser.get(f"{PAGE}/figures{topic}").text for topic in topics]
    keys = {unquote_plus(html.unescape(key)) for one in pages for key in re.findall(r'new\?from=([^"]+)"', one)}
    assert {"gone:2026", "kept:2026", "rfm-0-0", "band:2500:4999"} <= keys
    assert {key for key in keys if behind.find(key) is None} == set()
    gone = words_of(raiser.get(f"{PAGE}/new?from=gone:2026").text)
    assert "2 personnes" in gone
    assert "Les personnes qui ont donné en 2025 et n’ont pas donné en 2026." in gone
    defined = raiser.get(f"{PAGE}/figures/definitions").text
    for one in pages:
        for key in re.findall(r'definitions#([a-z]+)"', one):
            assert f'id="{key}"' in defined
    assert raiser.get(f"{PAGE}/figures/nothing").status_code == 404
    with assembly.database.transaction() as session:
        people.record_death(session, everyone["Alpha"], died_on=None, at=NOW)
    count_figures.count(assembly, NOW)
    words = words_of(raiser.get(f"{PAGE}/figures").text)
    assert "Fidélité à ce jour 33,3 % 1 sur 3 de 2025" in words, "she gave in 2025, dead or alive"
    assert "2 dont 1 décédé" in words, "who did not come back"


def test_who_may_not_build_sees_figures_without_a_way_to_people(assembly: Assembly, browser: Open) -> None:
    counter = browser(Role.FINANCE)
    counter.post(f"{PAGE}/figures/recount")
    for topic in ("", "/loyalty", "/regular", "/donors", "/seasons"):
        assert counter.get(f"{PAGE}/figures{topic}").status_code == 200  # nobody has given yet
    donors(assembly)
    counter.post(f"{PAGE}/figures/recount")
    page = counter.get(f"{PAGE}/figures").text
    assert "33,3" in page
    assert "new?from=" not in page
    # What was counted before households were, says so: that is not nobody.
    uncounted, by_home = "Pas encore comptés par foyer", f"{PAGE}/figures/donors?by=home"
    assert uncounted not in counter.get(by_home).text
    with assembly.database.transaction() as session:
        for sheet in figures.sheets(session, Part.PYRAMID, Part.CONCENTRATION).values():
            told = sheet.numbers
            left = {key: number for key, number in told.amounts.items() if "home" not in key}
            figures.keep(session, replace(sheet, numbers=replace(told, amounts=left)))
    assert counter.get(by_home).text.count(uncounted) == 2
    assert uncounted not in counter.get(f"{PAGE}/figures/donors").text


def test_a_segment_becomes_tasks_once_each(assembly: Assembly, browser: Open) -> None:
    found, raiser = donors(assembly), browser(Role.FUNDRAISER)
    raiser.post(PAGE, built(LAST_YEAR, NOT_THIS, name="A relancer"))
    asked = words_of(raiser.get(f"{PAGE}/1/tasks").text)
    assert "une fois pour chacune des 2 personnes" in asked
    assert "art. 18" not in asked
    given = {"title": "Appeler pour remercier", "due_on": "2026-12-01", "assignee": ""}
    assert raiser.post(f"{PAGE}/1/tasks", given | {"title": ""}).status_code == 422
    for _ in range(2):
        raiser.post(f"{PAGE}/1/tasks", given)
    with assembly.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(TaskRow)) == 2
    with assembly.database.transaction() as session:
        restrictions.restrict(session, found["Alpha"], since_on=NOW.date(), reason="Conteste", by=None, at=NOW)
    asked = words_of(raiser.get(f"{PAGE}/1/tasks").text)
    assert "une fois pour 1 personne" in asked
    assert "Les données de 1 personne sont gelées (RGPD, art. 18)" in asked
    raiser.post(f"{PAGE}/1/tasks", given | {"title": "Appeler en juin"})
    with assembly.database.reading() as session:
        called = session.scalars(select(TaskRow.person_id).where(TaskRow.title == "Appeler en juin")).all()
        assert called == [found["-Bravo"]]
