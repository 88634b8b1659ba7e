"""Words, wrapping, marks and numbers, each by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailing.rendering.identity import enterprise_number
from mailing.rendering.model import Slot
from mailing.rendering.slots import Gap, disarmed, mark, slots_in, split
from mailing.rendering.words import Run, one_line, paragraphs, tidy
from mailing.rendering.wrapping import WIDTH, letter, underlined, wrapped

ANY = st.text(st.characters())


@given(ANY)
def test_one_line_is_one_line_and_says_it_only_once(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line
    line.encode()


@given(ANY)
def test_tidy_keeps_no_control_but_the_line_end(text: str) -> None:
    kept = tidy(text)
    assert all(c == "\n" or c.isprintable() or ord(c) > 0x9F for c in kept)
    assert not slots_in(kept)


@given(st.lists(st.sampled_from(["zqslot-", "address", "-qz", "zq", "slot-", "\u2060", "\x00", "x41"])).map("".join))
def test_nobody_can_type_a_mark(text: str) -> None:
    assert not slots_in(one_line(text))
    assert not slots_in(tidy(text))
    assert not slots_in(disarmed(text))


@given(st.sampled_from(Slot), ANY.filter(lambda t: t.isprintable()))
def test_a_mark_is_read_back_with_its_fallback(slot: Slot, fallback: str) -> None:
    made = mark(slot, fallback)
    assert made.replace("-", "").isalnum()
    assert made.isascii()
    assert list(split(f"a{made}b")) == ["a", Gap(slot, fallback), "b"]


@given(st.lists(st.text("abcé-·", min_size=1, max_size=30), min_size=1))
def test_wrapping_loses_no_word_and_keeps_to_the_width(words: list[str]) -> None:
    made = wrapped(" ".join(words), "  – ", "    ")
    assert [word for word in made.split() if word != "–"] == words
    assert all(len(line) <= WIDTH for line in made.splitlines())


def test_a_long_word_has_a_line_of_its_own() -> None:
    assert wrapped(f"Voir {'x' * 90} ici") == f"Voir\n{'x' * 90}\nici"


def test_hard_spaces_do_not_break() -> None:
    assert wrapped(f"{'a' * 68} 10\u00a0000") == f"{'a' * 68}\n10\u00a0000"


def test_a_title_is_underlined_as_far_as_it_goes() -> None:
    assert underlined("Été", "=") == "Été\n==="
    assert underlined(" ") == ""


def test_a_link_in_a_letter_stands_alone_and_its_punctuation_goes() -> None:
    assert letter(paragraphs("Voir https://x.example/a, puis\nfin https://x.example/b.")) == (
        "Voir\nhttps://x.example/a\npuis\nfin\nhttps://x.example/b"
    )


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://x.example", "https://x.example/"),
        ("http://x.example:8/a?b=c#d", "http://x.example:8/a?b=c#d"),
        ("https://x.example/a(b)", "https://x.example/a(b)"),
    ],
)
def test_addresses_are_links(text: str, url: str) -> None:
    assert paragraphs(f"« {text} »") == (((Run("« "), Run(text, url), Run(" »")),),)


@pytest.mark.parametrize("text", ["javascript:x", "www.x.example", "https://", "http://[", "ftp://x.example/"])
def test_what_is_no_web_address_is_no_link(text: str) -> None:
    assert paragraphs(text) == (((Run(text),),),)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("0418308144", "0418.308.144"),
        ("BE 0418.308.144", "0418.308.144"),
        ("418308144", "0418.308.144"),
        ("", ""),
        (" à venir ", "à venir"),
    ],
)
def test_an_enterprise_number_is_grouped(number: str, shown: str) -> None:
    assert enterprise_number(number) == shown
