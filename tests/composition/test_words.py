"""The words an edition proposes by itself are short enough, and cut where a person would cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailing.composition.model import ProposedBlock, Section, Why
from mailing.composition.words import PREHEADER_AT_MOST, cut, one_line, preheader, subject
from tests.composition.things import item

titles = st.text(min_size=0, max_size=200)


def block(title: str, section: Section = Section.NEWS, number: int = 1) -> ProposedBlock:
    return ProposedBlock(section=section, why=Why.NEW, content=item(number, title=title))


@given(titles, st.integers(2, 120))
def test_a_cut_text_is_short_and_begins_like_the_whole(text: str, at_most: int) -> None:
    short = cut(text, at_most)
    assert len(short) <= at_most
    assert short.isprintable() or "\u00a0" in short or "\u202f" in short
    assert one_line(text).startswith(short.removesuffix("…"))


def test_a_cut_falls_between_words_and_leaves_no_dangling_mark() -> None:
    assert cut("Iran, une avocate condamnée à mort, encore", 22) == "Iran, une avocate…"
    assert cut("Court", 22) == "Court"
    assert cut("Indivisible" * 3, 10) == "Indivisib…"


def test_the_subject_is_the_top_story_wherever_it_stands() -> None:
    blocks = [block("Une brève"), block("La une", Section.TOP)]
    assert subject(blocks) == "La une"
    assert preheader(blocks) == "Une brève"
    assert subject([]) == preheader([]) == ""


@given(st.lists(titles, max_size=8))
def test_a_preheader_fits(found: list[str]) -> None:
    assert len(preheader([block(title) for title in found])) <= PREHEADER_AT_MOST


def test_a_subject_holds_no_line_end() -> None:
    assert subject([block("Titre\r\nBcc: tous@exemple.test")]) == "Titre Bcc: tous@exemple.test"
