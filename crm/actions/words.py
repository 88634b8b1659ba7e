"""The words and shapes of what people did, as the office says them."""

from __future__ import annotations

from crm.actions.model import CallKind, DeedKind, Handing, RegistrationState
from crm.foundation.translation import N_

ONE: dict[CallKind, str] = {
    CallKind.PETITION: N_("Pétition"),
    CallKind.EVENT: N_("Événement"),
    CallKind.URGENT_ACTION: N_("Action urgente"),
}
STATES: dict[RegistrationState, tuple[str, str]] = {
    RegistrationState.REGISTERED: (N_("Inscrit·e"), "wait"),
    RegistrationState.CANCELLED: (N_("A annulé"), "stop"),
    RegistrationState.ATTENDED: (N_("Est venu·e"), "done"),
}
DEEDS: dict[DeedKind, str] = {
    DeedKind.LETTER: N_("par lettre"),
    DeedKind.EMAIL: N_("par e-mail"),
    DeedKind.PHONE: N_("par téléphone"),
    DeedKind.SOCIAL_MEDIA: N_("sur un réseau social"),
    DeedKind.IN_PERSON: N_("en personne"),
    DeedKind.OTHER: N_("autrement"),
}
SIGNED: dict[Handing, str] = {
    Handing.KEPT: N_("à garder chez nous"),
    Handing.WAITS: N_("à remettre"),
    Handing.FROZEN: N_("à remettre, pas tant que ses données sont gelées"),
    Handing.IN_LIST: N_("dans une liste à remettre"),
    Handing.DELIVERED: N_("remise"),
    Handing.WITHDRAWN: N_("accord de remise retiré"),
    Handing.WITHDRAWN_LATE: N_("accord retiré après la remise"),
}
"""Whether a signature may be handed over, or was."""
MAY_WITHDRAW = frozenset({Handing.WAITS, Handing.FROZEN, Handing.IN_LIST, Handing.DELIVERED})
