"""Gifts: the list with its totals, one gift with all its money, refunds decided by two, a gift that goes to another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.banking import by_hand as bank_by_hand
from crm.banking import refunds
from crm.banking import service as banking
from crm.banking.kept import KeptLine
from crm.donations import batches, codes, corrections, funds, in_kind, tributes, turning, words
from crm.donations import service as donations
from crm.donations.errors import AmountWrong, FourEyes, MoreThanReceived, RefundedAlready
from crm.donations.model import (
    GENERAL,
    EntryKind,
    Gift,
    GiftKind,
    LineKind,
    Method,
    Movement,
    RefundState,
    WholeGift,
)
from crm.donations.refunding import DROPPED, OURS
from crm.payments import service as payments
from crm.people import service as people
from crm.privacy import limits
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values import money
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, GiftId, RefundId
from crm.web.office import gift_filters, guard, person_search, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("gifts", __name__, url_prefix="/office/gifts")

SIZE = 50
LONGEST = 500
TYPED = (
    "amount",
    "reason",
    "who",
    "why",
    "should",
    "because",
    "counted_on",
    "because_day",
    "thing",
    "worth",
    "because_thing",
    "money_amount",
    "because_money",
    "right_code",
    "because_code",
)
WRONG = {
    "amount": N_("Écrivez un montant, par exemple 25,00."),
    "more": N_("C’est plus que ce qui reste de ce don."),
    "again": N_(
        "Ce montant a déjà été remboursé par le prestataire : le don en tient compte. Cochez si c’en est un autre."
    ),
    "reason": N_("Dites pourquoi en quelques mots : quelqu’un d’autre en décidera."),
    "who": N_("Choisissez une personne ou une organisation de la liste."),
}


@guard.page(blueprint, "", permission=Permission.DONATIONS_READ)
def index() -> ResponseReturnValue:
    """The newest gifts that answer the filters, and what all of them come to."""
    typed = gift_filters.read(request.args.get)
    after = request.args.get("after", type=int)
    wanted = gift_filters.wanted(typed)
    with shell.assembly().database.reading() as session:
        found = donations.page(session, wanted, after=GiftId(after) if after else None, size=SIZE + 1)
        totals = donations.totals(session, wanted)
        known = people.people(session, {one.person_id for one in found})
        named = fund_names(session)
        choices = gift_filters.choices(session, named, typed)
        offered = codes.offered(session)
        refunds, to_correct = donations.refunds_to_decide(session), corrections.waiting(session)
        large = limits.value(session, limits.LARGE_FILE, brussels_day(shell.now()))
    asked: dict[str, Any] = {name: text for name, text in typed.items() if text}
    next_page = url_for("gifts.index", **asked, after=found[SIZE - 1].id) if len(found) > SIZE else ""
    return shell.show(
        "office/gifts/index.html",
        gifts=[(one, known.get(one.person_id)) for one in found[:SIZE]],
        totals=totals,
        is_large=totals.donors >= large,
        by_fund=[(named.get(code, code), cents) for code, cents in totals.by_fund.items()],
        by_method=[(shell.say(words.METHODS[method]), cents) for method, cents in totals.by_method.items()],
        typed=typed,
        asked=asked,
        chips=gift_filters.chips(asked, choices),
        choices=choices,
        codes=offered,
        refunds=refunds,
        corrections=to_correct,
        next_page=next_page,
        first_page=url_for("gifts.index", **asked) if after else "",
        words=words,
    )


def fund_names(session: Session) -> dict[str, str]:
    """Every fund as it is called, the general one first."""
    return {GENERAL: shell.say(words.GENERAL_FUND)} | {one.code: one.name for one in funds.funds(session) if one.name}


def fund_choices(session: Session, *, kept: str = "") -> list[tuple[str, str]]:
    """The funds that may be chosen: those that are open, the general one first, and the one that is chosen already."""
    closed = {one.code for one in funds.funds(session) if not one.is_open} - {kept}
    return [(code, name) for code, name in fund_names(session).items() if code not in closed]


@guard.page(blueprint, "/<int:gift_id>", permission=Permission.DONATIONS_READ)
def show(gift_id: int) -> ResponseReturnValue:
    """A gift: what it was for, what moved, who held it."""
    return shown(GiftId(gift_id))


def shown(gift_id: GiftId, *, errors: Mapping[str, str] | None = None) -> ResponseReturnValue:
    """The page of a gift, with what is wrong in a form on it."""
    with shell.assembly().database.reading() as session:
        whole = donations.whole(session, gift_id)
        known = people.people(
            session,
            {whole.gift.person_id, *(m.from_person_id for m in whole.moves), *(m.to_person_id for m in whole.moves)},
        )
        colleagues = {account.id: account.name for account in staff.accounts(session)}
        found = person_search.answers(session, request.form.get("who", "")[:200], without=whole.gift.person_id)
        named = fund_names(session)
        several = corrections.of_gift(session, gift_id)
        funds_open = fund_choices(session)
        told_by = corrections.told_by(session, gift_id)
        line = _line_of(session, gift_id, told_by)
        owed = refunds.owed_of(session, gift_id)
        is_online, paid_in = payments.is_online(session, gift_id), payments.paid_in(session, gift_id)
        offered = codes.offered(session)
        pile = batches.of_gift(session, gift_id)
    asked = sum(one.cents for one in whole.refunds if one.state is RefundState.ASKED)
    return shell.show(
        "office/gifts/show.html",
        status=422 if errors else 200,
        gift=whole.gift,
        whole=whole,
        person=known.get(whole.gift.person_id),
        paid_in=paid_in,
        what=whole.gift.what,
        longest_thing=in_kind.LONGEST,
        known=known,
        names=colleagues,
        funds=named,
        words=words,
        refundable=whole.gift.net_cents - asked,
        lines=[line for line in whole.lines if line.cents or line.net_cents],
        choices={
            "kind": [(one.value, shell.say(word)) for one, word in words.KINDS.items() if one is not GiftKind.IN_KIND],
            "line": [(one.value, shell.say(word)) for one, word in words.LINES.items()],
            "fund": funds_open,
            "hand": [(one.value, shell.say(words.METHODS[one])) for one in turning.IN_HAND],
            "basis": [(one.value, shell.say(word)) for one, word in words.BASES.items()],
        },
        codes=offered,
        pile=(pile.id, gift_filters.called(pile)) if pile is not None else None,
        ordered_on=_ordered_on(whole),
        is_plain=all(line.kind is LineKind.DONATION for line in whole.lines),
        me=guard.signed_in().account.id,
        corrections=several,
        owed=owed,
        unpaid={one.name for one in owed},
        dropped={one.external_id.removesuffix(DROPPED) for one in whole.entries if one.external_id.endswith(DROPPED)},
        told_by="online" if is_online and not told_by else told_by,
        line_id=line.id if line is not None else 0,
        typed={name: request.form.get(name, "")[:LONGEST] for name in TYPED},
        found=found,
        chosen=request.form.get("other_id", 0, type=int),
        errors=errors or {},
    )


def _ordered_on(whole: WholeGift) -> date | None:
    """The day on which its money was ordered, where the bank told another than that of the credit."""
    told = (one.executed_on for one in whole.entries if one.kind is EntryKind.RECEIPT and one.executed_on)
    return next((on for on in told if on != whole.gift.given_on), None)


def _line_of(session: Session, gift_id: GiftId, told_by: str) -> KeptLine | None:
    """The bank's line that a gift came with."""
    if told_by == corrections.BANK:
        return banking.credit_of(session, gift_id)
    return bank_by_hand.credit_of(session, gift_id) if told_by == corrections.COLLECTIONS else None


