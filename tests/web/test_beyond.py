"""Numbers that no row can have, typed into an address: nobody is there, and the house does not stumble."""

from __future__ import annotations

from collections.abc import Callable

from crm.staff.model import Role
from tests.web.conftest import Browser
from tests.web.test_permission_matrix import DECLARED

BEYOND = str(10**30)
ASKED = (
    "after", "before", "skip", "line", "plan", "person", "payment", "keep", "version", "number", "turn", "year",
    "month", "newsletter", "with", "in", "out", "issue", "row",
)  # fmt: skip


def test_a_number_that_no_row_can_have_is_nobody_on_every_page(browser: Callable[..., Browser]) -> None:
    anybody = browser(Role.ADMINISTRATOR, Role.FINANCE, Role.LEGACIES)
    query, broken, asked = "&".join(f"{name}={BEYOND}" for name in ASKED), list[tuple[str, int]](), 0
    for route in DECLARED["routes"]:
        method, _, rule = route.partition(" ")
        if method != "GET":
            continue
        parts = (
            BEYOND if part.startswith("<int:") else "x" if part.startswith("<") else part for part in rule.split("/")
        )
        address = "/".join(parts)
        asked += 1
        status = anybody.get(f"{address}?{query}").status_code
        if status >= 500 or (BEYOND in address and status not in {403, 404}):
            broken.append((rule, status))
    assert broken == []
    assert asked > 150
