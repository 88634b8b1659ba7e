"""What one may ask about memberships: where each stands, since when, and the time that fees paid for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from sqlalchemy import Select, case, false, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from crm.contracts.segment_fields import Asking, Column, Cost, Kind, Measure, Option, Source
from crm.foundation.months import MONTH, day_marked, mark_of
from crm.foundation.translation import N_, babel_locale, say
from crm.members import assemblies, rules, selects, service, store, words
from crm.members.model import State, Wanted
from crm.members.tables import PartRow
from crm.values.languages import Language

READ = "members.read"


def _states(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=one.value, label=say(language, word)) for one, (word, _) in words.STATES.items()]


def _kinds(session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=code, label=name) for code, name in words.kind_names(service.kinds(session), language).items()]


def _reasons(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=one.value, label=say(language, word)) for one, word in words.REASONS.items()]


def _assemblies(session: Session, language: Language) -> Sequence[Option]:
    locale = babel_locale(language)
    return [
        Option(value=str(one.id), label=f"{one.title} · {format_date(one.voters_on, 'medium', locale=locale)}")
        for one in assemblies.every(session)
    ]


def _known_assemblies(session: Session, words: frozenset[str]) -> frozenset[str]:
    return words & {str(one.id) for one in assemblies.every(session)}


def _voters(asking: Asking) -> Select[*tuple[Any, ...]]:
    """Who votes at the assemblies that were named; an unknown one has no voters."""
    named = asking.given.get("assembly", frozenset())
    found = []
    for one in assemblies.every(asking.session):
        if str(one.id) in named:
            several = assemblies.entitled(asking.session, one).subquery()
            found.append(select(several.c.person_id, literal(str(one.id)).label("assembly")))
    if not found:
        return select(PartRow.person_id, literal("").label("assembly")).where(false())
    return select(*union_all(*found).subquery("either").c)


def _memberships(asking: Asking) -> Select[*tuple[Any, ...]]:
    return _standing(asking.on, service.rules_on(asking.session, asking.on).grace_months)


@lru_cache(maxsize=16)
def _standing(on: date, grace: int) -> Select[*tuple[Any, ...]]:
    """The same statement for the same day and grace: writing it takes longer than asking it of one person."""
    every, part = store.listed(Wanted(on=on), grace_months=grace).subquery("every"), PartRow
    lapsed = case((every.c.state == State.LAPSED.value, day_marked(every.c.until + MONTH * grace)))
    return (
        select(
            part.person_id,
            every.c.state,
            every.c.kind,
            every.c.joined_on,
            case((every.c.until < rules.FOREVER, day_marked(every.c.until))).label("paid_until_on"),
            lapsed.label("lapsed_on"),
            every.c.ended_on,
            every.c.end_reason,
        )
        .join(every, every.c.id == part.membership_id)
        .where(or_(part.until_on.is_(None), part.until_on == every.c.ended_on))
    )


def _periods(asking: Asking) -> Select[*tuple[Any, ...]]:
    fees = selects.fees(asking.on).subquery("fees")
    order = (fees.c.given_on, fees.c.line_id)
    total = func.sum(fees.c.months).over(partition_by=fees.c.key, order_by=order)
    start = mark_of(fees.c.given_on) - MONTH * (total - fees.c.months)
    each = select(
        fees.c.key, fees.c.given_on, fees.c.line_id, fees.c.cents, fees.c.months, total.label("total"),
        start.label("start"),
    ).subquery("each")  # fmt: skip
    running = func.max(each.c.start).over(partition_by=each.c.key, order_by=(each.c.given_on, each.c.line_id))
    until = running + MONTH * each.c.total
    spans = select(each.c.key, each.c.cents, (until - MONTH * each.c.months).label("begin"), until.label("until"))
    every, part = spans.subquery("spans"), PartRow
    begin, end = day_marked(every.c.begin).label("from_on"), day_marked(every.c.until).label("until_on")
    shared = (
        select(part.person_id, every.c.cents, begin, end)
        .join(every, every.c.key == part.membership_id)
        .where(
            or_(part.since_on.is_(None), part.since_on < day_marked(every.c.until)),
            or_(part.until_on.is_(None), part.until_on > day_marked(every.c.begin)),
        )
    )
    return shared.union_all(select(-every.c.key, every.c.cents, begin, end).where(every.c.key < 0))  # type: ignore[return-value]


SOURCES: tuple[Source, ...] = (
    Source(
        key="membership",
        label=N_("Adhésion"),
        definition=N_(
            "Les adhésions, avec celles et ceux qui les partagent. « En règle » : la cotisation payée court encore. "
            "« En délai de grâce » : elle est passée, et la personne reste membre."
        ),
        columns=(
            Column(key="state", label=N_("état de l’adhésion"), kind=Kind.WORD, options=_states),
            Column(key="kind", label=N_("genre d’adhésion"), kind=Kind.WORD, options=_kinds, is_kept=True),
            Column(key="joined_on", label=N_("membre depuis"), kind=Kind.DAY),
            Column(key="paid_until_on", label=N_("payée jusqu’au"), kind=Kind.DAY),
            Column(key="lapsed_on", label=N_("échue le"), kind=Kind.DAY),
            Column(key="ended_on", label=N_("terminée le"), kind=Kind.DAY),
            Column(key="end_reason", label=N_("raison du départ"), kind=Kind.WORD, options=_reasons),
        ),
        rows=_memberships,
        permission=READ,
        phrases={Measure.HAS: N_("ont adhéré %(when)s"), Measure.FIRST: N_("ont adhéré pour la première fois %(how)s")},
        denied=N_("n’ont pas adhéré %(when)s"),
        day="joined_on",
        cost=Cost.MEDIUM,
    ),
    Source(
        key="membership_period",
        label=N_("Temps d’adhésion payé"),
        definition=N_(
            "Le temps que chaque cotisation a payé, du premier jour jusqu’au premier jour qui ne l’est plus. "
            "Membre à une date : commencé au plus tard ce jour-là, et fini après."
        ),
        columns=(
            Column(key="from_on", label=N_("commence le"), kind=Kind.DAY),
            Column(key="until_on", label=N_("finit le"), kind=Kind.DAY),
            Column(key="cents", label=N_("cotisation"), kind=Kind.CENTS),
        ),
        rows=_periods,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont payé un temps d’adhésion qui commence %(when)s"),
            Measure.COUNT: N_("ont payé %(how)s temps d’adhésion %(when)s"),
            Measure.SUM: N_("ont payé en cotisations %(how)s %(when)s"),
            Measure.LAST: N_("ont commencé leur dernier temps d’adhésion %(how)s"),
        },
        denied=N_("n’ont payé aucun temps d’adhésion %(when)s"),
        day="from_on",
        amount="cents",
        cost=Cost.HEAVY,
    ),
    Source(
        key="voter",
        label=N_("Droit de vote à l’assemblée"),
        definition=N_(
            "Les membres qui votent à une assemblée générale : membres le jour qu’elle fixe, délai de grâce compris, "
            "foyers compris."
        ),
        columns=(
            Column(
                key="assembly",
                label=N_("assemblée"),
                kind=Kind.WORD,
                options=_assemblies,
                known=_known_assemblies,
                is_required=True,
            ),
        ),
        rows=_voters,
        permission=READ,
        phrases={Measure.HAS: N_("ont le droit de vote à « %(assembly)s »")},
        denied=N_("n’ont pas le droit de vote à « %(assembly)s »"),
        cost=Cost.HEAVY,
    ),
)
