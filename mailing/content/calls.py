"""A petition or an event of the library as the thing that people sign or come to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actions import rules
from crm.actions import service as actions
from crm.actions.model import LONGEST_TITLE, Call, CallKind, NewCall
from crm.people.model import Sensitivity
from mailing.content import store
from mailing.content.model import ContentItem, ContentKind
from mailing.content.tables import ContentAddressRow

KINDS = {ContentKind.PETITION: CallKind.PETITION, ContentKind.EVENT: CallKind.EVENT}


def call_of(session: Session, item: ContentItem, *, at: datetime) -> Call:
    """The call that is this thing of the library, put on the list where it was not. Only for petitions and events."""
    kind = KINDS[item.kind]
    known = actions.find_call(session, kind, content_id=item.id, url=item.url)
    if known is not None:
        return known
    new = NewCall(
        kind=kind,
        code=rules.code_from(item.title, item.id),
        title=item.title[:LONGEST_TITLE],
        url=item.url,
        language=item.language,
        sensitivity=Sensitivity.SENSITIVE if kind is CallKind.PETITION else Sensitivity.ORDINARY,
        content_id=item.id,
        closes_on=item.closes_on,
        starts_on=item.starts_on,
        ends_on=item.ends_on,
        place=item.place,
    )
    return actions.put_call(session, new, at=at)


def call_at(session: Session, kind: CallKind, url: str, *, at: datetime) -> Call | None:
    """The call at that address: one of the list, or a thing of the library that becomes one; else None."""
    known = actions.find_call(session, kind, url=url)
    if known is not None:
        return known
    content_id = session.scalar(select(ContentAddressRow.content_id).where(ContentAddressRow.url == url))
    item = next(iter(store.items(session, [content_id])), None) if content_id is not None else None
    if item is None or KINDS.get(item.kind) is not kind:
        return None
    return call_of(session, item, at=at)
