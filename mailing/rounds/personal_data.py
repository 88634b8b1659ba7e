"""That somebody was asked whether they still want our letters: shown, and gone with them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Section, Subject
from crm.foundation.forgetting import delete_rows
from crm.foundation.translation import N_, say
from crm.values.languages import Language
from mailing.rounds.model import Outcome
from mailing.rounds.tables import QuestionRow

ROOM = "mailing.rounds"
TABLES = frozenset({"permission_question"})
OUTCOMES = {
    Outcome.WAITING: N_("Nous attendons votre réponse"),
    Outcome.YES: N_("Vous avez dit oui"),
    Outcome.NO: N_("Vous avez dit non"),
    Outcome.ALIVE: N_("Vous nous avez donné un autre signe"),
    Outcome.UNREACHED: N_("La question ne vous est pas arrivée"),
    Outcome.EXPIRED: N_("Sans réponse, votre accord ne vaut plus"),
}


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """When they were asked, and what came of it."""
    row = QuestionRow
    asked = session.scalars(select(row).where(row.person_id.in_(subject.person_ids)).order_by(row.asked_at, row.id))
    return (
        Section(
            key="questions",
            title=say(language, N_("Nous vous avons demandé si vous vouliez encore nos lettres")),
            columns=(
                Column(key="at", label=say(language, N_("Quand"))),
                Column(key="outcome", label=say(language, N_("Réponse"))),
            ),
            rows=[{"at": one.asked_at, "outcome": say(language, OUTCOMES[one.outcome])} for one in asked],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Everything goes."""
    row = QuestionRow
    return Forgotten(erased={"permission_question": delete_rows(session, row, row.person_id.in_(subject.person_ids))})
