"""What leaves as CSV is shown by a spreadsheet, never run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.foundation.csv_out import csv_cell, csv_lines, from_csv_cell


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0",
        "+cmd",
        "-2+3+cmd",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "＋1",
        "－1+1",
        "＠x",
        ";=1",
        '"=1',
        " =1",
        "-2-3",
        "|calc",
        "%0A=1",
    ],
)
def test_what_could_run_is_led_by_an_apostrophe(text: str) -> None:
    assert csv_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Zoé", "+32 470 12 34 56", "-12,50", "+5", "12 %", "a@exemple.be", "D’Hôte"])
def test_names_numbers_and_phones_stay_what_they_are(text: str) -> None:
    assert csv_cell(text) == text


@given(st.text())
def test_nothing_is_lost_on_the_way_out_and_back(text: str) -> None:
    if from_csv_cell(text) == text:
        assert from_csv_cell(csv_cell(text)) == text


def test_a_file_opens_in_a_belgian_spreadsheet() -> None:
    assert "".join(csv_lines([["nom", "note"], ["Zoé", "=1;2"]])) == '\ufeffnom;note\r\nZoé;"\'=1;2"\r\n'
