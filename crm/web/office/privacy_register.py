"""The register of processing (GDPR art. 30), made from what the house really does; and the sheet for a breach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.consent import policies
from crm.consent import service as consent
from crm.foundation import documents
from crm.partners import service as partners
from crm.privacy import terms
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.web.office import guard, policy_words, shell
from crm.web.office.noting import note
from crm.web.office.supporter_proof import download
from crm.web.words import N_

blueprint = Blueprint("privacy_register", __name__, url_prefix="/office/privacy-register")

QUESTIONS = (
    N_("Quand l’avons-nous su ? (le délai de 72 heures commence ici)"),
    N_("Que s’est-il passé, et depuis quand ?"),
    N_("Quelles données, de combien de personnes ?"),
    N_("Des opinions, la santé, des numéros de compte sont-ils touchés ?"),
    N_("Qu’avons-nous arrêté ou réparé tout de suite ?"),
    N_("Quelles suites pour les personnes ? (graves, possibles, peu probables)"),
    N_("L’Autorité de protection des données est-elle avertie ? Quand, par qui ?"),
    N_("Les personnes sont-elles averties ? Quand, comment ? Sinon, pourquoi ?"),
    N_("Qu’est-ce qui empêchera que cela se reproduise ?"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One table of the register, in finished words."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


@guard.page(blueprint, "", permission=Permission.PRIVACY_READ)
def index() -> ResponseReturnValue:
    """Why the house holds what, on which ground, who receives it, and how long it stays."""
    with shell.assembly().database.reading() as session:
        parts = _parts(session)
    return shell.show("office/privacy/register.html", parts=parts)


@guard.page(blueprint, "/register.pdf", permission=Permission.PRIVACY_READ, methods=("POST",))
def as_pdf() -> ResponseReturnValue:
    """The same on paper, with its day."""
    with shell.assembly().database.transaction() as session:
        parts = _parts(session)
        note(session, "privacy.register", None, subject="register")
    opening = shell.say(N_("Tel que la maison le tient le %(day)s."), day=shell.day(brussels_day(shell.now())))
    return _paper(shell.say(N_("Registre des traitements")), opening, parts, "registre.pdf")


@guard.page(blueprint, "/breach.pdf", permission=Permission.PRIVACY_READ, methods=("POST",))
def breach() -> ResponseReturnValue:
    """What to write down when data got out: one sheet, to be filled in by hand."""
    rows = [[shell.say(question), "\n\n\n"] for question in QUESTIONS]
    part = Part("", [shell.say(N_("Question")), shell.say(N_("Réponse"))], rows)
    opening = shell.say(
        N_(
            "À remplir dès qu’on le sait, même à moitié. Si les personnes risquent quelque chose, l’Autorité est "
            "avertie dans les 72 heures (RGPD, art. 33), et elles sans attendre si le risque est élevé (art. 34)."
        )
    )
    return _paper(shell.say(N_("Fuite de données : la fiche")), opening, [part], "fuite-de-donnees.pdf")


def _paper(title: str, opening: str, parts: Sequence[Part], name: str) -> ResponseReturnValue:
    organisation = shell.assembly().settings.organisation
    facts: Mapping[str, Any] = {
        "title": title,
        "language": shell.language().value,
        "organisation": organisation.letterhead,
        "opening": opening,
        "nothing": shell.say(N_("Rien.")),
        "sections": [
            {"title": part.title, "columns": part.columns, "rows": part.rows, "note": part.note} for part in parts
        ],
    }
    return download(documents.pdf("pack", facts, at=shell.now()), name, "application/pdf")


def _parts(session: Session) -> list[Part]:
    say, today = shell.say, brussels_day(shell.now())
    in_force = [one for one in policies.policies(session) if one.holds_on(today)]
    purposes = []
    for purpose in consent.purposes(session):
        own = [one for one in in_force if one.purpose == purpose.code]
        bases = dict.fromkeys(say(policy_words.BASES[one.legal_basis]) for one in own)
        whom = dict.fromkeys(say(policy_words.POPULATIONS[one.population]) for one in own)
        purposes.append(
            [
                purpose.name(shell.language()),
                ", ".join(bases) or say(N_("consentement")),
                ", ".join(whom) or say(N_("qui le demande")),
                say(N_("nom, langue, adresse, ce qui a été permis")),
            ]
        )
    purposes += [
        [
            say(N_("Mails dus : confirmation, reçu, attestation")),
            say(N_("contrat ou obligation légale")),
            say(N_("qui les attend")),
            say(N_("nom, langue, adresse")),
        ],
        [
            say(N_("Pétitions, événements, actions urgentes")),
            say(N_("consentement explicite (art. 9)")),
            say(N_("qui signe, vient ou agit")),
            say(N_("nom, adresse, ce qui a été signé, quand")),
        ],
        [
            say(N_("Service aux soutiens")),
            say(N_("intérêt légitime")),
            say(N_("qui nous appelle ou nous écrit")),
            say(N_("notes, contacts, tâches")),
        ],
        [
            say(N_("Dons, comptes et banque")),
            say(N_("contrat et obligation légale")),
            say(N_("qui donne, cotise ou achète")),
            say(N_("nom, adresse, montants et jours, compte, communication")),
        ],
        [
            say(N_("Attestations fiscales")),
            say(N_("obligation légale (CIR 92, art. 323/3)")),
            say(N_("qui donne et remet son numéro national")),
            say(N_("numéro national, chiffré")),
        ],
    ]
    received = [[say(N_("Le relais de courrier")), say(N_("adresses et lettres, le temps de les remettre"))]]
    received += [
        [token.name, say(N_("ce que son accès à l’API permet"))]
        for token in partners.tokens(session)
        if token.revoked_at is None
    ]
    kept = [
        [say(one.term.what), say(N_("%(n)s mois"), n=one.months), one.reason or say(N_("proposé par la maison"))]
        for one in terms.holding(session, shell.assembly().keepers, today)
    ]
    kept += [
        [
            say(N_("Ce qui a été permis et retiré")),
            say(N_("tant qu’on peut nous le demander")),
            say(N_("preuve (art. 7, § 1)")),
        ],
        [
            say(N_("Dons et mouvements d’argent")),
            say(N_("7 ans après le dernier don")),
            say(N_("la loi l’exige (Code de droit économique, art. III.88)")),
        ],
        [
            say(N_("Lignes de la banque")),
            say(N_("10 ans")),
            say(N_("la loi l’exige (Code des sociétés et des associations, art. 3:104)")),
        ],
        [say(N_("Fichiers importés et leurs lignes")), say(N_("90 jours")), say(N_("pour les défaire"))],
    ]
    return [
        Part(
            say(N_("Pourquoi nous gardons des données")),
            [say(N_("Finalité")), say(N_("Base légale")), say(N_("De qui")), say(N_("Quoi"))],
            purposes,
        ),
        Part(say(N_("Qui les reçoit")), [say(N_("Qui")), say(N_("Quoi"))], received),
        Part(say(N_("Combien de temps")), [say(N_("Quoi")), say(N_("Terme")), say(N_("Pourquoi"))], kept),
    ]
