"""What may happen to an edition, and when it is fit to be approved; pure."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from crm.values.calendar import brussels_day
from crm.values.identifiers import ContentId
from crm.values.web_address import is_web_address
from mailing.composition.model import (
    Block,
    Edition,
    EditionState,
    Finding,
    Flaw,
    Newsletter,
    Section,
    Severity,
)
from mailing.composition.proposing import SENT_LONG_AGO
from mailing.composition.words import SUBJECT_AT_MOST
from mailing.content.model import ContentKind


class Step(StrEnum):
    """What a person or the clock can do to an edition."""

    EDIT = "edit"
    APPROVE = "approve"
    REOPEN = "reopen"
    HOLD = "hold"
    RELEASE = "release"
    CANCEL = "cancel"
    LAUNCH = "launch"
    SKIP = "skip"


_FROM = {
    Step.EDIT: {EditionState.DRAFT},
    Step.APPROVE: {EditionState.DRAFT},
    Step.REOPEN: {EditionState.APPROVED, EditionState.HELD, EditionState.SKIPPED, EditionState.CANCELLED},
    Step.HOLD: {EditionState.APPROVED},
    Step.RELEASE: {EditionState.HELD},
    Step.CANCEL: {EditionState.DRAFT, EditionState.APPROVED, EditionState.HELD},
    Step.LAUNCH: {EditionState.APPROVED},
    Step.SKIP: {EditionState.DRAFT},
}
LAUNCHED = frozenset({EditionState.SENDING, EditionState.PAUSED, EditionState.SENT})
WAITING = frozenset({EditionState.DRAFT, EditionState.APPROVED, EditionState.HELD})
"""The editions that may still leave; they carry the numbers after the last one that left."""

FREE = None
_PLACES: Mapping[Section, frozenset[ContentKind | None]] = {
    Section.TOP: frozenset({*ContentKind, FREE}),
    Section.NEWS: frozenset({*ContentKind, FREE}),
    Section.PETITIONS: frozenset({ContentKind.PETITION, FREE}),
    Section.EVENTS: frozenset({ContentKind.EVENT}),
    Section.BLOG: frozenset({ContentKind.BLOG, ContentKind.ARTICLE, FREE}),
    Section.MAGAZINE: frozenset({FREE}),
    Section.DONATE: frozenset({FREE}),
}


def may(step: Step, state: EditionState, *, number: int) -> bool:
    """May that happen to an edition in that state? One cancelled after it began to leave (it has a number) stays so."""
    if step is Step.REOPEN and state is EditionState.CANCELLED:
        return number == 0
    return state in _FROM[step]


def may_follow(state: EditionState, following: EditionState) -> bool:
    """May a sending, once begun, pass from one state to the other?"""
    if following is EditionState.CANCELLED:
        return state in (EditionState.SENDING, EditionState.PAUSED)
    return state in LAUNCHED and state is not EditionState.SENT and following in LAUNCHED


def states_for(step: Step) -> frozenset[EditionState]:
    """The states from which a step is possible."""
    return frozenset(_FROM[step])


def fits(section: Section, kind: ContentKind | None) -> bool:
    """May a block of that kind (None: words of its own) stand in that section?"""
    return kind in _PLACES[section]


def leaves_at(edition: Edition, now: datetime) -> datetime:
    """The hour at which an edition would leave if it were approved now."""
    return max(edition.due_at, now)


def is_late(edition: Edition, newsletter: Newsletter, now: datetime) -> bool:
    """True where it is so far behind the hour a person agreed to that a person must say whether it still leaves."""
    agreed = max(edition.due_at, edition.approved_at or edition.due_at)
    return now - agreed > timedelta(hours=newsletter.late_hours)


def digest_of(edition: Edition, newsletter: Newsletter) -> str:
    """A hash of everything its readers would see and of who it comes from; changes when one letter does."""
    seen = {
        "newsletter": [
            newsletter.name,
            newsletter.tagline,
            newsletter.purpose,
            newsletter.language,
            newsletter.sender_name,
            newsletter.sender_address,
            newsletter.reply_to,
        ],
        "words": [edition.subject, edition.preheader, edition.greeting, edition.opening],
        "blocks": [_seen(block) for block in edition.blocks],
    }
    if edition.among is not None:
        one = edition.among
        cell = () if one.cell_id is None else (one.cell_id,)
        seen["among"] = [one.segment_id, one.version, one.appeal_id, *cell]
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False, default=str).encode()).hexdigest()


def _seen(block: Block) -> list[object]:
    item = block.content
    dates = [item.image_url, item.closes_on, item.starts_on, item.ends_on, item.place] if item else []
    return [block.section, block.title, block.intro, block.button, block.url, item.id if item else None, dates]


def findings(edition: Edition, *, send_at: datetime, sent: Mapping[ContentId, datetime]) -> tuple[Finding, ...]:
    """What speaks against sending it at that hour; errors first. `sent`: what earlier editions carried, and when."""
    found = []
    if not edition.subject.strip():
        found.append(_error(Flaw.NO_SUBJECT))
    if len(edition.subject) > SUBJECT_AT_MOST:
        found.append(_warning(Flaw.LONG_SUBJECT))
    if not edition.preheader.strip():
        found.append(_warning(Flaw.NO_PREHEADER))
    if not edition.blocks:
        found.append(_error(Flaw.NO_BLOCKS))
    times = Counter(block.content.id for block in edition.blocks if block.content)
    for block in edition.blocks:
        found += _of_block(block, send_at=send_at, sent=sent)
        if block.content and times[block.content.id] > 1:
            found.append(_warning(Flaw.TWICE, block))
    return tuple(sorted(found, key=lambda f: f.severity is not Severity.ERROR))


def _of_block(block: Block, *, send_at: datetime, sent: Mapping[ContentId, datetime]) -> list[Finding]:
    found = []
    if not block.title.strip():
        found.append(_error(Flaw.NO_TITLE, block))
    if not is_web_address(block.url):
        found.append(_error(Flaw.BAD_LINK, block))
    if block.intro_is_cut:
        found.append(_warning(Flaw.CUT_INTRO, block))
    item = block.content
    if item is None:
        return found
    if item.kind is ContentKind.PETITION and not item.is_open(brussels_day(send_at)):
        found.append(_error(Flaw.PETITION_CLOSED, block))
    if item.kind is ContentKind.EVENT and not item.is_open(brussels_day(send_at)):
        found.append(_error(Flaw.EVENT_OVER, block))
    before = sent.get(item.id)
    if before and (item.kind is not ContentKind.PETITION or send_at - before <= SENT_LONG_AGO):
        found.append(_warning(Flaw.SENT_BEFORE, block))
    return found


def _error(flaw: Flaw, block: Block | None = None) -> Finding:
    return Finding(flaw=flaw, severity=Severity.ERROR, block_id=block.id if block else None)


def _warning(flaw: Flaw, block: Block | None = None) -> Finding:
    return Finding(flaw=flaw, severity=Severity.WARNING, block_id=block.id if block else None)


def urgent(found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that keep an edition from leaving."""
    return tuple(f for f in found if f.severity is Severity.ERROR)
