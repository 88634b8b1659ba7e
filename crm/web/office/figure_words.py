"""What figures are called and how each is defined; what the segment behind one is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction

from crm.donations.portraits import Peers
from crm.figures.behind import Behind, period
from crm.plans.model import NOBODY
from crm.web.office import shell
from crm.web.office.figure_sections import euros, whole_percent
from crm.web.words import N_

TITLES: Mapping[str, str] = {
    "income": N_("Ce qui est entré"),
    "flows": N_("Qui arrive, reste, revient, manque"),
    "retention": N_("La fidélité"),
    "recapture": N_("Qui est reconquis"),
    "gains": N_("Ce qui est gagné, ce qui est perdu"),
    "cohorts": N_("Par année d’arrivée"),
    "second": N_("Le deuxième don"),
    "delays": N_("Le temps jusqu’au deuxième don"),
    "lifetime": N_("Ce qu’une personne apporte avec le temps"),
    "churn": N_("Dons réguliers qui s’arrêtent"),
    "failures": N_("Échéances qui échouent"),
    "survival": N_("Combien de temps tient un don régulier"),
    "rfm": N_("Récence, fréquence, montant : la règle simple"),
    "quintiles": N_("Récence et fréquence par cinquièmes"),
    "pyramid": N_("La pyramide des dons"),
    "concentration": N_("Le poids du sommet"),
    "seasons": N_("Les saisons"),
    "appeals": N_("Les appels"),
}
EMPTY: Mapping[str, str] = {
    "recapture": N_("Personne n’a encore cessé de donner."),
    "gains": N_("Il faut deux années entières de dons."),
    "delays": N_("Personne n’a encore commencé il y a plus de deux ans."),
    "failures": N_("La banque n’a encore répondu à aucune échéance."),
    "survival": N_("Aucun don régulier n’a encore été promis."),
    "pyramid": N_("Personne n’a donné ces douze derniers mois."),
    "concentration": N_("Personne n’a donné ces 36 derniers mois, ou les statistiques n’ont pas encore été comptées."),
    "seasons": N_("Il faut au moins une année entière de dons."),
    "appeals": N_("Aucun appel n’a encore commencé."),
}
"""What a subject says that has nothing to show yet."""
LASTING = N_(
    "Qui est mort depuis compte encore : un décès ne change rien au passé. La liste derrière un nombre ne montre que "
    "les personnes que l’on peut encore trouver ; « dont … décédés » dit combien y manquent."
)
LIVING = N_("Les personnes décédées n’y sont plus : on compare celles et ceux d’aujourd’hui.")
DEFINITIONS: Mapping[str, tuple[str, ...]] = {
    "income": (
        N_(
            "Dons reçus et gardés, cotisations, ventes et essais à part, au jour où chacun compte ; "
            "remboursements et retours sont déduits. L’argent est celui de tout le monde, et les personnes aussi."
        ),
        LASTING,
        N_("« Au même jour » : du 1er janvier de l’an dernier au jour d’aujourd’hui, il y a un an."),
    ),
    "flows": (
        N_(
            "Nouveaux : premier don de leur vie cette année-là. Gardés : un don l’année d’avant et un cette "
            "année-là. Revenus : un don cette année-là, aucun l’année d’avant, un au moins plus tôt. Pas revenus "
            ": un don l’année d’avant, aucun cette année-là."
        ),
        N_("Gardés, revenus et nouveaux font ensemble toutes les personnes qui ont donné dans l’année."),
        LASTING,
    ),
    "retention": (
        N_(
            "Part des personnes qui ont donné l’année d’avant et redonnent cette année-là. Nouveaux : leur "
            "premier don date de l’année d’avant. Fidèles : elles avaient déjà donné deux années de suite. "
            "Revenus : elles étaient revenues l’année d’avant."
        ),
        N_(
            "L’année en cours monte encore jusqu’au 31 décembre. « Au même jour » ne compte que ceux qui avaient "
            "redonné à cette date ; « du 1er janvier à ce jour » ne compte, des deux années, que les dons "
            "jusqu’à cette date."
        ),
        LASTING,
    ),
    "recapture": (
        N_(
            "Inactifs : ont donné un jour, mais pas l’année d’avant. Reconquis : la part d’entre eux qui donne cette "
            "année-là."
        ),
        LASTING,
    ),
    "gains": (
        N_(
            "Une année entière à côté de la précédente, personne par personne. Gagnés : ce que donnent les nouveaux et "
            "les revenus, et ce que les autres donnent de plus. Perdus : ce que les autres donnent de moins, et ce "
            "qu’avaient donné l’année d’avant ceux qui ne donnent plus, nouveaux d’alors et fidèles à part."
        ),
        N_("Croissance : gagnés moins perdus, divisés par les dons de l’année d’avant."),
        LASTING,
    ),
    "cohorts": (
        N_(
            "Chaque ligne réunit les personnes dont le premier don date de cette année. Chaque case dit quelle "
            "part d’entre elles a donné tant d’années après, qu’elles aient donné entre-temps ou non."
        ),
        N_("Le second tableau cumule ce qu’elles ont donné depuis, divisé par toutes celles de la ligne."),
        LASTING,
    ),
    "second": (
        N_(
            "Des personnes dont le premier don n’est pas un versement régulier, la part qui donne une deuxième "
            "fois dans les 90 jours, ou dans les douze mois révolus qui suivent."
        ),
        N_("Seules comptent celles dont le délai est passé : qui a donné la semaine dernière n’a manqué à rien."),
        LASTING,
    ),
    "delays": (
        N_(
            "Des personnes dont le premier don n’est pas un versement régulier et date de plus de deux ans (des six "
            "dernières années), combien de mois révolus ont passé jusqu’au deuxième."
        ),
        LASTING,
    ),
    "lifetime": (
        N_(
            "Observé : total des dons faits dans les 12, 24, 36 ou 60 mois révolus après le premier, divisé par "
            "les personnes qui ont eu ce temps."
        ),
        LASTING,
        N_(
            "Estimé : don moyen par personne et par an, multiplié par les années qu’on reste (1 divisé par la "
            "part qui part chaque année), dix ans au plus. Ce n’est qu’une estimation : la dernière année "
            "entière s’y répète."
        ),
    ),
    "churn": (
        N_(
            "Personnes dont un don régulier courait au 1er du mois et s’est arrêté dans le mois, divisées par "
            "celles dont un don régulier courait au 1er. Une pause n’est pas un arrêt ; un don régulier remplacé "
            "par un autre en est un, comme celui qu’un décès arrête."
        ),
        LASTING,
    ),
    "failures": (
        N_(
            "Échéances de domiciliation que la banque a refusées ou reprises, même si elles seront redemandées, "
            "divisées par celles qui sont venues ou ont échoué, au mois de l’échéance. Les raisons sont celles de la "
            "banque, sur les douze derniers mois entiers."
        ),
        LASTING,
    ),
    "survival": (
        N_(
            "Par prestataire qui a recruté : des personnes dont le don régulier a commencé il y a tant de mois "
            "ou plus, la part dont il a tenu ces mois. Qui a commencé trop tard n’y compte pas encore ; la "
            "courbe peut donc remonter."
        ),
        LASTING,
    ),
    "rfm": (
        N_(
            "La règle simple des collectes belges : dernier don en mois révolus, plus de trois dons ou non et "
            "plus de 120 € ou non sur 36 mois. Un don régulier en cours (un versement dans ses deux dernières "
            "échéances et un mois de grâce) compte à part."
        ),
        LIVING,
    ),
    "quintiles": (
        N_(
            "Les dons de cinq ans, cotisations à part, en cinq parts égales, de 5 (le mieux) à 1 ; à égalité, la "
            "meilleure note. Les dons réguliers en cours sont notés entre eux. Les seuils sont écrits à chaque ligne "
            "et colonne ; les notes sont refaites chaque nuit."
        ),
        LIVING,
    ),
    "pyramid": (
        N_("Total que chaque personne a donné ces douze derniers mois, cotisations à part."),
        LIVING,
        N_("Par foyer : ce que toutes les personnes du foyer ont donné ensemble ; qui vit sans foyer compte seul."),
    ),
    "concentration": (
        N_(
            "Part des premiers 1, 5 et 10 % dans le total de 36 mois, cotisations à part, entre personnes ; à "
            "montant égal, même rang. La ligne droite serait l’égalité."
        ),
        N_(
            "Par foyer, derrière chaque part du sommet : les personnes de tous les foyers qui ont donné autant que le "
            "dernier d’entre eux, ou plus."
        ),
        LIVING,
        N_("L’indice de Gini mesure l’écart entre les deux lignes, de 0 (l’égalité) à 1."),
    ),
    "seasons": (
        N_(
            "Part de chaque mois dans les dons de son année, en moyenne des dernières années entières, cinq au "
            "plus ; la médiane à côté, qu’un seul grand don ne déplace pas. Derrière chaque mois : qui y a donné "
            "l’une de ces années."
        ),
        LASTING,
    ),
    "appeals": (
        N_(
            "Dons qui portent un code de l’appel. Réponse : personnes qui ont donné, sur personnes sollicitées. "
            "Rendement : (reçu − coût) / coût. La page de chaque appel compte aussi les dons sans code et le "
            "groupe témoin."
        ),
        N_(
            "Nouveaux : leur tout premier don porte un code de l’appel. Coût par nouvelle personne : (coût − reçu) / "
            "nouveaux, là où le coût est connu ; rien si l’appel a rapporté davantage."
        ),
        LASTING,
    ),
}
NAMES: Mapping[str, str] = {
    "gave": N_("Ont donné en %(a)s"),
    "first": N_("Premier don en %(a)s"),
    "kept": N_("Gardés en %(a)s"),
    "back": N_("Revenus en %(a)s"),
    "gone": N_("Pas revenus en %(a)s"),
    "lapsed": N_("Inactifs au début de %(a)s"),
    "up": N_("Ont donné plus en %(a)s que l’année d’avant"),
    "down": N_("Ont donné moins en %(a)s que l’année d’avant"),
    "gone-new": N_("Nouveaux de l’année d’avant, pas revenus en %(a)s"),
    "gone-repeat": N_("Fidèles, pas revenus en %(a)s"),
    "delay": N_("Deuxième don après %(a)s mois ou plus, arrivés en %(c)s"),
    "once": N_("Un seul don, arrivés en %(a)s"),
    "failed": N_("Échéance échouée en %(a)s"),
    "failed-for": N_("Échéance échouée en %(a)s, raison %(b)s"),
    "recruited": N_("Premier don de leur vie, pour l’appel %(a)s"),
    "kept-new": N_("Nouveaux de l’année d’avant, gardés en %(a)s"),
    "kept-back": N_("Revenus l’année d’avant, gardés en %(a)s"),
    "kept-repeat": N_("Fidèles, gardés en %(a)s"),
    "kept-by": N_("Avaient redonné au %(a)s"),
    "both-by": N_("Ont donné les deux années, à dates égales"),
    "cohort": N_("Arrivés en %(a)s, donnent %(b)s ans après"),
    "starts": N_("Premier don, non régulier, en %(a)s"),
    "second-90": N_("Deuxième don en 90 jours, arrivés en %(a)s"),
    "second-12": N_("Deuxième don en 12 mois, arrivés en %(a)s"),
    "plans": N_("Don régulier en cours au %(a)s"),
    "plans-ended": N_("Don régulier arrêté en %(a)s"),
    "origin": N_("Don régulier, origine : %(a)s"),
    "recruits": N_("Don régulier commencé au %(a)s au plus tard, origine : %(b)s"),
    "lasted": N_("Don régulier tenu %(a)s mois, origine : %(c)s"),
    "score": N_("%(a)s : récence %(b)s, fréquence %(c)s"),
    "best": N_("%(a)s : 555"),
    "asleep": N_("%(a)s : rien depuis cinq ans"),
    "band": N_("Total de douze mois : à partir de %(a)s"),
    "top": N_("Les premiers %(a)s sur 36 mois"),
    "home": N_("Foyers, total de douze mois : à partir de %(a)s"),
    "home-top": N_("Foyers du sommet : %(a)s ou plus en 36 mois"),
    "season": N_("Ont donné ce mois-là (%(a)s), de %(b)s à %(c)s"),
    "appeal": N_("Ont donné pour l’appel %(a)s"),
}
PEERS = {Peers.OTHERS.value: N_("Dons ponctuels"), Peers.REGULAR.value: N_("Dons réguliers")}


def name(found: Behind) -> str:
    """What a segment is called that stands behind a figure, before somebody names it better."""
    said = dict(zip("abc", (_SAID.get(found.word, _plain)(part) for part in found.parts), strict=False))
    return shell.say(NAMES[found.word], **said)


def _plain(part: str) -> str:
    if part == NOBODY:
        return shell.say(N_("Sans prestataire"))
    if ".." in part:
        return _when(part)
    return _day(part) if len(part) == len("2024-01-01") and part[:4].isdecimal() and part[4] == "-" else part


def _day(part: str) -> str:
    return shell.day(date.fromisoformat(part))


def _when(part: str) -> str:
    days = period(part)
    assert days.first is not None
    assert days.last is not None
    if ".." in part:
        return f"{shell.day(days.first)} – {shell.day(days.last)}"
    return part if "-" not in part else shell.day(days.first, "LLLL y")


def _peers(part: str) -> str:
    return shell.say(PEERS[part]) if part in PEERS else part


def _percent(part: str) -> str:
    return whole_percent(Fraction(int(part), 100))


def _euros(part: str) -> str:
    return euros(int(part)) if part else ""


_SAID: Mapping[str, Callable[[str], str]] = dict.fromkeys(
    ("gave", "first", "starts", "second-90", "second-12", "plans-ended", "once", "failed"), _when
) | {
    "score": _peers,
    "best": _peers,
    "asleep": _peers,
    "band": _euros,
    "top": _percent,
    "home": _euros,
    "home-top": _euros,
}
