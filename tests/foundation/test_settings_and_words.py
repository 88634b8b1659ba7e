"""Settings are read once, clearly; words, dates and amounts come out as each language writes them."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm.foundation.log import write_json_lines
from crm.foundation.settings import read_settings
from crm.foundation.templating import environment, locale_filters
from crm.foundation.translation import french_spaces, translations
from crm.values.errors import Invalid
from crm.values.languages import Language


def test_settings_come_from_the_home_folder_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.toml").write_text('public_url = "https://lettre.exemple.be/"\n[mail]\nport = 2525\n')
    monkeypatch.setenv("PORTEVOIX_HOME", str(tmp_path))
    monkeypatch.setenv("PORTEVOIX_MAIL__PORT", "2526")
    settings = read_settings()
    assert settings.public_url == "https://lettre.exemple.be"
    assert settings.mail.port == 2526
    assert settings.database == f"sqlite:///{tmp_path / 'portevoix.sqlite3'}"


def test_a_wrong_setting_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTEVOIX_HOME", str(tmp_path))
    (tmp_path / "settings.toml").write_text('[organisation.theme]\nsignal = "jaune"\n[mail]\nportt = 1\n')
    with pytest.raises(Invalid) as news:
        read_settings()
    assert "organisation.theme.signal" in str(news.value)
    assert "mail.portt" in str(news.value)


def test_a_settings_file_that_is_not_toml_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTEVOIX_HOME", str(tmp_path))
    (tmp_path / "settings.toml").write_text("public_url = \n")
    with pytest.raises(Invalid, match=r"settings\.toml"):
        read_settings()


@pytest.mark.parametrize(
    ("language", "money", "day", "number"),
    [
        (Language.FR, "1\u202f234,50\u00a0€", "lun. 23 nov. 2026", "12\u202f408"),
        (Language.NL, "€\u00a01.234,50", "ma 23 nov 2026", "12.408"),
        (Language.DE, "1.234,50\u00a0€", "Mo., 23. Nov. 2026", "12.408"),
        (Language.EN, "1.234,50\u00a0€", "Mon 23 Nov 2026", "12.408"),
    ],
)
def test_amounts_days_and_numbers_are_written_as_belgians_read_them(
    language: Language, money: str, day: str, number: str
) -> None:
    filters = locale_filters(language)
    assert filters["money"](123450) == money
    assert filters["day"](datetime(2026, 11, 22, 23, 30, tzinfo=UTC)) == day
    assert filters["number"](12408) == number


def test_french_punctuation_keeps_its_spaces() -> None:
    assert french_spaces("« Bonjour ! » : 3 %") == "«\u00a0Bonjour\u202f!\u00a0»\u00a0: 3\u00a0%"


def test_french_counts_zero_as_one() -> None:
    spoken = translations(Language.FR)
    assert [spoken.ungettext("%d lettre", "%d lettres", n) % n for n in (0, 1, 2)] == [
        "0 lettre",
        "1 lettre",
        "2 lettres",
    ]


def test_a_template_escapes_and_refuses_unknown_names() -> None:
    made = environment(Language.FR)
    assert made.from_string("{{ name }}").render(name="<script>") == "&lt;script&gt;"
    with pytest.raises(Exception, match="undefined"):
        made.from_string("{{ nobody }}").render()


def test_a_logged_error_says_where_but_not_what_was_typed(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        write_json_lines()
        try:
            int("sana@exemple.be")
        except ValueError:
            logging.getLogger("essai").exception("it failed", extra={"delivery": 7})
        line = json.loads(capsys.readouterr().err)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert line["event"] == "it failed"
    assert line["delivery"] == 7
    assert line["error"] == "ValueError"
    assert "exemple.be" not in json.dumps(line)
