"""Every complaint about other systems that we know of has a test of ours, and the page that says so is true."""

from __future__ import annotations

import ast
import re

from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "pains.md").read_text()
ROW = re.compile(r"^\| (\d+) \| .* \| (`tests/\S+`(?:, `tests/\S+`)*) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[a-z_/]+\.py)::(test_\w+)`")


def test_every_complaint_has_a_test_that_is_there() -> None:
    told = [(int(number), tests) for number, tests in ROW.findall(PAGE)]
    assert [number for number, _ in told] == list(range(1, 45))
    rows = [test for _, tests in told for test in TEST.findall(tests)]
    assert len(rows) == sum(len(tests.split(", ")) for _, tests in told)
    there: dict[str, set[str]] = {}
    for path, _ in rows:
        tree = ast.parse((ROOT / path).read_text())
        there[path] = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert [f"{path}::{name}" for path, name in rows if name not in there[path]] == []
