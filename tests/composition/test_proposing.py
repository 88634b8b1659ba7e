"""What an edition would hold: laws that hold for every library, and the choices editors expect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crm.foundation.settings import Organisation
from crm.values.calendar import brussels_day
from crm.values.identifiers import ContentId
from crm.values.languages import Language
from mailing.composition import words
from mailing.composition.model import LeftOut, Section, SectionPlan, Why
from mailing.composition.proposing import EVENTS_WITHIN, PER_COUNTRY, SENT_LONG_AGO, Facts, propose
from mailing.content.model import ContentItem, ContentKind, TermKind
from tests.composition.things import COUNTRIES, item, library
from tests.conftest import NOW

HOUSE = words.house_blocks(
    Organisation(donate_url="https://don.exemple.test/", magazine_url="https://le-fil.exemple.test/"), Language.FR
)
LAYOUT = tuple(
    SectionPlan(section=section, at_most=at_most)
    for section, at_most in zip(Section, (1, 4, 3, 3, 1, 1, 1), strict=True)
)
layouts = st.permutations(list(Section)).flatmap(
    lambda sections: st.lists(st.integers(0, 5), min_size=1, max_size=len(sections)).map(
        lambda sizes: tuple(SectionPlan(section=s, at_most=n) for s, n in zip(sections, sizes, strict=False))
    )
)
sent_before = st.dictionaries(
    st.integers(1, 40).map(ContentId), st.integers(1, 60).map(lambda days: NOW - timedelta(days=days))
)


def facts(sent: Mapping[ContentId, datetime] | None = None, send_at: datetime = NOW) -> Facts:
    return Facts(
        send_at=send_at,
        new_since=NOW - timedelta(days=7),
        news_within=timedelta(days=14),
        sent=sent or {},
        house=HOUSE,
    )


@given(library(), layouts, sent_before)
def test_a_proposal_keeps_every_promise(
    things: list[ContentItem], layout: tuple[SectionPlan, ...], sent: dict[ContentId, datetime]
) -> None:
    proposal = propose(things, layout, facts(sent))
    chosen = [block.content for block in proposal.blocks if block.content]
    day = brussels_day(NOW)

    per_section = Counter(block.section for block in proposal.blocks)
    assert all(per_section[plan.section] <= plan.at_most for plan in layout)
    assert list(dict.fromkeys(b.section for b in proposal.blocks)) == [
        plan.section for plan in layout if per_section[plan.section]
    ]

    assert max(Counter(thing.id for thing in chosen).values(), default=0) <= 1
    assert max(Counter(thing.title for thing in chosen).values(), default=0) <= 1
    assert not any(thing.hidden for thing in chosen)
    for thing in chosen:
        match thing.kind:
            case ContentKind.PETITION:
                assert thing.is_open(day)
                assert thing.id not in sent or NOW - sent[thing.id] > SENT_LONG_AGO
            case ContentKind.EVENT:
                assert (thing.ends_on or thing.starts_on or date.min) >= day
                assert (thing.starts_on or day) <= day + EVENTS_WITHIN
                assert thing.id not in sent
            case _:
                assert thing.id not in sent

    countries = Counter(
        term.code
        for thing in chosen
        if thing.kind is ContentKind.ARTICLE
        for term in thing.terms
        if term.kind is TermKind.COUNTRY
    )
    assert max(countries.values(), default=0) <= PER_COUNTRY
    assert proposal.unsent == sum(1 for thing in chosen if thing.id not in sent)
    assert {thing.id for thing in chosen} | set(proposal.left_out) == {thing.id for thing in things}
    assert not {thing.id for thing in chosen} & set(proposal.left_out)


@given(library(), layouts, sent_before, st.randoms())
def test_the_order_of_the_library_does_not_matter(
    things: list[ContentItem],
    layout: tuple[SectionPlan, ...],
    sent: dict[ContentId, datetime],
    chance: object,
) -> None:
    shuffled = sorted(things, key=lambda thing: hash((thing.id, repr(chance))))
    assert propose(things, layout, facts(sent)) == propose(shuffled, layout, facts(sent))


def in_section(
    things: list[ContentItem], section: Section, sent: Mapping[ContentId, datetime] | None = None
) -> list[int]:
    found = propose(things, LAYOUT, facts(sent))
    return [block.content.id for block in found.blocks if block.section is section and block.content]


def test_the_top_story_has_an_image_and_a_whole_introduction_where_one_does() -> None:
    image = "https://site.exemple.test/i.jpg"
    things = [item(1), item(2, image_url=image, intro_truncated=True), item(3, image_url=image), item(4)]
    assert in_section(things, Section.TOP) == [3]
    assert in_section(things, Section.NEWS) == [1, 2, 4]
    assert in_section(things[:2], Section.TOP) == [2]
    assert in_section([things[0], things[3]], Section.TOP) == [1]


def test_a_beautiful_old_story_does_not_push_away_the_news() -> None:
    image = "https://site.exemple.test/i.jpg"
    old = item(200, image_url=image)
    assert in_section([item(1), old], Section.TOP) == [1]


def test_news_of_one_country_leave_room_for_others() -> None:
    iran = (COUNTRIES[0],)
    things = [item(n, terms=iran) for n in (1, 2, 3)] + [item(4, terms=(COUNTRIES[1],)), item(5)]
    proposal = propose(things, LAYOUT, facts())
    assert [b.content.id for b in proposal.blocks if b.content] == [1, 2, 4, 5]
    assert proposal.left_out == {3: LeftOut.SAME_COUNTRY}


def test_the_petition_that_closes_first_stands_first() -> None:
    petition = ContentKind.PETITION
    things = [
        item(1, petition),
        item(2, petition, closes_on=date(2026, 12, 20)),
        item(3, petition, closes_on=date(2026, 11, 25)),
        item(4, petition, closes_on=date(2026, 11, 22)),
    ]
    proposal = propose(things, LAYOUT, facts())
    assert [(b.content.id, b.why) for b in proposal.blocks if b.content] == [
        (3, Why.CLOSES_SOON),
        (2, Why.STILL_OPEN),
        (1, Why.STILL_OPEN),
    ]
    assert proposal.left_out == {4: LeftOut.CLOSED}


def test_a_petition_that_closes_before_the_hour_of_sending_is_left_out() -> None:
    petition = item(1, ContentKind.PETITION, closes_on=date(2026, 11, 25))
    leaving = facts(send_at=NOW + timedelta(days=3))
    assert propose([petition], LAYOUT, leaving).left_out == {1: LeftOut.CLOSED}


def test_a_petition_may_come_back_after_four_weeks_and_says_so() -> None:
    petition = item(1, ContentKind.PETITION)
    long_ago, lately = NOW - timedelta(days=29), NOW - timedelta(days=28)
    again = propose([petition], LAYOUT, facts({ContentId(1): long_ago}))
    assert [b.why for b in again.blocks if b.content] == [Why.SENT_LONG_AGO]
    assert again.unsent == 0
    assert in_section([petition], Section.PETITIONS, sent={ContentId(1): lately}) == []


def test_events_still_ahead_come_in_their_order_and_those_going_on_behind_them() -> None:
    event = ContentKind.EVENT
    things = [
        item(1, event, starts_on=date(2026, 11, 1), ends_on=date(2026, 12, 31)),
        item(2, event, starts_on=date(2026, 12, 10)),
        item(3, event, starts_on=date(2026, 11, 24)),
        item(4, event, starts_on=date(2027, 1, 15)),
        item(5, event, starts_on=date(2026, 11, 22)),
        item(6, event, starts_on=date(2026, 11, 23), starts_time="9h"),
    ]
    assert in_section(things, Section.EVENTS) == [3, 2, 1]
    left_out = propose(things, LAYOUT, facts()).left_out
    assert left_out == {4: LeftOut.TOO_FAR, 5: LeftOut.OVER, 6: LeftOut.OVER}
    tonight = item(7, event, starts_on=date(2026, 11, 23), starts_time="18h30m")
    assert in_section([tonight], Section.EVENTS) == [7]


def test_one_story_told_at_two_addresses_is_told_once() -> None:
    twice = [item(1, title="L’Iran, encore"), item(2, title="l'iran  ENCORE")]
    proposal = propose(twice, LAYOUT, facts())
    assert [b.content.id for b in proposal.blocks if b.content] == [1]
    assert proposal.left_out == {2: LeftOut.SAME_STORY}


def test_a_story_that_came_late_into_the_feed_is_still_news() -> None:
    backdated = item(1, published_at=NOW - timedelta(days=20), first_seen_at=NOW)
    known = item(2, published_at=NOW - timedelta(days=20), first_seen_at=NOW - timedelta(days=20))
    assert in_section([backdated, known], Section.TOP) == [1]


def test_house_blocks_stand_where_the_layout_puts_them_and_need_an_address() -> None:
    sections = [b.section for b in propose([item(1)], LAYOUT, facts()).blocks]
    assert sections == [Section.TOP, Section.MAGAZINE, Section.DONATE]
    assert words.house_blocks(Organisation(), Language.FR) == {}
