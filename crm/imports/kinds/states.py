"""Words by which files say yes and no. Whole words only: « inactif » is not « actif »."""

from __future__ import annotations

from enum import StrEnum

from crm.values.folding import folded


class State(StrEnum):
    """What a word says."""

    YES = "yes"
    NO = "no"
    LEFT = "left"
    PENDING = "pending"


_WORDS = {
    State.YES: "oui o yes y ja j 1 true vrai waar x opt-in optin inscrit inscrite abonne abonnee actif "
    "active actief subscribed given valide on accepte akkoord ok",
    State.NO: "non n no nee neen 0 false faux refus refuse refusee weigert refused pas nein",
    State.LEFT: "desinscrit desinscrite desabonne desabonnee unsubscribed uitgeschreven retire retiree withdrawn "
    "opt-out optout off afgemeld cleaned blocklisted inactif inactive",
    State.PENDING: "pending prop prepa en-attente attente unconfirmed non-confirme wachtend",
}
_STATE_OF = {word: state for state, words in _WORDS.items() for word in words.split()}


def state_of(text: str) -> State | None:
    """What a cell says, or None where it is no word we know."""
    return _STATE_OF.get("-".join(folded(text).split()))
