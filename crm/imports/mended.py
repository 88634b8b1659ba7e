"""Rows set aside that come again, mended: their file is known by the two headings that we gave it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crm.foundation.translation import N_, say
from crm.imports.model import RunId
from crm.values.folding import folded
from crm.values.languages import Language

ROW = N_("Ligne de l’importation %(run)s")
WHY = N_("Pourquoi")


def headings(language: Language, run_id: RunId) -> tuple[str, str]:
    """What stands above the two columns that we add."""
    return say(language, ROW, run=run_id), say(language, WHY)


def come_from(headers: Sequence[str]) -> RunId | None:
    """Of which import these are rows set aside; None where the file is none of ours."""
    if len(headers) < 3 or folded(headers[-1]) not in {folded(say(one, WHY)) for one in Language}:
        return None
    for language in Language:
        before, _, after = folded(say(language, ROW, run="\N{BULLET}")).partition("\N{BULLET}")
        pattern = f"{re.escape(before)}([0-9]{{1,12}}){re.escape(after)}"
        if found := re.fullmatch(pattern, folded(headers[-2])):
            return RunId(int(found.group(1)))
    return None


def theirs(headers: Sequence[str]) -> tuple[str, ...]:
    """The headings as the source gave them."""
    return tuple(headers if come_from(headers) is None else headers[:-2])
