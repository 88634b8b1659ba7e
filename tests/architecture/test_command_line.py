"""Every command of `portevoix` helps in French."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from crm.cli.main import COMMANDS, main


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_a_command_helps_in_french(name: str) -> None:
    shown = CliRunner().invoke(main, [name, "--help"] if name else ["--help"]).stdout
    wrong = [word for word in ("Show this message", "Commands:") if word in shown]
    assert not wrong, f"portevoix {name} --help: use cls=Orders (or Order) of crm.cli.helping"
