"""National numbers: the pack says that we have one, never which; an erasure deletes it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Section, Subject
from crm.foundation.forgetting import delete_rows
from crm.foundation.translation import N_, say
from crm.values.languages import Language
from crm.vault import store
from crm.vault.tables import NumberGoneRow, NumberRequestRow, NumberRow

ROOM = "crm.vault"
TABLES = frozenset({"national_number", "national_number_gone", "national_number_request"})


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Since when we have their number, and when we asked for it."""
    ids = subject.person_ids
    kept = session.scalars(select(NumberRow.kept_at).where(NumberRow.person_id.in_(ids))).all()
    asked = session.scalars(
        select(NumberRequestRow.asked_at).where(NumberRequestRow.person_id.in_(ids)).order_by(NumberRequestRow.asked_at)
    ).all()
    at = Column(key="at", label=say(language, N_("Quand")))
    what = Column(key="what", label=say(language, N_("Quoi")))
    destroyed = say(language, N_("Numéro détruit : plus rien ne le demandait depuis"))
    given, requested = say(language, N_("Numéro donné")), say(language, N_("Numéro demandé"))
    rows = [{"at": one, "what": given} for one in kept] + [{"at": one, "what": requested} for one in asked]
    rows += [{"at": one.nothing_since, "what": destroyed} for one in store.gone(session, ids)]
    return (
        Section(
            key="national-number",
            title=say(language, N_("Numéro national")),
            columns=(at, what),
            rows=rows,
            note=say(language, N_("Il sert à votre attestation fiscale et à rien d’autre ; il est gardé chiffré.")),
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """The number goes, and that it was asked for."""
    ids = subject.person_ids
    return Forgotten(
        erased={
            "national_number": delete_rows(session, NumberRow, NumberRow.person_id.in_(ids)),
            "national_number_gone": delete_rows(session, NumberGoneRow, NumberGoneRow.person_id.in_(ids)),
            "national_number_request": delete_rows(session, NumberRequestRow, NumberRequestRow.person_id.in_(ids)),
        }
    )
