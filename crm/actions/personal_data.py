"""What somebody did: petitions signed, events, urgent actions. Opinions show in it, so nothing of it is kept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actions.tables import CallRow, DeedRow, RegistrationRow, SignatureRow
from crm.contracts.personal_data import Column, Erasing, Forgotten, Section, Subject
from crm.foundation.forgetting import delete_rows, empty_rows
from crm.foundation.translation import N_, say
from crm.values.languages import Language

ROOM = "crm.actions"
TABLES = frozenset({"signature", "registration", "deed"})


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """What they signed, where they came, what they did, when."""
    ids, call = subject.person_ids, CallRow
    signed = session.execute(
        select(call.title, SignatureRow.signed_at, SignatureRow.source, SignatureRow.comment, SignatureRow.deliver)
        .join(call, call.id == SignatureRow.petition_id)
        .where(SignatureRow.person_id.in_(ids))
        .order_by(SignatureRow.signed_at)
    ).all()
    came = session.execute(
        select(call.title, RegistrationRow.registered_at, RegistrationRow.source, RegistrationRow.seats)
        .join(call, call.id == RegistrationRow.event_id)
        .where(RegistrationRow.person_id.in_(ids))
        .order_by(RegistrationRow.registered_at)
    ).all()
    done = session.execute(
        select(call.title, DeedRow.done_at, DeedRow.source)
        .join(call, call.id == DeedRow.action_id)
        .where(DeedRow.person_id.in_(ids))
        .order_by(DeedRow.done_at)
    ).all()
    at, source = (
        Column(key="at", label=say(language, N_("Quand"))),
        Column(key="source", label=say(language, N_("D’où cela vient"))),
    )
    return (
        Section(
            key="signatures",
            title=say(language, N_("Pétitions signées")),
            columns=(
                Column(key="title", label=say(language, N_("Pétition"))),
                at,
                Column(key="comment", label=say(language, N_("Votre message"))),
                Column(key="deliver", label=say(language, N_("À transmettre"))),
                source,
            ),
            rows=[
                {"title": title, "at": when, "comment": comment, "deliver": deliver, "source": where}
                for title, when, where, comment, deliver in signed
            ],
        ),
        Section(
            key="registrations",
            title=say(language, N_("Inscriptions à des événements")),
            columns=(
                Column(key="title", label=say(language, N_("Événement"))),
                at,
                Column(key="seats", label=say(language, N_("Places"))),
                source,
            ),
            rows=[{"title": title, "at": when, "seats": seats, "source": where} for title, when, where, seats in came],
        ),
        Section(
            key="deeds",
            title=say(language, N_("Actions urgentes")),
            columns=(Column(key="title", label=say(language, N_("Action"))), at, source),
            rows=[{"title": title, "at": when, "source": where} for title, when, where in done],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Everything goes; what was handed over to an authority before stays with them."""
    ids, erased = subject.person_ids, {}
    rows: tuple[tuple[str, type[SignatureRow] | type[RegistrationRow]], ...] = (
        ("signature", SignatureRow),
        ("registration", RegistrationRow),
    )
    for name, row in rows:
        theirs = select(row.id).where(row.person_id.in_(ids))
        empty_rows(session, row, {"folded_into_id": None}, row.person_id.in_(ids))
        empty_rows(session, row, {"folded_into_id": None}, row.folded_into_id.in_(theirs))
        erased[name] = delete_rows(session, row, row.person_id.in_(ids))
    erased["deed"] = delete_rows(session, DeedRow, DeedRow.person_id.in_(ids))
    return Forgotten(erased=erased)
