"""What the house's rules are checked against: every source file, parsed once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ("crm", "mailing", "jobs")


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the root, its text, its tree."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def module(self) -> str:
        """Its dotted name; a package's own file is the package."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def imports(self) -> tuple[str, ...]:
        """Every dotted name it imports: `a.b.c` for `from a.b import c` too."""
        found: list[str] = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                found += [f"{node.module}.{alias.name}" for alias in node.names]
        return tuple(found)

    @property
    def calls(self) -> Iterator[str]:
        """The last name of everything it calls: `execute` for `session.execute(...)`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                called = node.func
                if isinstance(called, ast.Attribute):
                    yield called.attr
                elif isinstance(called, ast.Name):
                    yield called.id


@cache
def sources(*tops: str) -> tuple[Source, ...]:
    """The Python files below those folders, migrations' history left out (it is generated and frozen)."""
    found = sorted(path for top in tops for path in (ROOT / top).rglob("*.py"))
    return tuple(
        Source(str(path.relative_to(ROOT)), path.read_text()) for path in found if "versions" not in path.parts
    )


@cache
def templates(*suffixes: str) -> tuple[tuple[str, str], ...]:
    """The templates (name, text), vendored files left out."""
    folder = ROOT / "templates"
    found = sorted(path for suffix in suffixes for path in folder.rglob(f"*{suffix}"))
    return tuple(
        (str(path.relative_to(folder)), path.read_text())
        for path in found
        if "vendor" not in path.parts and "node_modules" not in path.parts
    )
