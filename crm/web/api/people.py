"""Somebody who arrives at the website or at a partner's, and what they allow."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.consent.model import Way
from crm.partners.model import RequestKind, Scope
from crm.web.api import arrivals, examples, gate, problems, wishes
from crm.web.api.answers import ConsentState
from crm.web.api.gate import Caller, Done
from crm.web.api.problems import Flaw, Problem
from crm.web.api.shapes import ConsentAct, ConsentIn, NewPersonIn, WishIn
from crm.web.words import N_

blueprint = Blueprint("api_people", __name__, url_prefix=gate.PREFIX)

NEEDS_NOTICE = N_("Donnez les mots exacts que la personne a lus.")
NOT_WITH = N_("Un retrait n’a ni texte ni preuve : retirez ce champ.")


@gate.takes(
    blueprint, "/people", NewPersonIn, kind=RequestKind.PERSON, scope=Scope.PEOPLE, example=examples.PERSON,
    summary=N_("Faire connaître quelqu’un. Le neuf s’ajoute, rien n’est remplacé ; ce qui diffère attend l’équipe."),
)  # fmt: skip
def add_person(session: Session, caller: Caller, asked: NewPersonIn) -> Done:
    """The same answer, whether somebody was known or not."""
    person = arrivals.bring(session, caller, asked.person, source=asked.source)
    return Done(person_id=person.id)


@gate.takes(
    blueprint, "/consents", ConsentIn, kind=RequestKind.CONSENT, scope=Scope.CONSENTS, example=examples.CONSENT,
    summary=N_("Demander un accord, que notre lettre fera confirmer, ou le retirer, ce qui vaut aussitôt."),
)  # fmt: skip
def add_consent(session: Session, caller: Caller, asked: ConsentIn) -> Done:
    """A request is asked by letter; a withdrawal holds at once, for everybody who has that address."""
    if asked.act is ConsentAct.WITHDRAW:
        return _withdraw(session, caller, asked)
    if asked.notice is None:
        raise Problem(problems.INVALID, Flaw(sentence=NEEDS_NOTICE, pointer="/notice"))
    wanted = [WishIn(purpose=asked.purpose, notice=asked.notice, double_opt_in=asked.double_opt_in)]
    wishes.check(session, caller, asked.person, wanted, at="")
    person = arrivals.bring(session, caller, asked.person, source=asked.source)
    return Done(
        person_id=person.id,
        facts={"consents": wishes.take(session, caller, person, asked.person, wanted=wanted, facts={})},
    )


def _withdraw(session: Session, caller: Caller, asked: ConsentIn) -> Done:
    """A no is heard from whoever says it, and tells nobody whether there was a yes. Nobody is added for it."""
    flaws = [
        Flaw(sentence=NOT_WITH, pointer=f"/{name}")
        for name in ("notice", "double_opt_in")
        if getattr(asked, name) is not None
    ]
    if asked.purpose not in {purpose.code for purpose in consent.letters(session)}:
        flaws.append(Flaw(sentence=wishes.NO_PURPOSE, pointer="/purpose"))
    if flaws:
        raise Problem(problems.INVALID, *flaws)
    there = arrivals.at_email(session, caller, asked.person)
    key = caller.made.addresses.key_of(arrivals.email_of(asked.person).normal)
    for person in there:
        consent.withdraw(
            session, caller.made.sealer, person_id=person.id, purpose=asked.purpose, address_key=key, way=Way.API,
            at=caller.at, evidence={"token": int(caller.token.id)},
        )  # fmt: skip
    kept = {"purpose": asked.purpose, "state": ConsentState.WITHDRAWN.value}
    return Done(person_id=there[0].id if there else None, facts={"consents": [kept]})
