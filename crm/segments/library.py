"""Segments that are there from the first day, each with its definition."""

from __future__ import annotations

from dataclasses import dataclass

from crm.consent.model import APPEALS, NO_LETTER, SERVICE
from crm.contracts.segment_fields import Measure
from crm.foundation.translation import N_
from crm.segments.model import (
    Comparison,
    Condition,
    Every,
    Not,
    Relation,
    Rolling,
    Side,
    Some,
    Span,
    Test,
    Tree,
    Window,
    Words,
    Year,
)

GIFT = "gift"
EURO = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """A segment of the library: its name and definition are marked sentences. Without a tree it waits for a room."""

    key: str
    name: str
    definition: str
    tree: Tree | None


def _gave(window: Window | None = None, *where: Test) -> Condition:
    return Condition(source=GIFT, where=where, window=window)


def _total(low_euros: int, window: Window) -> Condition:
    return Condition(source=GIFT, measure=Measure.SUM, window=window, asks=Span(low=low_euros * EURO))


def _last(length: int | None, ending: int) -> Condition:
    return Condition(source=GIFT, measure=Measure.LAST, asks=Rolling(length=length, ending=ending))


def _at_least(count: int, window: Window | None, *where: Test) -> Condition:
    return Condition(source=GIFT, measure=Measure.COUNT, where=where, window=window, asks=Span(low=count))


def _is(column: str, *values: str) -> Test:
    return Test(column=column, asks=Words(values=frozenset(values)))


def _nth(column: str, rank: int) -> Test:
    return Test(column=column, asks=Span(low=rank, high=rank))


def _of_year(shift: int) -> Side:
    return Side(measure=Measure.SUM, window=Year(shift=shift))


def _versus_last_year(relation: Relation, percent: int) -> Comparison:
    return Comparison(source=GIFT, left=_of_year(0), relation=relation, percent=percent, right=_of_year(-1))


ACTIVE = _last(13, 0)
_ONE_OFF = _is("kind", "one-off")
_REGULAR = _is("kind", "instalment")
_LETTER = Test(column="purpose", asks=Words(values=NO_LETTER - {SERVICE}, other=True))
RHYTHMS = (1, 2, 3, 6, 12)
"""Every how many months a plan may be collected."""
_RUNNING = _is("state", "active")


def _plan(*where: Test, window: Window | None = None) -> Condition:
    return Condition(source="plan", where=where, window=window)


def _paying(months: int) -> Tree:
    """A plan of that rhythm runs, and an instalment came in its last two periods and a month of grace."""
    return Every(parts=(_plan(_RUNNING, _nth("every_months", months)), _gave(Rolling(length=2 * months + 1), _REGULAR)))


def _missing(months: int) -> Tree:
    """A plan of that rhythm runs, and none came in its last period and a month of grace, though it had begun."""
    since = Rolling(length=None, ending=months + 1)
    return Every(
        parts=(
            _plan(_RUNNING, _nth("every_months", months), window=since),
            Not(part=_gave(Rolling(length=months + 1), _REGULAR)),
        )
    )


_PAYING = Some(parts=tuple(_paying(months) for months in RHYTHMS))
REGULAR_NOW = Some(parts=(_gave(Rolling(length=3), _REGULAR), *_PAYING.parts))
"""An instalment came in the last two periods of its plan and a month of grace; of no known plan, it came monthly."""
_LAST_TWO_YEARS = Rolling(length=24)
_SEASON = Some(
    parts=tuple(
        Comparison(
            source=GIFT,
            left=Side(measure=Measure.SUM, window=Year(shift=-back, from_day="11-01", to_day="12-31")),
            relation=Relation.AT_LEAST,
            percent=60,
            right=_of_year(-back),
        )
        for back in (1, 2, 3)
    ),
    least=2,
)

