"""What programs handed in about somebody: when, and what kind of thing; the keyed hash of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Section, Subject
from crm.foundation.forgetting import empty_rows
from crm.foundation.translation import N_, say
from crm.partners.tables import ApiRequestRow, ApiTokenRow
from crm.values.languages import Language

ROOM = "crm.partners"
TABLES = frozenset({"api_request"})


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
            rows=[{"at": at, "partner": name, "kind": kind.value} for name, kind, at in session.execute(query)],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """What was handed in no longer leads to them."""
    values: dict[str, Any] = {"person_id": None, "facts": {}, "key_hash": None, "body_digest": ""}
    return Forgotten(
        erased={
            "api_request": empty_rows(session, ApiRequestRow, values, ApiRequestRow.person_id.in_(subject.person_ids))
        }
    )
