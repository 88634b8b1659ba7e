"""What one may ask about editions: which newsletters somebody was sent, and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.consent.model import SERVICE
from crm.contracts.segment_fields import Asking, Column, Cost, Kind, Measure, Option, Source
from crm.foundation.translation import N_
from crm.values.languages import Language
from mailing.delivery.model import DeliveryState
from mailing.delivery.tables import DeliveryRow, MailingRow

READ = "supporters.read"


def _purposes(session: Session, language: Language) -> Sequence[Option]:
    return [
        Option(value=one.code, label=one.name(language)) for one in consent.purposes(session) if one.code != SERVICE
    ]


def _editions(_asking: Asking) -> Select[*tuple[Any, ...]]:
    row = DeliveryRow
    return (
        select(row.person_id, MailingRow.purpose, row.settled_at)
        .join(MailingRow, MailingRow.id == row.mailing_id)
        .where(MailingRow.edition_id.is_not(None), row.person_id.is_not(None), row.state == DeliveryState.ACCEPTED)
    )


SOURCES: tuple[Source, ...] = (
    Source(
        key="edition",
        label=N_("Newsletters envoyées"),
        definition=N_(
            "Chaque édition remise au serveur de la personne. Ni les ouvertures ni les clics ne sont suivis : "
            "rien n’en est su."
        ),
        columns=(
            Column(key="purpose", label=N_("newsletter"), kind=Kind.WORD, options=_purposes),
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
