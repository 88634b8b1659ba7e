"""The sample files, and what the command line says of them, byte for byte."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from crm.cli.main import main
from tests.approved_files import check_approved
from tests.banking import samples


def test_the_samples_are_what_their_builder_writes() -> None:
    kept = {file.name: file.read_bytes() for file in samples.FOLDER.iterdir()}
    assert kept == samples.files()


def test_the_command_line_tells_every_sample_as_it_must(monkeypatch: pytest.MonkeyPatch) -> None:
    names = sorted(samples.files())
    done = parsed(monkeypatch, "--json", *names, "not there.cod")
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["file"] for one in objects] == [*names, "not there.cod"]
    assert done.exit_code == 1  # dollars.cod is refused, and one is not there
    check_approved("bank/samples.json", json.dumps(objects, indent=1, ensure_ascii=False) + "\n")


def test_the_table_for_people_is_as_it_must_be(monkeypatch: pytest.MonkeyPatch) -> None:
    done = parsed(monkeypatch, "day.cod", "statement_08.xml")
    assert done.exit_code == 0
    check_approved("bank/samples.txt", done.stdout)


def parsed(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.chdir(samples.FOLDER)
    return CliRunner().invoke(main, ["bank", "parse", *arguments])
