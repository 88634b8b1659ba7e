"""Lets approved editions leave at their hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.values.errors import PortevoixError
from crm.values.identifiers import EditionId
from mailing.composition import service as composition
from mailing.composition.errors import EditionElsewhere
from mailing.composition.model import Because, Reason
from mailing.delivery import service as delivery


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many editions began to leave, and how many were held for a person.

    Each leaves in a transaction of its own; one that cannot be written is held and keeps no other back.
    """
    with assembly.database.reading() as session:
        if not composition.due(session, now):
            return {"launched": 0, "held": 0}
    with assembly.database.transaction() as session:
        held = len(composition.hold_unfit(session, now))
        leaving = composition.due(session, now)
    launched = 0
    for edition in leaving:
        try:
            _launch(assembly, edition.id, now)
            launched += 1
        except PortevoixError:
            held += _hold(assembly, edition.id, now)
    return {"launched": launched, "held": held}


def _launch(assembly: Assembly, edition_id: EditionId, now: datetime) -> None:
    with assembly.database.transaction() as session:
        delivery.launch(
            session,
            edition_id=edition_id,
            organisation=assembly.settings.organisation,
            mail=assembly.settings.mail,
            public_url=assembly.settings.public_url,
            now=now,
            catalogue=assembly.questions,
        )


def _hold(assembly: Assembly, edition_id: EditionId, now: datetime) -> bool:
    """False where it is not approved any more: somebody reopened or cancelled it at that very moment."""
    try:
        with assembly.database.transaction() as session:
            composition.hold(session, edition_id, reason=Reason(because=Because.NOT_READY, since=now))
    except EditionElsewhere:
        return False
    return True
