"""What the magazine holds of somebody: how they want it, the copies they were sent, what came back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Kept, Section, Subject
from crm.foundation.forgetting import delete_rows, empty_rows, leave_own_name
from crm.foundation.translation import N_, say
from crm.magazine import neighbour_store, store, words
from crm.magazine.model import Neighbours, Removal, RunKind
from crm.magazine.tables import (
    ClaimRow,
    CopyRow,
    ExclusionRow,
    IssueRow,
    IssueRunRow,
    NeighbourDecisionRow,
    NeighbourRow,
    PrintFileRow,
    ReturnRow,
    SubscriptionRow,
)
from crm.people.model import Title
from crm.people.selects import neighbours
from crm.values.calendar import brussels_day
from crm.values.languages import Language

ROOM = "crm.magazine"
TABLES = frozenset(
    {
        "magazine_subscription",
        "magazine_copy",
        "magazine_exclusion",
        "magazine_return",
        "magazine_claim",
        "magazine_neighbour",
    }
)
COUNT = N_("Ce qui est parti à la poste : un exemplaire, sans nom ni adresse")
DECIDED = {
    Neighbours.TOGETHER: N_("Un foyer, un seul exemplaire"),
    Neighbours.APART: N_("Chacun·e son exemplaire"),
}
_BARE = {
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
    "notes": "",
    "box_key": "",
    "postal_address_id": None,
}


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Every copy with where it went, what came back, and what is said of how they want it."""
    ids = subject.person_ids
    said = session.scalars(select(SubscriptionRow).where(SubscriptionRow.person_id.in_(ids)))
    sent = session.execute(
        select(IssueRow.number, IssueRow.drop_on, CopyRow.copies, CopyRow.lines, ReturnRow.reason)
        .join(IssueRow, IssueRow.id == CopyRow.issue_id)
        .outerjoin(ReturnRow, ReturnRow.copy_id == CopyRow.id)
        .where(CopyRow.person_id.in_(ids))
        .order_by(CopyRow.id)
    ).all()
    told = session.execute(
        select(IssueRow.number, ClaimRow.made_at, ClaimRow.note)
        .join(IssueRow, IssueRow.id == ClaimRow.issue_id)
        .where(ClaimRow.person_id.in_(ids))
        .order_by(ClaimRow.id)
    ).all()
    shared = session.execute(
        select(NeighbourDecisionRow.decided_at, NeighbourDecisionRow.word)
        .join(NeighbourRow, NeighbourRow.decision_id == NeighbourDecisionRow.id)
        .where(NeighbourRow.person_id.in_(ids), NeighbourDecisionRow.undone_at.is_(None))
        .order_by(NeighbourDecisionRow.id)
    ).all()
    copy, file = CopyRow, PrintFileRow
    handed = session.execute(
        select(IssueRow.number, file.made_at, file.recipient, file.id)
        .join(copy, copy.issue_id == IssueRow.id)
        .join(file, file.run_id == copy.run_id)
        .where(copy.person_id.in_(ids), or_(copy.removed_at.is_(None), copy.removed_at > file.made_at))
        .order_by(file.id)
        .distinct()
    ).all()
    number = Column(key="number", label=say(language, N_("Numéro")))
    return (
        Section(
            key="magazine",
            title=say(language, N_("Le magazine")),
            columns=(
                Column(key="format", label=say(language, N_("Comment"))),
                Column(key="copies", label=say(language, N_("Exemplaires"))),
                Column(key="basis", label=say(language, N_("À quel titre"))),
                Column(key="until", label=say(language, N_("En pause jusqu’au"))),
                Column(key="notes", label=say(language, N_("Note"))),
            ),
            rows=[
                {
                    "format": say(language, words.FORMATS[one.format]),
                    "copies": one.copies,
                    "basis": say(language, words.BASES[one.basis]) if one.basis else "",
                    "until": one.paused_until_on,
                    "notes": one.notes,
                }
                for one in said
            ],
        ),
        Section(
            key="magazine_copies",
            title=say(language, N_("Les numéros que nous vous avons envoyés")),
            columns=(
                number,
                Column(key="on", label=say(language, N_("Jour"))),
                Column(key="copies", label=say(language, N_("Exemplaires"))),
                Column(key="address", label=say(language, N_("Adresse"))),
                Column(key="returned", label=say(language, N_("Revenu"))),
            ),
            rows=[
                {
                    "number": issue,
                    "on": on,
                    "copies": copies,
                    "address": ", ".join(lines.split("\n")),
                    "returned": say(language, words.RETURNS[reason]) if reason else "",
                }
                for issue, on, copies, lines, reason in sent
            ],
        ),
        Section(
            key="magazine_files",
            title=say(language, N_("Les fichiers du magazine où vous figuriez")),
            columns=(
                Column(key="at", label=say(language, N_("Quand"))),
                number,
                Column(key="who", label=say(language, N_("À qui"))),
            ),
            rows=[
                {"number": issue, "at": at, "who": who or say(language, N_("l’imprimeur du magazine"))}
                for issue, at, who, _ in handed
            ],
            note=say(language, N_("Votre nom et votre adresse, pour l’envoi ; qui les reçoit les détruit ensuite.")),
        ),
        Section(
            key="magazine_claims",
            title=say(language, N_("Les numéros que vous n’aviez pas reçus")),
            columns=(
                number,
                Column(key="at", label=say(language, N_("Quand"))),
                Column(key="note", label=say(language, N_("Note"))),
            ),
            rows=[{"number": issue, "at": at, "note": note} for issue, at, note in told],
        ),
        Section(
            key="magazine_neighbours",
            title=say(language, N_("Votre boîte aux lettres, quand elle porte plusieurs noms")),
            columns=(
                Column(key="at", label=say(language, N_("Quand"))),
                Column(key="word", label=say(language, N_("Ce que nous avons retenu"))),
            ),
            rows=[{"at": at, "word": say(language, DECIDED[word])} for at, word in shared],
        ),
    )