READY: tuple[Ready, ...] = (
    Ready(
        key="prospect",
        name=N_("Prospects"),
        definition=N_(
            "Aucun don à ce jour, et au moins une pétition, un événement, une action urgente "
            "ou une newsletter demandée."
        ),
        tree=Every(
            parts=(
                Not(part=_gave()),
                Some(
                    parts=(
                        *(Condition(source=source) for source in ("signature", "registration", "deed")),
                        Condition(source="standing", where=(_LETTER, _is("channel", "email"), _is("act", "given"))),
                    )
                ),
            )
        ),
    ),
    Ready(
        key="new",
        name=N_("Nouveaux donateurs et nouvelles donatrices"),
        definition=N_("Un seul don à ce jour, fait il y a moins de 13 mois révolus."),
        tree=Every(
            parts=(
                Condition(source=GIFT, measure=Measure.FIRST, asks=Rolling(length=13)),
                Condition(source=GIFT, measure=Measure.COUNT, asks=Span(low=1, high=1)),
            )
        ),
    ),
    Ready(
        key="active",
        name=N_("Actifs et actives (1 à 12 mois)"),
        definition=N_("Dernier don il y a moins de 13 mois révolus."),
        tree=Every(parts=(ACTIVE,)),
    ),
    Ready(
        key="lapsed-24",
        name=N_("Inactifs récents (13 à 24 mois)"),
        definition=N_("Dernier don il y a 13 mois révolus ou plus, et moins de 25."),
        tree=Every(parts=(_last(12, 13),)),
    ),
    Ready(
        key="lapsed-36",
        name=N_("Inactifs anciens (25 à 36 mois)"),
        definition=N_("Dernier don il y a 25 mois révolus ou plus, et moins de 37."),
        tree=Every(parts=(_last(12, 25),)),
    ),
    Ready(
        key="lost",
        name=N_("Perdus de vue (37 mois et plus)"),
        definition=N_("Dernier don il y a 37 mois révolus ou plus."),
        tree=Every(parts=(_last(None, 37),)),
    ),
    Ready(
        key="reactivated",
        name=N_("Réactivés"),
        definition=N_("Dernier don il y a moins de 13 mois, et plus de 24 mois après le don d’avant."),
        tree=Every(
            parts=(_gave(Rolling(length=13), _nth("nth_last", 1), Test(column="months_more", asks=Span(low=24))),)
        ),
    ),
    Ready(
        key="second",
        name=N_("Deuxième don"),
        definition=N_("Premier don il y a moins de 25 mois, et un deuxième dans les 12 mois qui l’ont suivi."),
        tree=Every(
            parts=(
                Condition(source=GIFT, measure=Measure.FIRST, asks=Rolling(length=25)),
                _gave(None, _nth("nth", 2), Test(column="months_since", asks=Span(high=11))),
            )
        ),
    ),
    Ready(
        key="loyal",
        name=N_("Fidèles"),
        definition=N_("Au moins un don dans chacune des trois dernières périodes de 12 mois."),
        tree=Every(parts=tuple(_gave(Rolling(length=12, ending=ending)) for ending in (0, 12, 24))),
    ),
    Ready(
        key="regular",
        name=N_("Réguliers actifs"),
        definition=N_(
            "Un don régulier actif, et un versement régulier reçu dans ses deux dernières périodes "
            "et un mois de grâce : 3 mois pour un don mensuel, 25 pour un don annuel."
        ),
        tree=Every(parts=(_PAYING,)),
    ),
    Ready(
        key="at-risk",
        name=N_("Réguliers à risque"),
        definition=N_(
            "Un don régulier actif dont la dernière échéance a échoué, ou dont aucun versement n’est venu depuis une "
            "période et un mois de grâce."
        ),
        tree=Every(
            parts=(
                _plan(_RUNNING),
                Some(
                    parts=(
                        Condition(source="collection", where=(_is("fate", "failed"), _nth("nth_last", 1))),
                        *(_missing(months) for months in RHYTHMS),
                    )
                ),
            )
        ),
    ),
    Ready(
        key="former-regular",
        name=N_("Anciens réguliers"),
        definition=N_("Un don régulier qui a pris fin, et aucun qui coure ou soit en pause."),
        tree=Every(parts=(_plan(_is("state", "ended")), Not(part=_plan(_is("state", "active", "paused"))))),
    ),
    Ready(
        key="lybunt",
        name=N_("L’an dernier mais pas cette année (LYBUNT)"),
        definition=N_(
            "Un don l’an dernier, aucun depuis le 1er janvier. Avant décembre, les donateurs de fin d’année en sont : "
            "comparez avec le même jour de l’an dernier."
        ),
        tree=Every(parts=(_gave(Year(shift=-1)), Not(part=_gave(Year())))),
    ),
    Ready(
        key="sybunt",
        name=N_("Une autre année mais pas cette année (SYBUNT)"),
        definition=N_("Un don il y a deux ans ou plus, aucun l’an dernier ni cette année."),
        tree=Every(
            parts=(
                Not(part=_gave(Year())),
                Not(part=_gave(Year(shift=-1))),
                _gave(),
            )
        ),
    ),
    Ready(
        key="sybunt-inclusive",
        name=N_("Jadis mais pas cette année (SYBUNT, avec l’an dernier)"),
        definition=N_(
            "Un don n’importe quand, aucun cette année : comprend LYBUNT, comme l’entendent d’autres logiciels."
        ),
        tree=Every(parts=(Not(part=_gave(Year())), _gave())),
    ),
    Ready(
        key="seasonal",
        name=N_("Saisonniers de fin d’année"),
        definition=N_(
            "Dans au moins deux des trois dernières années, 60 % du total de l’année donnés en novembre et décembre. "
            "À retirer des inactifs avant janvier."
        ),
        tree=Every(parts=(_SEASON,)),
    ),
    Ready(
        key="generous",
        name=N_("Généreux"),
        definition=N_("Plus de 120 € en tout sur 36 mois."),
        tree=Every(
            parts=(
                Condition(source=GIFT, measure=Measure.SUM, window=Rolling(length=36), asks=Span(low=120 * EURO + 1)),
            )
        ),
    ),
    Ready(
        key="mid",
        name=N_("Donateurs moyens"),
        definition=N_("500 € ou plus en tout sur 24 mois. Le seuil est le vôtre : faites-en une copie."),
        tree=Every(parts=(_total(500, _LAST_TWO_YEARS),)),
    ),
    Ready(
        key="major",
        name=N_("Grands donateurs"),
        definition=N_("2 500 € ou plus en tout sur 24 mois, ou 1 000 € en une fois. Le seuil est le vôtre."),
        tree=Some(
            parts=(
                _total(2500, _LAST_TWO_YEARS),
                Condition(source=GIFT, measure=Measure.LARGEST, window=_LAST_TWO_YEARS, asks=Span(low=1000 * EURO)),
            )
        ),
    ),
    Ready(
        key="upgrade",
        name=N_("Potentiel de hausse"),
        definition=N_(
            "Au moins deux dons ponctuels en 24 mois, le dernier au moins égal au premier de tous, et un total des 12 "
            "derniers mois qui ne dépasse pas celui des 12 mois d’avant."
        ),
        tree=Every(
            parts=(
                _at_least(2, _LAST_TWO_YEARS, _ONE_OFF),
                Comparison(
                    source=GIFT,
                    left=Side(measure=Measure.LARGEST, where=(_nth("nth_last", 1),)),
                    relation=Relation.AT_LEAST,
                    percent=100,
                    right=Side(measure=Measure.LARGEST, where=(_nth("nth", 1),)),
                ),
                Not(
                    part=Comparison(
                        source=GIFT,
                        left=Side(measure=Measure.SUM, window=Rolling(length=12)),
                        relation=Relation.MORE_THAN,
                        percent=100,
                        right=Side(measure=Measure.SUM, window=Rolling(length=12, ending=12)),
                    )
                ),
            )
        ),
    ),
    Ready(
        key="conversion",
        name=N_("Potentiel de domiciliation"),
        definition=N_(
            "Deux dons ponctuels ou plus en 18 mois, 50 € ou moins en moyenne, aucun don régulier qui coure, soit en "
            "pause ou ait pris fin depuis 12 mois, et joignables pour un appel."
        ),
        tree=Every(
            parts=(
                _at_least(2, Rolling(length=18), _ONE_OFF),
                Condition(
                    source=GIFT,
                    measure=Measure.AVERAGE,
                    where=(_ONE_OFF,),
                    window=Rolling(length=18),
                    asks=Span(high=50 * EURO),
                ),
                Not(part=_gave(Rolling(length=12), _REGULAR)),
                Not(part=_plan(_is("state", "active", "paused"))),
                Not(part=_plan(Test(column="ended_on", asks=Rolling(length=12)))),
                Condition(source="reach", where=(_is("channel", "post", "phone", "email"), _is("purpose", APPEALS))),
            )
        ),
    ),
    Ready(
        key="legacy",
        name=N_("Potentiel legs"),
        definition=N_(
            "Une personne, non une organisation, un don dans chacune des cinq dernières périodes de 12 mois, et 60 ans "
            "ou plus, ou un âge inconnu. Rien n’est déduit de la santé ni de la famille."
        ),
        tree=Every(
            parts=(
                Condition(source="person", where=(_is("kind", "individual"),)),
                *(_gave(Rolling(length=12, ending=ending)) for ending in (0, 12, 24, 36, 48)),
                Not(part=Condition(source="person", where=(Test(column="birth_on", asks=Span(high=59)),))),
            )
        ),
    ),
    Ready(
        key="upgraded",
        name=N_("En hausse"),
        definition=N_("Cette année plus de 110 % du total de l’an dernier."),
        tree=Every(parts=(_versus_last_year(Relation.MORE_THAN, 110),)),
    ),
    Ready(
        key="downgraded",
        name=N_("En baisse"),
        definition=N_("Un don cette année, mais moins de 90 % du total de l’an dernier."),
        tree=Every(parts=(_versus_last_year(Relation.LESS_THAN, 90),)),
    ),
    Ready(
        key="stable",
        name=N_("Stables"),
        definition=N_("Cette année entre 90 et 110 % du total de l’an dernier."),
        tree=Every(
            parts=(_versus_last_year(Relation.AT_LEAST, 90), _versus_last_year(Relation.AT_MOST, 110)),
        ),
    ),
    Ready(
        key="magazine",
        name=N_("Lecteurs et lectrices du Fil"),
        definition=N_("Droit au prochain numéro, sans pause demandée."),
        tree=Every(parts=(Condition(source="magazine", where=(_is("pause", "running"),)),)),
    ),
)
"""Every status of the fundraisers' craft, under the definition that is shown beside it."""

BY_KEY = {one.key: one for one in READY}
