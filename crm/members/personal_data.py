"""The memberships of somebody: shown whole. After an erasure stay days alone: fees of the accounts rest on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Kept, Section, Subject
from crm.foundation.forgetting import delete_rows, empty_rows
from crm.foundation.translation import N_, say
from crm.members import service, words
from crm.members.model import LeaveReason
from crm.members.tables import (
    AssemblyRow,
    ConvocationRow,
    KindRow,
    MembershipRow,
    PartRow,
    ProxyRow,
    ReminderRow,
)
from crm.values.calendar import brussels_day
from crm.values.identifiers import MembershipId
from crm.values.languages import Language

ROOM = "crm.members"
TABLES = frozenset({"membership_person", "assembly_convocation", "assembly_proxy"})
"""A membership, its terms and reminders stand behind `membership_person`."""
YEARS = 7
GROUND = N_("Les jours d’une adhésion : les comptes des cotisations reposent sur eux, sans nom")


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Every membership with the time that was paid, and every assembly they were asked to."""
    ids = subject.person_ids
    names = {row.code: row.name for row in session.scalars(select(KindRow))}
    mine = sorted(set(session.scalars(select(PartRow.membership_id).where(PartRow.person_id.in_(ids)))))
    rows = []
    for membership_id in mine:
        whole = service.whole(session, MembershipId(membership_id), on=date.max)
        one = whole.membership
        rows.append(
            {
                "kind": names.get(one.kind) or say(language, words.ORDINARY_KIND),
                "joined": one.joined_on,
                "until": one.paid_until_on,
                "ended": one.ended_on,
                "why": "" if one.end_reason is None else say(language, words.REASONS[one.end_reason]),
                "note": whole.end_note,
            }
        )
    asked = session.execute(
        select(AssemblyRow.title, AssemblyRow.held_on, ConvocationRow.convoked_at)
        .join(AssemblyRow, AssemblyRow.id == ConvocationRow.assembly_id)
        .where(ConvocationRow.person_id.in_(ids))
        .order_by(ConvocationRow.id)
    ).all()
    given = session.execute(
        select(AssemblyRow.title, AssemblyRow.held_on, ProxyRow.given_at)
        .join(AssemblyRow, AssemblyRow.id == ProxyRow.assembly_id)
        .where(or_(ProxyRow.giver_id.in_(ids), ProxyRow.holder_id.in_(ids)))
        .order_by(ProxyRow.id)
    ).all()
    return (
        Section(
            key="memberships",
            title=say(language, N_("Adhésions")),
            columns=(
                Column(key="kind", label=say(language, N_("Genre"))),
                Column(key="joined", label=say(language, N_("Depuis"))),
                Column(key="until", label=say(language, N_("Payée jusqu’au"))),
                Column(key="ended", label=say(language, N_("Terminée le"))),
                Column(key="why", label=say(language, N_("Pourquoi"))),
                Column(key="note", label=say(language, N_("Note"))),
            ),
            rows=rows,
        ),
        Section(
            key="assemblies",
            title=say(language, N_("Assemblées générales")),
            columns=(
                Column(key="what", label=say(language, N_("Quoi"))),
                Column(key="on", label=say(language, N_("Jour"))),
                Column(key="at", label=say(language, N_("Noté le"))),
            ),
            rows=[
                {"what": f"{title} · {say(language, word)}", "on": held_on, "at": at}
                for word, several in ((N_("convocation"), asked), (N_("procuration"), given))
                for title, held_on, at in several
            ],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Nobody is a member any more; what was noted goes. Days stay, without a name."""
    ids, today = subject.person_ids, brussels_day(erasing.at)
    mine = select(PartRow.membership_id).where(PartRow.person_id.in_(ids))
    alone = mine.where(PartRow.is_holder)
    open_ones = session.scalars(
        select(MembershipRow.id).where(MembershipRow.id.in_(alone), MembershipRow.ended_on.is_(None))
    ).all()
    session.execute(
        update(MembershipRow)
        .where(MembershipRow.id.in_(open_ones))
        .values(ended_on=today, end_reason=LeaveReason.UNEXPLAINED)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(PartRow)
        .where(or_(PartRow.person_id.in_(ids), PartRow.membership_id.in_(open_ones)), PartRow.until_on.is_(None))
        .values(until_on=today)
        .execution_options(synchronize_session=False)
    )
    noted = empty_rows(session, MembershipRow, {"end_note": ""}, MembershipRow.id.in_(alone))
    erased = {
        "membership_person": noted + delete_rows(session, ReminderRow, ReminderRow.membership_id.in_(alone)),
        "assembly_convocation": delete_rows(session, ConvocationRow, ConvocationRow.person_id.in_(ids)),
        "assembly_proxy": delete_rows(session, ProxyRow, or_(ProxyRow.giver_id.in_(ids), ProxyRow.holder_id.in_(ids))),
    }
    stay = session.scalar(select(func.count()).where(PartRow.person_id.in_(ids))) or 0
    until = date(today.year + YEARS, 12, 31)
    kept = (Kept(table="membership_person", count=stay, ground=GROUND, until_on=until),) if stay else ()
    return Forgotten(erased=erased, kept=kept)
