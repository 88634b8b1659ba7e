"""An edition as its pages show it: sections, findings, the preview, and what may be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy.orm import Session

from crm.staff.model import Permission
from crm.values.calendar import brussels
from crm.values.errors import Invalid
from crm.values.identifiers import EditionId
from crm.values.languages import Language
from crm.web.office import edition_words, guard, shell
from mailing.composition import service as composition
from mailing.composition.model import (
    Because,
    Block,
    Edition,
    EditionState,
    Newsletter,
    Reason,
    Section,
    Severity,
)
from mailing.composition.rules import fits
from mailing.content import service as content
from mailing.content.model import ContentKind
from mailing.rendering import checks
from mailing.rendering import service as rendering
from mailing.rendering.errors import TwoFallbacks, UnknownPlaceholder
from mailing.rendering.model import FindingCode, RenderedEmail

SUBJECT_AT_MOST = 90
FOUND_AT_MOST = 12
WAITING = (EditionState.APPROVED, EditionState.HELD)
HOME = {
    ContentKind.ARTICLE: Section.NEWS,
    ContentKind.PETITION: Section.PETITIONS,
    ContentKind.EVENT: Section.EVENTS,
    ContentKind.BLOG: Section.BLOG,
}
SAID_BY_COMPOSITION = frozenset({FindingCode.SUBJECT_EMPTY, FindingCode.SUBJECT_LONG, FindingCode.PREHEADER_EMPTY})


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """A finding in words: where to mend it (an anchor of the page, or nothing), and whether it must be mended."""

    text: str
    detail: str
    anchor: str
    is_error: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """A section of the editor: its blocks, how many its layout has room for (0: none planned)."""

    section: Section
    name: str
    blocks: tuple[Block, ...]
    room: int


def name(edition: Edition, series: Newsletter) -> str:
    """How an edition is called: its newsletter and its number."""
    return f"{series.name} n° {edition.number}" if edition.number else series.name


def shelves(edition: Edition, series: Newsletter) -> tuple[Shelf, ...]:
    """The sections of the layout, in its order, then those in which something stands all the same."""
    room = {plan.section: plan.at_most for plan in series.layout}
    order = [*room, *(block.section for block in edition.blocks)]
    return tuple(
        Shelf(
            section=section,
            name=shell.say(edition_words.SECTIONS[section]),
            blocks=edition.in_section(section),
            room=room.get(section, 0),
        )
        for section in dict.fromkeys(order)
    )


def places(block: Block, found: Sequence[Shelf]) -> list[tuple[str, str]]:
    """The sections a block could move to, as (value, word) pairs."""
    kind = block.content.kind if block.content else None
    return [
        (shelf.section.value, shelf.name)
        for shelf in found
        if shelf.section is not block.section and fits(shelf.section, kind)
    ]


def rendered(edition: Edition, series: Newsletter) -> RenderedEmail:
    """The mail as it stands. Raises `Invalid` where its words cannot be used."""
    settings = shell.assembly().settings
    return rendering.render_edition(edition, series, settings.organisation, public_url=settings.public_url)


def remarks(session: Session, edition: Edition, series: Newsletter) -> list[Remark]:
    """Everything that speaks against sending it, what must be mended first."""
    found = [
        Remark(
            text=shell.say(edition_words.FLAWS[finding.flaw]),
            detail=_title(edition, finding.block_id),
            anchor=f"block-{finding.block_id}" if finding.block_id else "words",
            is_error=finding.severity is Severity.ERROR,
        )
        for finding in composition.look_over(session, edition, now=shell.now())
    ]
    try:
        mail = rendered(edition, series)
    except Invalid as error:
        found.append(Remark(text=unwritable(error), detail="", anchor="words", is_error=True))
    else:
        found += [
            Remark(
                text=shell.say(edition_words.RENDERING[finding.code]),
                detail=finding.detail,
                anchor=_anchor(edition, finding.detail),
                is_error=finding.severity is Severity.ERROR,
            )
            for finding in checks.findings(mail)
            if finding.code not in SAID_BY_COMPOSITION
        ]
    return sorted(found, key=lambda remark: not remark.is_error)


def _title(edition: Edition, block_id: int | None) -> str:
    return next((block.title for block in edition.blocks if block.id == block_id), "")


def _anchor(edition: Edition, detail: str) -> str:
    """The block a finding of the finished mail is about, found by its words."""
    start = detail.rstrip("…").strip()
    for block in edition.blocks:
        texts = (block.title, block.url, block.button, block.intro, block.content.image_url if block.content else "")
        if start and any(start in text for text in texts):
            return f"block-{block.id}"
    return ""


def reason(edition: Edition) -> str:
    """Why it stands where it stands, in one sentence; empty where there is nothing to say."""
    found = Reason.read(edition.reason)
    if found is None:
        return edition.reason
    if found.because is Because.NOTHING_NEW and found.since:
        return shell.say(edition_words.NOTHING_NEW_SINCE, day=shell.day(found.since, "d MMMM"))
    return shell.say(edition_words.BECAUSE[found.because])


def hour(at: datetime) -> str:
    """An hour of sending as one would say it: « le mardi 24 novembre à 10 h »."""
    return shell.say(edition_words.LEAVES_AT, day=shell.day(at, "EEEE d MMMM"), time=clock(brussels(at).time()))


def clock(at: time) -> str:
    """A time of the day as one would say it: « 10 h », « 10 h 30 »."""
    if shell.language() is not Language.FR:
        return f"{at:%H:%M}"
    return f"{at.hour}\u00a0h\u00a0{at:%M}" if at.minute else f"{at.hour}\u00a0h"


def whole(session: Session, edition: Edition, series: Newsletter) -> dict[str, Any]:
    """The values every piece of the editor needs."""
    may_edit = guard.may(Permission.EDITIONS_EDIT)
    found = shelves(edition, series)
    return {
        "edition": edition,
        "series": series,
        "name": name(edition, series),
        "state": edition_words.STATES[edition.state],
        "reason": reason(edition),
        "shelves": found,
        "places": {block.id: places(block, found) for block in edition.blocks},
        "removed": composition.removed_blocks(session, edition.id) if may_edit and edition.is_editable else (),
        "remarks": remarks(session, edition, series) if edition.is_editable or edition.state in WAITING else [],
        "may_edit": may_edit and edition.is_editable,
        "is_past": edition.due_at <= shell.now(),
        "leaves": hour(edition.due_at),
        "whys": edition_words.WHYS,
        "kinds": edition_words.KINDS,
        "subject_at_most": SUBJECT_AT_MOST,
        "here": "editions",
    }


def load(session: Session, edition_id: int) -> tuple[Edition, Newsletter]:
    """An edition and its newsletter. Raises `EditionMissing`."""
    edition = composition.edition(session, EditionId(edition_id))
    return edition, composition.newsletter(session, edition.newsletter_id)


def library(session: Session, edition: Edition, series: Newsletter, text: str) -> dict[str, Any]:
    """What one may add: each thing with the sections it could stand in, and what speaks against it."""
    if not edition.is_editable:
        return {"query": "", "found": []}
    page = content.page(session, text=text, size=FOUND_AT_MOST)
    items = [item for item in page.items if item.language is series.language and item.id not in edition.content_ids]
    against = composition.objections(session, edition, items, now=shell.now())
    planned = [plan.section for plan in series.layout]
    found = []
    for item in items:
        fitting = [s for s in [HOME[item.kind], *planned, *Section] if fits(s, item.kind)]
        objection = against.get(item.id)
        found.append(
            (
                item,
                [(s.value, shell.say(edition_words.SECTIONS[s])) for s in dict.fromkeys(fitting)],
                shell.say(edition_words.LEFT_OUT[objection]) if objection else "",
            )
        )
    return {"query": text, "found": found}


def unwritable(error: Invalid) -> str:
    """Why a mail cannot be made of an edition's words, in the language of the person at the screen."""
    match error:
        case UnknownPlaceholder():
            return shell.say(edition_words.UNKNOWN_PLACEHOLDER, name=error.name)
        case TwoFallbacks():
            return shell.say(edition_words.TWO_FALLBACKS)
    return shell.say(edition_words.UNWRITABLE)
