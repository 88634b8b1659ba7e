"""A reader's own order: the same blocks whatever they like, theirs first, and nothing moves that the editors fixed."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from crm.consent.interest import Interest, InterestKind
from crm.values.identifiers import BlockId, TermId
from mailing.composition import ordering
from mailing.composition.model import Section
from mailing.content.model import ContentKind, Term, TermKind
from mailing.rendering import service as rendering
from tests.composition.things import item
from tests.rendering.samples import FULL, NEWSLETTER, ORGANISATION, PUBLIC_URL, block

IDS = [one.id for one in FULL.blocks]


@given(liked=st.sets(st.sampled_from(IDS)))
def test_whatever_one_likes_the_blocks_are_the_same_and_liked_ones_come_first(liked: set[BlockId]) -> None:
    own = ordering.ordered(FULL, liked)
    for section in Section:
        before, after = FULL.in_section(section), own.in_section(section)
        assert after == (*(b for b in before if b.id in liked), *(b for b in before if b.id not in liked))
    assert ordering.ordered(FULL, ()) == FULL


@settings(max_examples=4)
@given(liked=st.sets(st.sampled_from(IDS)))
def test_a_mail_in_ones_own_order_holds_the_same_words(liked: set[BlockId]) -> None:
    common, own = (
        rendering.render_edition(one, NEWSLETTER, ORGANISATION, public_url=PUBLIC_URL)
        for one in (FULL, ordering.ordered(FULL, liked))
    )
    assert sorted(own.text.split()) == sorted(common.text.split())
    assert (own.subject, own.preheader, len(own.html) // 100) == (
        common.subject,
        common.preheader,
        len(common.html) // 100,
    )


def test_the_top_story_stays_and_so_does_a_block_that_is_alone() -> None:
    theme = Term(id=TermId(7), kind=TermKind.THEME, code="climat", label="Climat")
    guessed = Term(id=TermId(8), kind=TermKind.COUNTRY, code="iran", label="Iran", derived=True)
    blocks = (
        block(Section.TOP, item(1, terms=(theme,))),
        block(Section.NEWS, item(2, terms=(guessed,))),
        block(Section.NEWS, item(3, terms=(theme, guessed))),
        block(Section.BLOG, item(4, ContentKind.BLOG, terms=(theme,))),
        block(Section.EVENTS, item(5, ContentKind.EVENT, place="Maison de la Paix, 4000 Liège")),
        block(Section.EVENTS, item(6, ContentKind.EVENT, place="Namur")),
    )
    edition = FULL.__class__(**{name: getattr(FULL, name) for name in FULL.__slots__} | {"blocks": blocks})
    assert [about for _, about in ordering.groups(edition).values()] == [
        {Interest(kind=InterestKind.THEME, code="climat")},
        {Interest(kind=InterestKind.REGION, code="60000")},
        {Interest(kind=InterestKind.REGION, code="90000")},
    ]


@given(made=st.frozensets(st.integers(1, 255), max_size=12), likes=st.integers(0, 255))
def test_whoever_gets_anothers_order_gets_the_one_nearest_to_theirs(made: frozenset[int], likes: int) -> None:
    got = ordering.nearest(likes, made)
    assert got & ~likes == 0
    assert all(one.bit_count() <= got.bit_count() for one in made if one & ~likes == 0)


def test_the_orders_of_most_readers_are_made() -> None:
    assert ordering.kept({5: 2, 1: 9, 4: 2, 7: 1}, most=3) == (1, 4, 5)
