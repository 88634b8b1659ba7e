"""The words of a mail's states, as the office says them."""

from __future__ import annotations

from crm.foundation.translation import N_
from mailing.delivery.model import DeliveryState

STATES: dict[DeliveryState, tuple[str, str]] = {
    DeliveryState.PLANNED: (N_("En attente"), "wait"),
    DeliveryState.CLAIMED: (N_("Sur le départ"), "live"),
    DeliveryState.ATTEMPTING: (N_("En train de partir"), "live"),
    DeliveryState.ACCEPTED: (N_("Accepté"), "done"),
    DeliveryState.DEFERRED: (N_("Reporté"), "wait"),
    DeliveryState.REFUSED: (N_("Refusé"), "stop"),
    DeliveryState.UNCERTAIN: (N_("Incertain"), "warn"),
    DeliveryState.WITHHELD: (N_("Retenu"), "note"),
    DeliveryState.CANCELLED: (N_("Annulé"), "stop"),
    DeliveryState.REPLANNING: (N_("À replanifier"), "wait"),
}
