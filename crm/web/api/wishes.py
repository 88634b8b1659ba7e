"""Consents that come with a request: asked and confirmed by our own letter, unless the partner proved them.

Whatever a program says, without the scope `confirmed-consents` nobody's standing rises above "asked".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.consent.model import Act, Channel, ConsentEvent, NewAct, Way
from crm.consent.policy import EVERYWHERE
from crm.partners.model import Scope
from crm.people.model import ContactPoint, Person
from crm.values.email_address import EmailAddress
from crm.web.api import arrivals, problems
from crm.web.api.answers import ConsentOut, ConsentState
from crm.web.api.gate import Caller
from crm.web.api.problems import Flaw, Problem
from crm.web.api.shapes import DoubleOptInIn, PersonIn, WishIn
from crm.web.words import N_
from mailing.correspondence import service as correspondence
from mailing.correspondence.model import Reader

NO = frozenset({Act.REFUSED, Act.WITHDRAWN, Act.OBJECTED})
NO_PURPOSE = N_("Cette finalité n’existe pas.")
TWICE = N_("Une finalité se demande une seule fois par demande.")
ONE_LANGUAGE = N_("Donnez tous les textes dans une même langue.")
NEEDS_SCOPE = N_(
    "Ce jeton ne peut pas apporter d’accord déjà confirmé. Retirez double_opt_in : notre lettre le demandera."
)


def check(session: Session, caller: Caller, asked: PersonIn, wishes: Sequence[WishIn], *, at: str) -> None:
    """Refuses what cannot be asked, before anything is written. `at` points to the list (or, if empty, to the body)."""
    if not wishes:
        return
    known = {purpose.code for purpose in consent.letters(session)}
    flaws = []
    if asked.email is None:
        flaws.append(Flaw(sentence=arrivals.NEEDS_EMAIL, pointer="/person/email"))
    seen: set[str] = set()
    for number, wish in enumerate(wishes):
        pointer = f"{at}/{number}" if at else ""
        if wish.purpose not in known:
            flaws.append(Flaw(sentence=NO_PURPOSE, pointer=f"{pointer}/purpose"))
        elif wish.purpose in seen:
            flaws.append(Flaw(sentence=TWICE, pointer=f"{pointer}/purpose"))
        seen.add(wish.purpose)
        if wish.notice.language is not wishes[0].notice.language:
            flaws.append(Flaw(sentence=ONE_LANGUAGE, pointer=f"{pointer}/notice/language"))
        if wish.double_opt_in is not None:
            if Scope.CONFIRMED_CONSENTS not in caller.token.opens:
                raise Problem(problems.SCOPE, Flaw(sentence=NEEDS_SCOPE, pointer=f"{pointer}/double_opt_in"))
            arrivals.moment(caller, wish.double_opt_in.confirmed_at, f"{pointer}/double_opt_in/confirmed_at")
    if flaws:
        raise Problem(problems.INVALID, *flaws)


def take(
    session: Session,
    caller: Caller,
    person: Person,
    asked: PersonIn,
    *,
    wanted: Sequence[WishIn],
    facts: dict[str, Any],
) -> list[dict[str, Any]]:
    """Writes each wish down and owes one letter for those that are not proved; what `told` needs later."""
    if not wanted or asked.email is None:
        return []
    point = person.at(caller.made.addresses.key_of(EmailAddress.parse(asked.email).normal))
    if point is None:
        # Somebody who has died, by another of their numbers: nothing is asked of the dead, and nobody told.
        return [{"purpose": wish.purpose, "state": _at_first(wish).value} for wish in wanted]
    evidence = {"token": int(caller.token.id), **facts}
    kept: list[dict[str, Any]] = []
    for wish in wanted:
        if wish.double_opt_in is not None:
            proof = _proof(wish, wish.double_opt_in)
            _prove(session, caller, person, point, wish=wish, evidence=evidence | proof)
            kept.append({"purpose": wish.purpose, "state": ConsentState.CONFIRMED.value, "address": point.address_key})
    asking = [wish for wish in wanted if wish.double_opt_in is None]
    if asking:
        reader = Reader(person=person, point=point)
        versions = {wish.purpose: wish.notice.version for wish in asking if wish.notice.version}
        correspondence.ask(
            session, caller.made.desk, reader, words={wish.purpose: wish.notice.text for wish in asking},
            language=asking[0].notice.language, way=Way.API, at=caller.at,
            evidence=evidence | ({"versions": versions} if versions else {}),
        )  # fmt: skip
        asked_events = {
            stands.purpose: stands.asked_id
            for stands in consent.standings(session, person.id)
            if stands.asked_id is not None and stands.address_key == point.address_key
        }
        kept += [
            {
                "purpose": wish.purpose,
                "state": ConsentState.REQUESTED.value,
                "address": point.address_key,
                "event": asked_events.get(wish.purpose),
            }
            for wish in asking
        ]
    return kept


def _at_first(wish: WishIn) -> ConsentState:
    return ConsentState.REQUESTED if wish.double_opt_in is None else ConsentState.CONFIRMED


def _proof(wish: WishIn, proof: DoubleOptInIn) -> dict[str, Any]:
    return {
        "confirmed_at": proof.confirmed_at.isoformat(),
        "method": proof.method.value,
        "proof": proof.evidence,
        "version": wish.notice.version,
    }


def _prove(
    session: Session,
    caller: Caller,
    person: Person,
    point: ContactPoint,
    *,
    wish: WishIn,
    evidence: dict[str, Any],
) -> None:
    """A yes that was proved at the partner's, dated by the proof: a later no of theirs still has the last word."""
    assert wish.double_opt_in is not None
    notice = consent.notice_for(
        session, purpose=wish.purpose, language=wish.notice.language, text=wish.notice.text, at=caller.at
    )
    act = NewAct(
        person_id=person.id,
        purpose=wish.purpose,
        address_key=point.address_key,
        act=Act.GIVEN,
        way=Way.API,
        occurred_at=min(wish.double_opt_in.confirmed_at, caller.at),
        notice_id=notice.id,
        evidence=evidence,
    )
    consent.record(session, caller.made.sealer, act, at=caller.at)


