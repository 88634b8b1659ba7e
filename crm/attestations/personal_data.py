"""Attestations of somebody: shown without what is sealed; the law keeps them seven years, who they are goes at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.attestations import elsewhere, words
from crm.attestations.tables import (
    AnswerRow,
    AttestationLineRow,
    AttestationRow,
    ElsewhereRow,
    FiledRow,
    FiscalIdentityRow,
    HandingRow,
)
from crm.contracts.personal_data import Column, Erasing, Forgotten, Kept, Section, Subject
from crm.foundation.forgetting import delete_rows, empty_rows
from crm.foundation.translation import N_, say
from crm.values.languages import Language
from crm.values.money import euros

ROOM = "crm.attestations"
TABLES = frozenset(
    {
        "attestation",
        "attestation_answer",
        "attestation_elsewhere",
        "attestation_filed",
        "attestation_handing",
        "attestation_line",
        "fiscal_identity",
    }
)
YEARS = 7
GROUND = N_("L’attestation fiscale : la loi oblige à la délivrer et à la garder")


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Each attestation with its number and amount, and who they are for the administration."""
    ids = subject.person_ids
    papers = session.scalars(
        select(AttestationRow)
        .where(AttestationRow.person_id.in_(ids))
        .order_by(AttestationRow.year, AttestationRow.number, AttestationRow.version)
    ).all()
    others = session.scalars(select(FiscalIdentityRow).where(FiscalIdentityRow.person_id.in_(ids))).all()
    return (
        Section(
            key="attestations",
            title=say(language, N_("Attestations fiscales")),
            columns=(
                Column(key="year", label=say(language, N_("Année"))),
                Column(key="number", label=say(language, N_("Numéro"))),
                Column(key="euro", label=say(language, N_("Euros"))),
                Column(key="status", label=say(language, N_("Valeur"))),
            ),
            rows=[
                {
                    "year": one.year,
                    "number": one.number,
                    "euro": euros(one.cents),
                    "status": say(language, words.STATUSES[one.status]),
                }
                for one in papers
            ]
            + [
                {"year": one.year, "number": one.number, "euro": euros(one.cents), "status": one.system}
                for one in elsewhere.of_person(session, ids)
            ],
        ),
        Section(
            key="fiscal-identity",
            title=say(language, N_("Identité fiscale")),
            columns=(
                Column(key="name", label=say(language, N_("Nom"))),
                Column(key="first_name", label=say(language, N_("Prénom"))),
                Column(key="enterprise", label=say(language, N_("Numéro d’entreprise"))),
            ),
            rows=[
                {"name": one.name, "first_name": one.first_name, "enterprise": one.enterprise_number} for one in others
            ],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Who they are for the administration goes; what was attested stays sealed as long as the law wants it."""
    ids = subject.person_ids
    identities = delete_rows(session, FiscalIdentityRow, FiscalIdentityRow.person_id.in_(ids))
    empty_rows(session, FiscalIdentityRow, {"given_to_id": None}, FiscalIdentityRow.given_to_id.in_(ids))
    mine = select(AttestationRow.id).where(AttestationRow.person_id.in_(ids))
    years = (select(func.max(row.year)).where(row.person_id.in_(ids)) for row in (AttestationRow, ElsewhereRow))
    last = max((year for query in years if (year := session.scalar(query)) is not None), default=None)
    erased = {"fiscal_identity": identities}
    if last is None:
        return Forgotten(erased=erased)
    erased["attestation"] = empty_rows(session, AttestationRow, {"reason": ""}, AttestationRow.person_id.in_(ids))
    counted = {
        "attestation": select(func.count()).where(AttestationRow.person_id.in_(ids)),
        "attestation_elsewhere": select(func.count()).where(ElsewhereRow.person_id.in_(ids)),
        "attestation_line": select(func.count()).where(AttestationLineRow.attestation_id.in_(mine)),
        "attestation_filed": select(func.count()).where(FiledRow.attestation_id.in_(mine)),
        "attestation_answer": select(func.count()).where(AnswerRow.attestation_id.in_(mine)),
        "attestation_handing": select(func.count()).where(HandingRow.attestation_id.in_(mine)),
    }
    until = date(last + 1 + YEARS, 12, 31)
    kept = tuple(
        Kept(table=table, count=session.scalar(query) or 0, ground=GROUND, until_on=until)
        for table, query in counted.items()
    )
    return Forgotten(erased=erased, kept=kept)
