"""A promise by will: its stages only grow, its gifts are of one file, few see it, a merge and an erasure keep to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.audit.tables import AuditRow
from crm.donations.model import GiftKind
from crm.duplicates import merges
from crm.legacies import rules
from crm.legacies import service as legacies
from crm.legacies.errors import GiftUnfit, LegacyMissing, StepRefused
from crm.legacies.model import Facts, LegacyKind, Notary, Stage
from crm.people import service as people
from crm.staff.model import Role
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, GiftId, LegacyId, PersonId
from tests.conftest import NOW
from tests.donations.conftest import Give, donor, give
from tests.web.conftest import Browser, app, browser
from tests.web.supporters import words_of

__all__ = ["app", "browser", "give"]

TODAY = NOW.date()
ME = AccountId(3)
HERE = "/office/legacies"
NOTARY = Notary(name="Maître Dujardin", address="rue Neuve 4, 5000 Namur", phone="081 22 33 44")


def opened(session: Session, person_id: PersonId, stage: Stage = Stage.TOLD, on: date = TODAY) -> LegacyId:
    facts = Facts(kind=LegacyKind.DUO, notary=NOTARY, expected_cents=500_000, note="Vue avec sa nièce")
    return legacies.open_file(session, person_id, facts, stage=stage, reached_on=on, at=NOW, by=ME)


@given(
    st.lists(st.sampled_from(list(Stage)), max_size=4),
    st.sampled_from(list(Stage)),
    st.integers(-3, 3),
    st.none() | st.integers(-3, 0),
)
def test_a_step_is_never_to_come_never_before_the_last_and_never_twice(
    steps: list[Stage], stage: Stage, days: int, last: int | None
) -> None:
    on, last_on = TODAY + timedelta(days), None if last is None else TODAY + timedelta(last)
    why = rules.why_not(steps, stage, on, today=TODAY, last_on=last_on)
    fits = on <= TODAY and (last_on is None or on >= last_on) and steps[-1:] != [stage]
    assert (why is None) is fits


def test_stages_are_added_and_what_came_is_of_one_file(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        ann, notary = donor(session, assembly, "Alpha"), donor(session, assembly, "Étude Dujardin")
        first = opened(session, ann, on=date(2020, 5, 1))
        second = opened(session, ann)
        with pytest.raises(StepRefused, match="no such step"):
            legacies.reach(session, first, Stage.OPENED, reached_on=date(2020, 4, 1), at=NOW, by=ME)
        for stage, day in ((Stage.IN_WILL, 2021), (Stage.OPENED, 2025), (Stage.RECEIVED, 2026)):
            legacies.reach(session, first, stage, reached_on=date(day, 1, 1), note=f" {day} ", at=NOW, by=ME)
        theirs = give(session, 300_000, ann, kind=GiftKind.LEGACY)
        elsewhere = give(session, 50_000, notary, kind=GiftKind.LEGACY)
        ordinary, trial = give(session, 900, ann), give(session, 700, ann, kind=GiftKind.LEGACY, is_test=True)
        assert [one.gift_id for one in legacies.whole(session, first).candidates] == [theirs.id]
        for one in (theirs, elsewhere):
            legacies.link(session, first, one.id, at=NOW, by=ME)
        for unfit in (theirs.id, ordinary.id, trial.id, GiftId(999)):
            with pytest.raises(GiftUnfit):
                legacies.link(session, second, unfit, at=NOW, by=ME)
        whole = legacies.whole(session, first)
        assert [(one.stage, one.note) for one in whole.steps] == [
            (Stage.TOLD, ""),
            (Stage.IN_WILL, "2021"),
            (Stage.OPENED, "2025"),
            (Stage.RECEIVED, "2026"),
        ]
        assert (whole.legacy.stage, whole.legacy.received_cents) == (Stage.RECEIVED, 350_000)
        totals = legacies.totals(session)
        assert (totals.expected_cents, totals.received_cents) == (500_000, 350_000)
        assert totals.by_stage == {Stage.TOLD: 1, Stage.RECEIVED: 1}
        legacies.unlink(session, first, elsewhere.id)
        with pytest.raises(GiftUnfit):
            legacies.unlink(session, second, theirs.id)
        legacies.reach(session, first, Stage.CLOSED, reached_on=TODAY, at=NOW, by=ME)
        assert [one.id for one in legacies.page(session)] == [second]
        assert [one.id for one in legacies.page(session, stage=Stage.CLOSED)] == [first]
        assert legacies.change(session, second, Facts(expected_cents=None)) is True
        assert legacies.change(session, second, Facts(expected_cents=None)) is False
        for wrong in (Facts(expected_cents=-1), Facts(notary=Notary(name="x" * 201)), Facts(note="x" * 4001)):
            with pytest.raises(Invalid):
                legacies.change(session, second, wrong)
        with pytest.raises(LegacyMissing):
            legacies.change(session, LegacyId(999), Facts())


def test_a_file_follows_a_merge_and_comes_back(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        ann, twin = donor(session, assembly, "Alpha"), donor(session, assembly, "Alpha")
        mine, other = opened(session, ann), opened(session, twin)
        made = merges.merge(
            session, assembly.sealer, assembly.pointers, survivor_id=ann, loser_id=twin, chosen={}, by=ME, at=NOW
        )
        assert {one.id for one in legacies.of_person(session, ann)} == {mine, other}
        merges.undo(session, assembly.sealer, assembly.pointers, made.id, by=ME, at=NOW)
        assert {one.id for one in legacies.of_person(session, ann)} == {mine}
        assert {one.id for one in legacies.of_person(session, twin)} == {other}


def test_the_desk_is_seen_by_few_and_each_look_is_written(
    assembly: Assembly, browser: Callable[..., Browser], give: Give
) -> None:
    with assembly.database.transaction() as session:
        ann = donor(session, assembly, "Alpha")
        gift = give(session, 40_000, ann, kind=GiftKind.LEGACY)
    someone, page = browser(Role.LEGACIES), f"/office/supporters/{ann}"
    assert "Aucun dossier ici" in words_of(someone.get(HERE).text)
    assert "Commencer un dossier" in words_of(someone.get(page).text)
    assert someone.get(f"{HERE}/of/{ann}").status_code == 200
    new = {"stage": "told", "reached_on": "2026-01-05", "kind": "duo", "notary": "Maître Dujardin", "expected": "5000"}
    for wrong in ({"stage": "?"}, {"reached_on": "2099-01-01"}, {"expected": "beaucoup"}, {"notary": "x" * 201}):
        assert someone.post(f"{HERE}/of/{ann}", new | wrong).status_code == 422
    place = someone.post(f"{HERE}/of/{ann}", new).headers["Location"]
    for wrong in ({"stage": ""}, {"stage": "told"}, {"stage": "opened", "reached_on": "2020-01-01"}):
        refused = someone.post(f"{place}/step", {"reached_on": "2026-02-01", **wrong})
        assert (refused.status_code, "Maître Dujardin" in refused.text) == (422, True)
    assert someone.post(f"{place}/step", {"stage": "received", "why": "Virement du notaire"}).status_code == 303
    assert someone.post(place, new | {"note": "Appeler en mai", "expected": "x"}).status_code == 422
    assert someone.post(place, new | {"note": "Appeler en mai"}).status_code == 303
    assert someone.post(f"{place}/gifts", {"number": "999"}).status_code == 422
    assert someone.post(f"{place}/gifts", {"gift_id": str(gift.id)}).status_code == 303
    assert someone.post(f"{place}/task", {"title": ""}).status_code == 422
    task = {"title": "Reprendre contact", "due_on": "2026-12-01", "assignee": str(someone.account.id)}
    assert someone.post(f"{place}/task", task).status_code == 303
    shown = words_of(someone.get(place).text)
    assert all(word in shown for word in ("Virement du notaire", "Reprendre contact", "5 000", "400", "Reçu"))
    assert "Appeler en mai" in someone.get(place).text
    assert all(word in words_of(someone.get(f"{HERE}?stage=received").text) for word in ("Alpha", "400"))
    assert "Dossier n° 1" in words_of(someone.get(page).text)
    for role in set(Role) - {Role.LEGACIES}:
        assert browser(role).get(place).status_code == 403
    for role in (Role.ADMINISTRATOR, Role.FINANCE, Role.CARE, Role.FUNDRAISER, Role.DATA_PROTECTION):
        seen = browser(role).get(page).text
        assert not any(word in seen for word in ("Dossier n°", "/office/legacies", "Dujardin"))
    assert someone.post(f"{place}/gifts/drop", {"gift_id": str(gift.id)}).status_code == 303
    with assembly.database.reading() as session:
        looks = session.scalars(select(AuditRow.action).where(AuditRow.subject == "legacy")).all()
        assert looks.count("legacy.read") >= 3
        assert {"legacies.list", "legacy.open", "legacy.step", "legacy.link", "legacy.unlink"} <= set(looks)
        assert people.find_survivor(session, ann) is not None
