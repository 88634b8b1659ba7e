"""`python -m crm.cli` is `portevoix`."""

from __future__ import annotations

from crm.cli.main import main

main(prog_name="portevoix")
