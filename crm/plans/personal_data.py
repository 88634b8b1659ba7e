"""What somebody promised, and their mandates: shown whole. Amounts and days stay; the account itself goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import extract, func, or_, select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Kept, Section, Subject
from crm.foundation.forgetting import delete_rows, empty_rows
from crm.foundation.translation import N_, say
from crm.plans import words
from crm.plans.model import EventKind
from crm.plans.papers import FOLDER
from crm.plans.tables import (
    MandateAmendmentRow,
    MandatePaperRow,
    MandateRow,
    PlanEventRow,
    PlanRow,
    PlanVersionRow,
    StandingInstalmentRow,
)
from crm.values.calendar import brussels_day
from crm.values.languages import Language
from crm.values.money import euros

ROOM = "crm.plans"
TABLES = frozenset({"mandate", "mandate_amendment", "mandate_paper", "plan", "plan_version", "plan_event"})
TABLES |= {"standing_instalment"}
YEARS = 7
"""So long are accounts kept, and what they rest on (Code of economic law, art. III.88)."""
ACCOUNTS = N_("Ce sur quoi reposent les comptes : la loi oblige à le garder, sans nom ni compte bancaire")


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Every plan with what happened to it, and every mandate; of an account its end, of scans that they are there."""
    on = Column(key="on", label=say(language, N_("Jour")))
    told = session.execute(
        select(
            PlanEventRow.on,
            PlanEventRow.kind,
            PlanEventRow.until_on,
            PlanEventRow.channel,
            PlanEventRow.note,
            PlanRow.cents,
        )
        .join(PlanRow, PlanRow.id == PlanEventRow.plan_id)
        .where(PlanRow.person_id.in_(subject.person_ids))
        .order_by(PlanRow.id, PlanEventRow.id)
    ).all()
    row = MandateRow
    signed = session.execute(
        select(row.reference, row.holder, row.tail, row.signed_on, row.ended_on, row.proof)
        .where(row.person_id.in_(subject.person_ids))
        .order_by(row.id)
    ).all()
    paper = MandatePaperRow
    scanned = session.execute(
        select(row.reference, paper.kind, paper.added_at)
        .join(row, row.id == paper.mandate_id)
        .where(row.person_id.in_(subject.person_ids))
        .order_by(paper.id)
    ).all()
    return (
        Section(
            key="plans",
            title=say(language, N_("Dons réguliers")),
            columns=(
                on,
                Column(key="what", label=say(language, N_("Ce qui s’est passé"))),
                Column(key="until", label=say(language, N_("Jusqu’au"))),
                Column(key="channel", label=say(language, N_("Comment"))),
                Column(key="note", label=say(language, N_("Note"))),
                Column(key="euro", label=say(language, N_("Euros"))),
            ),
            rows=[
                {
                    "on": one.on,
                    "what": say(language, words.EVENTS[one.kind][0]),
                    "until": one.until_on,
                    "channel": say(language, words.CHANNELS[one.channel]) if one.channel else "",
                    "note": one.note,
                    "euro": euros(one.cents),
                }
                for one in told
            ],
        ),
        Section(
            key="mandates",
            title=say(language, N_("Mandats de domiciliation")),
            columns=(
                Column(key="reference", label=say(language, N_("Référence"))),
                Column(key="holder", label=say(language, N_("Titulaire du compte"))),
                Column(key="tail", label=say(language, N_("Fin du compte"))),
                Column(key="signed", label=say(language, N_("Signé le"))),
                Column(key="ended", label=say(language, N_("Terminé le"))),
                Column(key="proof", label=say(language, N_("Preuve"))),
            ),
            rows=[
                {
                    "reference": one.reference,
                    "holder": one.holder,
                    "tail": one.tail,
                    "signed": one.signed_on,
                    "ended": one.ended_on,
                    "proof": one.proof,
                }
                for one in signed
            ],
        ),
        Section(
            key="mandate_papers",
            title=say(language, N_("Papiers signés de vos mandats")),
            columns=(
                Column(key="reference", label=say(language, N_("Référence"))),
                Column(key="kind", label=say(language, N_("Document"))),
                Column(key="added", label=say(language, N_("Gardé depuis"))),
            ),
            rows=[
                {"reference": one.reference, "kind": say(language, words.PAPERS[one.kind]), "added": one.added_at}
                for one in scanned
            ],
            note=say(language, N_("Ces documents eux-mêmes sont joints à ce dossier.")),
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Nothing is asked any more; the account, its holder and what was noted go. Amounts, days and references stay."""
    ids, today = subject.person_ids, brussels_day(erasing.at)
    plans = select(PlanRow.id).where(PlanRow.person_id.in_(ids))
    theirs = select(MandateRow.id).where(MandateRow.person_id.in_(ids))
    goes_on = or_(PlanRow.ended_on.is_(None), PlanRow.ended_on > today)
    for plan_id in session.scalars(select(PlanRow.id).where(PlanRow.person_id.in_(ids), goes_on)).all():
        session.add(
            PlanEventRow(
                plan_id=plan_id,
                kind=EventKind.CANCEL,
                on=today,
                delta_cents=0,
                reason="",
                note="",
                recorded_at=erasing.at,
            )
        )
    empty_rows(session, PlanRow, {"ended_on": today}, PlanRow.person_id.in_(ids), goes_on)
    still = or_(MandateRow.ended_on.is_(None), MandateRow.ended_on > today)
    empty_rows(session, MandateRow, {"ended_on": today}, MandateRow.person_id.in_(ids), still)
    papers = MandatePaperRow.mandate_id.in_(theirs)
    scans = [erasing.home / FOLDER / token for token in session.scalars(select(MandatePaperRow.token).where(papers))]
    bare = {"holder": "", "sealed_account": None, "account_key": None, "tail": "", "bic": "", "proof": ""}
    erased = {
        "mandate_paper": delete_rows(session, MandatePaperRow, papers),
        "mandate": empty_rows(session, MandateRow, bare, MandateRow.person_id.in_(ids)),
        "mandate_amendment": empty_rows(
            session, MandateAmendmentRow, {"before": ""}, MandateAmendmentRow.mandate_id.in_(theirs)
        ),
        "plan": empty_rows(session, PlanRow, {"supplier_reference": None}, PlanRow.person_id.in_(ids)),
        "plan_event": empty_rows(session, PlanEventRow, {"note": ""}, PlanEventRow.plan_id.in_(plans)),
    }
    last = session.scalar(select(func.max(extract("year", PlanRow.ended_on))).where(PlanRow.person_id.in_(ids)))
    until = date(int(last or today.year) + YEARS, 12, 31)
    counted = {
        "mandate": select(func.count()).where(MandateRow.person_id.in_(ids)),
        "mandate_amendment": select(func.count()).where(MandateAmendmentRow.mandate_id.in_(theirs)),
        "plan": select(func.count()).where(PlanRow.person_id.in_(ids)),
        "plan_version": select(func.count()).where(PlanVersionRow.plan_id.in_(plans)),
        "plan_event": select(func.count()).where(PlanEventRow.plan_id.in_(plans)),
        "standing_instalment": select(func.count()).where(StandingInstalmentRow.plan_id.in_(plans)),
    }
    found = {table: session.scalar(query) or 0 for table, query in counted.items()}
    kept = tuple(
        Kept(table=table, count=count, ground=ACCOUNTS, until_on=until) for table, count in found.items() if count
    )
    return Forgotten(erased=erased, kept=kept, files=tuple(scans))
