"""What the pack says to people: no code of ours stands in it, and what there is nothing of is named together."""

from __future__ import annotations

import re

from crm.assembly import Assembly
from crm.partners.model import RequestKind
from crm.partners.personal_data import KINDS
from crm.privacy import erasing, packs
from tests.conftest import NOW
from tests.privacy import canary


def test_no_code_of_ours_stands_in_a_pack(assembly: Assembly) -> None:
    she, _, _ = canary.plant(assembly)
    with assembly.database.reading() as session:
        shown = erasing.shown(session, assembly.holdings, she)
    said = packs.facts(shown, organisation=assembly.settings.organisation, at=NOW)
    cells = {cell for section in said["sections"] for row in section["rows"] for cell in row}
    assert {cell for cell in cells if re.fullmatch(r"import:\d+|[a-z]+_[a-z_]+", cell)} == set()
    assert cells.isdisjoint(kind.value for kind in RequestKind)
    assert set(KINDS) == set(RequestKind)
    empty = {section.title for section in shown.sections if not section.rows and section.title}
    assert {section["title"] for section in said["sections"]}.isdisjoint(empty)
    assert said["empty"].split(" · ") == [s.title for s in shown.sections if s.title in empty and not s.rows]