def _coming(today: date) -> Select[int]:
    """Runs that are not at the post yet: until the drop; what is made after it, until a file of it left."""
    run = IssueRunRow
    left = select(PrintFileRow.id).where(PrintFileRow.run_id == run.id).exists()
    later = run.kind.in_((RunKind.WELCOME, RunKind.AGAIN)) & ~left
    return select(run.id).join(IssueRow, IssueRow.id == run.issue_id).where(or_(IssueRow.drop_on >= today, later))


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Names and addresses go; that a copy was printed stays as a number. A copy not dropped yet is taken out."""
    ids = subject.person_ids
    theirs = CopyRow.person_id.in_(ids)
    coming = CopyRow.run_id.in_(_coming(brussels_day(erasing.at)))
    store.remove(session, theirs & coming, removal=Removal.ERASED, removed_at=erasing.at)
    near = CopyRow.person_id.in_(neighbours(ids)) & CopyRow.person_id.not_in(ids)
    leave_own_name(session, CopyRow, subject.names, near)
    erased = {
        "magazine_return": delete_rows(session, ReturnRow, ReturnRow.person_id.in_(ids)),
        "magazine_claim": delete_rows(session, ClaimRow, ClaimRow.person_id.in_(ids)),
        "magazine_neighbour": neighbour_store.forget(session, ids),
        "magazine_exclusion": delete_rows(session, ExclusionRow, ExclusionRow.person_id.in_(ids)),
        "magazine_subscription": delete_rows(session, SubscriptionRow, SubscriptionRow.person_id.in_(ids)),
        "magazine_copy": empty_rows(session, CopyRow, _BARE, theirs),
    }
    count = session.scalar(select(func.count()).select_from(CopyRow).where(theirs)) or 0
    kept = (Kept(table="magazine_copy", count=count, ground=COUNT),) if count else ()
    return Forgotten(erased=erased, kept=kept)
