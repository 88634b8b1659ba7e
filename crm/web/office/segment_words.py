"""The words of the segment builder: measures, windows, comparisons, what is wrong."""

from __future__ import annotations

from crm.consent.model import Channel
from crm.contracts.segment_fields import Cost, Measure
from crm.segments.model import Fate, Relation
from crm.web.words import N_

MEASURES: dict[Measure, str] = {
    Measure.HAS: N_("au moins une fois"),
    Measure.COUNT: N_("nombre de fois"),
    Measure.SUM: N_("montant total"),
    Measure.AVERAGE: N_("montant moyen"),
    Measure.LARGEST: N_("plus grand montant"),
    Measure.SMALLEST: N_("plus petit montant"),
    Measure.FIRST: N_("la première fois"),
    Measure.LAST: N_("la dernière fois"),
}
COSTS: dict[Cost, str] = {
    Cost.LIGHT: "",
    Cost.MEDIUM: N_("Le compte peut prendre un instant."),
    Cost.HEAVY: N_("Le compte peut prendre quelques secondes."),
}
SPANS: dict[str, str] = {
    "least": N_("au moins"),
    "most": N_("au plus"),
    "exact": N_("exactement"),
    "between": N_("entre"),
}
WINDOWS: dict[str, dict[str, str]] = {
    "": {"": N_("n’importe quand")},
    N_("Du calendrier"): {
        "year:0": N_("cette année"),
        "year:-1": N_("l’an dernier"),
        "year:-2": N_("il y a deux ans"),
        "year:-3": N_("il y a trois ans"),
        "todate:0": N_("cette année, à ce jour"),
        "todate:-1": N_("l’an dernier, au même jour"),
        "part:0": N_("une partie de cette année"),
        "part:-1": N_("une partie de l’an dernier"),
        "part:-2": N_("une partie d’il y a deux ans"),
        "part:-3": N_("une partie d’il y a trois ans"),
        "yearof": N_("l’année …"),
        "month:0": N_("ce mois-ci"),
        "month:-1": N_("le mois dernier"),
        "years": N_("l’année d’il y a … ans"),
        "todates": N_("il y a … ans, au même jour"),
        "parts": N_("une partie de l’année d’il y a … ans"),
        "between": N_("du … au …"),
    },
    N_("Derrière nous"): {
        "days": N_("ces … derniers jours"),
        "months": N_("ces … derniers mois"),
        "agosdays": N_("il y a de … à … jours"),
        "agos": N_("il y a de … à … mois"),
        "agodays": N_("il y a … jours ou plus"),
        "ago": N_("il y a … mois ou plus"),
    },
    N_("Devant nous"): {
        "nextdays": N_("ces … prochains jours"),
        "nextmonths": N_("ces … prochains mois"),
        "insdays": N_("dans … à … jours"),
        "ins": N_("dans … à … mois"),
        "indays": N_("dans plus de … jours"),
        "in": N_("dans plus de … mois"),
        "month:1": N_("le mois prochain"),
        "year:1": N_("l’année prochaine"),
    },
}
"""How one says when, in groups."""
SHIFTED = tuple(how for several in WINDOWS.values() for how in several if how.partition(":")[1])
FROM_TO = frozenset({"agos", "agosdays", "ins", "insdays"})
"""Those that take two numbers."""
_ONE = {"months", "days", "nextmonths", "nextdays", "ago", "agodays", "in", "indays", "yearof", "years", "todates"}
COUNTED = FROM_TO | _ONE
"""Those that take a number."""
COMPARED = N_("comparer deux mesures")
RELATIONS: dict[Relation, str] = {
    Relation.MORE_THAN: N_("plus de … % de"),
    Relation.AT_LEAST: N_("au moins … % de"),
    Relation.LESS_THAN: N_("moins de … % de"),
    Relation.AT_MOST: N_("au plus … % de"),
}
GROUPS: dict[str, str] = {
    "every": N_("toutes ces conditions"),
    "some": N_("l’une de ces conditions"),
    "none": N_("aucune de ces conditions"),
    "least": N_("au moins … de ces conditions"),
    "fewer": N_("moins de … de ces conditions"),
    "not-every": N_("pas toutes ces conditions"),
}
CHANNELS: dict[Channel, str] = {
    Channel.POST: N_("par courrier"),
    Channel.EMAIL: N_("par e-mail"),
    Channel.PHONE: N_("par téléphone"),
    Channel.SMS: N_("par SMS"),
}
FATES: dict[Fate, tuple[str, str]] = {
    Fate.DIFFER: (
        N_("À trancher"),
        N_("À trancher : la ligne nomme des personnes différentes, n’y laissez que l’adresse ou le numéro de la bonne"),
    ),
    Fate.UNKNOWN: (
        N_("Inconnues"),
        N_(
            "Inconnues : ni un numéro de membre, ni une adresse e-mail d’ici (un numéro d’un ancien système se lit "
            "seul sur sa ligne, ou sous le titre « N° de membre »)"
        ),
    ),
    Fate.SEVERAL: (
        N_("À préciser"),
        N_("À préciser : plusieurs personnes ont cette adresse, collez le numéro de l’une d’elles"),
    ),
    Fate.DEAD: (N_("Décédées"), N_("Décédées : elles ne sont d’aucun segment")),
    Fate.AGAIN: (N_("En double"), N_("En double : déjà plus haut dans la liste")),
    Fate.THERE: (N_("Déjà là"), N_("Déjà là : la main l’avait déjà dit")),
    Fate.TURNED: (N_("Changent de côté"), N_("Changent de côté : la main avait dit le contraire")),
    Fate.NEW: (N_("Trouvées"), N_("Trouvées")),
}
"""What is to be looked at comes first."""
ERRORS: dict[str, str] = {
    "name": N_("Donnez un nom à ce segment, de 120 signes au plus."),
    "folder": N_("Un nom de dossier a 80 signes au plus."),
    "description": N_("2 000 signes au plus."),
    "reason": N_("Une condition touche à une opinion : écrivez pourquoi elle est nécessaire."),
    "tree": N_("Complétez ou retirez les conditions marquées, puis enregistrez."),
    "size": N_("100 conditions au plus, et 8 groupes l’un dans l’autre : retirez-en, puis enregistrez."),
    "circle": N_("Ce segment se demanderait lui-même, par un autre : retirez cette condition."),
    "away": N_("Un segment demandé ici est rangé : reprenez-le, ou choisissez-en un autre, puis enregistrez."),
    "deep": N_("D’un segment à l’autre, celui-ci demanderait trop : retirez une condition ou un groupe."),
    "changed": N_("Quelqu’un a changé ce segment entre-temps : vos conditions sont ici, relisez puis enregistrez."),
}
