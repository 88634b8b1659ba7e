"""A feed that fails is left in peace for longer and longer, never for more than a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailing.feeds.model import ParsedItem
from mailing.feeds.rules import LONGEST_WAIT, digest_of, next_visit

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTES = st.integers(5, 1440)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 60), (1, 120), (2, 240), (3, 480), (4, 960), (5, 1440), (50, 1440), (10**9, 1440)]
)
def test_the_wait_doubles_up_to_a_day(failures: int, minutes: int) -> None:
    assert next_visit(NOW, interval_minutes=60, failures=failures) == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("wish", "minutes"),
    [
        ("7200", 120),
        ("18000", 300),
        (" 18000 ", 300),
        ("Mon, 23 Nov 2026 14:00:00 GMT", 300),
        ("60", 120),
        ("0", 120),
        ("-5", 120),
        ("999999999", 120),
        ("9" * 50, 120),
        ("Mon, 23 Nov 2099 14:00:00 GMT", 120),
        ("demain", 120),
        ("", 120),
        ("²", 120),
    ],
)
def test_what_the_server_wishes_is_obeyed_where_it_is_sane(wish: str, minutes: int) -> None:
    found = next_visit(NOW, interval_minutes=60, failures=1, retry_after=wish)
    assert found == NOW + timedelta(minutes=minutes)


@given(MINUTES, st.integers(0, 30), st.text(max_size=40))
def test_no_wait_is_shorter_than_the_interval_nor_longer_than_a_day(minutes: int, failures: int, wish: str) -> None:
    wait = next_visit(NOW, interval_minutes=minutes, failures=failures, retry_after=wish) - NOW
    assert timedelta(minutes=minutes) <= wait <= LONGEST_WAIT


@given(MINUTES, st.integers(0, 30))
def test_one_more_failure_never_shortens_the_wait(minutes: int, failures: int) -> None:
    first, second = (next_visit(NOW, interval_minutes=minutes, failures=n) for n in (failures, failures + 1))
    assert first <= second


def test_an_item_changes_when_it_says_something_else() -> None:
    item = ParsedItem(key="1", title="Un", link="https://a.example/1", image_url="https://a.example/i.png?123")
    assert digest_of(item) == digest_of(replace(item, image_url="https://a.example/i.png?456"))
    others = [replace(item, title="Deux"), replace(item, tags=("Chili",)), replace(item, intro_truncated=True)]
    assert len({digest_of(item), *map(digest_of, others)}) == 4
