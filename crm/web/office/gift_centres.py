"""Cost centres: the rules by which money of open months is accounted to a code, year of acquisition included."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.donations import appeals, centres, words
from crm.donations import service as donations
from crm.donations.costing import CentreRule, Donors
from crm.donations.model import GiftKind
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.identifiers import AppealId, CampaignId
from crm.web.office import guard, shell
from crm.web.office.gifts import fund_names
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("gift_centres", __name__, url_prefix="/office/gifts/books/centres")

WRONG = {
    "code": N_(
        "Des lettres, des chiffres, « - », « . » ou « / », et si vous voulez {year} ou {yy} ; 40 signes au plus."
    ),
    "fund": N_("Choisissez un fonds de la liste."),
    "appeal": N_("Choisissez une campagne ou un appel de la liste."),
    "rule": N_("Une autre règle vaut déjà pour exactement cela : retirez-la d’abord."),
}


@guard.page(blueprint, "", permission=Permission.DONATIONS_READ)
def index() -> ResponseReturnValue:
    """The rules, the most particular first."""
    return _page({})


@guard.page(blueprint, "", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def add() -> ResponseReturnValue:
    """One more rule, for every month that is open."""
    kind, donors = request.form.get("kind", ""), request.form.get("donors", "")
    what, _, number = request.form.get("appeal", "").partition(":")
    try:
        with shell.assembly().database.transaction() as session:
            made = centres.add_rule(
                session,
                CentreRule(
                    code=request.form.get("code", "").strip()[:100],
                    campaign_id=CampaignId(int(number)) if what == "campaign" and number.isdecimal() else None,
                    appeal_id=AppealId(int(number)) if what == "appeal" and number.isdecimal() else None,
                    fund=request.form.get("fund", "")[:40] or None,
                    kind=GiftKind(kind) if kind in set(GiftKind) else None,
                    donors=Donors(donors) if donors in set(Donors) else Donors.ANY,
                ),
            )
            note(session, "gift-books.centre", made.id, {"code": made.code}, subject="centre-rule")
    except Invalid as wrong:
        field = wrong.field or "rule"
        return _page({field: shell.say(WRONG[field])})
    return shell.back(url_for("gift_centres.index"), shell.say(N_("La règle vaut pour tous les mois ouverts.")))


@guard.page(blueprint, "/<int:rule_id>/drop", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def drop(rule_id: int) -> ResponseReturnValue:
    """One rule less; closed months keep what they were accounted to."""
    with shell.assembly().database.transaction() as session:
        centres.drop_rule(session, rule_id)
        note(session, "gift-books.drop-centre", rule_id, subject="centre-rule")
    return shell.back(url_for("gift_centres.index"), shell.say(N_("La règle est retirée.")))


def _page(errors: dict[str, str]) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        rules = centres.rules(session)
        campaigns, several = appeals.campaigns(session), appeals.appeals(session)
        funds = fund_names(session)
        until = donations.closed_until(session)
    named = {f"campaign:{one.id}": f"{one.code} · {one.name}" for one in campaigns}
    named |= {f"appeal:{one.id}": f"{one.code} · {one.name}" for one in several}
    return shell.show(
        "office/gifts/centres.html",
        status=422 if errors else 200,
        rules=rules,
        named=named,
        appeals=[("", shell.say(N_("De tous"))), *sorted(named.items(), key=lambda one: one[1])],
        funds=[("", shell.say(N_("Tous"))), *list(funds.items())],
        fund_names=funds,
        kinds=[("", shell.say(N_("Tous")))] + [(kind.value, shell.say(word)) for kind, word in words.KINDS.items()],
        donors=[(one.value, shell.say(word)) for one, word in words.DONORS.items()],
        closed_until=until,
        typed=request.form,
        errors=errors,
        words=words,
    )
