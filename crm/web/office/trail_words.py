"""What the log's actions and subjects are called. Every action that the house records has its words here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for

from crm.audit.model import Entry
from crm.staff.model import Permission, Role
from crm.web.office import guard, shell, staff_words
from crm.web.words import N_

ACTIONS: dict[str, str] = {
    "api-token.create": N_("a donné un accès à l’API"),
    "api-token.revoke": N_("a repris un accès à l’API"),
    "call.add": N_("a ajouté une pétition, un événement ou une action urgente"),
    "call.change": N_("a modifié une pétition, un événement ou une action urgente"),
    "call.read": N_("a lu qui a signé, s’est inscrit·e ou a agi"),
    "duplicates.distinct": N_("a dit que deux fiches ne sont pas la même personne"),
    "duplicates.reopen": N_("a rouvert la question de deux fiches qui se ressemblent"),
    "registration.attendance": N_("a noté une présence à un événement"),
    "national-number.kept": N_("a gardé un numéro national"),
    "national-number.replaced": N_("a remplacé un numéro national"),
    "national-number.revealed": N_("a regardé un numéro national"),
    "national-number.asked-many": N_("a demandé leur numéro national à plusieurs personnes"),
    "fiscal-identity.changed": N_("a changé une identité fiscale"),
    "national-number.attested": N_("a ouvert les numéros nationaux pour les attestations"),
    "attestations.checked": N_("a vérifié les attestations d’une année"),
    "attestation-rules.propose": N_("a proposé les règles des attestations d’une année"),
    "attestation-rules.accept": N_("a accepté les règles des attestations d’une année"),
    "attestation-rules.refuse": N_("a écarté les règles des attestations d’une année"),
    "attestation-signature.propose": N_("a proposé la signature des attestations"),
    "attestation-signature.accept": N_("a accepté la signature des attestations"),
    "attestation-signature.refuse": N_("a écarté la signature des attestations"),
    "attestations.locked": N_("a numéroté les attestations d’une année"),
    "attestation.replaced": N_("a corrigé une attestation"),
    "attestation.cancelled": N_("a annulé une attestation"),
    "attestations.drafted": N_("a tiré des projets d’attestations"),
    "attestations.answered": N_("a lu la réponse de l’administration aux attestations"),
    "attestation.single": N_("a délivré une attestation à une seule personne"),
    "attestations.handed": N_("a laissé partir les attestations d’une année"),
    "attestations.printed": N_("a imprimé des attestations à poster"),
    "attestations.listed": N_("a pris la liste des attestations à poster"),
    "attestations.posted": N_("a noté des attestations comme postées"),
    "attestation.copied": N_("a tiré un duplicata d’une attestation"),
    "attestations.filed": N_("a écrit le fichier des attestations pour l’administration"),
    "national-number.removed": N_("a effacé un numéro national"),
    "national-number.asked": N_("a noté qu’un numéro national a été demandé"),
    "deduction-rule.propose": N_("a proposé une règle de ce qui est déductible"),
    "deduction-rule.accept": N_("a accepté une règle de ce qui est déductible"),
    "deduction-rule.refuse": N_("a écarté une règle de ce qui est déductible"),
    "legacies.list": N_("a regardé la liste des legs promis"),
    "legacy.read": N_("a ouvert un dossier de legs"),
    "legacy.open": N_("a commencé un dossier de legs"),
    "legacy.change": N_("a changé un dossier de legs"),
    "legacy.step": N_("a noté une étape d’un legs"),
    "legacy.link": N_("a relié un don à un dossier de legs"),
    "legacy.unlink": N_("a séparé un don d’un dossier de legs"),
    "legacy.task": N_("a créé une tâche pour un dossier de legs"),
    "membership.join": N_("a inscrit une adhésion"),
    "membership.share": N_("a ajouté quelqu’un à l’adhésion de son foyer"),
    "membership.unshare": N_("a retiré quelqu’un de l’adhésion de son foyer"),
    "membership.kind": N_("a changé le genre d’une adhésion"),
    "membership.resign": N_("a terminé une adhésion"),
    "membership.reopen": N_("a repris une adhésion terminée"),
    "membership.rate": N_("a changé ce que coûte une adhésion"),
    "membership.rules": N_("a changé ce que disent les statuts des membres"),
    "members.letters": N_("a emporté les rappels de cotisation à poster"),
    "assembly.add": N_("a inscrit une assemblée générale"),
    "assembly.change": N_("a modifié une assemblée générale"),
    "assembly.convoke": N_("a convoqué une assemblée générale"),
    "assembly.export": N_("a emporté la liste de vote d’une assemblée générale"),
    "assembly.proxy": N_("a noté une procuration"),
    "assembly.unproxy": N_("a repris une procuration"),
    "magazine.describe": N_("a présenté le magazine"),
    "magazine-issue.add": N_("a prévu un numéro du magazine"),
    "magazine-issue.change": N_("a modifié un numéro du magazine"),
    "magazine-issue.withdraw": N_("a retiré un numéro du magazine du calendrier"),
    "magazine-issue.freeze": N_("a figé un numéro du magazine"),
    "magazine-issue.supplement": N_("a ajouté des exemplaires à un numéro du magazine"),
    "magazine-issue.again": N_("a préparé des renvois du magazine"),
    "magazine-issue.proofing": N_("a emporté les adresses d’un numéro du magazine, pour vérification"),
    "magazine-issue.proofed": N_("a lu les adresses vérifiées d’un numéro du magazine"),
    "magazine-issue.pdf": N_("a envoyé le PDF d’un numéro du magazine"),
    "magazine-issue.returns": N_("a lu un fichier de magazines revenus"),
    "magazine-neighbours.together": N_("a réuni les noms d’une boîte aux lettres en un foyer"),
    "magazine-neighbours.apart": N_("a laissé à chaque nom d’une boîte aux lettres son exemplaire"),
    "magazine-neighbours.reopen": N_("a rouvert la question d’une boîte aux lettres à plusieurs noms"),
    "magazine-rule.save": N_("a changé qui reçoit le magazine"),
    "magazine-run.export": N_("a emporté les adresses du magazine"),
    "magazine-run.labels": N_("a fait des étiquettes du magazine"),
    "magazine-file.purged": N_("a noté qu’un fichier du magazine est détruit"),
    "magazine.subscribe": N_("a réglé le magazine de quelqu’un"),
    "magazine.chosen": N_("a choisi comment recevoir le magazine"),
    "magazine.changes": N_("a lu des changements d’adresse annoncés par la poste"),
    "magazine.claim": N_("a noté un magazine qui n’est pas arrivé"),
    "magazine-claim.close": N_("a clos une réclamation du magazine"),
    "magazine.return": N_("a noté un magazine revenu"),
    "bank.import": N_("a apporté un fichier de la banque"),
    "bank.matched": N_("a rendu un mouvement à une personne"),
    "bank.aside": N_("a mis un mouvement de côté"),
    "bank.open": N_("a rouvert un mouvement"),
    "addresses.rotate": N_("a changé la clé des adresses"),
    "vault.rotate": N_("a changé la clé du coffre"),
    "supporter.own-words": N_("a complété une fiche d’après Mon espace"),
    "supporter.merge": N_("a réuni deux fiches"),
    "supporter.unmerge": N_("a séparé deux fiches réunies"),
    "clock.run": N_("a lancé une tâche de l’horloge"),
    "clock.run-missed": N_("a rattrapé un tour manqué"),
    "clock.drop-missed": N_("a laissé de côté un tour manqué"),
    "consent.prove": N_("a pris la preuve d’un consentement"),
    "content.edit": N_("a modifié un contenu"),
    "delivery.reconciled": N_("a rapproché les mails incertains"),
    "edition.add": N_("a composé une édition"),
    "edition.among": N_("a choisi le public d’une édition"),
    "edition.approve": N_("a approuvé une édition"),
    "edition.cancel": N_("a annulé une édition"),
    "edition.propose": N_("a fait composer une édition"),
    "edition.release": N_("a libéré une édition retenue"),
    "edition.reopen": N_("a rouvert une édition"),
    "edition.send": N_("a lancé l’envoi d’une édition"),
    "edition.test": N_("s’est envoyé un test d’une édition"),
    "feed.follow": N_("a suivi un flux"),
    "feed.pause": N_("a mis un flux en pause"),
    "feed.resume": N_("a repris un flux"),
    "appeal.plan": N_("a prévu un appel"),
    "appeal.change": N_("a modifié un appel"),
    "appeal.cells": N_("a changé les cellules d’un appel"),
    "appeal.freeze": N_("a figé un appel"),
    "appeal.add": N_("a ajouté quelqu’un à un appel figé"),
    "appeal.take-out": N_("a retiré quelqu’un d’un appel figé"),
    "appeal.ask-file": N_("a demandé un fichier d’un appel"),
    "appeal.decide-file": N_("a décidé d’un fichier d’un appel"),
    "appeal.export": N_("a emporté un fichier d’un appel"),
    "appeal.calls-read": N_("a lu des résultats d’appels téléphoniques"),
    "appeal.calls-apply": N_("a noté des résultats d’appels téléphoniques"),
    "appeal.calls-drop": N_("a jeté des résultats d’appels téléphoniques"),
    "do-not-call.bring": N_("a importé une liste « Ne m’appelez plus »"),
    "appeal.purged": N_("a noté qu’un fichier d’un appel est détruit"),
    "api.segment": N_("a vu, par l’API, qui est dans un segment"),
    "segment.create": N_("a créé un segment"),
    "segment.change": N_("a modifié un segment"),
    "segment.pick": N_("a ajouté ou retiré quelqu’un à la main d’un segment"),
    "segment.read": N_("a vu qui est dans un segment"),
    "segment.why": N_("a demandé pourquoi quelqu’un est dans un segment"),
    "segment.tasks": N_("a noté des tâches pour les personnes d’un segment"),
    "segment.export": N_("a emporté les personnes d’un segment"),
    "segment.put-away": N_("a rangé un segment"),
    "segment.bring-back": N_("a repris un segment rangé"),
    "gift.move": N_("a fait passer un don à quelqu’un d’autre"),
    "gift-batch.begin": N_("a commencé à encoder une pile de dons"),
    "gift-batch.drop": N_("a jeté une pile de dons"),
    "gift-batch.post": N_("a inscrit une pile de dons"),
    "gift-books.close": N_("a clos un mois"),
    "sepa.notices": N_("a imprimé des annonces de prélèvement"),
    "sepa.noticed": N_("a noté des annonces de prélèvement"),
    "online-payment.assign": N_("a dit à qui est un paiement en ligne"),
    "gift-thanks.call": N_("a créé des tâches de remerciement"),
    "gift-thanks.done": N_("a noté des remerciements"),
    "gift-thanks.drop-rule": N_("a retiré une règle de remerciement"),
    "gift-thanks.mail": N_("a remercié par mail"),
    "gift-thanks.print": N_("a imprimé des lettres de remerciement"),
    "gift-thanks.rule": N_("a ajouté une règle de remerciement"),
    "gift-books.export": N_("a emporté le journal d’un mois"),
    "plan.sign": N_("a inscrit un don régulier"),
    "plan.change": N_("a changé un don régulier"),
    "plan.pause": N_("a mis un don régulier en pause"),
    "plan.resume": N_("a repris un don régulier"),
    "plan.cancel": N_("a arrêté un don régulier"),
    "plan.revive": N_("a relancé un don régulier"),
    "plan.account": N_("a changé le compte d’un don régulier"),
    "sepa.make": N_("a préparé un fichier de domiciliations"),
    "sepa.approve": N_("a approuvé un fichier de domiciliations"),
    "sepa.drop": N_("a jeté un fichier de domiciliations"),
    "sepa.leave": N_("a pris un fichier de domiciliations pour la banque"),
    "sepa.report": N_("a lu un rapport de la banque sur les domiciliations"),
    "refund.approve": N_("a accepté un remboursement"),
    "refund.ask": N_("a demandé un remboursement"),
    "refund.refuse": N_("a refusé un remboursement"),
    "import.apply": N_("a appliqué une importation"),
    "import.bring": N_("a apporté un fichier"),
    "import.cancel": N_("a annulé une importation"),
    "import.check": N_("a essayé un fichier"),
    "import.set-aside": N_("a emporté les lignes mises de côté d’une importation"),
    "import.undo": N_("a défait une importation"),
    "mail.mark-accepted": N_("a marqué un mail comme reçu"),
    "mail.send-again": N_("a fait repartir un mail"),
    "mailing.cancel": N_("a annulé un envoi"),
    "mailing.pause": N_("a mis un envoi en pause"),
    "mailing.resume": N_("a repris un envoi"),
    "newsletter.add": N_("a créé une lettre"),
    "newsletter.edit": N_("a modifié une lettre"),
    "policy.approve": N_("a approuvé une règle d’envoi"),
    "policy.propose": N_("a proposé une règle d’envoi"),
    "policy.refuse": N_("a refusé une règle d’envoi"),
    "purpose.put": N_("a ajouté ou changé une finalité"),
    "privacy.answer": N_("a répondu à une demande sur les données"),
    "privacy.erase": N_("a oublié une personne"),
    "privacy.export": N_("a pris le dossier d’une personne"),
    "privacy.retention": N_("a oublié ce qui avait passé son terme"),
    "privacy.term": N_("a proposé une durée de conservation"),
    "privacy.term-approve": N_("a approuvé une durée de conservation"),
    "privacy.term-refuse": N_("a écarté une durée de conservation"),
    "privacy.limit": N_("a proposé une limite pour les fichiers qui partent"),
    "privacy.limit-approve": N_("a approuvé une limite pour les fichiers qui partent"),
    "privacy.limit-refuse": N_("a écarté une limite pour les fichiers qui partent"),
    "round.approve": N_("a fait partir « Le voulez-vous encore ? »"),
    "round.propose": N_("a proposé « Le voulez-vous encore ? »"),
    "round.refuse": N_("a écarté « Le voulez-vous encore ? »"),
    "privacy.origin-known": N_("a noté que des personnes savent d’où viennent leurs données"),
    "privacy.origin-letters": N_("a imprimé des lettres sur l’origine des données"),
    "privacy.origin-mail": N_("a écrit à des personnes d’où viennent leurs données"),
    "privacy.register": N_("a pris le registre des traitements"),
    "privacy.request": N_("a noté une demande sur les données"),
    "sending.resume": N_("a laissé repartir les envois"),
    "sending.stop": N_("a arrêté tous les envois"),
    "staff.add": N_("a ouvert un compte"),
    "staff.add-passkey": N_("a ajouté une clé d’accès"),
    "staff.disable": N_("a fermé un compte"),
    "staff.end-session": N_("a fermé une session"),
    "staff.end-sessions": N_("a fermé des sessions"),
    "staff.invite": N_("a invité une personne"),
    "staff.invite-again": N_("a renvoyé une invitation"),
    "staff.join": N_("a rejoint l’équipe"),
    "staff.password": N_("a changé un mot de passe"),
    "staff.prove": N_("a prouvé son identité"),
    "staff.recovery-codes": N_("a tiré de nouveaux codes de secours"),
    "staff.remove-app": N_("a retiré son application de codes"),
    "staff.remove-passkey": N_("a retiré une clé d’accès"),
    "staff.reopen": N_("a rouvert un compte"),
    "staff.reset-factors": N_("a effacé les seconds facteurs d’un compte"),
    "staff.reset-password": N_("a choisi un nouveau mot de passe"),
    "staff.roles": N_("a changé des rôles"),
    "staff.set-app": N_("a installé une application de codes"),
    "staff.sign-in": N_("s’est connecté·e"),
    "staff.use-recovery": N_("s’est servi·e d’un code de secours"),
    "staff.withdraw-invitation": N_("a retiré une invitation"),
    "supporter.edit": N_("a corrigé une fiche"),
    "supporter.pace": N_("a noté une pause ou un rythme"),
    "supporter.withdraw": N_("a retiré un consentement"),
}

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
    "segment": N_("Segment"),
    "sending": N_("Envois"),
}

PLACES: dict[str, tuple[str, str, Permission]] = {
    "account": ("team.show", "account_id", Permission.STAFF_MANAGE),
    "content": ("content.show", "content_id", Permission.CONTENT_READ),
    "delivery": ("mails.show", "delivery_id", Permission.DELIVERIES_READ),
    "edition": ("editions.show", "edition_id", Permission.EDITIONS_READ),
    "gift": ("gifts.show", "gift_id", Permission.DONATIONS_READ),
    "appeal": ("appeal_cells.show", "appeal_id", Permission.CAMPAIGNS_READ),
    "segment": ("segments.show", "segment_id", Permission.SEGMENTS_READ),
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
    "person": ("supporters.show", "person_id", Permission.SUPPORTERS_READ),
}
"""Where a subject has its page."""

FACTS: dict[str, str] = {
    "after": N_("après"),
    "asked": N_("demandé par"),
    "before": N_("avant"),
    "by": N_("par"),
    "digest": N_("empreinte"),
    "ended": N_("sessions fermées"),
    "fields": N_("champs"),
    "job": N_("tâche"),
    "passkey": N_("clé n°"),
    "purpose": N_("finalité"),
    "reason": N_("motif"),
    "roles": N_("rôles"),
    "session": N_("session n°"),
}

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
    text = str(value)
    readers: dict[str, Callable[[str], str]] = {"by": _way, "roles": _role, "before": _role, "after": _role}
    return readers.get(name, str)(text)[:120]


def _way(code: str) -> str:
    return shell.say(BY[code]) if code in BY else code


def _role(code: str) -> str:
    return shell.say(staff_words.ROLES[Role(code)][0]) if code in set(Role) else code
