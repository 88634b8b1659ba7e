"""The words are true: what the documents name exists, and what exists is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from crm.cli.main import COMMANDS, main
from jobs.timetable import TIMETABLE
from tests.architecture.sources import ROOT

README = (ROOT / "README.md").read_text()
PLAN = (ROOT / "ARCHITECTURE.md").read_text()
RUNNING = (ROOT / "docs" / "running.md").read_text()
DEPENDENCIES = (ROOT / "docs" / "dependencies.md").read_text()
EVERYTHING = "\n".join([README, PLAN, *(p.read_text() for p in sorted((ROOT / "docs").glob("*.md")))])


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))


def test_every_command_is_told_of() -> None:
    unsaid = [" ".join(path) for path, _ in _commands(main) if f"portevoix {' '.join(path)}" not in EVERYTHING]
    assert unsaid == []


def test_every_command_helps_itself_and_answers_programs() -> None:
    lacking = []
    for path, command in _commands(main):
        options = {name for parameter in command.params for name in parameter.opts}
        is_leaf = not isinstance(command, click.Group)
        if not command.help or (is_leaf and path[0] not in ("run", "demo") and "--json" not in options):
            lacking.append(" ".join(path))
    assert lacking == []
    assert set(COMMANDS) == {name for name in COMMANDS if import_module(f"crm.cli.{name}").command.name == name}


def test_every_job_is_in_the_running_notes() -> None:
    told = set(re.findall(r"^\| `([a-z_]+)` \|", RUNNING, re.MULTILINE))
    assert told == {job.name for job in TIMETABLE}


@pytest.mark.parametrize("lists", ["runtime", "develop"])
def test_every_dependency_has_its_reason(lists: str) -> None:
    wanted = re.findall(r"^([a-z0-9-]+)", (ROOT / "requirements" / f"{lists}.in").read_text(), re.MULTILINE)
    assert [name for name in wanted if name not in DEPENDENCIES] == []


def test_the_plan_names_every_folder() -> None:
    rooms = [
        str(path.relative_to(ROOT))
        for top in ("crm", "mailing")
        for path in sorted((ROOT / top).iterdir())
        if (path / "__init__.py").exists()
    ]
    assert [name for name in ("crm/", "mailing/", "jobs/", "templates/", "tests/", *rooms) if name not in PLAN] == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for page in [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]:
        targets = [t for t in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()) if "://" not in t]
        broken += [f"{page.name}: {target}" for target in targets if not (page.parent / Path(target)).exists()]
    assert broken == []


def test_make_says_what_it_can() -> None:
    goals = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"help", "setup", "run", "demo", "test", "fast", "check", "bench", "lock", "messages"} <= goals
    assert [goal for goal in re.findall(r"`make ([a-z]+)", EVERYTHING) if goal not in goals] == []
