"""The builder and what follows: groups by keyboard, people on trial, versions that come back, counts that are old."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.actions import segment_fields
from crm.actions.tables import CallRow
from crm.assembly import Assembly
from crm.audit import service as audit
from crm.audit.tables import AuditRow
from crm.people import links
from crm.people.model import Sensitivity
from crm.segments.model import Every, Some
from crm.segments.tables import SegmentVersionRow
from crm.staff.model import Role
from crm.web.office import shell
from tests.conftest import NOW
from tests.segments import sowing
from tests.web.conftest import Browser
from tests.web.supporters import words_of
from tests.web.test_segments import LAST_YEAR, NOT_THIS, PAGE, built, donors

Open = Callable[..., Browser]
GROUP = {"2-kind": "group", "2-mode": "some"}
WITHIN = {"3-parent": "2", "3-source": "gift", "3-measure": "has", "3-w-@": "year:0"}


def parents(page: str) -> list[tuple[str, str]]:
    """Each part in its place, with the group it stands in."""
    return re.findall(r'name="(\d+)-parent" value="(\d+)"', page)


def test_a_condition_goes_into_the_group_beside_it_and_out_again_by_keyboard(browser: Open) -> None:
    raiser = browser(Role.FUNDRAISER)
    form = built(LAST_YEAR, GROUP, WITHIN)
    page = raiser.post(f"{PAGE}/build", form | {"do": "in:1"}).text
    assert parents(page) == [("2", "0"), ("1", "2"), ("3", "2")]
    assert ('id="in-1"' in page, 'id="out-1"' in page) == (False, True)
    above = built({"1-kind": "group", "1-mode": "some"}, {**NOT_THIS}, {**WITHIN, "3-parent": "1"})
    assert parents(raiser.post(f"{PAGE}/build", above | {"do": "in:2"}).text) == [("1", "0"), ("3", "1"), ("2", "1")]
    assert "sont connues" not in raiser.post(f"{PAGE}/figures", built(LAST_YEAR, GROUP)).text  # nothing in it yet
    nowhere = built(LAST_YEAR, NOT_THIS)
    assert parents(raiser.post(f"{PAGE}/build", nowhere | {"do": "in:1"}).text) == [("1", "0"), ("2", "0")]


def test_groups_that_are_denied_stay_groups(assembly: Assembly, browser: Open) -> None:
    raiser = browser(Role.FUNDRAISER)
    for number, (mode, kind) in enumerate((("not-every", Every), ("fewer", Some)), start=1):
        within = [{f"{n}-parent": "1", f"{n}-source": "gift", f"{n}-measure": "has"} for n in (2, 3)]
        form = built({"1-kind": "group", "1-mode": mode, "1-least": "2"}, *within, name=mode)
        assert raiser.post(PAGE, form).status_code == 303
        page = raiser.get(f"{PAGE}/{number}/edit").text
        assert f'<option value="{mode}" selected' in page
        assert parents(page) == [("1", "0"), ("2", "1"), ("3", "1")]
        with assembly.database.reading() as session:
            kept = session.scalars(select(SegmentVersionRow.tree).where(SegmentVersionRow.segment_id == number)).one()
        (part,) = kept["tree"]["every"]
        assert set(part) == {"not"}
        assert ("every" in part["not"]) is (kind is Every)


def test_a_town_is_taken_for_its_postcode_and_a_place_that_is_none_does_not_count(browser: Open) -> None:
    raiser = browser(Role.FUNDRAISER)
    near = {"1-source": "address", "1-measure": "has", "1-a-distance": "25", "1-b-distance": "bergen"}
    said = words_of(raiser.post(f"{PAGE}/build", built(near)).text)
    assert "7000 Mons" in said
    assert "À compléter" not in said
    assert raiser.post(PAGE, built(near, name="Autour de Mons")).status_code == 303
    assert 'value="7000"' in raiser.get(f"{PAGE}/1/edit").text
    assert "à moins de 25 km de 7000 Mons" in words_of(raiser.get(f"{PAGE}/1").text)
    for wrong in ({"1-b-distance": "nulle part"}, {"1-a-distance": "0"}, {"1-a-distance": ""}, {"1-b-distance": ""}):
        assert "À compléter" in words_of(raiser.post(f"{PAGE}/build", built(near | wrong)).text)


def test_more_than_one_may_ask_is_said_and_nothing_of_it_is_lost(browser: Open) -> None:
    raiser = browser(Role.FUNDRAISER)
    many = [{f"{n}-source": "gift", f"{n}-measure": "has"} for n in range(1, 162)]
    page = raiser.post(f"{PAGE}/build", built(*many))
    assert (page.status_code, len(parents(page.text))) == (200, 161)
    assert "rien n’est compté" in page.text
    refused = raiser.post(PAGE, built(*many, name="Trop"))
    assert (refused.status_code, "100 conditions au plus" in refused.text) == (422, True)
    assert raiser.post(f"{PAGE}/build", {"n": [str(n) for n in range(3000)]}).status_code == 422
    for depth, status in ((50, 200), (400, 422)):
        groups = [{f"{n}-parent": str(n - 1), f"{n}-kind": "group", f"{n}-mode": "some"} for n in range(1, depth)]
        form = built(*groups, {f"{depth}-parent": str(depth - 1), f"{depth}-source": "gift"})
        assert raiser.post(f"{PAGE}/build", form).status_code == status
    nested = {"n": ["1"], "1-parent": "0", "1-kind": "fixed", "1-json": "[" * 5000}
    assert "À compléter" in raiser.post(f"{PAGE}/build", nested).text
    assert raiser.post(PAGE, nested | {"name": "Sans fond"}).status_code == 422


def test_a_few_of_its_people_and_why_one_is_in_or_out_are_shown_while_it_is_built(
    assembly: Assembly, browser: Open
) -> None:
    who, raiser = donors(assembly), browser(Role.FUNDRAISER)
    form = built(LAST_YEAR, NOT_THIS, {"3-source": "sample", "3-a-=": "1000", "3-b-=": "noël"})
    shown = words_of(raiser.post(f"{PAGE}/trial", form | {"do": "sample"}).text)
    assert ("Alpha Dupont" in shown, "Charlie Dupont" in shown) == (True, False)
    assert "Une personne" in raiser.post(f"{PAGE}/trial", form | {"do": "why"}).text
    assert "Choisissez une personne" in raiser.post(f"{PAGE}/trial", form | {"do": "ask", "who": "Dupont"}).text
    why = words_of(raiser.post(f"{PAGE}/trial", form | {"do": "ask", "other_id": str(who["Charlie"])}).text)
    assert "Pas dans le segment" in why
    assert "n’ont pas donné en 2026 (trouvé : 1)" in why
    with assembly.database.reading() as session:
        deeds = session.scalars(select(AuditRow.action).where(AuditRow.action.like("segment.%"))).all()
    assert sorted(deeds) == ["segment.read", "segment.why"]
    assert browser(Role.EDITOR).post(f"{PAGE}/trial", form | {"do": "sample"}).status_code == 403


def test_another_source_begins_anew_and_a_word_of_no_list_does_not_count(browser: Open) -> None:
    """What was asked of memberships would be asked of regular gifts under the same name, and hold of everybody."""
    raiser = browser(Role.FUNDRAISER)
    left = {"1-source": "plan", "1-measure": "has", "1-neg": "1", "1-t-state": "in-force"}
    said = words_of(raiser.post(f"{PAGE}/build", built(left | {"1-was": "membership"})).text)
    assert ("n’ont promis aucun don régulier" in said, "in-force" in said) == (True, False)
    page = words_of(raiser.post(f"{PAGE}/build", built(left)).text)
    assert "« in-force » n’est pas dans la liste" in page
    assert raiser.post(PAGE, built(left, name="Sans")).status_code == 422
    three = {"1-source": "segment", "1-was": "gift", "1-measure": "count", "1-o-=": "least", "1-a-=": "1"}
    raiser.post(PAGE, built(LAST_YEAR, name="Premier", is_shared="on"))
    page = raiser.post(f"{PAGE}/build", built(three)).text
    assert ('name="1-was" value="segment"' in page, "À compléter" in page, 'value="1" selected' in page) == (
        True, True, False,
    )  # fmt: skip


def test_who_wears_a_sensitive_tag_is_shown_for_a_reason_and_their_trail_keeps_it(
    assembly: Assembly, browser: Open
) -> None:
    """As on the page of a person, where looking at their sensitive tags is noted."""
    who, raiser = donors(assembly)["Alpha"], browser(Role.FUNDRAISER)
    with assembly.database.transaction() as session:
        tag = links.put_tag(session, "Pour l’avortement", at=NOW, sensitivity=Sensitivity.SENSITIVE)
        links.tag(session, who, tag.id, at=NOW, source="staff")
    form = built({"1-source": "tag", "1-measure": "has", "1-t-tag": str(tag.id)})
    asked = ({"do": "sample"}, {"do": "ask", "other_id": str(who)})
    for one in asked:
        page = raiser.post(f"{PAGE}/trial", form | one).text
        assert ("écrivez d’abord pourquoi" in page, "Alpha Dupont" in words_of(page)) == (True, False)
    for one in asked:
        assert "Alpha Dupont" in words_of(raiser.post(f"{PAGE}/trial", form | one | {"reason": "Inviter  ici"}).text)
    with assembly.database.reading() as session:
        noted = audit.latest(session, subject="person", subject_id=who)
    told = [(one.action, dict(one.facts)) for one in noted if one.action.startswith("segment.")]
    assert told == [(action, {"sensitive": True}) for action in ("segment.why", "segment.read")]
    assert "Regardé si un segment prend cette fiche" in browser().get(f"/office/supporters/{who}").text


def test_a_version_is_opened_set_beside_the_present_one_and_asked_again(
    assembly: Assembly, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, raiser = donors(assembly), browser(Role.FUNDRAISER)
    raiser.post(PAGE, built(LAST_YEAR, name="À relancer", is_shared="on"))
    raiser.post(f"{PAGE}/1", built(LAST_YEAR, NOT_THIS, name="À relancer", is_shared="on", seen="1"))
    raiser.post(PAGE, built({"1-source": "segment", "1-a-=": "1"}, name="Les mêmes", is_shared="on"))
    before = words_of(raiser.get(f"{PAGE}/1/versions/1").text)
    for said in ("ont donné en 2025.", "Dans les deux 2", "Dans cette version seulement 1"):
        assert said in before
    assert raiser.get(f"{PAGE}/1/versions/9").status_code == 404
    assert 'name="2-kind"' not in raiser.get(f"{PAGE}/1/edit?version=1").text

    # A count is old once its own conditions, its people by hand or a segment that it asks about have changed.
    def old() -> list[bool]:
        pages = [raiser.get(f"{PAGE}/{number}").text for number in (1, 2)]
        assert raiser.get(PAGE).text.count("avant le dernier changement") == sum(
            "avant le dernier changement" in page for page in pages
        )
        return ["avant le dernier changement" in page for page in pages]

    for number in (1, 2):
        raiser.post(f"{PAGE}/{number}/count")
    assert old() == [False, False]
    monkeypatch.setattr(shell, "now", lambda: NOW + timedelta(minutes=5))
    raiser.post(f"{PAGE}/1/pick", {"person_id": str(who["Charlie"]), "how": "in"})
    assert old() == [True, True]
    form = built(LAST_YEAR, NOT_THIS, segment="1")
    counted = re.search(r"<strong>(\d+)</strong>", raiser.post(f"{PAGE}/figures", form).text)
    alone = re.search(r"<strong>(\d+)</strong>", raiser.post(f"{PAGE}/figures", built(LAST_YEAR, NOT_THIS)).text)
    assert counted is not None
    assert alone is not None
    assert (int(counted[1]), int(alone[1])) == (3, 2)
    for asked, is_in in ((form, True), (built(LAST_YEAR, NOT_THIS), False)):
        assert ("Charlie Dupont" in words_of(raiser.post(f"{PAGE}/trial", asked | {"do": "sample"}).text)) is is_in
        why = raiser.post(f"{PAGE}/trial", asked | {"do": "ask", "other_id": str(who["Charlie"])}).text
        assert ("Pas dans le segment" in words_of(why)) is not is_in
    raiser.post(f"{PAGE}/1/pick", {"person_id": str(who["Charlie"]), "how": "in"})
    assert "à la main : 1 ajoutées, 0 retirées" in words_of(raiser.get(f"{PAGE}/1/versions/3").text)
    why = words_of(raiser.post(f"{PAGE}/2/why", {"other_id": str(who["Charlie"])}).text)
    assert "font partie de « À relancer » (ajoutée à la main)" in why
    assert "n’ont pas donné en 2026 (trouvé : 1)" in why

    raiser.post(f"{PAGE}/1/versions/1/restore")
    with assembly.database.reading() as session:
        rows = session.execute(
            select(SegmentVersionRow.number, SegmentVersionRow.included)
            .where(SegmentVersionRow.segment_id == 1)
            .order_by(SegmentVersionRow.number)
        ).all()
    assert [tuple(row) for row in rows] == [(1, 0), (2, 0), (3, 1), (4, 1)]
    assert "Les personnes qui ont donné en 2025." in words_of(raiser.get(f"{PAGE}/1").text)


def test_a_picker_is_searched_among_all_there_is(
    assembly: Assembly, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_fields, "MOST_LISTED", 1)
    with assembly.database.transaction() as session:
        sowing.petitions(session, ("torture",), ("asile",))
        oldest = session.scalars(select(CallRow).order_by(CallRow.id)).first()
        assert oldest is not None
        oldest.title = "Libérez Éloïse"
        number = str(oldest.id)
    raiser, pickers = browser(Role.FUNDRAISER), f"{PAGE}/pickers"
    found = raiser.get(f"{pickers}/signature/petition?q=eloise%20LIBEREZ").get_json()
    assert found == {"options": [{"value": number, "label": "Libérez Éloïse"}], "more": 0}
    raiser.post(PAGE, built(LAST_YEAR, name="À relancer", folder="Noël", is_shared="on"))
    assert raiser.get(f"{pickers}/segments?q=noel").get_json()["options"] == [
        {"value": "1", "label": "Noël · À relancer"}
    ]
    for wrong in ("signature/nothing", "nothing/petition", "signature/signed_at"):
        assert raiser.get(f"{pickers}/{wrong}").status_code == 404
    assert browser(Role.EDITOR).get(f"{pickers}/segments").status_code == 403