def told(
    session: Session, person: Person | None, kept: Sequence[dict[str, Any]], *, taken_at: datetime
) -> list[ConsentOut]:
    """What became of those wishes, by the words of the person about this very request and nothing else.

    Somebody who received our letters already stays "requested", as somebody does who never answers, and what anybody
    said before the request is never told: a program cannot find out who was known.
    """
    events = () if person is None else consent.words_of(session, person.id)
    return [ConsentOut(purpose=one["purpose"], state=_state(one, events, taken_at)) for one in kept]


def _state(one: Mapping[str, Any], events: Sequence[ConsentEvent], taken_at: datetime) -> ConsentState:
    """The state of one wish: a no counts that reached us after the request, and was said no earlier than its yes."""
    state = ConsentState(one["state"])
    if "address" not in one or state is ConsentState.WITHDRAWN:
        return state
    said = [event for event in events if event.purpose == one["purpose"] and event.channel is Channel.EMAIL]
    here = [event for event in said if event.act is Act.GIVEN and event.address_key == one["address"]]
    if state is ConsentState.CONFIRMED:
        proofs = [event for event in here if event.way is Way.API and event.recorded_at == taken_at]
        since = max((event.occurred_at for event in proofs), default=taken_at)
    else:
        answers = [event for event in here if one.get("event") and event.evidence.get("request") == one["event"]]
        if not answers:
            return state
        since = max(event.occurred_at for event in answers)
    is_taken_back = any(
        event.act in NO
        and event.address_key in {one["address"], EVERYWHERE}
        and event.recorded_at > taken_at
        and event.occurred_at >= since
        for event in said
    )
    return ConsentState.WITHDRAWN if is_taken_back else ConsentState.CONFIRMED
