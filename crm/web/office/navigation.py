"""The menu and the command palette: where one can go and what one can do, by role."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import current_app, url_for

from crm.staff import rules
from crm.staff.model import Permission, Role
from crm.web.words import N_


@dataclass(frozen=True, slots=True)
class Entry:
    """One place: a marked French label, an endpoint of ours, who sees it, its icon; `says` tells what is there."""

    label: str
    endpoint: str
    permission: Permission
    icon: str
    covers: tuple[str, ...] = ()
    says: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The blueprints whose pages light this entry up."""
        return (self.endpoint.partition(".")[0], *self.covers)

    @property
    def address(self) -> str:
        return url_for(self.endpoint)


_SUPPORTERS = (
    "care_notes",
    "national_number",
    "supporter_fiscal",
    "supporter_attestation",
    "care_resend",
    "supporter_actions",
    "supporter_segments",
    "supporter_addresses",
    "supporter_consent",
    "supporter_contacts",
    "supporter_differences",
    "supporter_households",
    "supporter_identity",
    "supporter_interests",
    "supporter_marks",
    "supporter_new",
    "supporter_page",
    "supporter_proof",
    "supporter_ties",
    "duplicates",
    "duplicate_merging",
    "imports",
    "import_preparing",
    "day_zero",
    "magazine_people",
)

MENU = (
    Entry(N_("Tableau de bord"), "dashboard.index", Permission.SIGNED_IN, "home"),
    Entry(N_("Contenus"), "content.index", Permission.CONTENT_READ, "library", covers=("feeds",)),
    Entry(
        N_("Éditions"),
        "editions.index",
        Permission.EDITIONS_READ,
        "edition",
        covers=(
            "newsletters",
            "magazine",
            "magazine_rule",
            "magazine_runs",
            "magazine_returns",
            "magazine_figures",
            "magazine_camera",
            "magazine_files",
            "magazine_neighbours",
            "magazine_proofing",
        ),
    ),
    Entry(N_("Envois"), "deliveries.index", Permission.DELIVERIES_READ, "send"),
    Entry(N_("Soutiens"), "supporters.index", Permission.SUPPORTERS_READ, "people", covers=_SUPPORTERS),
    Entry(N_("Guichet"), "care_desk.index", Permission.SUPPORTERS_EDIT, "phone", covers=("care_contacts", "tasks")),
    Entry(
        N_("Dons"),
        "gifts.index",
        Permission.DONATIONS_READ,
        "gift",
        covers=(
            "gift_batches",
            "gift_books",
            "gift_centres",
            "gift_deductions",
            "gift_corrections",
            "gift_export",
            "gift_in_kind",
            "gift_funds",
            "gift_control",
            "gift_thanks",
            "gift_series",
            "online_payments",
            "bank",
            "bank_collected",
            "bank_deposits",
            "bank_payers",
            "bank_refunds",
            "plans",
            "plan_acts",
            "mandate_papers",
            "plan_desk",
            "plan_signing",
            "members",
            "member_acts",
            "member_letters",
            "member_rules",
            "assemblies",
            "legacies",
            "legacy_acts",
            "sepa",
            "sepa_by_hand",
            "sepa_creditor",
            "sepa_notices",
            "attestations",
            "attestation_asking",
            "attestation_answers",
            "attestation_files",
            "attestation_handing",
            "attestation_signing",
        ),
    ),
    Entry(
        N_("Segments"),
        "segments.index",
        Permission.SEGMENTS_READ,
        "segment",
        covers=(
            "segment_builder",
            "segment_versions",
            "segment_picks",
            "segment_pickers",
            "segment_export",
            "segment_figures",
            "appeals",
            "appeal_cells",
            "appeal_files",
            "appeal_letters",
            "appeal_codes",
            "appeal_seeds",
            "appeal_calls",
            "do_not_call",
        ),
    ),
    Entry(
        N_("Maison"),
        "house.index",
        Permission.JOBS_READ,
        "house",
        covers=(
            "team",
            "trail",
            "clock",
            "policies",
            "purposes",
            "privacy_desk",
            "privacy_register",
            "restrictions",
            "retention",
            "file_limits",
            "origins",
            "rounds",
            "api_tokens",
            "site_form",
        ),
    ),
)

