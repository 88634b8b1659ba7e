"""What programs handed in about somebody, when and of which kind; and who receives their data from us."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.contracts.personal_data import Column, Erasing, Forgotten, Section, Subject
from crm.foundation.forgetting import empty_rows
from crm.foundation.translation import N_, say
from crm.partners.model import RequestKind
from crm.partners.tables import ApiRequestRow, ApiTokenRow
from crm.values.languages import Language

ROOM = "crm.partners"
TABLES = frozenset({"api_request"})

RELAY, MAILS = N_("Le relais de courrier"), N_("votre adresse et nos lettres, le temps de les remettre")
ACCESS = N_("ce que son accès permet : il nous remet des données, et peut demander si une demande est faite")
THEMSELVES = N_("Vous-même, ou qui l’a demandé pour vous")
KINDS = {
    RequestKind.PERSON: N_("votre fiche"),
    RequestKind.CONSENT: N_("un choix sur nos lettres"),
    RequestKind.SIGNATURE: N_("une signature"),
    RequestKind.REGISTRATION: N_("une inscription"),
    RequestKind.URGENT_ACTION: N_("une action urgente"),
    RequestKind.GIFT: N_("un don"),
}
EXPORTS = {"privacy.export": N_("le dossier de vos données"), "consent.prove": N_("la preuve d’un de vos choix")}
"""Files about one person that the office hands out, by what the trail calls them."""


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Which programs told us something of them, and when."""
    query = (
        select(ApiTokenRow.name, ApiRequestRow.kind, ApiRequestRow.taken_at)
        .join(ApiTokenRow, ApiTokenRow.id == ApiRequestRow.token_id)
        .where(ApiRequestRow.person_id.in_(subject.person_ids))
        .order_by(ApiRequestRow.taken_at)
    )
    return (
        Section(
            key="partners",
            title=say(language, N_("Reçu d’un site ou d’un partenaire")),
            columns=(
                Column(key="at", label=say(language, N_("Quand"))),
                Column(key="partner", label=say(language, N_("Par qui"))),
                Column(key="kind", label=say(language, N_("Quoi"))),
            ),
            rows=[
                {"at": at, "partner": name, "kind": say(language, KINDS[kind])}
                for name, kind, at in session.execute(query)
            ],
        ),
        Section(
            key="recipients",
            title=say(language, N_("Qui reçoit vos données de nous")),
            columns=(
                Column(key="who", label=say(language, N_("Qui"))),
                Column(key="what", label=say(language, N_("Quoi"))),
                Column(key="at", label=say(language, N_("Depuis, ou quand"))),
            ),
            rows=_recipients(session, subject, language),
            note=say(
                language, N_("Une pétition est remise avec votre nom là où vous l’avez permis : voyez vos signatures.")
            ),
        ),
    )


def _recipients(session: Session, subject: Subject, language: Language) -> list[dict[str, Any]]:
    """The relay, each program that may ask us, and each file of theirs that left the house (GDPR art. 15(1)(c))."""
    found: list[dict[str, Any]] = [{"who": say(language, RELAY), "what": say(language, MAILS), "at": None}]
    live = select(ApiTokenRow).where(ApiTokenRow.revoked_at.is_(None)).order_by(ApiTokenRow.created_at)
    found += [{"who": one.name, "what": say(language, ACCESS), "at": one.created_at} for one in session.scalars(live)]
    for person_id in subject.person_ids:
        taken = audit.about(session, subject="person", subject_ids=[person_id], actions=EXPORTS, size=1000)
        found += [
            {"who": say(language, THEMSELVES), "what": say(language, EXPORTS[one.action]), "at": one.at}
            for one in taken
        ]
    return found


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """What was handed in no longer leads to them."""
    values: dict[str, Any] = {"person_id": None, "facts": {}, "key_hash": None, "body_digest": ""}
    return Forgotten(
        erased={
            "api_request": empty_rows(session, ApiRequestRow, values, ApiRequestRow.person_id.in_(subject.person_ids))
        }
    )
