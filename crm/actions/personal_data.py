"""What somebody did: petitions signed, events, urgent actions. Opinions show in it, so nothing of it is kept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from crm.actions import delivery_store
from crm.actions.model import DeliveryState
from crm.actions.tables import (
    CallRow,
    DeedRow,
    DeliveryWordRow,
    RegistrationRow,
    SignatureDeliveryRow,
    SignatureRow,
)
from crm.contracts.personal_data import Column, Erasing, Forgotten, Section, Subject
from crm.foundation.forgetting import delete_rows, empty_rows
from crm.foundation.translation import N_, say
from crm.values.languages import Language

ROOM = "crm.actions"
TABLES = frozenset({"signature", "delivery_word", "registration", "deed"})


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """What they signed, where they came, what they did, when."""
    ids, call, handed = subject.person_ids, CallRow, SignatureDeliveryRow
    signed = session.execute(
        select(
            call.title,
            SignatureRow.signed_at,
            SignatureRow.source,
            SignatureRow.comment,
            delivery_store.may(),
            handed.recipient,
            handed.delivered_on,
        )
        .join(call, call.id == SignatureRow.petition_id)
        .outerjoin(handed, and_(handed.id == SignatureRow.delivery_id, handed.state == DeliveryState.DELIVERED))
        .where(SignatureRow.person_id.in_(ids))
        .order_by(SignatureRow.signed_at)
    ).all()
    words = session.execute(
        select(call.title, DeliveryWordRow.said_at, DeliveryWordRow.source, DeliveryWordRow.allowed)
        .join(SignatureRow, SignatureRow.id == DeliveryWordRow.signature_id)
        .join(call, call.id == SignatureRow.petition_id)
        .where(SignatureRow.person_id.in_(ids))
        .order_by(DeliveryWordRow.said_at, DeliveryWordRow.id)
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
                Column(key="handed_to", label=say(language, N_("Remise à"))),
                Column(key="handed_on", label=say(language, N_("Remise le"))),
                source,
            ),
            rows=[
                {
                    "title": title,
                    "at": when,
                    "comment": comment,
                    "deliver": bool(deliver),
                    "source": where,
                    "handed_to": to or "",
                    "handed_on": on,
                }
                for title, when, where, comment, deliver, to, on in signed
            ],
        ),
        Section(
            key="delivery_words",
            title=say(language, N_("Ce que vous avez dit ensuite de la remise de votre signature")),
            columns=(
                Column(key="title", label=say(language, N_("Pétition"))),
                at,
                Column(key="allowed", label=say(language, N_("À transmettre"))),
                source,
            ),
            rows=[
                {"title": title, "at": when, "allowed": allowed, "source": where}
                for title, when, where, allowed in words
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
    ids = subject.person_ids
    erased: dict[str, int] = {}
    said = select(SignatureRow.id).where(SignatureRow.person_id.in_(ids))
    erased["delivery_word"] = delete_rows(session, DeliveryWordRow, DeliveryWordRow.signature_id.in_(said))
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
