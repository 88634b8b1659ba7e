"""What one may ask about plans: whose regular gifts stand, how they changed, and how many a household has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Date, Select, case, cast, func, literal, select
from sqlalchemy.orm import Session

from crm.contracts.segment_fields import Asking, Column, Cost, Kind, Measure, Option, Options, Source
from crm.donations.selects import months_between
from crm.foundation.columns import Word
from crm.foundation.months import MONTH, day_marked, mark_of
from crm.foundation.translation import N_, say
from crm.people import selects as people
from crm.plans import rules, words
from crm.plans.model import NOBODY, EventKind, Way
from crm.plans.selects import state_on
from crm.plans.tables import MandateRow, PlanEventRow, PlanRow
from crm.values.languages import Language

READ = "donations.read"
UNTIL = date(9999, 12, 31)
"""The last day of what has no end."""


def _named(said: Mapping[Any, Any]) -> Options:
    def options(_session: Session, language: Language) -> Sequence[Option]:
        words_of = {one: word[0] if isinstance(word, tuple) else word for one, word in said.items()}
        return [Option(value=one.value, label=say(language, word)) for one, word in words_of.items()]

    return options


def _suppliers(session: Session, _language: Language) -> Sequence[Option]:
    known = select(PlanRow.supplier).where(PlanRow.supplier.is_not(None)).distinct().order_by(PlanRow.supplier)
    return [Option(value=str(one), label=str(one)) for one in session.scalars(known)]


def _origins(session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=NOBODY, label=say(language, N_("sans prestataire"))), *_suppliers(session, language)]


def _plans(asking: Asking) -> Select[*tuple[Any, ...]]:
    row, event = PlanRow, PlanEventRow
    amounts = (EventKind.UPGRADE, EventKind.DOWNGRADE)
    found = select(
        row.person_id,
        row.started_on,
        row.ended_on,
        row.cents,
        row.every_months,
        (row.cents * 12 // row.every_months).label("yearly_cents"),
        row.supplier,
        func.coalesce(row.supplier, NOBODY).label("origin"),
        func.coalesce(row.ended_on, literal(UNTIL, Date())).label("until_on"),
        state_on(asking.on).label("state"),
        cast(case((row.mandate_id.is_(None), Way.STANDING_ORDER.value), else_=Way.DIRECT_DEBIT.value), Word(Way)).label(
            "way"
        ),
    )

    if "months" in asking.columns:
        today = literal(asking.on, Date())
        end = case((row.ended_on < today, row.ended_on), else_=today)
        found = found.add_columns(months_between(row.started_on, end).label("months"))

    def of_plan(what: Any, *kinds: EventKind) -> Any:
        wanted = select(what).where(event.plan_id == row.id, event.kind.in_(kinds))
        return wanted.correlate(row).scalar_subquery()

    if "changes" in asking.columns:
        found = found.add_columns(of_plan(func.count(), *amounts).label("changes"))
    if "raised_on" in asking.columns:
        found = found.add_columns(of_plan(func.max(event.on), EventKind.UPGRADE).label("raised_on"))
    if "end_reason" in asking.columns:
        ends = select(event.reason).where(event.plan_id == row.id, event.kind == EventKind.CANCEL)
        last = ends.order_by(event.id.desc()).limit(1).correlate(row).scalar_subquery()
        found = found.add_columns(case((row.ended_on.is_not(None), func.nullif(last, ""))).label("end_reason"))
    return found


def _mandates(_asking: Asking) -> Select[*tuple[Any, ...]]:
    row = MandateRow
    used_on = func.coalesce(row.last_collected_on, row.signed_on)
    asleep = day_marked(mark_of(used_on) + MONTH * rules.DORMANT_MONTHS)
    lapses = case((row.ended_on.is_(None), asleep)).label("lapses_on")
    return select(row.person_id, row.signed_on, row.last_collected_on, lapses, row.ended_on)


def _of_household(asking: Asking) -> Select[*tuple[Any, ...]]:
    """Each plan once for everybody of the household of whoever gives it."""
    plans = _plans(asking).subquery("plans")
    giver = people.living_together(asking.among).subquery("giver")
    other = people.living_together(asking.among).subquery("other")
    names = [plans.c[name] for name in ("started_on", "cents", "state", "way")]
    return (
        select(other.c.person_id, *names)
        .select_from(plans)
        .join(giver, giver.c.person_id == plans.c.person_id)
        .join(other, other.c.household_id == giver.c.household_id)
    )


_STATE = Column(key="state", label=N_("état du don régulier"), kind=Kind.WORD, options=_named(words.STATES))
_WAY = Column(key="way", label=N_("domiciliation ou ordre permanent"), kind=Kind.WORD, options=_named(words.WAYS))
_STARTED = Column(key="started_on", label=N_("commencé"), kind=Kind.DAY)
_SIGNED = Column(key="signed_on", label=N_("signé"), kind=Kind.DAY)
_CENTS = Column(key="cents", label=N_("montant de chaque échéance"), kind=Kind.CENTS)

SOURCES: tuple[Source, ...] = (
    Source(
        key="plan",
        label=N_("Dons réguliers (domiciliations)"),
        definition=N_(
            "Chaque don régulier promis, qu’il coure, soit en pause ou ait pris fin. Ce qui en est arrivé se demande "
            "sous « Dons », ce que la banque en a dit sous « Échéances »."
        ),
        columns=(
            _STATE,
            _STARTED,
            _CENTS,
            Column(key="every_months", label=N_("tous les … mois"), kind=Kind.NUMBER),
            Column(key="yearly_cents", label=N_("montant par an"), kind=Kind.CENTS),
            Column(key="changes", label=N_("changements de montant"), kind=Kind.NUMBER),
            Column(key="raised_on", label=N_("augmenté pour la dernière fois"), kind=Kind.DAY),
            _WAY,
            Column(key="supplier", label=N_("recruté par"), kind=Kind.WORD, options=_suppliers, is_kept=True),
            Column(key="origin", label=N_("origine"), kind=Kind.WORD, options=_origins, is_kept=True),
            Column(key="months", label=N_("mois tenus"), kind=Kind.NUMBER),
            Column(key="until_on", label=N_("court encore, ou a couru"), kind=Kind.DAY),
            Column(key="ended_on", label=N_("terminé"), kind=Kind.DAY),
            Column(key="end_reason", label=N_("raison de la fin"), kind=Kind.WORD, options=_named(words.END_REASONS)),
        ),
        rows=_plans,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont promis un don régulier %(when)s"),
            Measure.COUNT: N_("ont promis %(how)s dons réguliers %(when)s"),
            Measure.SUM: N_("ont des dons réguliers dont les échéances font en tout %(how)s %(when)s"),
            Measure.LARGEST: N_("ont, comme plus grande échéance, %(how)s %(when)s"),
            Measure.FIRST: N_("ont commencé leur premier don régulier %(how)s"),
            Measure.LAST: N_("ont commencé leur dernier don régulier %(how)s"),
        },
        denied=N_("n’ont promis aucun don régulier %(when)s"),
        day="started_on",
        amount="cents",
    ),
    Source(
        key="mandate",
        label=N_("Mandats de domiciliation"),
        definition=N_(
            "Chaque mandat signé. Il s’éteint 36 mois après la dernière échéance qu’il a servie, ou après sa "
            "signature, s’il n’a pas pris fin avant."
        ),
        columns=(
            _SIGNED,
            Column(key="last_collected_on", label=N_("a servi pour la dernière fois"), kind=Kind.DAY),
            Column(key="lapses_on", label=N_("s’éteint, faute de servir"), kind=Kind.DAY),
            Column(key="ended_on", label=N_("a pris fin"), kind=Kind.DAY),
        ),
        rows=_mandates,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont signé un mandat %(when)s"),
            Measure.COUNT: N_("ont signé %(how)s mandats %(when)s"),
            Measure.LAST: N_("ont signé leur dernier mandat %(how)s"),
        },
        denied=N_("n’ont signé aucun mandat %(when)s"),
        day="signed_on",
    ),
    Source(
        key="household_plan",
        label=N_("Dons réguliers du foyer"),
        definition=N_(
            "Les dons réguliers de toutes les personnes du foyer, la personne comprise. Sans foyer, il n’y en a pas."
        ),
        columns=(_STATE, _STARTED, _CENTS, _WAY),
        rows=_of_household,
        permission=READ,
        phrases={
            Measure.HAS: N_("vivent dans un foyer qui a promis un don régulier %(when)s"),
            Measure.COUNT: N_("vivent dans un foyer qui a promis %(how)s dons réguliers %(when)s"),
            Measure.SUM: N_("vivent dans un foyer dont les échéances font en tout %(how)s %(when)s"),
        },
        denied=N_("ne vivent dans aucun foyer qui a promis un don régulier %(when)s"),
        day="started_on",
        amount="cents",
        cost=Cost.MEDIUM,
    ),
)
