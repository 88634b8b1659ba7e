"""Campaigns and their appeals: the list, and the plan of one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.consent.model import APPEALS, Channel
from crm.donations.errors import CodeTaken, CodeUnknown
from crm.figures import outcomes
from crm.fundraising import service, words
from crm.fundraising.errors import AppealFrozen
from crm.fundraising.model import CHANNELS, Kind, NewAppeal, WholeAppeal
from crm.staff.model import Permission
from crm.values import money
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AppealId, CampaignId, TagId
from crm.web.office import guard, shell
from crm.web.office.days import read_day
from crm.web.office.gifts import fund_choices
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("appeals", __name__, url_prefix="/office/appeals")

NUMBERS = ("rest_days", "yearly_most", "gift_months", "keep_days")
TICKS = ("spares_regular", "one_a_household", "spares_open")
TAGS = ("tended_tag", "our_tag")
TEXTS = ("campaign", "campaign_code", "campaign_name", "code", "name", "kind", "channel", "purpose", "planned_on",
         "fund", "cost", *NUMBERS, *TAGS)  # fmt: skip
WRONG = {
    "campaign": N_("Choisissez une campagne, ou donnez-lui un code et un nom."),
    "campaign_code": N_("De 2 à 14 lettres et chiffres, par exemple NOEL26, que nulle autre campagne ne porte."),
    "campaign_name": N_("Donnez un nom à la campagne, de 80 signes au plus."),
    "code": N_("De 1 à 8 lettres et chiffres, par exemple P1, que nul autre appel de la campagne ne porte."),
    "name": N_("Donnez un nom à cet appel, de 80 signes au plus."),
    "planned_on": N_("Écrivez un jour du calendrier."),
    "purpose": N_("Choisissez pour quoi les personnes ont dit oui."),
    "mail_purpose": N_("Par e-mail, choisissez la lettre d’information que ces personnes ont demandée."),
    "fund": N_("Choisissez un fonds ouvert."),
    "cost": N_("Écrivez un montant, par exemple 1 250."),
    "letter": N_("La lettre a 4 000 signes au plus."),
    "tended_tag": N_("Choisissez une étiquette de la liste."),
    "our_tag": N_("Choisissez une étiquette de la liste."),
    "yearly_most": N_("Un nombre d’appels, ou 0 pour n’en compter aucun."),
    "keep_days": N_("Entre 1 et 365 jours."),
}
GENERAL = N_("Relisez cette valeur.")
SHOWN_AT = {"mail_purpose": "purpose"}


@guard.page(blueprint, "", permission=Permission.CAMPAIGNS_READ)
def index() -> ResponseReturnValue:
    """Every appeal by campaign, the newest first, with where it stands."""
    with shell.assembly().database.reading() as session:
        found = service.planned(session)
        counts = {one.id: service.waterfall(session, one.id) for one in found if one.frozen_at}
    campaigns: dict[str, list[WholeAppeal]] = {}
    for one in found:
        campaigns.setdefault(f"{one.campaign.code} · {one.campaign.name}", []).append(one)
    return shell.show(
        "office/appeals/index.html",
        campaigns=campaigns,
        counts=counts,
        words=words,
        today=brussels_day(shell.now()),
    )


@guard.page(blueprint, "/new", permission=Permission.CAMPAIGNS_EDIT)
def new() -> ResponseReturnValue:
    """The form of an appeal."""
    plan = NewAppeal(
        name="",
        kind=Kind.GENERAL,
        channel=Channel.POST,
        purpose=APPEALS,
        planned_on=brussels_day(shell.now()) + timedelta(days=21),
        fund="general",
    )
    with shell.assembly().database.reading() as session:
        plan = service.usual(session, plan)
    return _form(_typed(plan), None)


@guard.page(blueprint, "/new", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def add() -> ResponseReturnValue:
    """Plans an appeal, and its campaign where that is new."""
    typed, by = _from_form(), guard.signed_in().account.id
    try:
        with shell.assembly().database.transaction() as session:
            if typed["campaign_code"]:
                campaign = service.add_campaign(session, code=typed["campaign_code"], name=typed["campaign_name"]).id
            else:
                campaign = CampaignId(int(typed["campaign"]) if typed["campaign"].isdecimal() else 0)
            made = service.plan(
                session, campaign, typed["code"], _read(typed), seed=secrets.token_hex(8), by=by, at=shell.now()
            )
            note(session, "appeal.plan", made.id, {"code": made.appeal.code}, subject="appeal")
    except (Invalid, CodeTaken, CodeUnknown) as wrong:
        return _form(typed, None, _said(wrong, typed), status=422)
    return shell.back(url_for("appeal_cells.show", appeal_id=made.id), shell.say(N_("L’appel est prévu : à qui ?")))


@guard.page(blueprint, "/<int:appeal_id>/edit", permission=Permission.CAMPAIGNS_EDIT)
def edit(appeal_id: int) -> ResponseReturnValue:
    """The form of one."""
    with shell.assembly().database.reading() as session:
        found = service.appeal(session, AppealId(appeal_id))
    return _form(_typed(found.plan), found)


@guard.page(blueprint, "/<int:appeal_id>/edit", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def change(appeal_id: int) -> ResponseReturnValue:
    """Plans it otherwise."""
    typed = _from_form()
    try:
        with shell.assembly().database.transaction() as session:
            found = service.appeal(session, AppealId(appeal_id))
            if found.frozen_at is not None:
                typed = _typed(found.plan) | {name: typed[name] for name in ("name", "cost", "letter")}
            service.change(session, found.id, _read(typed))
            outcomes.ask(session, found.id, at=shell.now())
            note(session, "appeal.change", appeal_id, subject="appeal")
    except AppealFrozen:
        said = N_("L’appel a été figé entre-temps : seuls son nom et son coût peuvent encore changer.")
        return shell.back(url_for("appeal_cells.show", appeal_id=appeal_id), shell.say(said), kind="refused")
    except (Invalid, CodeUnknown) as wrong:
        return _form(typed, found, _said(wrong, typed), status=422)
    return shell.back(url_for("appeal_cells.show", appeal_id=appeal_id), shell.say(N_("C’est enregistré.")))


def _form(
    typed: Mapping[str, str], found: WholeAppeal | None, errors: Mapping[str, str] | None = None, *, status: int = 200
) -> Response:
    with shell.assembly().database.reading() as session:
        campaigns = [("", shell.say(N_("une nouvelle campagne")))]
        campaigns += [(str(one.id), f"{one.code} · {one.name}") for one in service.campaigns(session)]
        purposes = [(one.code, one.name(shell.language())) for one in service.purposes(session)]
        if all(code != APPEALS for code, _ in purposes):
            purposes.insert(0, (APPEALS, service.NAMES[shell.language().value]))
        tags = [("", shell.say(N_("aucune"))), *((str(one.id), one.name) for one in service.tags(session))]
        funds = fund_choices(session, kept=typed.get("fund", ""))
    return shell.show(
        "office/appeals/form.html",
        status=status,
        typed=typed,
        appeal=found,
        errors=errors or {},
        campaigns=campaigns,
        purposes=purposes,
        funds=funds,
        tags=tags,
        kinds=[(one.value, shell.say(word)) for one, word in words.KINDS.items()],
        channels=[(one.value, shell.say(words.CHANNELS[one])) for one in CHANNELS],
    )


def _typed(plan: NewAppeal) -> dict[str, str]:
    typed = dict.fromkeys(TEXTS, "") | {
        "name": plan.name,
        "kind": plan.kind.value,
        "channel": plan.channel.value,
        "purpose": plan.purpose,
        "planned_on": plan.planned_on.isoformat(),
        "fund": plan.fund,
        "letter": plan.letter,
        "cost": money.exact(plan.cost_cents) if plan.cost_cents else "",
    }
    typed |= {name: str(getattr(plan, name)) for name in NUMBERS}
    typed |= {name: str(getattr(plan, name) or "") for name in TAGS}
    return typed | {name: "on" if getattr(plan, name) else "" for name in TICKS}


def _from_form() -> dict[str, str]:
    typed = {name: request.form.get(name, "").strip()[:120] for name in (*TEXTS, *TICKS)}
    return typed | {"letter": request.form.get("letter", "")[:5000]}


def _read(typed: Mapping[str, str]) -> NewAppeal:
    day = read_day(typed["planned_on"], field="planned_on")
    if day is None:
        raise Invalid("a day", field="planned_on")
    return NewAppeal(
        name=typed["name"],
        kind=Kind(typed["kind"]) if typed["kind"] in set(Kind) else Kind.GENERAL,
        channel=Channel(typed["channel"]) if typed["channel"] in set(Channel) else Channel.POST,
        purpose=typed["purpose"],
        planned_on=day,
        fund=typed["fund"],
        cost_cents=money.typed(typed["cost"], field="cost") if typed["cost"] else 0,
        rest_days=number(typed["rest_days"], "rest_days"),
        yearly_most=number(typed["yearly_most"], "yearly_most"),
        gift_months=number(typed["gift_months"], "gift_months"),
        keep_days=number(typed["keep_days"], "keep_days"),
        letter=typed["letter"],
        spares_regular=typed["spares_regular"] == "on",
        one_a_household=typed["one_a_household"] == "on",
        spares_open=typed["spares_open"] == "on",
        tended_tag=_tag(typed, "tended_tag"),
        our_tag=_tag(typed, "our_tag"),
    )


def _tag(typed: Mapping[str, str], field: str) -> TagId | None:
    return TagId(number(typed[field], field)) if typed[field] else None


def number(text: str, field: str, *, most: int = 10**6) -> int:
    """A whole number as typed. Raises Invalid."""
    plain = text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    if not (plain.isascii() and plain.isdecimal()) or len(plain) > 8 or int(plain) > most:
        raise Invalid("a whole number", field=field)
    return int(plain)


def _said(wrong: Exception, typed: Mapping[str, str]) -> dict[str, str]:
    field = getattr(wrong, "field", None)
    if isinstance(wrong, CodeTaken):
        field = "campaign_code" if typed["campaign_code"] else "code"
    elif isinstance(wrong, CodeUnknown):
        field = "fund"
    field = {"cost_cents": "cost"}.get(str(field), str(field or "name"))
    return {SHOWN_AT.get(field, field): shell.say(WRONG.get(field, GENERAL))}
