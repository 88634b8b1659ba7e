"""Charts tell the truth: zero floors, nothing outside the frame, the same figures in the table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.web.office import charts

FIGURES = st.lists(st.integers(min_value=0, max_value=10**7), max_size=60)
HEAD = ("Semaine", "Personnes")


def _points(values: list[int]) -> list[charts.Point]:
    return [charts.Point(label=str(i), value=value) for i, value in enumerate(values)]


@given(FIGURES)
def test_bars_stand_on_the_floor_in_proportion(values: list[int]) -> None:
    chart = charts.bars("Ce qu’on voit", _points(values), head=HEAD, show=str)
    assert len(chart.bars) == len(values)
    highest = max(values, default=0)
    for bar, value in zip(chart.bars, values, strict=True):
        assert bar.y + bar.height == pytest.approx(chart.floor, abs=0.2)
        assert 0 <= bar.y <= chart.floor
        assert bar.x >= 0
        assert bar.x + bar.width <= chart.width
        assert bar.height == pytest.approx((chart.floor - 28) * value / highest if highest else 0, abs=0.1)
    assert [cells[1] for cells in chart.table] == [str(value) for value in values]


@given(FIGURES)
def test_a_line_stays_in_its_frame_and_names_its_ends(values: list[int]) -> None:
    chart = charts.line("Ce qu’on voit", _points(values), head=HEAD, show=str)
    [drawn] = chart.lines
    assert all(0 <= dot.x <= chart.width and 0 <= dot.y <= chart.floor for dot in drawn.dots)
    shown = [word.text for word in chart.words if word.y != charts.HEIGHT - 8]
    assert shown == [str(value) for value in (values if len(values) < 2 else [values[0], values[-1]])]


@given(FIGURES)
def test_at_most_ten_labels_and_the_newest_always(values: list[int]) -> None:
    chart = charts.line("Ce qu’on voit", _points(values), head=HEAD, show=str)
    labels = [word.text for word in chart.words if word.y == charts.HEIGHT - 8]
    assert len(labels) <= 10
    assert not values or labels[-1] == str(len(values) - 1)
