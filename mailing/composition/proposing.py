"""What an edition would hold: the choice from the library, section by section; pure and deterministic."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import assert_never

from crm.values.calendar import brussels, brussels_day, instant_of
from crm.values.identifiers import ContentId
from mailing.composition.model import LeftOut, Proposal, ProposedBlock, Section, SectionPlan, Why
from mailing.content.model import ContentItem, ContentKind, TermKind

PER_COUNTRY = 2
EVENTS_WITHIN = timedelta(weeks=5)
SENT_LONG_AGO = timedelta(weeks=4)
BLOG_WITHIN = timedelta(days=90)
SOON = timedelta(days=14)

KINDS = {
    Section.TOP: ContentKind.ARTICLE,
    Section.NEWS: ContentKind.ARTICLE,
    Section.PETITIONS: ContentKind.PETITION,
    Section.EVENTS: ContentKind.EVENT,
    Section.BLOG: ContentKind.BLOG,
}
HOUSE = (Section.MAGAZINE, Section.DONATE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What a proposal knows. `sent` says when this newsletter last carried a thing (the hour of that edition).

    `new_since` is when the previous edition was made up; news older than `news_within` is no news.
    """

    send_at: datetime
    new_since: datetime
    news_within: timedelta
    sent: Mapping[ContentId, datetime] = field(default_factory=dict)
    house: Mapping[Section, ProposedBlock] = field(default_factory=dict)


def propose(candidates: Iterable[ContentItem], layout: Sequence[SectionPlan], facts: Facts) -> Proposal:
    """The blocks of an edition, in the layout's order, and why everything else was left out.

    The top story is chosen first wherever it stands, so that no other section takes it away.
    """
    choice = _Choice(facts)
    pool = choice.eligible(candidates)
    plans = {plan.section: plan for plan in layout}
    blocks: dict[Section, list[ProposedBlock]] = {}
    for section in sorted(plans, key=lambda s: s is not Section.TOP):
        blocks[section] = choice.section(plans[section], pool)
    for item in pool:
        if item.id not in choice.taken:
            choice.left_out.setdefault(item.id, LeftOut.NO_ROOM)
    return Proposal(
        blocks=tuple(block for section in plans for block in blocks[section]),
        left_out=choice.left_out,
        unsent=sum(1 for content_id in choice.taken if content_id not in facts.sent),
    )


def objection(item: ContentItem, facts: Facts) -> LeftOut | None:
    """Why a thing should not be in an edition leaving at that hour; None where nothing speaks against it."""
    if item.hidden:
        return LeftOut.HIDDEN
    sent = facts.sent.get(item.id)
    if sent is not None and (item.kind is not ContentKind.PETITION or facts.send_at - sent <= SENT_LONG_AGO):
        return LeftOut.ALREADY_SENT
    return _too_late_or_early(item, facts)


def _too_late_or_early(item: ContentItem, facts: Facts) -> LeftOut | None:
    day = brussels_day(facts.send_at)
    refusal: LeftOut | None = None
    match item.kind:
        case ContentKind.PETITION:
            refusal = None if item.is_open(day) else LeftOut.CLOSED
        case ContentKind.EVENT if _is_over(item, facts.send_at):
            refusal = LeftOut.OVER
        case ContentKind.EVENT:
            refusal = LeftOut.TOO_FAR if item.starts_on and item.starts_on > day + EVENTS_WITHIN else None
        case ContentKind.ARTICLE:
            refusal = None if _is_news(item, facts) else LeftOut.TOO_OLD
        case ContentKind.BLOG:
            refusal = LeftOut.TOO_OLD if facts.send_at - dated_at(item, facts.send_at) > BLOG_WITHIN else None
        case _:
            assert_never(item.kind)
    return refusal


def dated_at(item: ContentItem, send_at: datetime) -> datetime:
    """The instant by which a thing is dated: the site's, else (or if that still lies ahead) when we first saw it."""
    return item.published_at if item.published_at and item.published_at <= send_at else item.first_seen_at


