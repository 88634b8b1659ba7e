"""What roles are called, and what they are for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from crm.staff import rules
from crm.staff.model import Account, AccountLink, Role
from crm.web.words import N_

ROLES: dict[Role, tuple[str, str]] = {
    Role.EDITOR: (N_("Rédaction"), N_("compose et approuve les éditions, tient la bibliothèque")),
    Role.CARE: (N_("Relation avec les soutiens"), N_("répond aux personnes, corrige, fusionne, importe")),
    Role.FUNDRAISER: (N_("Collecte de fonds"), N_("prépare les appels, les segments et le magazine")),
    Role.LEGACIES: (N_("Legs"), N_("suit les legs promis, dossiers que personne d’autre ne voit")),
    Role.FINANCE: (N_("Finances"), N_("suit les dons, la banque et les attestations fiscales")),
    Role.DATA_PROTECTION: (N_("Protection des données"), N_("lit le journal, répond aux droits des personnes")),
    Role.ADMINISTRATOR: (
        N_("Administration"),
        N_("gère l’équipe et les réglages, voit tout sauf les numéros nationaux et les dossiers de legs"),
    ),
}


def names(roles: Collection[Role]) -> tuple[str, ...]:
    """The marked names of these roles, always in the same order."""
    return tuple(name for role, (name, _) in ROLES.items() if role in roles)


def state(account: Account, invitation: AccountLink | None, at: datetime) -> tuple[str, str]:
    """The marked word and the shape of how an account stands."""
    if not account.is_active:
        return N_("Fermé"), "stop"
    if account.joined_at is not None:
        return N_("Ouvert"), "done"
    if invitation is not None and rules.is_open(invitation, at):
        return N_("Invité·e"), "wait"
    return N_("Invitation expirée"), "warn"
