"""What was asked of somebody's bank: shown whole. It names nobody and stays with the accounts it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from crm.collections.model import CollectionState
from crm.collections.tables import AttemptRow, CollectionRow
from crm.contracts.personal_data import Column, Erasing, Forgotten, Kept, Section, Subject
from crm.foundation.forgetting import empty_rows
from crm.foundation.translation import N_, say
from crm.plans import service as plans
from crm.plans.model import Wanted
from crm.values.calendar import brussels_day
from crm.values.languages import Language
from crm.values.money import euros

ROOM = "crm.collections"
TABLES = frozenset({"collection", "collection_attempt"})
YEARS = 7
"""As long as the gifts that they became (Code of economic law, art. III.88)."""
ACCOUNTS = N_("Les prélèvements : la loi oblige à les garder avec les comptes")
MOST = 1_000
STATES: dict[CollectionState, str] = {
    CollectionState.OPEN: N_("à redemander"),
    CollectionState.ASKED: N_("demandé"),
    CollectionState.RECEIVED: N_("reçu"),
    CollectionState.RETURNED: N_("repris par la banque"),
    CollectionState.GIVEN_UP: N_("non venu"),
}


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Every instalment that was asked, and where it stands."""
    row = CollectionRow
    found = session.execute(
        select(row.due_on, row.cents, row.state, row.reason)
        .where(row.plan_id.in_(_plans(session, subject, brussels_day(subject.created_at))))
        .order_by(row.due_on, row.id)
    ).all()
    return (
        Section(
            key="collections",
            title=say(language, N_("Prélèvements")),
            columns=(
                Column(key="on", label=say(language, N_("Jour"))),
                Column(key="euro", label=say(language, N_("Euros"))),
                Column(key="state", label=say(language, N_("État"))),
                Column(key="reason", label=say(language, N_("Raison de la banque"))),
            ),
            rows=[
                {
                    "on": one.due_on,
                    "euro": euros(one.cents),
                    "state": say(language, STATES[one.state]),
                    "reason": one.reason,
                }
                for one in found
            ],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Days and amounts stay; what a mandate was called before goes."""
    row = CollectionRow
    plan_ids = _plans(session, subject, brussels_day(erasing.at))
    mine = select(row.id).where(row.plan_id.in_(plan_ids))
    count, last = session.execute(
        select(func.count(), func.max(extract("year", row.due_on))).where(row.plan_id.in_(plan_ids))
    ).one()
    if not count:
        return Forgotten()
    erased = {
        "collection_attempt": empty_rows(session, AttemptRow, {"was_reference": ""}, AttemptRow.collection_id.in_(mine))
    }
    until = date(int(last) + YEARS, 12, 31)
    tried = session.scalar(select(func.count()).where(AttemptRow.collection_id.in_(mine))) or 0
    kept = (
        Kept(table="collection", count=count, ground=ACCOUNTS, until_on=until),
        Kept(table="collection_attempt", count=tried, ground=ACCOUNTS, until_on=until),
    )
    return Forgotten(erased=erased, kept=kept)


def _plans(session: Session, subject: Subject, on: date) -> list[int]:
    return [
        one.id
        for person_id in subject.person_ids
        for one in plans.page(session, Wanted(on=on, person_id=person_id), size=MOST)
    ]
