"""What somebody asked about their data: kept as dates, so that we can show we answered."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Kept, Section, Subject
from crm.foundation.forgetting import empty_rows
from crm.foundation.translation import N_, say
from crm.privacy import rules, store
from crm.privacy.tables import RightsRequestRow
from crm.privacy.words import KINDS, STATES
from crm.values.calendar import brussels_day
from crm.values.languages import Language

ROOM = "crm.privacy"
TABLES = frozenset({"rights_request"})
GROUND = N_("Pour montrer que nous avons répondu à temps : des dates, sans les mots")


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Each request, its last day, and what became of it."""
    found = store.requests(session, is_open=None, person_ids=subject.person_ids, limit=1000)
    return (
        Section(
            key="requests",
            title=say(language, N_("Vos demandes au sujet de vos données")),
            columns=(
                Column(key="at", label=say(language, N_("Quand"))),
                Column(key="kind", label=say(language, N_("Quoi"))),
                Column(key="words", label=say(language, N_("Vos mots"))),
                Column(key="state", label=say(language, N_("Réponse"))),
            ),
            rows=[
                {
                    "at": one.received_at,
                    "kind": say(language, KINDS[one.kind]),
                    "words": one.words,
                    "state": say(language, STATES[one.state]),
                }
                for one in found
            ],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """The words go, the dates stay three years."""
    theirs = RightsRequestRow.person_id.in_(subject.person_ids)
    emptied = empty_rows(session, RightsRequestRow, {"words": "", "outcome": ""}, theirs)
    if not emptied:
        return Forgotten()
    until = rules.months_later(brussels_day(erasing.at), 36)
    kept = Kept(table="rights_request", count=emptied, ground=GROUND, until_on=until)
    return Forgotten(erased={"rights_request": emptied}, kept=(kept,))
