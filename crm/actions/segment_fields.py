"""What one may ask about acts: petitions signed, events come to, urgent actions taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.actions.model import CallKind, RegistrationState
from crm.actions.tables import CallRow, DeedRow, RegistrationRow, SignatureRow
from crm.contracts.segment_fields import Asking, Column, Cost, Kind, Measure, Option, Options, Source, Telling, kept_in
from crm.foundation.translation import N_, say
from crm.people.model import Sensitivity
from crm.values.languages import Language

READ = "supporters.read"
MOST_LISTED = 300
STATES = {
    RegistrationState.REGISTERED: N_("inscription"),
    RegistrationState.ATTENDED: N_("présence"),
    RegistrationState.CANCELLED: N_("annulation"),
}


def _calls(kind: CallKind, *, every: bool = False) -> Options:
    def options(session: Session, _language: Language) -> Sequence[Option]:
        rows = select(CallRow.id, CallRow.title).where(CallRow.kind == kind).order_by(CallRow.id.desc())
        found = session.execute(rows if every else rows.limit(MOST_LISTED))
        return [Option(value=str(number), label=title) for number, title in found]

    return options


def _telling(kind: CallKind) -> Telling:
    """The sensitive ones, all of them: an old petition that no list shows any more tells as much."""

    def telling(session: Session) -> frozenset[str]:
        rows = select(CallRow.id).where(CallRow.kind == kind, CallRow.sensitivity == Sensitivity.SENSITIVE)
        return frozenset(str(number) for number in session.scalars(rows))

    return telling


def _call(key: str, label: str, kind: CallKind) -> Column:
    return Column(
        key=key,
        label=label,
        kind=Kind.WORD,
        options=_calls(kind),
        every=_calls(kind, every=True),
        telling=_telling(kind),
        known=kept_in(CallRow.id),
    )


def _states(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=state.value, label=say(language, name)) for state, name in STATES.items()]


def _signatures(_asking: Asking) -> Select[*tuple[Any, ...]]:
    row = SignatureRow
    return select(row.person_id, row.petition_id.label("petition"), row.signed_at).where(row.folded_into_id.is_(None))


def _registrations(asking: Asking) -> Select[*tuple[Any, ...]]:
    """Those that stand; also the cancelled ones, where somebody asks about the state."""
    row = RegistrationRow
    stands = () if "state" in asking.columns else (row.state != RegistrationState.CANCELLED,)
    return (
        select(row.person_id, row.event_id.label("event"), row.state, row.seats, CallRow.starts_on)
        .join(CallRow, CallRow.id == row.event_id)
        .where(row.folded_into_id.is_(None), *stands)
    )


def _deeds(_asking: Asking) -> Select[*tuple[Any, ...]]:
    return select(DeedRow.person_id, DeedRow.action_id.label("action"), DeedRow.done_at)


SOURCES: tuple[Source, ...] = (
    Source(
        key="signature",
        label=N_("Pétitions"),
        definition=N_("Chaque pétition signée, une fois par personne."),
        columns=(
            _call("petition", N_("pétition"), CallKind.PETITION),
            Column(key="signed_at", label=N_("signée"), kind=Kind.INSTANT),
        ),
        rows=_signatures,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont signé une pétition %(when)s"),
            Measure.COUNT: N_("ont signé %(how)s pétitions %(when)s"),
            Measure.FIRST: N_("ont signé pour la première fois %(how)s"),
            Measure.LAST: N_("ont signé pour la dernière fois %(how)s"),
        },
        denied=N_("n’ont pas signé de pétition %(when)s"),
        day="signed_at",
        cost=Cost.MEDIUM,
    ),
    Source(
        key="registration",
        label=N_("Événements"),
        definition=N_(
            "Les inscriptions aux événements, comptées au jour de l’événement ; celles qui sont annulées, seulement si "
            "l’état est demandé."
        ),
        columns=(
            _call("event", N_("événement"), CallKind.EVENT),
            Column(key="state", label=N_("état"), kind=Kind.WORD, options=_states),
            Column(key="seats", label=N_("places"), kind=Kind.NUMBER),
            Column(key="starts_on", label=N_("jour de l’événement"), kind=Kind.DAY),
        ),
        rows=_registrations,
        permission=READ,
        phrases={
            Measure.HAS: N_("se sont inscrites à un événement %(when)s"),
            Measure.COUNT: N_("se sont inscrites à %(how)s événements %(when)s"),
            Measure.FIRST: N_("se sont inscrites à un premier événement %(how)s"),
            Measure.LAST: N_("se sont inscrites à un dernier événement %(how)s"),
        },
        denied=N_("ne se sont inscrites à aucun événement %(when)s"),
        day="starts_on",
    ),
    Source(
        key="deed",
        label=N_("Actions urgentes"),
        definition=N_("Chaque action urgente menée, autant de fois qu’elle l’a été."),
        columns=(
            _call("action", N_("action urgente"), CallKind.URGENT_ACTION),
            Column(key="done_at", label=N_("menée"), kind=Kind.INSTANT),
        ),
        rows=_deeds,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont mené une action urgente %(when)s"),
            Measure.COUNT: N_("ont mené %(how)s actions urgentes %(when)s"),
            Measure.FIRST: N_("ont mené une première action urgente %(how)s"),
            Measure.LAST: N_("ont mené une dernière action urgente %(how)s"),
        },
        denied=N_("n’ont mené aucune action urgente %(when)s"),
        day="done_at",
    ),
)
