"""What people did on the website or at a partner's: signatures, registrations, urgent actions."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint
from sqlalchemy.orm import Session

from crm.actions import service as actions
from crm.actions.errors import CallClosed
from crm.actions.model import CallKind, Deed, NewRegistration, NewSignature
from crm.actions.rules import is_open
from crm.partners.model import RequestKind, Scope
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.languages import Language
from crm.web.api import arrivals, calls, examples, gate, problems, wishes
from crm.web.api.answers import PetitionOut
from crm.web.api.gate import Caller, Done
from crm.web.api.problems import Flaw, Problem
from crm.web.api.shapes import RegistrationAct, RegistrationIn, SignatureIn, UrgentActionIn
from crm.web.words import N_

blueprint = Blueprint("api_acts", __name__, url_prefix=gate.PREFIX)

NO_WISH = N_("Une annulation n’apporte pas d’accord : demandez-le à part.")
NOT_COMMENT = N_("Un commentaire a des lettres et des signes que l’on peut imprimer.")


@gate.takes(
    blueprint, "/signatures", SignatureIn, kind=RequestKind.SIGNATURE, scope=Scope.SIGNATURES,
    example=examples.SIGNATURE, also=(problems.CLOSED,),
    summary=N_("Signer une pétition. Une seconde est la même signature ; son « delivery » compte, le dernier vaut."),
)  # fmt: skip
def add_signature(session: Session, caller: Caller, asked: SignatureIn) -> Done:
    """A signature, with its own leave to be handed over, and the consents that were asked beside it."""
    signed_at = arrivals.moment(caller, asked.signed_at, "/signed_at")
    call = calls.named(session, caller, CallKind.PETITION, asked.petition, pointer="/petition")
    wishes.check(session, caller, asked.person, asked.consents, at="/consents")
    person = arrivals.bring(session, caller, asked.person, source=asked.source)
    delivery = asked.delivery
    new = NewSignature(
        petition_id=call.id,
        person_id=person.id,
        signed_at=signed_at,
        source=arrivals.source_of(caller, asked.source),
        comment=asked.comment,
        deliver=delivery is not None and delivery.allowed,
        delivery_words=delivery.notice.text if delivery is not None else "",
        delivery_language=delivery.notice.language if delivery is not None else Language.FR,
    )
    try:
        signed = actions.sign(session, new, at=caller.at)
    except CallClosed as error:
        raise Problem(problems.CLOSED) from error
    except Invalid as error:
        raise Problem(problems.INVALID, Flaw(sentence=NOT_COMMENT, pointer="/comment")) from error
    kept = wishes.take(session, caller, person, asked.person, wanted=asked.consents, facts={"call": int(call.id)})
    return Done(person_id=person.id, facts={"consents": kept, "signature": int(signed.signature.id)})


@gate.takes(
    blueprint, "/registrations", RegistrationIn, kind=RequestKind.REGISTRATION, scope=Scope.REGISTRATIONS,
    example=examples.REGISTRATION, also=(problems.CLOSED,),
    summary=N_(
        "Inscrire quelqu’un à un événement, ou annuler son inscription. Une seconde est la même ; les dernières places "
        "dites valent."
    ),
)  # fmt: skip
def add_registration(session: Session, caller: Caller, asked: RegistrationIn) -> Done:
    """One registration a person and event; a cancellation makes nobody known, and takes out only whom the name fits."""
    call = calls.named(session, caller, CallKind.EVENT, asked.event, pointer="/event")
    if asked.act is RegistrationAct.CANCEL:
        if asked.consents:
            raise Problem(problems.INVALID, Flaw(sentence=NO_WISH, pointer="/consents"))
        there = arrivals.spoken_of(session, caller, asked.person)
        for person in there:
            actions.cancel(session, call.id, person.id, at=caller.at)
        return Done(person_id=there[0].id if there else None)
    wishes.check(session, caller, asked.person, asked.consents, at="/consents")
    person = arrivals.bring(session, caller, asked.person, source=asked.source)
    new = NewRegistration(
        event_id=call.id,
        person_id=person.id,
        at=caller.at,
        seats=asked.seats,
        source=arrivals.source_of(caller, asked.source),
    )
    try:
        actions.register(session, new)
    except CallClosed as error:
        raise Problem(problems.CLOSED) from error
    kept = wishes.take(session, caller, person, asked.person, wanted=asked.consents, facts={"call": int(call.id)})
    return Done(person_id=person.id, facts={"consents": kept})


@gate.takes(
    blueprint, "/urgent-actions", UrgentActionIn, kind=RequestKind.URGENT_ACTION, scope=Scope.URGENT_ACTIONS,
    example=examples.URGENT_ACTION, also=(problems.CLOSED,),
    summary=N_("Noter qu’une personne a mené une action urgente."),
)  # fmt: skip
def add_urgent_action(session: Session, caller: Caller, asked: UrgentActionIn) -> Done:
    """An urgent action that somebody took, one way, at one moment."""
    done_at: datetime = arrivals.moment(caller, asked.done_at, "/done_at")
    call = calls.named(session, caller, CallKind.URGENT_ACTION, asked.urgent_action, pointer="/urgent_action")
    wishes.check(session, caller, asked.person, asked.consents, at="/consents")
    person = arrivals.bring(session, caller, asked.person, source=asked.source)
    deed = Deed(
        action_id=call.id,
        person_id=person.id,
        kind=asked.kind,
        done_at=done_at,
        source=arrivals.source_of(caller, asked.source),
    )
    try:
        actions.act(session, deed, at=caller.at)
    except CallClosed as error:
        raise Problem(problems.CLOSED) from error
    kept = wishes.take(session, caller, person, asked.person, wanted=asked.consents, facts={"call": int(call.id)})
    return Done(person_id=person.id, facts={"consents": kept})


@gate.tells(
    blueprint, "/petitions/<code>", PetitionOut, scope=Scope.STATUS,
    summary=N_("Les chiffres d’une pétition, les personnes réunies comptées une seule fois."),
)  # fmt: skip
def petition(session: Session, caller: Caller, code: str) -> PetitionOut:
    """The figures of a petition. Nobody's name."""
    call = actions.find_call(session, CallKind.PETITION, code=code)
    if call is None:
        raise Problem(problems.MISSING)
    tally = actions.tally(session, call)
    return PetitionOut(
        code=call.code,
        title=call.title,
        url=call.url,
        language=call.language,
        closes_on=call.closes_on,
        is_open=is_open(call, brussels_day(caller.at)),
        signatures=tally.people,
        to_deliver=tally.to_deliver,
        last_signed_at=tally.last_at,
    )