@guard.page(blueprint, "/<int:gift_id>/tribute", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def tribute(gift_id: int) -> ResponseReturnValue:
    """In whose memory or honour it was made."""
    with shell.assembly().database.transaction() as session:
        tributes.remember(session, GiftId(gift_id), request.form.get("tribute", ""))
        note(session, "gift.tribute", gift_id, subject="gift")
    return shell.back(url_for("gifts.show", gift_id=gift_id), shell.say(N_("C’est noté.")))


@guard.page(blueprint, "/<int:gift_id>/refund", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def ask_refund(gift_id: int) -> ResponseReturnValue:
    """Asks that a part of it be given back; somebody else decides."""
    reason, again = request.form.get("reason", "")[: LONGEST + 1], request.form.get("again") == "on"
    try:
        cents = money.typed(request.form.get("amount", "")[:40])
        with shell.assembly().database.transaction() as session:
            by = guard.signed_in().account.id
            asked = donations.ask_refund(
                session, GiftId(gift_id), cents, reason=reason, at=shell.now(), by=by, again=again
            )
            note(session, "refund.ask", gift_id, {"cents": asked.cents}, subject="gift")
    except MoreThanReceived:
        return shown(GiftId(gift_id), errors={"amount": shell.say(WRONG["more"])})
    except RefundedAlready:
        return shown(GiftId(gift_id), errors={"again": shell.say(WRONG["again"])})
    except (AmountWrong, Invalid) as wrong:
        field = wrong.field or "amount"
        return shown(GiftId(gift_id), errors={field: shell.say(WRONG[field])})
    message = N_("Le remboursement est demandé. Une autre personne en décide.")
    return shell.back(url_for("gifts.show", gift_id=gift_id), shell.say(message))


@guard.page(blueprint, "/refunds/<int:refund_id>", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def decide_refund(refund_id: int) -> ResponseReturnValue:
    """Gives it back, or does not."""
    made, agreed, now = shell.assembly(), request.form.get("decision") == "approve", shell.now()
    by = guard.signed_in().account.id
    method = Method.CASH if request.form.get("method") == Method.CASH else Method.TRANSFER
    movement = Movement(method=method, booked_on=brussels_day(now), provider=OURS, external_id=str(refund_id))
    try:
        with made.database.transaction() as session:
            done = donations.decide_refund(
                session, made.sealer, RefundId(refund_id), movement if agreed else None, at=now, by=by
            )
            action = "refund.approve" if agreed else "refund.refuse"
            note(session, action, done.gift_id, {"cents": done.cents}, subject="gift")
            entries = donations.whole(session, done.gift_id).entries
            is_booked = any((one.provider, one.external_id) == (OURS, str(refund_id)) for one in entries)
    except FourEyes:
        message = N_("Vous l’avez demandé : une autre personne en décide.")
        return shell.back(url_for("gifts.index"), shell.say(message), kind="refused")
    said = N_("Le remboursement est refusé.")
    if agreed and is_booked:
        said = N_("Le remboursement est inscrit : à la banque de le verser.")
        if method is Method.CASH:
            said = N_("Le remboursement est inscrit, rendu en espèces : la banque n’a rien à verser.")
    elif agreed:
        said = N_("Le prestataire l’a déjà remboursé : rien n’est inscrit une seconde fois, et rien n’est à verser.")
    return shell.back(url_for("gifts.show", gift_id=done.gift_id), shell.say(said))


@guard.page(blueprint, "/<int:gift_id>/move", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def move(gift_id: int) -> ResponseReturnValue:
    """Makes it somebody else's gift, with the reason."""
    reason = request.form.get("why", "")[: LONGEST + 1]
    try:
        with shell.assembly().database.transaction() as session:
            held = donations.gift(session, GiftId(gift_id))
            other = person_search.chosen(session, without=held.person_id)
            by = AccountId(guard.signed_in().account.id)
            donations.move(session, held.id, other, reason=reason, at=shell.now(), by=by)
            note(session, "gift.move", gift_id, {"from": held.person_id, "to": other}, subject="gift")
    except Invalid as wrong:
        field = {"reason": "why"}.get(wrong.field or "", "who")
        said = N_("Dites pourquoi : un compte joint, un don fait pour quelqu’un…") if field == "why" else WRONG["who"]
        return shown(GiftId(gift_id), errors={field: shell.say(said)})
    return shell.back(url_for("gifts.show", gift_id=gift_id), shell.say(N_("Le don est passé à l’autre personne.")))


def title_of(gift: Gift) -> str:
    """What a gift is called: its kind and its day."""
    return f"{shell.say(words.KINDS[gift.kind])} · {shell.day(gift.given_on)}"
