"""Questions fundraisers ask again and again, ready to begin with; amounts, places and months are theirs to change."""

from __future__ import annotations

from crm.consent.model import APPEALS, NEWSLETTER
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
    Span,
    Test,
    Tree,
    Unit,
    Year,
)
from crm.segments.phrases import GIFT, Ready, gave, is_one_of, total
from crm.values.belgium.localities import Province

RUNNING = (is_one_of("state", "active"),)
_FAILED = is_one_of("fate", "failed")
_MEMBER = Condition(source="membership", where=(is_one_of("state", "in-force", "grace"),))


def _number(column: str, low: int | None = None, high: int | None = None) -> Test:
    return Test(column=column, asks=Span(low=low, high=high))


def _by_appeal(place: int) -> Condition:
    return gave(None, _number("appeal_place", place, place))


def _of_appeal(place: int) -> Side:
    return Side(measure=Measure.SUM, where=(_number("appeal_place", place, place),))


def voters(assembly_id: int) -> Tree:
    """Whoever votes at an assembly."""
    return Every(parts=(Condition(source="voter", where=(is_one_of("assembly", str(assembly_id)),)),))


ASKED: tuple[Ready, ...] = (
    Ready(
        key="ask-december",
        name=N_("Fidèles de décembre, pas encore revenus"),
        definition=N_("Un don chaque décembre des trois dernières années, aucun cette année, joignables par courrier."),
        tree=Every(
            parts=(
                *(gave(Year(shift=shift, from_day="12-01", to_day="12-31")) for shift in (-1, -2, -3)),
                Not(part=gave(Year())),
                Condition(source="reach", where=(is_one_of("channel", "post"), is_one_of("purpose", APPEALS))),
            )
        ),
    ),
    Ready(
        key="ask-failing",
        name=N_("Domiciliations qui échouent"),
        definition=N_(
            "Un don mensuel dont les deux dernières échéances ont échoué, actif ou mis en pause par un refus de la "
            "banque, et un téléphone."
        ),
        tree=Every(
            parts=(
                Condition(
                    source="collection",
                    where=(
                        _number("failed_running", low=2),
                        is_one_of("plan_state", "active", "paused"),
                        is_one_of("plan_pause", "running", "refused"),
                        _number("every_months", 1, 1),
                    ),
                ),
                Condition(source="contact", where=(is_one_of("kind", "phone"),)),
            )
        ),
    ),
    Ready(
        key="ask-second",
        name=N_("Un premier don, pas encore de deuxième"),
        definition=N_("Premier don il y a 6 à 9 mois, aucun depuis, et pas remercié par téléphone."),
        tree=Every(
            parts=(
                Condition(source=GIFT, measure=Measure.FIRST, asks=Rolling(length=3, ending=6)),
                Condition(source=GIFT, measure=Measure.COUNT, asks=Span(high=1)),
                Not(part=gave(None, is_one_of("thanked", "phone"))),
            )
        ),
    ),
    Ready(
        key="ask-not-members",
        name=N_("Généreux, pas membres"),
        definition=N_("250 € ou plus en 24 mois, une adresse en Hainaut, et aucune adhésion en cours."),
        tree=Every(
            parts=(
                total(250, Rolling(length=24)),
                Condition(source="address", where=(is_one_of("province", Province.HAINAUT.value),)),
                Not(part=_MEMBER),
            )
        ),
    ),
    Ready(
        key="ask-signers",
        name=N_("Engagés sur un thème, jamais donné"),
        definition=N_(
            "Deux pétitions d’un même thème à moins d’un an d’écart, la newsletter demandée, et aucun don à ce jour."
        ),
        tree=Every(
            parts=(
                Condition(source="signature_theme", where=(_number("months_since", high=11),)),
                Condition(
                    source="standing",
                    where=(is_one_of("purpose", NEWSLETTER), is_one_of("channel", "email"), is_one_of("act", "given")),
                ),
                Not(part=gave()),
            )
        ),
    ),
    Ready(
        key="ask-lapsed-readers",
        name=N_("Cotisation échue, Le Fil encore reçu"),
        definition=N_(
            "Une cotisation qui a pris fin ces 60 derniers jours, sans départ ni autre adhésion en règle, et toujours "
            "droit au magazine sur papier, sans pause."
        ),
        tree=Every(
            parts=(
                Condition(
                    source="membership",
                    where=(
                        is_one_of("state", "grace", "lapsed"),
                        Test(column="paid_until_on", asks=Rolling(unit=Unit.DAYS, length=60)),
                    ),
                ),
                Not(part=Condition(source="membership", where=(is_one_of("state", "in-force"),))),
                Condition(
                    source="magazine", where=(is_one_of("format", "paper", "both"), is_one_of("pause", "running"))
                ),
            )
        ),
    ),
    Ready(
        key="ask-raise",
        name=N_("À qui proposer une hausse"),
        definition=N_(
            "Un don régulier actif de plus d’un an, jamais changé de montant, sans échéance échouée en 6 mois."
        ),
        tree=Every(
            parts=(
                Condition(
                    source="plan",
                    where=(*RUNNING, _number("changes", 0, 0)),
                    window=Rolling(length=None, ending=12),
                ),
                Not(part=Condition(source="collection", where=(_FAILED,), window=Rolling(length=6))),
            )
        ),
    ),
    Ready(
        key="ask-two-plans",
        name=N_("Foyers à deux dons réguliers"),
        definition=N_("Les personnes d’un foyer où deux dons réguliers ou plus sont actifs."),
        tree=Every(parts=(Condition(source="household_plan", measure=Measure.COUNT, where=RUNNING, asks=Span(low=2)),)),
    ),
    Ready(
        key="ask-less",
        name=N_("De moins en moins, d’appel en appel"),
        definition=N_("Un don par chacun des deux derniers appels, le dernier moindre que celui d’avant."),
        tree=Every(
            parts=(
                _by_appeal(1),
                _by_appeal(2),
                Comparison(
                    source=GIFT,
                    left=_of_appeal(1),
                    relation=Relation.LESS_THAN,
                    percent=100,
                    right=_of_appeal(2),
                ),
            )
        ),
    ),
    Ready(
        key="ask-language",
        name=N_("Néerlandophones de Bruxelles, adresse en français"),
        definition=N_("Un don au moins, le néerlandais pour langue, et une adresse de Bruxelles écrite en français."),
        tree=Every(
            parts=(
                gave(),
                Condition(source="person", where=(is_one_of("language", "nl"),)),
                Condition(
                    source="address",
                    where=(is_one_of("province", Province.BRUSSELS.value), is_one_of("language", "fr")),
                ),
            )
        ),
    ),
    Ready(
        key="ask-back",
        name=N_("De retour cette année"),
        definition=N_("Un don cette année, plus de 24 mois après le don d’avant."),
        tree=Every(parts=(gave(Year(), _number("months_more", low=24)),)),
    ),
    Ready(
        key="ask-top",
        name=N_("Les 5 % du sommet"),
        definition=N_("Parmi les personnes, organisations à part, les 5 % qui ont donné le plus en 36 mois."),
        tree=Every(
            parts=(
                Condition(source="donor", where=(_number("top", high=5),)),
                Condition(source="person", where=(is_one_of("kind", "individual"),)),
            )
        ),
    ),
    Ready(
        key="ask-number",
        name=N_("Sans numéro national, 40 € ou plus cette année"),
        definition=N_("40 € ou plus donnés cette année, et aucun numéro national gardé : pas d’attestation en vue."),
        tree=Every(
            parts=(
                total(40, Year()),
                Not(part=Condition(source="national_number")),
                Condition(source="person", where=(is_one_of("kind", "individual"),)),
            )
        ),
    ),
    Ready(
        key="ask-candles",
        name=N_("Bougies achetées, jamais donné"),
        definition=N_("Un achat au moins, et aucun don à ce jour."),
        tree=Every(parts=(Condition(source="sale"), Not(part=gave()))),
    ),
)
"""Each is a segment to copy; who votes at an assembly is built with the assembly at hand (`voters`)."""
BY_KEY = {one.key: one for one in ASKED}
