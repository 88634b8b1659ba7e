"""The words of collections, as the office says them."""

from __future__ import annotations

from crm.collections.model import AttemptState, BatchState, CollectionState, Errand, LeftOut
from crm.foundation.translation import N_

BATCHES: dict[BatchState, tuple[str, str]] = {
    BatchState.MADE: (N_("À approuver"), "wait"),
    BatchState.APPROVED: (N_("Prêt à partir"), "warn"),
    BatchState.SENT: (N_("Parti à la banque"), "note"),
    BatchState.SETTLED: (N_("Reçu"), "done"),
    BatchState.DROPPED: (N_("Jeté"), "stop"),
}
COLLECTIONS: dict[CollectionState, tuple[str, str]] = {
    CollectionState.OPEN: (N_("À redemander"), "wait"),
    CollectionState.ASKED: (N_("Demandé"), "note"),
    CollectionState.RECEIVED: (N_("Reçu"), "done"),
    CollectionState.RETURNED: (N_("Repris par la banque"), "stop"),
    CollectionState.GIVEN_UP: (N_("Non venu"), "stop"),
}
ATTEMPTS: dict[AttemptState, str] = {
    AttemptState.ASKED: N_("attendus"),
    AttemptState.DROPPED: N_("retirés"),
    AttemptState.REJECTED: N_("rejetés"),
    AttemptState.SETTLED: N_("reçus"),
    AttemptState.RETURNED: N_("repris"),
}
LEFT_OUT: dict[LeftOut, str] = {
    LeftOut.NOT_ANNOUNCED: N_("pas encore annoncés à la personne"),
    LeftOut.TOO_SOON: N_("annoncés il y a trop peu de temps"),
    LeftOut.MANDATE_OVER: N_("mandat terminé ou endormi"),
    LeftOut.NO_ACCOUNT: N_("compte oublié"),
    LeftOut.DECEASED: N_("la personne est décédée"),
    LeftOut.WAITS: N_("deuxième échéance d’un même don : au fichier suivant"),
}
REASONS: dict[str, str] = {
    "AC01": N_("compte erroné"),
    "AC04": N_("compte clôturé"),
    "AC06": N_("compte bloqué"),
    "AC13": N_("ce n’est pas le compte d’un particulier"),
    "AM04": N_("pas assez sur le compte"),
    "BE05": N_("identifiant du créancier inconnu"),
    "MD01": N_("pas de mandat, ou non autorisé"),
    "MD02": N_("données du mandat erronées"),
    "MD06": N_("remboursement demandé"),
    "MD07": N_("titulaire décédé·e"),
    "MS02": N_("refusé par la personne"),
    "MS03": N_("sans raison donnée"),
    "SL01": N_("la personne a bloqué les domiciliations"),
}
LEFT_BY_THE_BANK = ("MS03", "AM04", "AC01", "AC04", "AC06", "MD01", "MD07", "MS02")
"""The reasons among which a colleague chooses why the bank left something out."""
ERRANDS: dict[Errand, str] = {
    Errand.CALL: N_("Domiciliation refusée par la banque (%(code)s) : appeler pour demander ce qu’il en est"),
    Errand.DECEASED: N_(
        "La banque dit la personne décédée (%(code)s) : sa fiche le dit, plus rien ne part ; à vérifier, "
        "et à y retirer si c’est faux"
    ),
    Errand.HOLDER: N_(
        "La banque dit décédée la personne à qui est le compte (%(code)s), que le mandat nomme autrement : il est fini "
        "et rien n’est inscrit sur cette fiche ; à vérifier, sans leur écrire"
    ),
    Errand.NEW_MANDATE: N_("La banque ne connaît pas de mandat (%(code)s) : en signer un nouveau, ou en rester là"),
    Errand.OURS: N_("Domiciliation refusée pour une raison technique (%(code)s) : voir avec la banque"),
}
"""What is left to do, as the title of a task."""
TURNED_AWAY = N_(
    "La banque a refusé le fichier %(file)s ou un de ses blocs (%(code)s ; prélèvements : %(n)s) : voir avec elle, "
    "puis refaire un fichier"
)
"""What is left to do where a bank turned a file, or a block of it, away as a whole."""
