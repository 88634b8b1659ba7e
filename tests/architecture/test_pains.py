"""Every complaint about other systems that we know of has a test of ours, and the page that says so is true."""

from __future__ import annotations

import ast
import re

from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "pains.md").read_text()
ROW = re.compile(r"^\| (\d+) \| .* \| `(tests/[a-z_/]+\.py)::(test_\w+)` \|$", re.MULTILINE)


def test_every_complaint_has_a_test_that_is_there() -> None:
    rows = [(int(number), path, name) for number, path, name in ROW.findall(PAGE)]
    assert [number for number, _, _ in rows] == list(range(1, 45))
    there: dict[str, set[str]] = {}
    for _, path, _ in rows:
        tree = ast.parse((ROOT / path).read_text())
        there[path] = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert [f"{path}::{name}" for _, path, name in rows if name not in there[path]] == []