HOUSE = (
    Entry(
        N_("Flux"),
        "feeds.index",
        Permission.CONTENT_READ,
        "feed",
        says=N_("Les sites que nous lisons, et comment chacun se porte."),
    ),
    Entry(
        N_("À qui nous pouvons écrire"),
        "policies.index",
        Permission.PRIVACY_READ,
        "shield",
        says=N_("Ce qui doit être vrai avant d’écrire à quelqu’un ; deux personnes en décident."),
    ),
    Entry(
        N_("Demandes sur les données"),
        "privacy_desk.index",
        Permission.PRIVACY_READ,
        "shield",
        says=N_("Voir, corriger, emporter, oublier : ce que les personnes demandent, et le mois pour répondre."),
    ),
    Entry(
        N_("Équipe"),
        "team.index",
        Permission.STAFF_MANAGE,
        "people",
        says=N_("Qui a un compte, avec quels rôles ; inviter, fermer."),
    ),
    Entry(
        N_("Journal"),
        "trail.index",
        Permission.AUDIT_READ,
        "library",
        says=N_("Qui a fait quoi et quand, et si le registre est intact."),
    ),
    Entry(
        N_("Horloge"),
        "clock.index",
        Permission.JOBS_READ,
        "clock",
        says=N_("Ce qui se fait tout seul, et ce qui attend un mot."),
    ),
    Entry(
        N_("Formulaire pour votre site"),
        "site_form.index",
        Permission.EDITIONS_READ,
        "letter",
        says=N_("S’inscrire depuis une autre page : le code à copier, et ce qu’on y voit."),
    ),
    Entry(
        N_("Jetons d’API"),
        "api_tokens.index",
        Permission.API_MANAGE,
        "key",
        says=N_("Quels programmes nous parlent, et ce que chacun peut faire."),
    ),
)
"""What the page of the house leads to: each new room of settings adds its line."""

