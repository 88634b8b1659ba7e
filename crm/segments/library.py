"""Segments that are there from the first day, each with its definition."""

from __future__ import annotations

from crm.consent.model import APPEALS
from crm.contracts.segment_fields import Measure
from crm.foundation.translation import N_
from crm.segments.model import Comparison, Condition, Every, Not, Relation, Rolling, Side, Some, Span, Test, Year
from crm.segments.phrases import (
    ACTIVE,
    EURO,
    GIFT,
    LAST_TWO_YEARS,
    LETTER,
    ONE_OFF,
    PAYING,
    REGULAR,
    RHYTHMS,
    RUNNING,
    SEASON,
    Ready,
    at_least,
    gave,
    is_one_of,
    last,
    missing,
    nth,
    plan,
    total,
    versus_last_year,
)

_GIVES_AS_MUCH = Every(
    parts=(
        at_least(2, LAST_TWO_YEARS, ONE_OFF),
        Comparison(
            source=GIFT,
            left=Side(measure=Measure.LARGEST, where=(nth("nth_last", 1),)),
            relation=Relation.AT_LEAST,
            percent=100,
            right=Side(measure=Measure.LARGEST, where=(nth("nth", 1),)),
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
)
_PAYS_AS_MUCH = Every(
    parts=(
        plan(RUNNING, window=Rolling(length=None, ending=12)),
        Not(part=plan(RUNNING, Test(column="raised_on", asks=Rolling(length=12)))),
        Not(part=Condition(source="collection", where=(is_one_of("fate", "failed"),), window=Rolling(length=6))),
    )
)

READY: tuple[Ready, ...] = (
    Ready(
        key="prospect",
        name=N_("Prospects"),
        definition=N_(
            "Aucun don à ce jour, et au moins une pétition, un événement (non annulé), une action urgente "
            "ou une newsletter demandée."
        ),
        tree=Every(
            parts=(
                Not(part=gave()),
                Some(
                    parts=(
                        *(Condition(source=source) for source in ("signature", "registration", "deed")),
                        Condition(
                            source="standing", where=(LETTER, is_one_of("channel", "email"), is_one_of("act", "given"))
                        ),
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
        tree=Every(parts=(last(12, 13),)),
    ),
    Ready(
        key="lapsed-36",
        name=N_("Inactifs anciens (25 à 36 mois)"),
        definition=N_("Dernier don il y a 25 mois révolus ou plus, et moins de 37."),
        tree=Every(parts=(last(12, 25),)),
    ),
    Ready(
        key="lost",
        name=N_("Perdus de vue (37 mois et plus)"),
        definition=N_("Dernier don il y a 37 mois révolus ou plus."),
        tree=Every(parts=(last(None, 37),)),
    ),
    Ready(
        key="reactivated",
        name=N_("Réactivés"),
        definition=N_("Dernier don il y a moins de 13 mois, et plus de 24 mois après le don d’avant."),
        tree=Every(
            parts=(gave(Rolling(length=13), nth("nth_last", 1), Test(column="months_more", asks=Span(low=24))),)
        ),
    ),
    Ready(
        key="second",
        name=N_("Deuxième don"),
        definition=N_("Premier don il y a moins de 25 mois, et un deuxième dans les 12 mois qui l’ont suivi."),
        tree=Every(
            parts=(
                Condition(source=GIFT, measure=Measure.FIRST, asks=Rolling(length=25)),
                gave(None, nth("nth", 2), Test(column="months_since", asks=Span(high=11))),
            )
        ),
    ),
    Ready(
        key="loyal",
        name=N_("Fidèles"),
        definition=N_("Au moins un don dans chacune des trois dernières périodes de 12 mois."),
        tree=Every(parts=tuple(gave(Rolling(length=12, ending=ending)) for ending in (0, 12, 24))),
    ),
    Ready(
        key="regular",
        name=N_("Réguliers actifs"),
        definition=N_(
            "Un don régulier actif, et un versement régulier reçu dans ses deux dernières périodes "
            "et un mois de grâce : 3 mois pour un don mensuel, 25 pour un don annuel."
        ),
        tree=Every(parts=(PAYING,)),
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
                plan(RUNNING),
                Some(
                    parts=(
                        Condition(source="collection", where=(is_one_of("fate", "failed"), nth("nth_last", 1))),
                        *(missing(months) for months in RHYTHMS),
                    )
                ),
            )
        ),
    ),
    Ready(
        key="former-regular",
        name=N_("Anciens réguliers"),
        definition=N_("Un don régulier qui a pris fin, et aucun qui coure ou soit en pause."),
        tree=Every(parts=(plan(is_one_of("state", "ended")), Not(part=plan(is_one_of("state", "active", "paused"))))),
    ),
    Ready(
        key="lybunt",
        name=N_("L’an dernier mais pas cette année (LYBUNT)"),
        definition=N_(
            "Un don l’an dernier, aucun depuis le 1er janvier. Avant décembre, les donateurs de fin d’année en sont : "
            "comparez avec le même jour de l’an dernier."
        ),
        tree=Every(parts=(gave(Year(shift=-1)), Not(part=gave(Year())))),
    ),
    Ready(
        key="sybunt",
        name=N_("Une autre année mais pas cette année (SYBUNT)"),
        definition=N_("Un don il y a deux ans ou plus, aucun l’an dernier ni cette année."),
        tree=Every(
            parts=(
                Not(part=gave(Year())),
                Not(part=gave(Year(shift=-1))),
                gave(),
            )
        ),
    ),
    Ready(
        key="sybunt-inclusive",
        name=N_("Jadis mais pas cette année (SYBUNT, avec l’an dernier)"),
        definition=N_(
            "Un don n’importe quand, aucun cette année : comprend LYBUNT, comme l’entendent d’autres logiciels."
        ),
        tree=Every(parts=(Not(part=gave(Year())), gave())),
    ),
    Ready(
        key="seasonal",
        name=N_("Saisonniers de fin d’année"),
        definition=N_(
            "Dans au moins deux des trois dernières années, 60 % du total de l’année donnés en novembre et décembre. "
            "À retirer des inactifs avant janvier."
        ),
        tree=Every(parts=(SEASON,)),
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
        tree=Every(parts=(total(500, LAST_TWO_YEARS),)),
    ),
    Ready(
        key="major",
        name=N_("Grands donateurs"),
        definition=N_("2 500 € ou plus en tout sur 24 mois, ou 1 000 € en une fois. Le seuil est le vôtre."),
        tree=Some(
            parts=(
                total(2500, LAST_TWO_YEARS),
                Condition(source=GIFT, measure=Measure.LARGEST, window=LAST_TWO_YEARS, asks=Span(low=1000 * EURO)),
            )
        ),
    ),
    Ready(
        key="upgrade",
        name=N_("Potentiel de hausse"),
        definition=N_(
            "Au moins deux dons ponctuels en 24 mois, le dernier au moins égal au premier de tous, et un total des 12 "
            "derniers mois qui ne dépasse pas celui des 12 mois d’avant ; ou un don régulier actif de plus d’un an, "
            "pas augmenté depuis 12 mois, sans échéance échouée en 6 mois."
        ),
        tree=Some(parts=(_GIVES_AS_MUCH, _PAYS_AS_MUCH)),
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
                at_least(2, Rolling(length=18), ONE_OFF),
                Condition(
                    source=GIFT,
                    measure=Measure.AVERAGE,
                    where=(ONE_OFF,),
                    window=Rolling(length=18),
                    asks=Span(high=50 * EURO),
                ),
                Not(part=gave(Rolling(length=12), REGULAR)),
                Not(part=plan(is_one_of("state", "active", "paused"))),
                Not(part=plan(Test(column="ended_on", asks=Rolling(length=12)))),
                Condition(
                    source="reach",
                    where=(is_one_of("channel", "post", "phone", "email"), is_one_of("purpose", APPEALS)),
                ),
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
                Condition(source="person", where=(is_one_of("kind", "individual"),)),
                *(gave(Rolling(length=12, ending=ending)) for ending in (0, 12, 24, 36, 48)),
                Not(part=Condition(source="person", where=(Test(column="birth_on", asks=Span(high=59)),))),
            )
        ),
    ),
    Ready(
        key="upgraded",
        name=N_("En hausse"),
        definition=N_("Cette année plus de 110 % du total de l’an dernier."),
        tree=Every(parts=(versus_last_year(Relation.MORE_THAN, 110),)),
    ),
    Ready(
        key="downgraded",
        name=N_("En baisse"),
        definition=N_("Un don cette année, mais moins de 90 % du total de l’an dernier."),
        tree=Every(parts=(versus_last_year(Relation.LESS_THAN, 90),)),
    ),
    Ready(
        key="stable",
        name=N_("Stables"),
        definition=N_("Cette année entre 90 et 110 % du total de l’an dernier."),
        tree=Every(
            parts=(versus_last_year(Relation.AT_LEAST, 90), versus_last_year(Relation.AT_MOST, 110)),
        ),
    ),
    Ready(
        key="magazine",
        name=N_("Lecteurs et lectrices du Fil"),
        definition=N_("Droit au prochain numéro, sans pause demandée."),
        tree=Every(parts=(Condition(source="magazine", where=(is_one_of("pause", "running"),)),)),
    ),
)
"""Every status of the fundraisers' craft, under the definition that is shown beside it."""

BY_KEY = {one.key: one for one in READY}
