"""A gift in kind: what it was, its stated value, whose it is. No money moves."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.donations import in_kind, turning
from crm.donations.errors import AmountWrong, CorrectedElsewhere, CorrectionAsked
from crm.donations.model import GENERAL, AsMoney, GiftKind, Method
from crm.staff.model import Permission
from crm.values import money
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import GiftId
from crm.web.office import guard, person_search, shell
from crm.web.office.days import read_day
from crm.web.office.gift_corrections import ELSEWHERE, REASON, WAITS, require_ours
from crm.web.office.gifts import LONGEST, fund_choices, shown
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("gift_in_kind", __name__, url_prefix="/office/gifts/in-kind")

FIELDS = ("who", "what", "value", "given_on", "fund", "source_code", "tribute", "form")
WRONG = {
    "who": N_("Choisissez une personne ou une organisation de la liste."),
    "what": N_("Dites en quelques mots ce qui a été donné, par exemple « 12 chaises de bureau »."),
    "value": N_("Écrivez la valeur déclarée, par exemple 300,00."),
    "given_on": N_("Écrivez un jour passé, par exemple 23/11/2026."),
    "fund": N_("Choisissez dans la liste."),
    "source_code": N_("Ce code n’est celui d’aucun appel."),
}

WORTH = N_("Écrivez la valeur déclarée, une autre que maintenant : par exemple 300,00, ou 0 si rien n’est venu.")
AMOUNT = N_("Écrivez un montant, par exemple 25,00.")
ASKED = N_("La correction est demandée. Une autre personne en décide.")


@guard.page(blueprint, "", permission=Permission.DONATIONS_EDIT)
def new() -> ResponseReturnValue:
    """The form."""
    return _page({"given_on": brussels_day(shell.now()).isoformat(), "form": secrets.token_hex(8)}, {})


@guard.page(blueprint, "", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def record() -> ResponseReturnValue:
    """Writes it down; the same form twice is one gift."""
    made, typed = shell.assembly(), {name: request.form.get(name, "").strip()[:200] for name in FIELDS}
    try:
        given_on = _received(typed["given_on"])
        cents = money.typed(typed["value"], field="value")
        with made.database.transaction() as session:
            gift = in_kind.record(
                session,
                made.sealer,
                person_search.chosen(session),
                typed["what"],
                cents,
                given_on=given_on,
                form=typed["form"],
                fund=typed["fund"],
                source=typed["source_code"],
                tribute=typed["tribute"],
                at=shell.now(),
                by=guard.signed_in().account.id,
            )
            note(session, "gift.in-kind", gift.id, {"cents": gift.cents}, subject="gift")
    except Invalid as wrong:
        field = "value" if isinstance(wrong, AmountWrong) else wrong.field or "who"
        return _page(typed, {field: shell.say(WRONG[field])})
    said = N_("Le don en nature est inscrit : aucun argent n’a bougé.")
    return shell.back(url_for("gifts.show", gift_id=gift.id), shell.say(said))


@guard.page(blueprint, "/<int:gift_id>", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def turn(gift_id: int) -> ResponseReturnValue:
    """Asks that a gift be one in kind, of that value; somebody else decides."""
    number = GiftId(gift_id)
    what, reason = request.form.get("thing", "")[:200], request.form.get("because_thing", "")[: LONGEST + 1]
    try:
        cents = money.typed(request.form.get("worth", "")[:40], field="worth")
        with shell.assembly().database.transaction() as session:
            require_ours(session, number)
            by = guard.signed_in().account.id
            turning.ask_in_kind(session, number, what, cents, reason=reason, at=shell.now(), by=by)
            note(session, "gift.correction-ask", gift_id, {"kind": "in-kind", "cents": cents}, subject="gift")
    except (CorrectionAsked, CorrectedElsewhere) as refused:
        return _back(number, WAITS if isinstance(refused, CorrectionAsked) else ELSEWHERE)
    except Invalid as wrong:
        field = {"what": "thing", "reason": "because_thing"}.get(wrong.field or "", "worth")
        said = {"thing": WRONG["what"], "because_thing": REASON}.get(field, WORTH)
        return shown(number, errors={field: shell.say(said)})
    return shell.back(url_for("gifts.show", gift_id=gift_id), shell.say(ASKED))


@guard.page(blueprint, "/<int:gift_id>/money", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def turn_back(gift_id: int) -> ResponseReturnValue:
    """Asks that a gift in kind be money that came in hand; somebody else decides."""
    number, kind, method = GiftId(gift_id), request.form.get("money_kind", ""), request.form.get("money_method", "")
    reason = request.form.get("because_money", "")[: LONGEST + 1]
    if kind not in set(GiftKind) or method not in set(Method):
        return _back(number, WRONG["fund"])
    try:
        wanted = AsMoney(
            kind=GiftKind(kind),
            fund=request.form.get("money_fund", "")[:40],
            cents=money.typed(request.form.get("money_amount", "")[:40]),
            method=Method(method),
        )
        with shell.assembly().database.transaction() as session:
            by = guard.signed_in().account.id
            turning.ask_money(session, number, wanted, reason=reason, at=shell.now(), by=by)
            facts = {"kind": wanted.kind.value, "cents": wanted.cents}
            note(session, "gift.correction-ask", gift_id, facts, subject="gift")
    except (CorrectionAsked, CorrectedElsewhere) as refused:
        return _back(number, WAITS if isinstance(refused, CorrectionAsked) else ELSEWHERE)
    except (AmountWrong, Invalid) as wrong:
        is_reason = wrong.field == "reason"
        field, said = ("because_money", REASON) if is_reason else ("money_amount", AMOUNT)
        return shown(number, errors={field: shell.say(said)})
    return shell.back(url_for("gifts.show", gift_id=gift_id), shell.say(ASKED))


def _back(gift_id: GiftId, said: str) -> ResponseReturnValue:
    return shell.back(url_for("gifts.show", gift_id=gift_id), shell.say(said), kind="refused")


def _received(text: str) -> date:
    day = read_day(text, field="given_on")
    if day is None:
        raise Invalid("a day is needed", field="given_on")
    return day


def _page(typed: Mapping[str, str], errors: Mapping[str, str]) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        found = person_search.answers(session, typed.get("who", ""))
        funds = fund_choices(session)
    return shell.show(
        "office/gifts/in_kind.html",
        status=422 if errors else 200,
        typed=dict.fromkeys(FIELDS, "") | {"fund": GENERAL} | dict(typed),
        longest=in_kind.LONGEST,
        funds=funds,
        found=found,
        chosen=request.form.get("other_id", 0, type=int),
        errors=errors,
    )
