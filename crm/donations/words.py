"""The words of gifts, as the office says them."""

from __future__ import annotations

from crm.donations.costing import Donors
from crm.donations.model import Basis, EntryKind, GiftKind, LineKind, Method, RefundState, Why
from crm.donations.rules import LOSS
from crm.donations.thanking import ThankWay
from crm.foundation.translation import N_

KINDS: dict[GiftKind, str] = {
    GiftKind.ONE_OFF: N_("Don ponctuel"),
    GiftKind.INSTALMENT: N_("Don régulier"),
    GiftKind.MEMBERSHIP_FEE: N_("Cotisation"),
    GiftKind.SALE: N_("Vente"),
    GiftKind.LEGACY: N_("Legs"),
    GiftKind.IN_KIND: N_("Don en nature"),
    GiftKind.SPONSORING: N_("Parrainage d’entreprise"),
}
METHODS: dict[Method, str] = {
    Method.TRANSFER: N_("Virement"),
    Method.DIRECT_DEBIT: N_("Domiciliation"),
    Method.ONLINE: N_("Paiement en ligne"),
    Method.CASH: N_("Espèces"),
    Method.CHEQUE: N_("Chèque"),
    Method.NONE: N_("Sans argent"),
}
PILES: dict[Method, str] = {
    Method.CHEQUE: METHODS[Method.CHEQUE],
    Method.CASH: METHODS[Method.CASH],
    Method.NONE: N_("Dons en nature"),
}
"""What a pile that is typed in is of."""
BASES: dict[Basis, str] = {
    Basis.SETTLEMENT: N_("jour du crédit en banque"),
    Basis.RECEIVED: N_("jour de la remise"),
    Basis.POSTMARK: N_("cachet de la poste"),
    Basis.ORDER: N_("jour de l’ordre à la banque"),
    Basis.PROVIDER: N_("jour du paiement en ligne"),
}
ENTRIES: dict[EntryKind, tuple[str, str]] = {
    EntryKind.RECEIPT: (N_("Reçu"), "done"),
    EntryKind.REFUND: (N_("Remboursé"), "stop"),
    EntryKind.RETURN: (N_("Repris par la banque"), "stop"),
    EntryKind.CHARGEBACK: (N_("Contesté"), "stop"),
    EntryKind.FEE: (N_("Frais du prestataire"), "note"),
    EntryKind.CORRECTION: (N_("Correction"), "warn"),
}
LOST: dict[EntryKind, tuple[str, str]] = {
    EntryKind.CORRECTION: (N_("Remboursement passé en perte"), "warn"),
    EntryKind.FEE: (N_("Perte : remboursé, puis repris par la banque"), "stop"),
}
"""What is said of a movement that makes a loss of a refund."""


def moved(kind: EntryKind, provider: str) -> tuple[str, str]:
    """What a movement is called, and its shape."""
    return LOST[kind] if provider == LOSS and kind in LOST else ENTRIES[kind]


DONORS: dict[Donors, str] = {
    Donors.ANY: N_("tout le monde"),
    Donors.NEW: N_("qui a commencé à donner cette année-là"),
    Donors.LATER: N_("qui donnait déjà avant"),
}
LINES: dict[LineKind, str] = {
    LineKind.DONATION: N_("Don"),
    LineKind.FEE: N_("Cotisation"),
    LineKind.GOODS: N_("Achat"),
}
WHYS: dict[Why, str] = {
    Why.DONATION: N_("don sans contrepartie"),
    Why.FEE: N_("une cotisation n’est pas un don"),
    Why.GOODS: N_("paie un achat"),
    Why.MIXED: N_("un même versement paie aussi autre chose"),
    Why.LEGACY: N_("un legs n’est pas un don de l’année"),
    Why.IN_KIND: N_("don en nature"),
    Why.SPONSORING: N_("parrainage : il y a une contrepartie"),
    Why.MAGAZINE: N_("Le Fil est reçu en retour"),
    Why.DECIDED: N_("une décision des finances"),
}
REFUNDS: dict[RefundState, tuple[str, str]] = {
    RefundState.ASKED: (N_("À décider"), "wait"),
    RefundState.DONE: (N_("Remboursé"), "done"),
    RefundState.REFUSED: (N_("Refusé"), "stop"),
}
CORRECTIONS: dict[RefundState, tuple[str, str]] = {
    RefundState.ASKED: (N_("À décider"), "wait"),
    RefundState.DONE: (N_("Corrigé"), "done"),
    RefundState.REFUSED: (N_("Refusé"), "stop"),
}
GENERAL_FUND = N_("Fonds général")
TEST = N_("essai : ne compte nulle part")
THANKED: dict[ThankWay, str] = {
    ThankWay.MAIL: N_("par e-mail"),
    ThankWay.LETTER: N_("par lettre"),
    ThankWay.PHONE: N_("par téléphone"),
    ThankWay.NONE: N_("sans remerciement"),
}
