"""`portevoix consent` as a program sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from crm.assembly import Assembly
from crm.cli import consent as cli
from crm.consent import service as consent
from crm.consent.model import Act, NewAct, Way
from crm.consent.tables import ConsentStandingRow, NoticeRow
from crm.people.model import Person
from crm.values.languages import Language
from tests.conftest import NOW
from tests.consent.unguarded import unguarded


def _run(*words: str) -> tuple[int, object]:
    ran = CliRunner().invoke(cli.command, [*words, "--json"])
    return ran.exit_code, json.loads(ran.stdout)


def test_the_three_commands_find_and_mend(
    assembly: Assembly, add: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: assembly)
    with assembly.database.transaction() as session:
        person = add(session, "a@exemple.be")
        notice = consent.notice_for(session, purpose="news", language=Language.FR, text="mots", at=NOW)
        for hour, act in enumerate((Act.REQUESTED, Act.GIVEN)):
            new = NewAct(
                person_id=person.id,
                purpose="news",
                address_key=person.contact_points[0].address_key,
                act=act,
                way=Way.WEB,
                occurred_at=NOW + timedelta(hours=hour),
                notice_id=notice.id,
            )
            consent.record(session, assembly.sealer, new, at=NOW)
    assert _run("verify") == (0, {"damaged": [], "damaged_paces": []})
    assert _run("drift") == (0, {"drift": 0})
    with assembly.database.transaction() as session:
        session.execute(update(ConsentStandingRow).values(act=Act.WITHDRAWN))
    assert _run("drift") == (1, {"drift": 1})
    assert _run("rebuild") == (0, {"before": 1, "after": 0})
    assert _run("drift") == (0, {"drift": 0})
    with unguarded(assembly.database):
        with assembly.database.transaction() as session:
            session.execute(update(NoticeRow).values(text="d’autres mots"))
        assert _run("verify") == (1, {"damaged": [1, 2], "damaged_paces": []})
        assert "1, 2" in CliRunner().invoke(cli.command, ["verify"]).stdout


def test_a_purpose_is_added_changed_and_refused_by_words(assembly: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: assembly)
    french = ("--name", "fr=La recherche", "--promise", "fr=Deux fois l’an, une enquête.")
    assert _run("purpose", "research", *french)[0] == 0
    assert _run("purpose", "research", "--name", "nl=Het onderzoek", "--position", "9")[0] == 0
    code, found = _run("purposes")
    assert isinstance(found, list)
    assert (code, [one for one in found if one["code"] == "research"]) == (
        0,
        [
            {
                "code": "research",
                "names": {"fr": "La recherche", "nl": "Het onderzoek"},
                "promises": {"fr": "Deux fois l’an, une enquête."},
                "position": 9,
            }
        ],
    )
    for wrong in (("Recherche", *french), ("service", *french), ("autre",), ("autre", "--name", "xx=Rien")):
        assert CliRunner().invoke(cli.command, ["purpose", *wrong]).exit_code == 1
    with assembly.database.reading() as session:
        assert {one.code for one in consent.purposes(session)} >= {"research"}
