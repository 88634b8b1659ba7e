"""Out of which mail somebody said that it was enough, as SQL."""

from __future__ import annotations

from sqlalchemy import Select, select

from crm.consent.model import Act
from crm.consent.tables import ConsentEventRow

_LEFT = (Act.WITHDRAWN, Act.OBJECTED)


def left_from() -> Select[int]:
    """The deliveries somebody left out of; not where that was noted by mistake and taken back."""
    row = ConsentEventRow
    annulled = select(row.annuls_id).where(row.annuls_id.is_not(None))
    mail = row.evidence["delivery"].as_integer()
    return select(mail).where(row.act.in_(_LEFT), mail.is_not(None), row.id.not_in(annulled))
