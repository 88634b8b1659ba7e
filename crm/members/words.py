"""The words of memberships, as the office says them."""

from __future__ import annotations

from collections.abc import Iterable

from crm.foundation.translation import N_, say
from crm.members.model import Kind, LeaveReason, RemindWay, Source, State
from crm.values.languages import Language

ORDINARY_KIND = N_("Membre")
STATES: dict[State, tuple[str, str]] = {
    State.AWAITED: (N_("Attend sa cotisation"), "wait"),
    State.IN_FORCE: (N_("En règle"), "done"),
    State.GRACE: (N_("En délai de grâce"), "warn"),
    State.LAPSED: (N_("Échue"), "stop"),
    State.RESIGNED: (N_("Terminée"), "stop"),
}
REASONS: dict[LeaveReason, str] = {
    LeaveReason.MONEY: N_("n’en a plus les moyens"),
    LeaveReason.DISAGREES: N_("n’est pas d’accord avec nous"),
    LeaveReason.MOVED: N_("part vivre ailleurs"),
    LeaveReason.UNEXPLAINED: N_("n’a pas dit pourquoi"),
    LeaveReason.HOUSEHOLD: N_("partage désormais l’adhésion de son foyer"),
    LeaveReason.DECEASED: N_("est décédé·e"),
    LeaveReason.EXCLUDED: N_("exclu·e par l’organe d’administration"),
    LeaveReason.MISTAKE: N_("encodée par erreur"),
}
TOLD: tuple[LeaveReason, ...] = (
    LeaveReason.MONEY,
    LeaveReason.DISAGREES,
    LeaveReason.MOVED,
    LeaveReason.UNEXPLAINED,
    LeaveReason.DECEASED,
    LeaveReason.EXCLUDED,
    LeaveReason.MISTAKE,
)
"""What a colleague may say; to share a household's membership has its own door."""
SOURCES: dict[Source, str] = {
    Source.OFFICE: N_("inscrite par l’équipe"),
    Source.FEES: N_("ouverte par une cotisation"),
}
WAYS: dict[RemindWay, str] = {
    RemindWay.MAIL: N_("par e-mail"),
    RemindWay.LETTER: N_("par lettre"),
    RemindWay.IN_VAIN: N_("par un e-mail qui n’est pas arrivé"),
}
PROXIES: dict[str, str] = {
    "self": N_("Personne ne se représente soi-même."),
    "voter": N_("L’une des deux personnes n’a pas le droit de vote à cette assemblée."),
    "given": N_("Cette personne a déjà donné procuration."),
    "chain": N_("Qui porte une procuration ne peut pas donner la sienne, et qui l’a donnée n’en porte pas."),
    "most": N_("Cette personne porte déjà autant de procurations que les statuts le permettent."),
}


def kind_names(kinds: Iterable[Kind], language: Language) -> dict[str, str]:
    """What each kind of membership is called."""
    return {one.code: one.name or say(language, ORDINARY_KIND) for one in kinds}
