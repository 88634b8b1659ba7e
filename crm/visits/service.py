"""The door of visits: ask for a link, come in by it once, be recognised, leave."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.values.identifiers import PersonId
from crm.visits import rules, store
from crm.visits.model import Entered, Visit, VisitLink


def ask(session: Session, address_key: str, *, at: datetime) -> VisitLink | None:
    """A new link for a mailbox; None where it had enough of them today. What was over for long is deleted."""
    hold(session, f"visit {address_key}")
    store.tidy(session, at - rules.KEPT)
    if store.links_since(session, address_key, at - timedelta(days=1)) >= rules.MOST_LINKS_A_DAY:
        return None
    return store.add_link(session, address_key, at=at, expires_at=at + rules.LINK_LASTS)


def find_link(session: Session, value: Any, *, at: datetime) -> VisitLink | None:
    """The link that a token holds the number of, while it lets somebody in. Changes nothing."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    link = store.find_link(session, value)
    return link if link is not None and rules.is_living(link, at) else None


def may_guess(session: Session, link: VisitLink) -> bool:
    """Counts a proof of who it is before anybody looks at it; False after five, however many come at once."""
    return store.add_guess(session, link.id, rules.MOST_MISSES)


def enter(session: Session, link: VisitLink, person_id: PersonId, *, at: datetime) -> Entered | None:
    """Begins a visit; None where somebody used the link in the meantime: each lets in once."""
    if not store.spend(session, link.id, at):
        return None
    token = secrets.token_urlsafe(32)
    visit = store.add_visit(
        session,
        token_hash=_hash(token),
        csrf=secrets.token_hex(16),
        person_id=person_id,
        address_key=link.address_key,
        at=at,
        ends_at=at + rules.VISIT_LASTS,
    )
    return Entered(token=token, visit=visit)


def visit_of(session: Session, token: str, *, at: datetime) -> Visit | None:
    """The visit of a browser's token, while it lasts."""
    found = store.find_visit(session, _hash(token)) if token else None
    return found if found is not None and at < found.ends_at else None


def leave(session: Session, visit: Visit) -> None:
    """Ends a visit at once."""
    store.end(session, visit.id)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
