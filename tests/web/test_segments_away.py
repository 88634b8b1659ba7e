"""Segments that were put away and still serve, and what they name that is gone: said, with the way to mend it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import delete, select

from crm.assembly import Assembly
from crm.fundraising.model import NewCell
from crm.people import links
from crm.people.tables import TagRow
from crm.staff.model import Role
from crm.staff.tables import AccountRow
from crm.values.identifiers import SegmentId
from mailing.composition.model import EditionState
from mailing.composition.tables import EditionRow
from tests.conftest import NOW
from tests.fundraising import conftest as fundraising
from tests.segments import sowing
from tests.web.conftest import Browser
from tests.web.supporters import words_of
from tests.web.test_segments import LAST_YEAR, PAGE, built, donors

Open = Callable[..., Browser]


def test_where_a_segment_serves_is_shown_before_it_is_put_away_and_after(assembly: Assembly, browser: Open) -> None:
    donors(assembly)
    raiser, boss = browser(Role.FUNDRAISER), browser()
    raiser.post(PAGE, built(LAST_YEAR, name="Donateurs 2025", is_shared="on"))
    with assembly.database.transaction() as session:
        fundraising.furnish(session)
        appeal_id = fundraising.appeal(session, NewCell(name="Tous", segment_id=SegmentId(1))).id
        sowing.sent(session)
        edition = session.scalars(select(EditionRow)).one()
        edition.state, edition.subject, edition.segment_id, edition.segment_version = (
            EditionState.DRAFT,
            "Décembre",
            1,
            1,
        )
        edition_id = edition.id
    for page in (raiser.get(f"{PAGE}/1").text, raiser.post(f"{PAGE}/1/put-away").text):
        assert "pas encore figé" in page
        assert "Décembre" in page
    assert "Ranger ce segment" in raiser.get(f"{PAGE}/1").text  # it was asked about, and stands
    assert raiser.post(f"{PAGE}/1/put-away", {"sure": "1"}).status_code == 303
    kept = words_of(raiser.get(f"{PAGE}/1").text)
    assert "Ce segment est rangé" in kept
    assert "pas encore figé" in kept
    assert "a été rangé le" in words_of(raiser.get(f"/office/appeals/{appeal_id}").text)
    assert "un segment que vous ne voyez pas" not in raiser.get(f"/office/appeals/{appeal_id}").text
    look = f"/office/editions/{edition_id}/approve"
    for said in ("Segment : Donateurs 2025 (rangé le", "a été rangé le"):
        assert said in words_of(boss.get(look).text)
    assert boss.post(f"/office/editions/{edition_id}/among", {"among": "segment:1", "revision": "1"}).status_code == 422
    asks = built({"1-source": "segment", "1-a-=": "1"}, name="Les mêmes")
    shown = words_of(raiser.post(f"{PAGE}/build", asks).text)
    assert "a été rangé le" in shown
    refused = raiser.post(PAGE, asks)
    assert (refused.status_code, "Un segment demandé ici est rangé" in refused.text) == (422, True)
    assert "1 segments rangés" not in raiser.get(PAGE).text
    assert raiser.post(f"{PAGE}/1/bring-back").status_code == 303
    assert "Ranger ce segment" in raiser.get(f"{PAGE}/1").text


def test_a_segment_on_a_tag_that_is_gone_says_so_on_each_page(assembly: Assembly, browser: Open) -> None:
    who = donors(assembly)
    raiser = browser(Role.FUNDRAISER)
    with assembly.database.transaction() as session:
        tag = links.put_tag(session, "Bénévole", at=NOW)
    form = built(
        {"1-source": "tag", "1-measure": "has", "1-t-tag": str(tag.id), "1-neg": "1"},
        name="Pas bénévoles",
        is_shared="on",
    )
    assert raiser.post(PAGE, form).status_code == 303
    assert "<strong>3</strong>" in raiser.post(f"{PAGE}/figures", form).text
    with assembly.database.transaction() as session:
        session.execute(delete(TagRow))
        fundraising.furnish(session)
        appeal_id = fundraising.appeal(session, NewCell(name="Tous", segment_id=SegmentId(1))).id
        sowing.sent(session)
        edition = session.scalars(select(EditionRow)).one()
        edition.state, edition.segment_id, edition.segment_version = EditionState.DRAFT, 1, 1
        look = f"/office/editions/{edition.id}/approve"
    said = "(étiquette) n’existe plus"
    for page in (
        raiser.post(f"{PAGE}/figures", form), raiser.post(f"{PAGE}/build", form), raiser.get(f"{PAGE}/1/edit"),
        raiser.post(f"{PAGE}/1/count"), raiser.get(f"{PAGE}/1/people"), raiser.get(f"{PAGE}/1/tasks"),
        raiser.post(f"{PAGE}/1/why", {"other_id": str(who["Alpha"])}), raiser.post(PAGE, form),
        raiser.get(f"/office/appeals/{appeal_id}/preview"), raiser.post(f"/office/appeals/{appeal_id}/freeze"),
        raiser.post(f"{PAGE}/trial", form | {"do": "sample"}), browser().get(look),
    ):  # fmt: skip
        assert (said in page.text, "Bénévole" in page.text) == (True, True), page.request.path
        assert "<strong>3</strong>" not in page.text
    asked = {"purpose": "news", "channel": "email", "recipient": "Agence"}
    for path in ("export", "export.csv", "export/ask"):
        assert raiser.post(f"{PAGE}/1/{path}", asked).status_code == 409
    assert raiser.get(f"{PAGE}/1").status_code == 200
    assert 'name="among"' in browser().get(look).text


def test_a_private_segment_of_a_closed_account_is_taken_over_by_an_administrator(
    assembly: Assembly, browser: Open
) -> None:
    raiser, other, admin = browser(Role.FUNDRAISER), browser(Role.FUNDRAISER), browser(Role.ADMINISTRATOR)
    raiser.post(PAGE, built(LAST_YEAR, name="À elle seule"))
    assert "À elle seule" not in admin.get(PAGE).text
    assert admin.post(f"{PAGE}/1/take-over").status_code == 404
    with assembly.database.transaction() as session:
        session.get_one(AccountRow, raiser.account.id).is_active = False
    assert "À elle seule" in admin.get(PAGE).text
    assert "À elle seule" not in other.get(PAGE).text
    assert other.post(f"{PAGE}/1/take-over").status_code == 403
    assert admin.post(f"{PAGE}/1/take-over").headers["Location"] == f"{PAGE}/1"
    assert "À elle seule" in admin.get(f"{PAGE}/1").text
    assert "d’un compte clos" not in admin.get(PAGE).text
