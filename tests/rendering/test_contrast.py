"""Every word of every mail stands out from what is behind it, by day and by night, in any organisation's colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from crm.foundation.settings import Theme
from crm.values.languages import Language
from mailing.rendering import service
from mailing.rendering.model import LetterKind
from tests.rendering.samples import FULL, NEWSLETTER, ORGANISATION, PUBLIC_URL
from tests.rendering.test_letters import FACTS

THEMES = {
    "house": Theme(),
    "blue": Theme(signal="#0b3d91", on_signal="#ffffff", ink="#14142b", paper="#fffdf7", ground="#eef1f8"),
}
VOID = ("img", "br", "meta")


class Seen(HTMLParser):
    """Walks a page as a reader's program does: (words, their colour, the colour behind them)."""

    def __init__(self, night: dict[str, dict[str, str]]) -> None:
        super().__init__()
        self.night = night
        self.around: list[tuple[str, str, str]] = [("", "#000000", "#ffffff")]
        self.words: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        style = dict(re.findall(r"(?:^|; ?)(color|background-color):([^;]+)", said.get("style") or ""))
        for name in (said.get("class") or "").split():
            style |= self.night.get(name, {})
        _, colour, behind = self.around[-1]
        if tag not in VOID:
            self.around.append((tag, style.get("color", colour), style.get("background-color", behind)))

    def handle_endtag(self, tag: str) -> None:
        while self.around.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip(" \n\u00a0") and {name for name, *_ in self.around}.isdisjoint({"style", "title"}):
            self.words.append((data.strip(), *self.around[-1][1:]))


def night_of(html: str) -> dict[str, dict[str, str]]:
    """The colours that the rules for dark screens give to each class."""
    rules = html.partition("(prefers-color-scheme: dark) {")[2].partition("\n}")[0]
    found: dict[str, dict[str, str]] = {}
    for names, what, colour in re.findall(r"(\..+) \{ ([a-z-]+): (#\w+) !important; \}", rules):
        for name in names.split(", "):
            found.setdefault(name.removeprefix("."), {})[what] = colour
    return found


def brightness(colour: str) -> float:
    digits = colour.strip().removeprefix("#")
    whole = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(whole[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it, 1 to 21."""
    low, high = sorted((brightness(one), brightness(other)))
    return (high + 0.05) / (low + 0.05)


def mails(theme: Theme) -> Iterator[str]:
    house = ORGANISATION.model_copy(update={"theme": theme})
    yield service.render_edition(FULL, NEWSLETTER, house, public_url=PUBLIC_URL, is_test=True).html
    for kind in LetterKind:
        facts = FACTS[kind]
        yield service.render_letter(kind, Language.FR, house, public_url=PUBLIC_URL, facts=facts).html


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("is_night", [False, True], ids=["day", "night"])
def test_every_word_stands_out(theme: str, *, is_night: bool) -> None:
    for html in mails(THEMES[theme]):
        night = night_of(html)
        assert len(night) > 30
        reader = Seen(night if is_night else {})
        reader.feed(html)
        assert len(reader.words) > 10
        assert {w for w in reader.words if contrast(*w[1:]) < 4.5} == set()


def test_the_measure_is_the_usual_one() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.01)