class _Choice:
    """The state of one proposal: what is taken, what was left out, how often each country came."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.taken: set[ContentId] = set()
        self.left_out: dict[ContentId, LeftOut] = {}
        self._stories: set[str] = set()
        self._countries: Counter[str] = Counter()

    def eligible(self, candidates: Iterable[ContentItem]) -> tuple[ContentItem, ...]:
        """What may be chosen from; each thing once."""
        pool: dict[ContentId, ContentItem] = {}
        for item in candidates:
            refusal = objection(item, self.facts)
            if refusal is None:
                pool[item.id] = item
            else:
                self.left_out[item.id] = refusal
        return tuple(pool[content_id] for content_id in sorted(pool))

    def section(self, plan: SectionPlan, pool: Sequence[ContentItem]) -> list[ProposedBlock]:
        """The blocks of one section; at most as many as planned."""
        if plan.section in HOUSE:
            return [self.facts.house[plan.section]] if plan.at_most > 0 and plan.section in self.facts.house else []
        kind = KINDS[plan.section]
        queue = sorted((item for item in pool if item.kind is kind), key=self._order(plan.section))
        blocks: list[ProposedBlock] = []
        for item in queue:
            if len(blocks) >= plan.at_most:
                break
            if item.id not in self.taken and self._takes(item):
                blocks.append(ProposedBlock(section=plan.section, why=self._why(plan.section, item), content=item))
        return blocks

    def _takes(self, item: ContentItem) -> bool:
        stories = {item.url, _folded(item.title)} - {""}
        if stories & self._stories:
            self.left_out[item.id] = LeftOut.SAME_STORY
            return False
        countries = {term.code for term in item.terms if term.kind is TermKind.COUNTRY}
        if item.kind is ContentKind.ARTICLE:
            if any(self._countries[code] >= PER_COUNTRY for code in countries):
                self.left_out[item.id] = LeftOut.SAME_COUNTRY
                return False
            self._countries.update(countries)
        self._stories |= stories
        self.taken.add(item.id)
        self.left_out.pop(item.id, None)
        return True

    def _order(self, section: Section) -> Callable[[ContentItem], tuple[object, ...]]:
        facts = self.facts

        def newest(item: ContentItem) -> tuple[object, ...]:
            return (-dated_at(item, facts.send_at).timestamp(), -item.id)

        def top(item: ContentItem) -> tuple[object, ...]:
            is_new, whole = _is_new(item, facts), not item.intro_truncated and bool(item.intro)
            return (not is_new, not (item.image_url and whole), not item.image_url, not whole, *newest(item))

        def closing(item: ContentItem) -> tuple[object, ...]:
            return (item.closes_on or date.max, *newest(item))

        def coming(item: ContentItem) -> tuple[object, ...]:
            start = item.starts_on or date.max
            return (start < brussels_day(facts.send_at), start, item.ends_on or start, item.id)

        match section:
            case Section.TOP:
                return top
            case Section.PETITIONS:
                return closing
            case Section.EVENTS:
                return coming
            case _:
                return newest

    def _why(self, section: Section, item: ContentItem) -> Why:
        day = brussels_day(self.facts.send_at)
        match item.kind:
            case ContentKind.PETITION if item.id in self.facts.sent:
                return Why.SENT_LONG_AGO
            case ContentKind.PETITION:
                return Why.CLOSES_SOON if item.closes_on and item.closes_on - day <= SOON else Why.STILL_OPEN
            case ContentKind.EVENT:
                return Why.GOING_ON if item.starts_on and item.starts_on < day else Why.COMING
            case _ if section is Section.TOP:
                return Why.TOP_STORY
            case _:
                return Why.NEW if _is_new(item, self.facts) else Why.NOT_SENT_YET


def _is_new(item: ContentItem, facts: Facts) -> bool:
    return dated_at(item, facts.send_at) > facts.new_since or item.first_seen_at > facts.new_since


def _is_news(item: ContentItem, facts: Facts) -> bool:
    """Published within the newsletter's window; one that came late into the feed is given twice as long."""
    age = facts.send_at - dated_at(item, facts.send_at)
    late = item.first_seen_at > facts.new_since
    return age <= (facts.news_within * 2 if late else facts.news_within)


_HOUR = re.compile(r"(\d{1,2})\s*[h:.]\s*(\d{2})?", re.IGNORECASE)


def _is_over(item: ContentItem, at: datetime) -> bool:
    """True where nobody can still go: its last day is past, or it is an event of one day that has begun."""
    local = brussels(at)
    first, last = item.starts_on, item.ends_on or item.starts_on
    if last is None or last < local.date():
        return True
    hour = _HOUR.search(item.starts_time)
    if first != local.date() or last != first or hour is None or int(hour[1]) > 23 or int(hour[2] or 0) > 59:
        return False
    return instant_of(first, time(int(hour[1]), int(hour[2] or 0))) <= at


def _folded(title: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", title.casefold()).split())
