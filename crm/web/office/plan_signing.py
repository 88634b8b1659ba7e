"""A plan that somebody promises us: by a mandate they signed, or by a standing order of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.donations.errors import CodeUnknown
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.plans import mandates, rules, words
from crm.plans import service as plans
from crm.plans.errors import MandateOver, PaperRefused, ReferenceTaken, ReferenceWrong, TermsWrong
from crm.plans.model import Channel, NewMandate, NewPlan, Plan, Terms, Way
from crm.staff.model import Permission
from crm.values import money
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.iban import Iban
from crm.values.identifiers import MandateId, PersonId
from crm.web.office import guard, mandate_papers, shell
from crm.web.office.days import read_day
from crm.web.office.gifts import fund_choices
from crm.web.office.noting import note
from crm.web.office.plan_acts import WRONG as TERMS_WRONG
from crm.web.words import N_

blueprint = Blueprint("plan_signing", __name__, url_prefix="/office/plans/of/<int:person_id>")
blueprint.before_request(mandate_papers.let_a_scan_through)

FIELDS: tuple[str, ...] = ("amount", "fee", "every", "day", "started_on", "way", "channel", "fund", "source_code")
FIELDS += ("iban", "holder", "reference", "signed_on", "proof")
WRONG = TERMS_WRONG | {
    "started_on": N_("Écrivez un jour, par exemple 05/01/2027."),
    "signed_on": N_("Écrivez un jour passé, par exemple 23/11/2026."),
    "holder": N_("Écrivez le nom du titulaire du compte, en 70 caractères au plus."),
    "reference": N_("Une référence a 35 caractères au plus, sans espace ni accent."),
    "fund": N_("Choisissez dans la liste."),
    "source_code": N_("Ce code n’est celui d’aucun appel."),
}
TAKEN = N_("Cette référence est déjà celle d’un autre mandat.")


@guard.page(blueprint, "/new", permission=Permission.PLANS_EDIT)
def new(person_id: int) -> ResponseReturnValue:
    """The form of a new plan."""
    today = brussels_day(shell.now()).isoformat()
    return _form(PersonId(person_id), {"started_on": today, "signed_on": today, "day": "5"}, {})


@guard.page(blueprint, "/new", permission=Permission.PLANS_EDIT, methods=("POST",))
def sign(person_id: int) -> ResponseReturnValue:
    """Writes the mandate and the plan down."""
    typed = {name: request.form.get(name, "").strip()[:200] for name in FIELDS}
    try:
        scan = mandate_papers.brought() if typed["way"] != Way.STANDING_ORDER.value else None
        with shell.assembly().database.transaction() as session:
            made = _signed(session, PersonId(person_id), typed)
            note(session, "plan.sign", made.id, {"way": made.way.value}, subject="plan")
            if made.mandate_id is not None:
                mandate_papers.keep(session, made.id, made.mandate_id, scan)
    except PaperRefused as refused:
        return _form(PersonId(person_id), typed, {"paper": mandate_papers.why_not(refused)})
    except ReferenceTaken:
        return _form(PersonId(person_id), typed, {"reference": shell.say(TAKEN)})
    except MandateOver:
        return _form(PersonId(person_id), typed, {"signed_on": shell.say(N_("Ce mandat a plus de trois ans."))})
    except (TermsWrong, ReferenceWrong, CodeUnknown, Invalid) as wrong:
        field = wrong.field if wrong.field in WRONG else "amount"
        return _form(PersonId(person_id), typed, {field: shell.say(WRONG[field])})
    message = shell.say(N_("Le don régulier est inscrit. Merci à cette personne."))
    return shell.back(url_for("plans.show", plan_id=made.id), message)


def _signed(session: Session, person_id: PersonId, typed: Mapping[str, str]) -> Plan:
    """Everything typed is read before anything is written."""
    now, by = shell.now(), guard.signed_in().account.id
    started_on, anchor_day = _day(typed, "started_on"), _number(typed, "day")
    terms = Terms(
        cents=money.typed(typed["amount"]),
        fee_cents=money.typed(typed["fee"], field="fee") if typed["fee"] else 0,
        every_months=_number(typed, "every"),
        anchor_day=anchor_day,
        first_month_on=rules.first_month(started_on, min(max(anchor_day, 1), 31)),
    )
    mandate_id: MandateId | None = None
    if typed["way"] != Way.STANDING_ORDER.value:
        if wrong := rules.is_sound(terms):
            raise TermsWrong(wrong)
        signed = NewMandate(
            person_id=person_id,
            account=Iban.parse(typed["iban"]),
            holder=typed["holder"],
            signed_on=_day(typed, "signed_on"),
            reference=typed["reference"],
            proof=typed["proof"],
            source="office",
        )
        mandate_id = mandates.sign(session, shell.assembly().safe, signed, at=now, by=by).id
    channel = Channel(typed["channel"]) if typed["channel"] in set(Channel) else Channel.PHONE
    fresh = NewPlan(
        person_id=person_id,
        terms=terms,
        started_on=started_on,
        channel=channel,
        mandate_id=mandate_id,
        fund=typed["fund"] or "general",
        source_code=typed["source_code"],
    )
    return plans.sign(session, fresh, at=now, by=by)


def _form(person_id: PersonId, typed: Mapping[str, str], errors: Mapping[str, str]) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        person = people.find_survivor(session, person_id)
        funds = fund_choices(session)
    if person is None:
        raise PersonMissing
    filled = {**dict.fromkeys(FIELDS, ""), "holder": person.full_name, "way": "direct-debit", "every": "1", **typed}
    return shell.show(
        "office/plans/new.html",
        status=422 if errors else 200,
        person=person,
        typed=filled,
        ways=[(one.value, shell.say(word)) for one, word in words.WAYS.items()],
        rhythms=[(str(months), shell.say(word)) for months, word in words.RHYTHMS.items()],
        channels=[(one.value, shell.say(words.CHANNELS[one])) for one in words.TOLD],
        funds=funds,
        errors=errors,
    )


def _day(typed: Mapping[str, str], name: str) -> date:
    found = read_day(typed[name], field=name)
    if found is None:
        raise Invalid("a day", field=name)
    return found


def _number(typed: Mapping[str, str], name: str) -> int:
    text = typed[name]
    if not (text.isascii() and text.isdigit() and len(text) < 3):
        raise Invalid("a number", field=name)
    return int(text)