ACTIONS = (
    Entry(N_("Régler les lettres"), "newsletters.index", Permission.EDITIONS_READ, "letter"),
    Entry(N_("Remercier pour les dons"), "gift_thanks.index", Permission.DONATIONS_READ, "gift"),
    Entry(N_("Souhaiter la bienvenue après un premier don"), "gift_series.index", Permission.DONATIONS_READ, "letter"),
    Entry(N_("Lire les comptes des dons"), "gift_books.index", Permission.DONATIONS_READ, "gift"),
    Entry(N_("Régler les centres de coûts"), "gift_centres.index", Permission.DONATIONS_READ, "gift"),
    Entry(N_("Ouvrir et clore des fonds"), "gift_funds.index", Permission.DONATIONS_READ, "gift"),
    Entry(N_("Dire ce qui est déductible"), "gift_deductions.index", Permission.DONATIONS_READ, "gift"),
    Entry(N_("Suivre les dons réguliers"), "plans.index", Permission.DONATIONS_READ, "gift"),
    Entry(N_("Suivre les membres et leurs cotisations"), "members.index", Permission.MEMBERS_READ, "people"),
    Entry(N_("Préparer l’assemblée générale"), "assemblies.index", Permission.MEMBERS_READ, "people"),
    Entry(N_("Suivre les legs promis"), "legacies.index", Permission.LEGACIES_READ, "gift"),
    Entry(N_("Demander les domiciliations à la banque"), "sepa.index", Permission.BANKING_READ, "bank"),
    Entry(N_("Délivrer les attestations fiscales"), "attestations.index", Permission.DONATIONS_READ, "gift"),
    Entry(N_("Préparer le magazine imprimé"), "magazine.index", Permission.MAGAZINE_READ, "library"),
    Entry(N_("Dire qui reçoit le magazine"), "magazine_rule.show", Permission.MAGAZINE_READ, "people"),
    Entry(N_("Noter les magazines revenus"), "magazine_returns.index", Permission.MAGAZINE_SERVE, "inbox"),
    Entry(N_("Rapprocher la banque"), "bank.index", Permission.BANKING_READ, "bank"),
    Entry(N_("Suivre les paiements en ligne"), "online_payments.index", Permission.BANKING_READ, "bank"),
    Entry(N_("Encoder chèques et espèces"), "gift_batches.index", Permission.DONATIONS_EDIT, "gift"),
    Entry(N_("Inscrire un don en nature"), "gift_in_kind.new", Permission.DONATIONS_EDIT, "gift"),
    Entry(N_("Construire un segment"), "segment_builder.new", Permission.SEGMENTS_EDIT, "segment"),
    Entry(N_("Voir les appels"), "appeals.index", Permission.CAMPAIGNS_READ, "segment"),
    Entry(N_("Prévoir un appel"), "appeals.new", Permission.CAMPAIGNS_EDIT, "segment"),
    Entry(N_("Tenir à jour « Ne m’appelez plus »"), "do_not_call.index", Permission.CAMPAIGNS_READ, "phone"),
    Entry(N_("Ouvrir la bibliothèque de segments"), "segments.library", Permission.SEGMENTS_READ, "library"),
    Entry(N_("Mes tâches"), "tasks.index", Permission.SUPPORTERS_READ, "check"),
    Entry(N_("Décider des différences"), "supporter_differences.index", Permission.SUPPORTERS_READ, "people"),
    Entry(N_("Réunir les doublons"), "duplicates.index", Permission.SUPPORTERS_READ, "people"),
    Entry(N_("Ouvrir une nouvelle fiche"), "supporter_new.new", Permission.SUPPORTERS_EDIT, "person"),
    Entry(N_("Nommer les étiquettes inconnues"), "content.tags", Permission.CONTENT_EDIT, "tag"),
    Entry(N_("Suivre un nouveau flux"), "feeds.new", Permission.CONTENT_EDIT, "feed"),
    Entry(N_("Décider des mails incertains"), "mails.uncertain", Permission.DELIVERIES_READ, "send"),
    Entry(N_("Arrêter tous les envois"), "sending_switch.index", Permission.SENDING_STOP, "stop"),
    Entry(N_("Importer un fichier"), "imports.new", Permission.IMPORTS_ACT, "inbox"),
    Entry(N_("Emménager : le jour zéro"), "day_zero.index", Permission.IMPORTS_READ, "inbox"),
    Entry(N_("Voir les pétitions et les événements"), "actions.index", Permission.CONTENT_READ, "megaphone"),
    Entry(N_("Inviter une personne dans l’équipe"), "team.new", Permission.STAFF_MANAGE, "person"),
    Entry(N_("Lire le registre des traitements"), "privacy_register.index", Permission.PRIVACY_READ, "shield"),
    Entry(N_("Dire d’où viennent les personnes"), "origins.index", Permission.PRIVACY_READ, "shield"),
    Entry(N_("Demander si nos lettres sont encore voulues"), "rounds.index", Permission.PRIVACY_READ, "letter"),
    Entry(N_("Régler les durées de conservation"), "retention.index", Permission.PRIVACY_READ, "clock"),
    Entry(N_("Régler les limites des fichiers qui partent"), "file_limits.index", Permission.PRIVACY_READ, "shield"),
    Entry(N_("Mon compte"), "account.index", Permission.SIGNED_IN, "person"),
    Entry(N_("Changer de mot de passe"), "account.password", Permission.SIGNED_IN, "key"),
    Entry(N_("Voir les composants de l’interface"), "style_guide.index", Permission.SIGNED_IN, "library"),
)


def entries(roles: Collection[Role]) -> tuple[Entry, ...]:
    """The menu of somebody, at most nine entries."""
    return _of(roles, MENU)


def actions(roles: Collection[Role]) -> tuple[Entry, ...]:
    """What the palette offers beside the menu."""
    return _of(roles, HOUSE + ACTIONS)


def house(roles: Collection[Role]) -> tuple[Entry, ...]:
    """What somebody may open of the house's own pages."""
    return _of(roles, HOUSE)


def _of(roles: Collection[Role], all_of_them: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return tuple(e for e in all_of_them if rules.may(roles, e.permission) and e.endpoint in current_app.view_functions)
