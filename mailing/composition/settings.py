"""A newsletter's settings: what may be written there, checked at the field."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from mailing.composition import store
from mailing.composition.errors import NewsletterExists, NewsletterInvalid
from mailing.composition.model import Cadence, Newsletter, SectionPlan
from mailing.composition.words import one_line

CODE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
MOST_ITEMS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class NewsletterWords:
    """What a person says of a newsletter when starting or changing it."""

    code: str
    name: str
    purpose: str
    language: Language
    cadence: Cadence
    layout: tuple[SectionPlan, ...]
    sender_name: str
    sender_address: str
    reply_to: str = ""
    tagline: str = ""
    late_hours: int = 6
    minimum_items: int = 3
    is_active: bool = True


def add(session: Session, new: NewsletterWords, *, at: datetime) -> Newsletter:
    """See `service.add_newsletter`."""
    values = _checked(session, new)
    if store.find_newsletter_by_code(session, values["code"]):
        raise NewsletterExists
    return store.add_newsletter(session, values, at=at)


def edit(session: Session, old: Newsletter, new: NewsletterWords, *, at: datetime) -> Newsletter:
    """See `service.edit_newsletter`. The code stays what it was: links and reports know it."""
    values = _checked(session, new) | {"code": old.code}
    if new.cadence != old.cadence or (new.is_active and not old.is_active):
        values["scheduled_from"] = at
    store.change_newsletter(session, old.id, values)
    found = store.find_newsletter(session, old.id)
    assert found is not None
    return found


def _checked(session: Session, new: NewsletterWords) -> dict[str, Any]:
    _require(CODE.fullmatch(new.code) is not None, "code", "small letters, digits and dashes only, at most 40")
    _require(0 < len(one_line(new.name)) <= 200, "name", "a name is needed, at most 200 characters")
    _require(0 < len(one_line(new.sender_name)) <= 200, "sender_name", "a name is needed, at most 200 characters")
    _require(len(one_line(new.tagline)) <= 300, "tagline", "at most 300 characters")
    _require(new.purpose in {p.code for p in consent.letters(session)}, "purpose", "no such purpose")
    _require(0 <= new.cadence.weekday <= 6, "weekday", "a day of the week")
    _require(0 <= new.cadence.lead_hours <= 24 * 14, "lead_hours", "between 0 and 336 hours")
    _require(0 < new.late_hours <= 24 * 7, "late_hours", "between 1 and 168 hours")
    _require(0 <= new.minimum_items <= MOST_ITEMS, "minimum_items", f"between 0 and {MOST_ITEMS}")
    sections = [plan.section for plan in new.layout]
    _require(bool(sections) and len(set(sections)) == len(sections), "layout", "at least one section, each once")
    _require(all(0 < plan.at_most <= MOST_ITEMS for plan in new.layout), "layout", f"between 1 and {MOST_ITEMS} items")
    sender = EmailAddress.parse(new.sender_address, field="sender_address")
    reply_to = EmailAddress.parse(new.reply_to, field="reply_to").text if new.reply_to.strip() else ""
    return {
        "code": new.code,
        "name": one_line(new.name),
        "tagline": one_line(new.tagline),
        "purpose": new.purpose,
        "language": new.language,
        "frequency": new.cadence.frequency,
        "weekday": new.cadence.weekday,
        "at": new.cadence.at,
        "lead_hours": new.cadence.lead_hours,
        "layout": [[plan.section.value, plan.at_most] for plan in new.layout],
        "sender_name": one_line(new.sender_name),
        "sender_address": sender.text,
        "reply_to": reply_to or sender.text,
        "late_hours": new.late_hours,
        "minimum_items": new.minimum_items,
        "is_active": new.is_active,
    }


def _require(holds: bool, field: str, sentence: str) -> None:
    if not holds:
        raise NewsletterInvalid(sentence, field=field)
