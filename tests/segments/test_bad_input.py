"""Trees that nobody should be able to ask: refused with the part to mend, before any database sees them."""

from __future__ import annotations

from typing import Any

import pytest

from crm.rooms import QUESTIONS
from crm.segments.catalogue import checked
from crm.segments.errors import TreeInvalid
from crm.segments.json_form import from_json

GIFT: dict[str, Any] = {"of": "gift", "measure": "has"}


def deep(levels: int) -> dict[str, Any]:
    """A condition within so many groups."""
    tree = GIFT
    for _ in range(levels):
        tree = {"every": [tree]}
    return tree


BAD: dict[str, tuple[Any, str]] = {
    "another form": ({"form": 0, "tree": GIFT}, "form"),
    "no mapping": ([1], "form"),
    "depth 50": ({"form": 1, "tree": deep(50)}, "tree" + ".0" * 9),
    "500 conditions": ({"form": 1, "tree": {"every": [GIFT] * 500}}, "tree"),
    "an unknown source": ({"form": 1, "tree": {"of": "password", "measure": "has"}}, "tree"),
    "an unknown column": ({"form": 1, "tree": {**GIFT, "where": [{"column": "id", "in": ["1"]}]}}, "tree"),
    "an unknown word": ({"form": 1, "tree": {"every": [GIFT, {**GIFT, "sql": "1=1"}]}}, "tree.1"),
    "an unknown measure": ({"form": 1, "tree": {"of": "gift", "measure": "median"}}, "tree"),
    "words for an amount": ({"form": 1, "tree": {**GIFT, "where": [{"column": "cents", "in": ["1"]}]}}, "tree"),
    "a text for a sum": ({"form": 1, "tree": {"of": "gift", "measure": "sum", "is": {"from": "1 OR 1=1"}}}, "tree"),
    "yes for a number": ({"form": 1, "tree": {"of": "gift", "measure": "sum", "is": {"from": True}}}, "tree"),
    "too large a number": ({"form": 1, "tree": {"of": "gift", "measure": "sum", "is": {"from": 10**30}}}, "tree"),
    "a sum of nothing said": ({"form": 1, "tree": {"of": "gift", "measure": "sum"}}, "tree"),
    "a sum of tags": ({"form": 1, "tree": {"of": "tag", "measure": "sum", "is": {"from": 1}}}, "tree"),
    "no channel": ({"form": 1, "tree": {"of": "reach", "measure": "has"}}, "tree"),
    "29 February 2025": ({"form": 1, "tree": {**GIFT, "window": {"first": "2025-02-29"}}}, "tree"),
    "a year before writing": ({"form": 1, "tree": {**GIFT, "window": {"year": -9999}}}, "tree"),
    "a window backwards": (
        {"form": 1, "tree": {**GIFT, "window": {"first": "2026-02-02", "last": "2026-01-01"}}},
        "tree",
    ),
    "a window of an address": (
        {"form": 1, "tree": {"of": "address", "measure": "has", "window": {"year": 0}}},
        "tree",
    ),
    "a part that is a list": ({"form": 1, "tree": {"not": []}}, "tree"),
    "three of two": ({"form": 1, "tree": {"some": [GIFT, GIFT], "least": 3}}, "tree"),
}


@pytest.mark.parametrize(("whole", "field"), BAD.values(), ids=BAD)
def test_it_is_refused_with_the_part_to_mend(whole: Any, field: str) -> None:
    with pytest.raises(TreeInvalid) as refused:
        checked(from_json(whole), QUESTIONS)
    assert refused.value.field == field
