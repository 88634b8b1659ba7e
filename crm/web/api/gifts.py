"""Gifts that came in elsewhere: on the website, at a partner's. Each payment once, whoever says it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from crm.assembly import payment_providers, till
from crm.care import service as care
from crm.donations import appeals, codes, rules, taking_over
from crm.donations import service as donations
from crm.donations.errors import CodeUnknown
from crm.donations.model import Basis, Gift, GiftKind, LineKind, Method, Movement, NewGift, NewLine
from crm.foundation.translation import say
from crm.partners.model import RequestKind, Scope
from crm.payments import service as payments
from crm.payments.model import PaymentState
from crm.people import service as people
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.structured_communication import StructuredCommunication
from crm.web.api import arrivals, examples, gate, problems, wishes
from crm.web.api.gate import Caller, Done
from crm.web.api.problems import Flaw, Problem
from crm.web.api.shapes import GiftIn
from crm.web.words import N_

blueprint = Blueprint("api_gifts", __name__, url_prefix=gate.PREFIX)

TO_COME = N_("Ce jour est à venir.")
LONG_AGO = N_("Ce jour est d’avant l’an 2000.")
NO_FUND = N_("Aucun fonds ouvert n’a ce code.")
NOT_THE_SUM = N_("Ces parts ne font pas le montant du don.")
KEPT_MORE = N_("Un prestataire ne garde pas plus que le don.")
RESERVED = N_("Ce nom est réservé : donnez celui de votre prestataire de paiement.")
OTHERWISE = N_("Ce paiement est déjà noté, avec un autre montant.")
FAILED = N_("Le prestataire dit que ce paiement a échoué : aucun don n’en est noté.")
STRANGE_CODE = N_("Dons reçus avec un code d’appel inconnu, « %(code)s » (%(program)s)")
LATE_CODE = N_("Dons déjà notés dont le code d’appel « %(code)s » a été dit après coup (%(program)s)")
LONGEST_CODE = 60
JOINERS = "\u200c\u200d"
"""Signs that nobody sees and that make one of several."""


@gate.takes(
    blueprint, "/gifts", GiftIn, kind=RequestKind.GIFT, scope=Scope.GIFTS, example=examples.GIFT,
    also=(problems.CONFLICT,),
    summary=N_("Noter un don dont l’argent est arrivé. Le même paiement encore ne change rien."),
)  # fmt: skip
def add_gift(session: Session, caller: Caller, asked: GiftIn) -> Done:
    """A gift with its money, of whoever that is by the one policy for arrivals."""
    _check(caller, asked)
    payment = asked.payment
    there = taking_over.booked(session, payment.provider, {payment.reference})[payment.reference]
    if there.cents is not None and there.cents != asked.cents:
        raise Problem(problems.CONFLICT, Flaw(sentence=OTHERWISE, pointer="/payment/reference"))
    if there.gift_id is not None:
        return _again(session, caller, asked, donations.gift(session, there.gift_id))
    awaited = payments.awaited(session, payment.provider, payment.reference)
    if awaited is not None and awaited.cents != asked.cents:
        raise Problem(problems.CONFLICT, Flaw(sentence=OTHERWISE, pointer="/payment/reference"))
    if awaited is not None and awaited.state is PaymentState.FAILED:
        raise Problem(problems.CONFLICT, Flaw(sentence=FAILED, pointer="/payment/reference"))
    wishes.check(session, caller, asked.person, asked.consents, at="/consents")
    source_code, strange = _source(session, asked.source_code)
    person = arrivals.bring(session, caller, asked.person, source=asked.source)
    kind = GiftKind(asked.given_as)
    fixed = tuple(NewLine(cents=one.cents, kind=LineKind(one.kind), fund=one.fund) for one in asked.lines)
    whole = NewLine(cents=asked.cents, fund=asked.fund, kind=rules.LINE_OF.get(kind, LineKind.DONATION))
    new = NewGift(
        person_id=person.id,
        kind=kind,
        lines=fixed or (whole,),
        split_beforehand=len(fixed) > 1,
        given_on=asked.given_on,
        basis=Basis.PROVIDER,
        source_code=source_code,
        tribute=_one_line(asked.tribute),
        is_test=awaited is not None and awaited.is_test,
        movement=Movement(
            method=Method(payment.method),
            booked_on=asked.given_on,
            provider=payment.provider,
            external_id=there.external_id,
        ),
    )
    try:
        gift = donations.record(session, caller.made.sealer, new, at=caller.at)
    except CodeUnknown as error:
        raise Problem(problems.INVALID, Flaw(sentence=NO_FUND, pointer="/lines" if fixed else "/fund")) from error
    if asked.kept_cents and payment.provider not in payment_providers(caller.made):
        fee = replace(new.movement, external_id=f"{there.external_id} fee")
        donations.charge(session, caller.made.sealer, gift.id, fee, cents=asked.kept_cents, at=caller.at)
    payments.claim(session, till(caller.made), payment.provider, payment.reference, gift.id, at=caller.at)
    kept = wishes.take(session, caller, person, asked.person, wanted=asked.consents, facts={"gift": int(gift.id)})
    facts: dict[str, Any] = {"consents": kept, "gift": int(gift.id)}
    if strange:
        _tell(session, caller, STRANGE_CODE, strange, gift)
        facts["source_code"] = strange
    return Done(person_id=person.id, facts=facts)


def _again(session: Session, caller: Caller, asked: GiftIn, gift: Gift) -> Done:
    """A payment that was noted before: the gift stays as it is, and what its giver says with it is taken.

    Who asks for letters is brought in whoever that is; of anybody else only what is new of the giver is kept, since
    two programs may name two payers and the gift has one.
    """
    wishes.check(session, caller, asked.person, asked.consents, at="/consents")
    source_code, strange = _source(session, asked.source_code)
    person = people.find_survivor(session, gift.person_id)
    has_key = asked.person.email or asked.person.phone or asked.person.external_ids
    is_giver = has_key and person in arrivals.spoken_of(session, caller, asked.person)
    if is_giver or asked.consents:
        person = arrivals.bring(session, caller, asked.person, source=asked.source)
    assert person is not None
    kept = wishes.take(session, caller, person, asked.person, wanted=asked.consents, facts={"gift": int(gift.id)})
    facts: dict[str, Any] = {"consents": kept, "gift": int(gift.id)}
    late = strange or (source_code if source_code != gift.source_code else "")
    if late:
        _tell(session, caller, STRANGE_CODE if strange else LATE_CODE, late, gift)
        facts["source_code"] = late
    return Done(person_id=person.id, facts=facts)


def _one_line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() or one in JOINERS else " " for one in text).split())


def _source(session: Session, told: str) -> tuple[str, str]:
    """The code where an appeal has it, else what was told instead: a link can be cut or changed by anybody.

    A form on which one types what the slip says may send the communication that was printed there: it has a code.
    """
    shown = "".join(one if one.isprintable() else " " for one in told).strip()
    known = codes.known(session, shown)
    if not known:
        with suppress(Invalid):
            digits = StructuredCommunication.parse(shown).digits
            slip = appeals.printed(session, [digits]).get(digits)
            known = slip.source_code if slip is not None else ""
    return known, "" if known else shown[:LONGEST_CODE].strip()


def _tell(session: Session, caller: Caller, words: str, code: str, gift: Gift) -> None:
    """Somebody is to look at a code that no gift got: one task for each, at whoever gave first with it."""
    language = caller.made.settings.office_language
    title = say(language, words, code=code, program=caller.token.name[:LONGEST_CODE])
    if not care.is_to_do(session, title):
        care.add_task(
            session, title=title, by=None, at=caller.at, due_on=brussels_day(caller.at), person_id=gift.person_id
        )


def _check(caller: Caller, asked: GiftIn) -> None:
    flaws = []
    if asked.given_on > brussels_day(caller.at):
        flaws.append(Flaw(sentence=TO_COME, pointer="/given_on"))
    if asked.given_on < arrivals.EARLIEST.date():
        flaws.append(Flaw(sentence=LONG_AGO, pointer="/given_on"))
    if asked.lines and sum(one.cents for one in asked.lines) != asked.cents:
        flaws.append(Flaw(sentence=NOT_THE_SUM, pointer="/lines"))
    if asked.kept_cents > asked.cents:
        flaws.append(Flaw(sentence=KEPT_MORE, pointer="/kept_cents"))
    if asked.payment.provider in rules.OUR_PROVIDERS:
        flaws.append(Flaw(sentence=RESERVED, pointer="/payment/provider"))
    if flaws:
        raise Problem(problems.INVALID, *flaws)
