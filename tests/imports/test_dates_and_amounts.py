"""A column says how it writes; a cell it does not cover is bad, never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.imports.amounts import notations_of
from crm.imports.dates import DateFormat, day_of, formats_of, moment_of
from crm.values.money import Notation, cents_of

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "how", "day"),
    [
        ("2026-04-03", DateFormat.DAY_MONTH, date(2026, 4, 3)),
        ("03/04/2026", DateFormat.DAY_MONTH, date(2026, 4, 3)),
        ("03/04/2026", DateFormat.MONTH_DAY, date(2026, 3, 4)),
        ("3.4.26", DateFormat.DAY_MONTH_SHORT, date(2026, 4, 3)),
        ("03-04-58", DateFormat.DAY_MONTH_SHORT, date(1958, 4, 3)),
        ("2026/4/3", DateFormat.YEAR_FIRST, date(2026, 4, 3)),
        ("20260403", DateFormat.COMPACT, date(2026, 4, 3)),
        ("1er août 2026", DateFormat.WORDS, date(2026, 8, 1)),
        ("vrijdag 3 mrt. 2026", DateFormat.WORDS, date(2026, 3, 3)),
        ("3-avr-26", DateFormat.WORDS, date(2026, 4, 3)),
        ("46115", DateFormat.SERIAL, date(2026, 4, 3)),
        ("03/04/2026 14:32", DateFormat.DAY_MONTH, date(2026, 4, 3)),
        ("31/02/2026", DateFormat.DAY_MONTH, None),
        ("03/04/26", DateFormat.DAY_MONTH, None),
        ("", DateFormat.DAY_MONTH, None),
        ("hier", DateFormat.WORDS, None),
        ("2025-12-31T23:30:00Z", DateFormat.ISO, date(2026, 1, 1)),
        ("2026-01-01T00:30:00+05:00", DateFormat.ISO, date(2025, 12, 31)),
        ("2026-04-03", DateFormat.ISO, date(2026, 4, 3)),
        ("03/04/2026 25:00", DateFormat.DAY_MONTH, None),
    ],
)
def test_a_day_in_its_format(text: str, how: DateFormat, day: date | None) -> None:
    assert day_of(text, how, today=TODAY) == day


def test_a_day_that_could_be_two_things_is_told() -> None:
    assert formats_of(["03/04/2026", "05/06/2026"], today=TODAY) == (DateFormat.DAY_MONTH, DateFormat.MONTH_DAY)
    assert formats_of(["03/04/2026", "25/06/2026"], today=TODAY) == (DateFormat.DAY_MONTH,)
    assert formats_of(["2026-04-03"], today=TODAY) == (DateFormat.ISO,)
    assert formats_of(["x", "y"], today=TODAY) == ()


def test_a_bad_day_in_a_short_file_does_not_hide_that_it_could_be_two_things() -> None:
    days = ["03/04/1971", "05/06/1980", "07/08/1990", "31/02/1990", "11/12/1965"]
    assert formats_of(days, today=TODAY) == (DateFormat.DAY_MONTH, DateFormat.MONTH_DAY)


def test_a_few_bad_days_do_not_hide_the_format() -> None:
    days = [f"{n:02}/01/2026" for n in range(1, 31)]
    assert formats_of([*days, "inconnu"], today=TODAY) == (DateFormat.DAY_MONTH,)


def test_a_moment_is_belgian_unless_it_says_its_zone() -> None:
    def read(text: str) -> datetime | None:
        return moment_of(text, DateFormat.DAY_MONTH, today=TODAY)

    assert read("03/07/2026 14:30") == datetime(2026, 7, 3, 12, 30, tzinfo=UTC)
    assert read("2026-07-03T14:30:00+01:00") == datetime(2026, 7, 3, 13, 30, tzinfo=UTC)
    assert read("03/07/2026") == datetime(2026, 7, 3, 10, 0, tzinfo=UTC)


@given(st.text(max_size=30), st.sampled_from(DateFormat))
def test_any_text_is_a_day_or_none(text: str, how: DateFormat) -> None:
    day_of(text, how, today=TODAY)
    moment_of(text, how, today=TODAY)


@given(st.dates(min_value=date(1900, 1, 2), max_value=date(2100, 1, 1)))
def test_every_day_survives_every_full_spelling(day: date) -> None:
    spelt = {
        DateFormat.ISO: day.isoformat(),
        DateFormat.DAY_MONTH: f"{day:%d/%m/%Y}",
        DateFormat.MONTH_DAY: f"{day:%m/%d/%Y}",
        DateFormat.YEAR_FIRST: f"{day:%Y.%m.%d}",
        DateFormat.COMPACT: f"{day:%Y%m%d}",
        DateFormat.SERIAL: str((day - date(1899, 12, 30)) // timedelta(days=1)),
    }
    assert {how: day_of(text, how, today=TODAY) for how, text in spelt.items()} == dict.fromkeys(spelt, day)


@pytest.mark.parametrize(
    ("text", "how", "cents"),
    [
        ("1.234,50", Notation.COMMA, 123450),
        ("1 234,5 €", Notation.COMMA, 123450),
        ("€ 1\u202f234,50", Notation.COMMA, 123450),
        ("1,234.50", Notation.POINT, 123450),
        ("12.500", Notation.POINT, None),
        ("12.500", Notation.COMMA, 1250000),
        ("12,000", Notation.COMMA, None),
        ("12,5000 €", Notation.COMMA, 1250),
        ("-12,30", Notation.COMMA, -1230),
        ("12,30-", Notation.COMMA, -1230),
        ("EUR 7", Notation.POINT, 700),
        ("12,345", Notation.COMMA, None),
        ("1.23.4,50", Notation.COMMA, None),
        ("douze", Notation.COMMA, None),
        ("1e5", Notation.POINT, None),
        ("", Notation.COMMA, None),
    ],
)
def test_an_amount_in_its_notation(text: str, how: Notation, cents: int | None) -> None:
    assert cents_of(text, how) == cents


def test_the_notation_of_a_column_is_told() -> None:
    assert notations_of(["1.234", "25"]) == (Notation.COMMA,)
    assert notations_of(["1.234,50"]) == (Notation.COMMA,)
    assert notations_of(["12.50", "7"]) == (Notation.POINT,)
    assert notations_of(["12", "7"]) == (Notation.COMMA,)
    assert notations_of(["x"]) == ()
    assert notations_of([*["25"] * 60, "1,250"]) == (Notation.COMMA, Notation.POINT)
    assert notations_of(["1.000", "25"]) == (Notation.COMMA, Notation.POINT)
    assert notations_of([*["1,250"] * 9, "12,50"]) == (Notation.COMMA,)
    assert notations_of(["1.250", "12,50"]) == (Notation.COMMA,)
    assert notations_of(["1,250", "1,255"]) == (Notation.POINT,)


@given(st.integers(-10_000_000_00, 10_000_000_00))
def test_cents_survive_both_notations(cents: int) -> None:
    text = f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}.{abs(cents) % 100:02}"
    assert cents_of(text, Notation.POINT) == cents
    assert cents_of(text.translate(str.maketrans(",.", ".,")), Notation.COMMA) == cents


@given(st.text(max_size=20), st.sampled_from(Notation))
def test_any_text_is_an_amount_or_none(text: str, how: Notation) -> None:
    cents_of(text, how)
