"""`portevoix jobs` as a program sees it, and the timetable it runs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from crm.assembly import Assembly
from crm.cli import jobs as cli
from jobs.timetable import TIMETABLE
from tests.jobs.timetables import fails, job, mark, marks


@pytest.fixture
def house(assembly: Assembly, monkeypatch: pytest.MonkeyPatch) -> Assembly:
    monkeypatch.setattr(cli, "assembly", lambda: assembly)
    monkeypatch.setattr(cli, "TIMETABLE", (job("good", run=mark), job("bad", run=fails)))
    return assembly


def run(*words: str) -> tuple[int, Any]:
    ran = CliRunner().invoke(cli.command, [*words, "--json"])
    return ran.exit_code, json.loads(ran.stdout)


def test_what_is_due_is_run_once_and_a_failure_is_the_exit_code(house: Assembly) -> None:
    code, told = run("once")
    assert code == 1
    assert [(t["job"], t["state"]) for t in told] == [("good", "done"), ("bad", "failed")]
    assert run("once") == (0, [])
    assert marks(house) == 1


def test_one_job_is_run_by_name(house: Assembly) -> None:
    code, (told,) = run("once", "good")
    assert (code, told["outcome"], told["error"]) == (0, {"done": 1}, "")
    assert run("once", "other")[0] == 1
    assert marks(house) == 1


def test_the_list_tells_of_each_job(house: Assembly) -> None:
    assert [j["state"] for j in run("list")[1]] == ["new", "new"]
    run("once")
    good, bad = run("list")[1]
    assert (good["job"], good["when"], good["state"], good["last_outcome"]) == ("good", "60 s", "done", {"done": 1})
    assert (bad["state"], bad["last_error"].split(" ")[0]) == ("failed", "ValueError")
    assert good["next_due_at"] > good["last_due_at"]


def test_every_job_of_the_timetable_runs_on_an_empty_house(assembly: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: replace(assembly))
    code, told = run("once")
    assert (code, [t["job"] for t in told]) == (0, [j.name for j in TIMETABLE])
    names = [j.name for j in TIMETABLE]
    assert len(set(names)) == len(names)
