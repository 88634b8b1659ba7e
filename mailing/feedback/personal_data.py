"""What came back about somebody's mails; the report's own words may quote their address."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Erasing, Forgotten, Section, Subject
from crm.foundation.forgetting import empty_rows, quotes
from crm.values.languages import Language
from mailing.delivery import selects
from mailing.feedback.tables import MailEventRow

ROOM = "mailing.feedback"
TABLES = frozenset({"mail_event"})


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """What came back shows in the state of each mail."""
    return ()


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """The findings stay as counts, their words go."""
    theirs = MailEventRow.delivery_id.in_(selects.deliveries_of(subject.person_ids))
    quoted = quotes(MailEventRow.detail, texts=subject.own_emails, names=(), phones=())
    return Forgotten(erased={"mail_event": empty_rows(session, MailEventRow, {"detail": ""}, or_(theirs, quoted))})
