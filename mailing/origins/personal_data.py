"""That somebody was told where we have their data from: shown, and gone with them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Section, Subject
from crm.foundation.forgetting import delete_rows
from crm.foundation.translation import N_, say
from crm.values.languages import Language
from mailing.origins.model import ToldBy
from mailing.origins.tables import OriginNoticeRow

ROOM = "mailing.origins"
TABLES = frozenset({"origin_notice"})
WAYS = {ToldBy.MAIL: N_("par e-mail"), ToldBy.LETTER: N_("par courrier")}


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """When they were told, in which words, by which way."""
    row = OriginNoticeRow
    told = session.scalars(select(row).where(row.person_id.in_(subject.person_ids)).order_by(row.told_at, row.id))
    return (
        Section(
            key="origins",
            title=say(language, N_("D’où nous avons vos données, tel que nous vous l’avons dit")),
            columns=(
                Column(key="at", label=say(language, N_("Quand"))),
                Column(key="told_as", label=say(language, N_("D’où cela vient"))),
                Column(key="way", label=say(language, N_("De quelle façon"))),
            ),
            rows=[{"at": one.told_at, "told_as": one.told_as, "way": say(language, WAYS[one.way])} for one in told],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Everything goes."""
    row = OriginNoticeRow
    return Forgotten(erased={"origin_notice": delete_rows(session, row, row.person_id.in_(subject.person_ids))})
