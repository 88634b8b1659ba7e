"""The names under which our own rooms book movements are ours alone."""

from __future__ import annotations

import importlib
import pkgutil

import crm
from crm.donations.rules import OUR_PROVIDERS


def test_every_room_that_books_money_does_it_under_a_name_of_ours() -> None:
    names = set()
    for module in pkgutil.walk_packages(crm.__path__, "crm."):
        if module.name.startswith(("crm.donations", "crm.banking", "crm.collections", "crm.imports.giving")):
            room = importlib.import_module(module.name)
            names |= {getattr(room, name) for name in ("PROVIDER", "UNDOING", "REFUNDING") if hasattr(room, name)}
    assert names <= OUR_PROVIDERS
    assert {"bank", "batch", "import", "import-undo", "sepa"} <= names
