"""What the log's subjects, places and facts are called, and how an entry is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for

from crm.audit.model import Entry
from crm.people import words as people_words
from crm.staff.model import Permission, Role
from crm.vault import words as vault_words
from crm.vault.model import Reason as NumberReason
from crm.vault.model import Source as NumberSource
from crm.web.office import guard, shell, staff_words
from crm.web.office.trail_actions import ACTIONS
from crm.web.office.trail_facts import FACTS
from crm.web.words import N_

SUBJECTS: dict[str, str] = {
    "term": N_("Terme de conservation"),
    "do-not-call": N_("Ne m’appelez plus"),
    "limit": N_("Limite des fichiers qui partent"),
    "origin": N_("Origine des données"),
    "round": N_("Le voulez-vous encore ?"),
    "register": N_("Registre des traitements"),
    "account": N_("Compte"),
    "clock": N_("Horloge"),
    "content": N_("Contenu"),
    "delivery": N_("Mail"),
    "edition": N_("Édition"),
    "feed": N_("Flux"),
    "gift": N_("Don"),
    "gift-batch": N_("Pile de dons"),
    "plan": N_("Don régulier"),
    "deduction-rule": N_("Règle de ce qui est déductible"),
    "legacy": N_("Dossier de legs"),
    "membership": N_("Adhésion"),
    "assembly": N_("Assemblée générale"),
    "fund": N_("Fonds"),
    "centre-rule": N_("Règle de centre de coûts"),
    "welcome": N_("Lettre de bienvenue"),
    "thank-rule": N_("Règle de remerciement"),
    "sepa-batch": N_("Fichier de domiciliations"),
    "import": N_("Importation"),
    "magazine": N_("Magazine"),
    "magazine-issue": N_("Numéro du magazine"),
    "magazine-neighbours": N_("Boîte aux lettres à plusieurs noms"),
    "magazine-rule": N_("Règle du magazine"),
    "magazine-run": N_("Liste du magazine"),
    "magazine-file": N_("Fichier du magazine"),
    "magazine-claim": N_("Réclamation du magazine"),
    "mailing": N_("Envoi"),
    "newsletter": N_("Lettre"),
    "person": N_("Personne"),
    "policy": N_("Règle d’envoi"),
    "purpose": N_("Finalité"),
    "appeal": N_("Appel"),
    "appeal-seed": N_("Adresse témoin"),
    "segment": N_("Segment"),
    "sending": N_("Envois"),
    "task": N_("Tâche"),
}

PLACES: dict[str, tuple[str, str, Permission]] = {
    "account": ("team.show", "account_id", Permission.STAFF_MANAGE),
    "content": ("content.show", "content_id", Permission.CONTENT_READ),
    "delivery": ("mails.show", "delivery_id", Permission.DELIVERIES_READ),
    "edition": ("editions.show", "edition_id", Permission.EDITIONS_READ),
    "gift": ("gifts.show", "gift_id", Permission.DONATIONS_READ),
    "appeal": ("appeal_cells.show", "appeal_id", Permission.CAMPAIGNS_READ),
    "segment": ("segments.show", "segment_id", Permission.SEGMENTS_READ),
    "import": ("imports.show", "run_id", Permission.IMPORTS_READ),
    "magazine-issue": ("magazine_runs.show", "issue_id", Permission.MAGAZINE_READ),
    "magazine-run": ("magazine_runs.run", "run_id", Permission.MAGAZINE_READ),
    "gift-batch": ("gift_batches.show", "batch_id", Permission.DONATIONS_EDIT),
    "mailing": ("deliveries.show", "mailing_id", Permission.DELIVERIES_READ),
    "newsletter": ("newsletters.show", "newsletter_id", Permission.EDITIONS_READ),
    "plan": ("plans.show", "plan_id", Permission.DONATIONS_READ),
    "legacy": ("legacies.show", "legacy_id", Permission.LEGACIES_READ),
    "membership": ("members.show", "membership_id", Permission.MEMBERS_READ),
    "assembly": ("assemblies.show", "assembly_id", Permission.MEMBERS_READ),
    "sepa-batch": ("sepa.show", "batch_id", Permission.BANKING_READ),
    "welcome": ("gift_series.show", "step_id", Permission.DONATIONS_READ),
    "person": ("supporters.show", "person_id", Permission.SUPPORTERS_READ),
}
"""Where a subject has its page."""

BY: dict[str, str] = {
    "app": N_("code de l’application"),
    "link": N_("lien reçu par mail"),
    "passkey": N_("clé d’accès"),
    "password": N_("mot de passe"),
    "password+app": N_("mot de passe et code"),
    "password+passkey": N_("mot de passe et clé d’accès"),
    "password+recovery": N_("mot de passe et code de secours"),
    "recovery": N_("code de secours"),
}


MOST = 12
"""So many of a list are shown in one line."""


def action(code: str) -> str:
    """What somebody did, as the end of a sentence; its code where an older version recorded it."""
    return shell.say(ACTIONS[code]) if code in ACTIONS else code


def subject(code: str) -> str:
    """A kind of subject."""
    return shell.say(SUBJECTS[code]) if code in SUBJECTS else code


def place(entry: Entry) -> str:
    """The page of an entry's subject, for those who may see it; empty where there is none."""
    if entry.subject not in PLACES or entry.subject_id is None:
        return ""
    endpoint, argument, permission = PLACES[entry.subject]
    values: dict[str, Any] = {argument: entry.subject_id}
    return url_for(endpoint, **values) if guard.may(permission) else ""


def facts(entry: Entry) -> str:
    """The facts of an entry in one line: `avant : Rédaction`."""
    return " · ".join(f"{_named(name)} : {_said(name, value)}" for name, value in entry.facts.items() if value != "")


def _named(name: str) -> str:
    return shell.say(FACTS[name]) if name in FACTS else name


def _said(name: str, value: Any) -> str:
    if isinstance(value, list):
        rest = " …" if len(value) > MOST else ""
        return ", ".join(_said(name, one) for one in value[:MOST]) + rest
    if isinstance(value, bool):
        return shell.say(N_("oui") if value else N_("non"))
    text = str(value)
    readers: dict[str, Callable[[str], str]] = {"by": _way, "roles": _role, "before": _role, "after": _role}
    readers |= {"reason": _reason, "source": _source, "field": _field, "fields": _field}
    return readers.get(name, str)(text)[:120]


def _source(code: str) -> str:
    """Whence: a form, a file, a partner by its name; of a national number, how it came."""
    if code in set(NumberSource):
        return shell.say(vault_words.SOURCES[NumberSource(code)])
    return people_words.source(code, shell.language())


def _reason(code: str) -> str:
    return shell.say(vault_words.REASONS[NumberReason(code)]) if code in set(NumberReason) else code


def _field(code: str) -> str:
    return shell.say(people_words.FIELDS[code]) if code in people_words.FIELDS else code


def _way(code: str) -> str:
    return shell.say(BY[code]) if code in BY else code


def _role(code: str) -> str:
    return shell.say(staff_words.ROLES[Role(code)][0]) if code in set(Role) else code
