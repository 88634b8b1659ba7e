"""The words of what is said of donors, as the office says them."""

from __future__ import annotations

from crm.donations.portraits import Level, Lifecycle, Trait, Trend
from crm.foundation.translation import N_

LIFECYCLES: dict[Lifecycle, tuple[str, str]] = {
    Lifecycle.PROSPECT: (N_("N’a jamais donné"), "draft"),
    Lifecycle.ACTIVE: (N_("Actif : a donné ces 12 derniers mois"), "done"),
    Lifecycle.LAPSING: (N_("Inactif depuis 13 à 24 mois"), "wait"),
    Lifecycle.LAPSED: (N_("Inactif depuis 25 à 36 mois"), "warn"),
    Lifecycle.LOST: (N_("Perdu : plus de 36 mois sans don"), "stop"),
}
TRAITS: dict[Trait, str] = {
    Trait.NEW: N_("premier don, et le seul, ces 12 derniers mois"),
    Trait.SECOND_GIFT: N_("deuxième don dans l’année du premier"),
    Trait.REACTIVATED: N_("revenu après plus de deux ans"),
    Trait.FAITHFUL: N_("fidèle : un don chacune des trois dernières années"),
    Trait.REGULAR: N_("donne régulièrement"),
    Trait.SEASONAL: N_("donne surtout en novembre et décembre"),
    Trait.LYBUNT: N_("a donné l’an dernier, pas encore cette année"),
    Trait.SYBUNT: N_("a donné avant l’an dernier, plus depuis"),
    Trait.SYBUNT_INCLUSIVE: N_("a donné autrefois, pas cette année"),
}
TRENDS: dict[Trend, str] = {
    Trend.UP: N_("en hausse"),
    Trend.STABLE: N_("stable"),
    Trend.DOWN: N_("en baisse"),
}
LEVELS: dict[Level, str] = {
    Level.BASIC: N_("Don courant"),
    Level.GENEROUS: N_("Généreux : plus de 120 € en trois ans"),
    Level.MID: N_("Don moyen : 500 € ou plus en deux ans"),
    Level.MAJOR: N_("Grand don : 2 500 € en deux ans, ou 1 000 € en une fois"),
}
