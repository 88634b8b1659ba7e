"""What one may ask about themes: the petitions people signed, by what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from crm.actions import selects as actions
from crm.contracts.segment_fields import Asking, Column, Cost, Kind, Measure, Option, Source, kept_in
from crm.foundation.months import MONTH, brussels_day_of, mark_of
from crm.foundation.translation import N_
from crm.values.identifiers import TermId
from crm.values.languages import Language
from mailing.content.model import Term, TermKind
from mailing.content.tables import ContentTermRow, TermRow
from mailing.content.term_names import name_of

READ = "supporters.read"


def _themes(session: Session, language: Language) -> Sequence[Option]:
    rows = session.scalars(select(TermRow).where(TermRow.kind == TermKind.THEME).order_by(TermRow.label))
    return [
        Option(
            value=str(row.id),
            label=name_of(Term(id=TermId(row.id), kind=row.kind, code=row.code, label=row.label), language),
        )
        for row in rows
    ]


def _telling_themes(session: Session) -> frozenset[str]:
    """A theme that a sensitive petition wears tells an opinion, too."""
    petitions = actions.petitions().subquery("petitions")
    told = select(ContentTermRow.term_id).join(petitions, petitions.c.content_id == ContentTermRow.content_id)
    return frozenset(str(number) for number in session.scalars(told.where(petitions.c.is_sensitive)))


def _signatures(asking: Asking) -> Select[*tuple[Any, ...]]:
    """A signature once for each theme of its petition."""
    signed = actions.signatures().subquery("signed")
    wants_months = "months_since" in asking.columns
    days = [brussels_day_of(signed.c.signed_at).label("day")] if wants_months else []
    found = (
        select(signed.c.person_id, signed.c.signed_at, ContentTermRow.term_id.label("theme"), signed.c.id, *days)
        .join(ContentTermRow, ContentTermRow.content_id == signed.c.content_id)
        .join(TermRow, TermRow.id == ContentTermRow.term_id)
        .where(TermRow.kind == TermKind.THEME)
    )
    if not wants_months:
        return found
    rows = found.subquery("themed")
    whose = (rows.c.person_id, rows.c.theme)
    before = func.lag(rows.c.day).over(partition_by=whose, order_by=(rows.c.signed_at, rows.c.id))
    ordered = select(*rows.c, before.label("before_on")).subquery("ordered")
    months = (mark_of(ordered.c.day) - mark_of(ordered.c.before_on)) // MONTH
    names = [column for column in ordered.c if column.key not in {"day", "before_on"}]
    return select(*names, months.label("months_since"))


SOURCES: tuple[Source, ...] = (
    Source(
        key="signature_theme",
        label=N_("Pétitions, par thème"),
        definition=N_(
            "Chaque pétition signée, une fois pour chacun de ses thèmes, tels que la bibliothèque de contenus les dit."
        ),
        columns=(
            Column(
                key="theme",
                label=N_("thème"),
                kind=Kind.WORD,
                options=_themes,
                telling=_telling_themes,
                known=kept_in(TermRow.id),
            ),
            Column(key="months_since", label=N_("mois écoulés depuis celle d’avant, du même thème"), kind=Kind.NUMBER),
            Column(key="signed_at", label=N_("signée"), kind=Kind.INSTANT),
        ),
        rows=_signatures,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont signé une pétition sur un thème %(when)s"),
            Measure.COUNT: N_("ont signé, thème par thème, %(how)s pétitions %(when)s"),
            Measure.LAST: N_("ont signé pour la dernière fois sur un thème %(how)s"),
        },
        denied=N_("n’ont pas signé de pétition sur un thème %(when)s"),
        day="signed_at",
        cost=Cost.HEAVY,
    ),
)
