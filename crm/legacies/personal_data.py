"""The legacies somebody promised: shown whole to them, forgotten whole. What came of an estate stays a gift."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Section, Subject
from crm.foundation.forgetting import delete_rows
from crm.foundation.translation import N_, say
from crm.legacies import words
from crm.legacies.tables import LegacyGiftRow, LegacyRow, StepRow
from crm.values.languages import Language
from crm.values.money import exact

ROOM = "crm.legacies"
TABLES = frozenset({"legacy", "legacy_gift"})
"""Each stage stands behind `legacy`."""


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Every file, and every stage it went through."""
    mine = LegacyRow.person_id.in_(subject.person_ids)
    files = session.scalars(select(LegacyRow).where(mine).order_by(LegacyRow.id)).all()
    steps = session.execute(
        select(LegacyRow.kind, StepRow.stage, StepRow.reached_on, StepRow.note)
        .join(StepRow, StepRow.legacy_id == LegacyRow.id)
        .where(mine)
        .order_by(StepRow.id)
    )
    kind = Column(key="kind", label=say(language, N_("Genre")))
    return (
        Section(
            key="legacies",
            title=say(language, N_("Legs")),
            columns=(
                kind,
                Column(key="notary", label=say(language, N_("Notaire"))),
                Column(key="expected", label=say(language, N_("Montant attendu"))),
                Column(key="note", label=say(language, N_("Note"))),
                Column(key="at", label=say(language, N_("Noté le"))),
            ),
            rows=[
                {
                    "kind": say(language, words.KINDS[one.kind]),
                    "notary": " · ".join(s for s in (one.notary_name, one.notary_address, one.notary_phone) if s),
                    "expected": "" if one.expected_cents is None else exact(one.expected_cents),
                    "note": one.note,
                    "at": one.opened_at,
                }
                for one in files
            ],
        ),
        Section(
            key="legacy_steps",
            title=say(language, N_("Étapes des legs")),
            columns=(
                kind,
                Column(key="stage", label=say(language, N_("Étape"))),
                Column(key="on", label=say(language, N_("Jour"))),
                Column(key="note", label=say(language, N_("Note"))),
            ),
            rows=[
                {
                    "kind": say(language, words.KINDS[of]),
                    "stage": say(language, words.STAGES[stage][0]),
                    "on": reached_on,
                    "note": note,
                }
                for of, stage, reached_on, note in steps
            ],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Files go with their stages; a gift that came stays in the accounts, of no file."""
    mine = select(LegacyRow.id).where(LegacyRow.person_id.in_(subject.person_ids))
    linked = delete_rows(session, LegacyGiftRow, LegacyGiftRow.legacy_id.in_(mine))
    delete_rows(session, StepRow, StepRow.legacy_id.in_(mine))
    files = delete_rows(session, LegacyRow, LegacyRow.person_id.in_(subject.person_ids))
    return Forgotten(erased={"legacy": files, "legacy_gift": linked})
