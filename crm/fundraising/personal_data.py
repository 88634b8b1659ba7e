"""What fundraising holds of somebody: the appeals they were sent or kept out of."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Kept, Section, Subject
from crm.foundation.forgetting import delete_rows, empty_rows, leave_own_name
from crm.foundation.translation import N_, say
from crm.fundraising import opening, store, words
from crm.fundraising.model import Arm, FileForm, Removal
from crm.fundraising.tables import AppealFileRow, AppealPlanRow, CallReportRow, CallResultRow, LeftOutRow, RecipientRow
from crm.people.model import Title
from crm.people.selects import neighbours
from crm.values.languages import Language

ROOM = "crm.fundraising"
TABLES = frozenset({"appeal_recipient", "appeal_left_out", "call_result"})
COUNT = N_("Ce qu’un appel a envoyé : une lettre, sans nom ni adresse")
UNNAMED = N_("un imprimeur ou une agence, dont le nom n’a pas été noté")
BARE = {
    "asks": [],
    "digits": "",
    "member_number": "",
    "title": Title.NONE,
    "first_name": "",
    "last_name": "",
    "organisation": "",
    "complement": "",
    "street": "",
    "number": "",
    "box": "",
    "postcode": "",
    "locality": "",
    "lines": "",
    "phone": "",
    "opening": "",
    "own_opening": "",
    "is_odd": False,
    "added_why": "",
    "removed_why": "",
}


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Every appeal with what it asked of them and where it went, and those they were kept out of, with why."""
    ids = subject.person_ids
    names = {int(one.id): one.plan.name for one in store.whole(session)}
    sent = session.execute(
        select(RecipientRow, AppealPlanRow.planned_on)
        .join(AppealPlanRow, AppealPlanRow.appeal_id == RecipientRow.appeal_id)
        .where(RecipientRow.person_id.in_(ids))
        .order_by(RecipientRow.id)
    ).all()
    left_out = session.execute(
        select(LeftOutRow.appeal_id, LeftOutRow.reason, AppealPlanRow.planned_on)
        .join(AppealPlanRow, AppealPlanRow.appeal_id == LeftOutRow.appeal_id)
        .where(LeftOutRow.person_id.in_(ids))
        .order_by(LeftOutRow.appeal_id)
    ).all()
    handed = session.execute(
        select(AppealFileRow.appeal_id, AppealFileRow.recipient, AppealFileRow.made_at)
        .join(RecipientRow, RecipientRow.appeal_id == AppealFileRow.appeal_id)
        .where(
            RecipientRow.person_id.in_(ids),
            RecipientRow.arm == Arm.MAILED,
            AppealFileRow.form == FileForm.LIST,
            AppealFileRow.made_at.is_not(None),
            or_(RecipientRow.added_at.is_(None), RecipientRow.added_at <= AppealFileRow.made_at),
            or_(RecipientRow.removed_at.is_(None), RecipientRow.removed_at > AppealFileRow.made_at),
        )
        .order_by(AppealFileRow.made_at)
    ).all()
    called = session.execute(
        select(CallResultRow, CallReportRow.appeal_id, CallReportRow.agency)
        .join(CallReportRow, CallReportRow.id == CallResultRow.report_id)
        .where(CallResultRow.person_id.in_(ids))
        .order_by(CallResultRow.id)
    ).all()
    appeal = Column(key="appeal", label=say(language, N_("Appel")))
    on = Column(key="on", label=say(language, N_("Jour")))
    return (
        Section(
            key="appeals",
            title=say(language, N_("Les appels que nous vous avons adressés")),
            columns=(
                appeal,
                on,
                Column(key="how", label=say(language, N_("Comment"))),
                Column(key="asks", label=say(language, N_("Montants proposés"))),
                Column(key="address", label=say(language, N_("Adresse"))),
                Column(key="removed", label=say(language, N_("Pourquoi il n’est pas parti"))),
            ),
            rows=[
                {
                    "appeal": names.get(one.appeal_id, ""),
                    "on": day,
                    "how": say(language, words.ARMS[one.arm]),
                    "asks": ", ".join(f"{cents // 100} €" for cents in one.asks),
                    "address": one.phone or ", ".join(one.lines.split("\n")),
                    "removed": say(language, words.REMOVALS[one.removal]) if one.removal else "",
                }
                for one, day in sent
            ],
            note=say(language, N_("Ces lignes partent chez qui imprime et poste nos lettres, ou appelle pour nous.")),
        ),
        Section(
            key="appeal_files",
            title=say(language, N_("À qui ces lignes ont été remises")),
            columns=(
                appeal,
                Column(key="at", label=say(language, N_("Quand"))),
                Column(key="who", label=say(language, N_("À qui"))),
            ),
            rows=[
                {"appeal": names.get(appeal_id, ""), "at": at, "who": who or say(language, UNNAMED)}
                for appeal_id, who, at in handed
            ],
        ),
        Section(
            key="appeal_calls",
            title=say(language, N_("Ce que nos appels téléphoniques ont donné")),
            columns=(
                appeal,
                on,
                Column(key="by", label=say(language, N_("Par qui"))),
                Column(key="outcome", label=say(language, N_("Ce qui a été noté"))),
                Column(key="remark", label=say(language, N_("Remarque"))),
            ),
            rows=[
                {
                    "appeal": names.get(appeal_id, ""),
                    "on": one.called_on,
                    "by": agency,
                    "outcome": say(language, words.OUTCOMES[one.outcome]) if one.outcome else "",
                    "remark": one.remark,
                }
                for one, appeal_id, agency in called
            ],
        ),
        Section(
            key="appeals_left_out",
            title=say(language, N_("Les appels que nous ne vous avons pas adressés")),
            columns=(appeal, on, Column(key="why", label=say(language, N_("Pourquoi")))),
            rows=[
                {"appeal": names.get(appeal_id, ""), "on": day, "why": say(language, words.REASONS[reason])}
                for appeal_id, reason, day in left_out
            ],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Names, addresses and amounts go; that a letter was sent stays as a number. What has not left is taken out."""
    ids = subject.person_ids
    theirs = RecipientRow.person_id.in_(ids)
    store.remove(session, theirs, removal=Removal.ERASED, removed_at=erasing.at)
    near = RecipientRow.person_id.in_(neighbours(ids)) & RecipientRow.person_id.not_in(ids)
    leave_own_name(session, RecipientRow, subject.names, near)
    opening.leave_own(session, [name.split(" ")[0] for name in subject.names], near)
    erased = {
        "call_result": delete_rows(session, CallResultRow, CallResultRow.person_id.in_(ids)),
        "appeal_left_out": delete_rows(session, LeftOutRow, LeftOutRow.person_id.in_(ids)),
        "appeal_recipient": empty_rows(session, RecipientRow, BARE, theirs),
    }
    mailed = select(func.count()).select_from(RecipientRow).where(theirs, RecipientRow.arm == Arm.MAILED)
    count = session.scalar(mailed) or 0
    kept = (Kept(table="appeal_recipient", count=count, ground=COUNT),) if count else ()
    return Forgotten(erased=erased, kept=kept)
