"""What one may ask about editions: which newsletters somebody was sent, and when."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from babel.dates import format_date
from sqlalchemy import Select, and_, case, cast, func, select
from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.consent.leaving import left_from
from crm.consent.model import SERVICE
from crm.contracts.segment_fields import Asking, Column, Cost, Kind, Measure, Option, Source
from crm.donations import selects as donations
from crm.foundation.columns import Word, days_between
from crm.foundation.months import brussels_day_of
from crm.foundation.translation import N_, babel_locale, say
from crm.values.calendar import brussels_day
from crm.values.languages import Language
from mailing.composition.selects import numbered
from mailing.delivery.model import DeliveryState
from mailing.delivery.tables import DeliveryRow, MailingRow

READ = "supporters.read"
MOST_LISTED = 100


def _purposes(session: Session, language: Language) -> Sequence[Option]:
    return [
        Option(value=one.code, label=one.name(language)) for one in consent.purposes(session) if one.code != SERVICE
    ]


class After(StrEnum):
    """What somebody did out of an edition."""

    STAYED = "stayed"
    LEFT = "left"


AFTERS = {After.STAYED: N_("est restée"), After.LEFT: N_("s’est désinscrite")}


def _afters(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=one.value, label=say(language, word)) for one, word in AFTERS.items()]


def _sent(session: Session, language: Language) -> Sequence[Option]:
    return _numbered(session, language, MOST_LISTED)


def _every_sent(session: Session, language: Language) -> Sequence[Option]:
    return _numbered(session, language, None)


def _numbered(session: Session, language: Language, most: int | None) -> Sequence[Option]:
    """The editions that left, the latest first."""
    every = numbered().subquery("every")
    left = select(*every.c).where(every.c.id.in_(select(MailingRow.edition_id)))
    found = left.order_by(every.c.due_at.desc(), every.c.id.desc()).limit(most)
    locale = babel_locale(language)
    return [
        Option(
            value=str(number),
            label=f"{name} {place} · {format_date(brussels_day(due_at), 'medium', locale=locale)} · {subject}",
        )
        for number, name, place, subject, due_at in session.execute(found)
    ]


def _known_sent(session: Session, words: frozenset[str]) -> frozenset[str]:
    every = numbered().subquery("every")
    return words & {str(number) for number in session.scalars(select(every.c.id))}


def _editions(asking: Asking) -> Select[*tuple[Any, ...]]:
    row = DeliveryRow
    columns = [row.person_id, MailingRow.edition_id.label("edition"), MailingRow.purpose, row.settled_at]
    if "after" in asking.columns:
        after = case((row.id.in_(left_from()), After.LEFT.value), else_=After.STAYED.value)
        columns.append(cast(after, Word(After)).label("after"))
    found = (
        select(*columns)
        .join(MailingRow, MailingRow.id == row.mailing_id)
        .where(MailingRow.edition_id.is_not(None), row.person_id.is_not(None), row.state == DeliveryState.ACCEPTED)
    )
    if "gift_days" not in asking.columns:
        return found
    gave = _gave_after().subquery("gave")
    return found.add_columns(gave.c.gift_days).outerjoin(gave, gave.c.id == row.id)


def _gave_after() -> Select[*tuple[Any, ...]]:
    """How many days after each mail its reader gave, the first time; of those who did."""
    row, gifts = DeliveryRow, donations.effective_gifts().subquery("gifts")
    day = brussels_day_of(row.settled_at)
    return (
        select(row.id, func.min(days_between(day, gifts.c.given_on)).label("gift_days"))
        .join(gifts, and_(gifts.c.person_id == row.person_id, gifts.c.given_on >= day, gifts.c.given_cents > 0))
        .where(row.state == DeliveryState.ACCEPTED)
        .group_by(row.id)
    )


SOURCES: tuple[Source, ...] = (
    Source(
        key="edition",
        label=N_("Newsletters envoyées"),
        definition=N_(
            "Chaque édition remise au serveur de la personne. Ni les ouvertures ni les clics ne sont suivis : rien "
            "n’en est su. La suite dit si elle s’est désinscrite depuis cette édition même."
        ),
        columns=(
            Column(
                key="edition", label=N_("édition"), kind=Kind.WORD, options=_sent, every=_every_sent, known=_known_sent
            ),
            Column(key="after", label=N_("suite"), kind=Kind.WORD, options=_afters),
            Column(key="purpose", label=N_("newsletter"), kind=Kind.WORD, options=_purposes, is_kept=True),
            Column(key="gift_days", label=N_("jours entre la remise et le don suivant"), kind=Kind.NUMBER),
            Column(key="settled_at", label=N_("remise"), kind=Kind.INSTANT),
        ),
        rows=_editions,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont reçu une newsletter %(when)s"),
            Measure.COUNT: N_("ont reçu %(how)s newsletters %(when)s"),
            Measure.FIRST: N_("ont reçu leur première newsletter %(how)s"),
            Measure.LAST: N_("ont reçu leur dernière newsletter %(how)s"),
        },
        denied=N_("n’ont reçu aucune newsletter %(when)s"),
        day="settled_at",
        cost=Cost.HEAVY,
    ),
)
