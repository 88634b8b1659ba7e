"""Cheques and cash, typed in one by one with the keyboard; they count once they agree with what was counted by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.banking import deposits
from crm.donations import batches, codes, in_kind, words
from crm.donations.errors import AmountWrong, BatchDiffers, BatchMissing
from crm.donations.model import GiftKind, Method
from crm.people import service as people
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values import money
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import BatchId
from crm.web.office import guard, person_search, shell
from crm.web.office.days import read_day
from crm.web.office.gifts import fund_choices, fund_names
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("gift_batches", __name__, url_prefix="/office/gifts/batches")

SHOWN = 20
"""So many piles that no credit deposited are listed."""
HEAD = ("method", "received_on", "count", "total")
LINE = ("who", "amount", "kind", "fund", "source_code", "tribute", "postmark_on", "what")
KINDS = (GiftKind.ONE_OFF, GiftKind.MEMBERSHIP_FEE, GiftKind.SALE, GiftKind.LEGACY, GiftKind.SPONSORING)
WRONG = {
    "method": N_("Choisissez dans la liste."),
    "received_on": N_("Écrivez un jour passé, par exemple 23/11/2026."),
    "count": N_("Écrivez un nombre, de 1 à 500."),
    "total": N_("Écrivez le total que vous avez compté, par exemple 340,00."),
    "amount": N_("Écrivez un montant, par exemple 25,00."),
    "who": N_("Choisissez une personne ou une organisation de la liste."),
    "source_code": N_("Ce code n’est celui d’aucun appel."),
    "fund": N_("Choisissez dans la liste."),
    "kind": N_("Choisissez dans la liste."),
    "postmark_on": N_("Écrivez le jour du cachet : pas après celui de la remise, ni plus de trois mois avant."),
    "what": N_("Dites en quelques mots ce qui a été donné, par exemple « 12 chaises de bureau »."),
}


@guard.page(blueprint, "", permission=Permission.DONATIONS_EDIT)
def index() -> ResponseReturnValue:
    """The piles that do not count yet, and the form of a new one."""
    return _index({"method": Method.CHEQUE.value, "received_on": brussels_day(shell.now()).isoformat()}, {})


def _index(typed: Mapping[str, str], errors: Mapping[str, str]) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        waiting = batches.waiting(session)
        names = {account.id: account.name for account in staff.accounts(session)}
        left, cents, to_deposit = deposits.awaited(session, date.min, date.max, size=SHOWN)
    return shell.show(
        "office/gifts/batches.html",
        status=422 if errors else 200,
        waiting=waiting,
        names=names,
        left=left,
        left_cents=cents,
        to_deposit=to_deposit,
        methods=[(one.value, shell.say(word)) for one, word in words.PILES.items()],
        typed=dict.fromkeys(HEAD, "") | dict(typed),
        errors=errors,
        words=words,
    )


@guard.page(blueprint, "", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def begin() -> ResponseReturnValue:
    """Opens a batch with what was counted by hand."""
    typed = {name: request.form.get(name, "").strip()[:40] for name in HEAD}
    try:
        with shell.assembly().database.transaction() as session:
            begun = batches.begin(
                session,
                method=_method(typed["method"]),
                received_on=_received(typed["received_on"]),
                count=_count(typed["count"]),
                cents=money.typed(typed["total"], field="total"),
                at=shell.now(),
                by=guard.signed_in().account.id,
            )
            note(session, "gift-batch.begin", begun.id, subject="gift-batch")
    except Invalid as wrong:
        field = "total" if isinstance(wrong, AmountWrong) else wrong.field or "count"
        return _index(typed, {field: shell.say(WRONG[field])})
    return shell.back(url_for("gift_batches.show", batch_id=begun.id))


def _method(text: str) -> Method:
    if text not in set(Method):
        raise Invalid("a method of the list", field="method")
    return Method(text)


def _received(text: str) -> date:
    day = read_day(text, field="received_on")
    if day is None:
        raise Invalid("a day is needed", field="received_on")
    return day


def _kind(text: str) -> GiftKind:
    if text not in {one.value for one in (*KINDS, GiftKind.IN_KIND)}:
        raise Invalid("a kind of the list", field="kind")
    return GiftKind(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise Invalid("a number", field="count")
    return int(text)


@guard.page(blueprint, "/<int:batch_id>", permission=Permission.DONATIONS_EDIT)
def show(batch_id: int) -> ResponseReturnValue:
    """The pile: the line to type into, what was typed, how far it is from what was counted."""
    return _show(BatchId(batch_id), {}, {})


def _show(batch_id: BatchId, typed: Mapping[str, str], errors: Mapping[str, str]) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        batch = batches.batch(session, batch_id)
        known = people.people(session, {entry.person_id for entry in batch.entries})
        found = person_search.answers(session, typed.get("who", ""))
        offered = codes.offered(session)
        deposited = deposits.credits_of(session, {batch_id}).get(batch_id)
        funds, choices = fund_names(session), fund_choices(session)
    last = batch.entries[0] if batch.entries else None
    usual = {"kind": last.kind.value, "fund": last.fund, "source_code": last.source_code} if last else {}
    if last is not None and last.postmark_on is not None:
        usual["postmark_on"] = last.postmark_on.isoformat()
    return shell.show(
        "office/gifts/batch.html",
        status=422 if errors else 200,
        batch=batch,
        deposited=deposited,
        known=known,
        funds=funds,
        fund_options=choices,
        kinds=[(one.value, shell.say(words.KINDS[one])) for one in KINDS],
        codes=offered,
        longest=in_kind.LONGEST,
        typed=dict.fromkeys(LINE, "") | {"kind": GiftKind.ONE_OFF.value, "fund": "general"} | usual | dict(typed),
        found=found,
        chosen=request.form.get("other_id", 0, type=int),
        errors=errors,
        words=words,
    )


@guard.page(blueprint, "/<int:batch_id>/enter", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def enter(batch_id: int) -> ResponseReturnValue:
    """One more gift; the cursor comes back to the first field."""
    typed = {name: request.form.get(name, "").strip()[:200] for name in LINE}
    try:
        cents = money.typed(typed["amount"])
        with shell.assembly().database.transaction() as session:
            person_id = person_search.chosen(session)
            batches.enter(
                session,
                BatchId(batch_id),
                person_id,
                cents,
                kind=_kind(typed["kind"]),
                fund=typed["fund"],
                source=typed["source_code"],
                tribute=typed["tribute"],
                postmark_on=read_day(typed["postmark_on"], field="postmark_on"),
                what=typed["what"],
            )
    except Invalid as wrong:
        field = "amount" if isinstance(wrong, AmountWrong) else wrong.field or "who"
        return _show(BatchId(batch_id), typed, {field: shell.say(WRONG[field])})
    return shell.back(url_for("gift_batches.show", batch_id=batch_id))


@guard.page(blueprint, "/<int:batch_id>/strike/<int:entry_id>", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def strike(batch_id: int, entry_id: int) -> ResponseReturnValue:
    """Takes one out again."""
    with shell.assembly().database.transaction() as session:
        batches.strike(session, BatchId(batch_id), entry_id)
    return shell.back(url_for("gift_batches.show", batch_id=batch_id), shell.say(N_("La ligne est retirée.")))


@guard.page(blueprint, "/<int:batch_id>/recount", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def recount(batch_id: int) -> ResponseReturnValue:
    """What was counted by hand, counted again."""
    try:
        count, cents = _count(request.form.get("count", "")), money.typed(request.form.get("total", ""), field="total")
        with shell.assembly().database.transaction() as session:
            batches.recount(session, BatchId(batch_id), count=count, cents=cents)
    except Invalid as wrong:
        field = "total" if isinstance(wrong, AmountWrong) else wrong.field or "count"
        return _show(BatchId(batch_id), {}, {field: shell.say(WRONG[field])})
    return shell.back(url_for("gift_batches.show", batch_id=batch_id), shell.say(N_("Le total compté est corrigé.")))


@guard.page(blueprint, "/<int:batch_id>/post", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def post(batch_id: int) -> ResponseReturnValue:
    """Books the whole pile."""
    made = shell.assembly()
    try:
        with made.database.transaction() as session:
            by = guard.signed_in().account.id
            booked = batches.book(session, made.sealer, BatchId(batch_id), at=shell.now(), by=by)
            note(session, "gift-batch.post", batch_id, {"gifts": len(booked)}, subject="gift-batch")
    except BatchDiffers:
        message = N_("Ce qui est encodé n’est pas ce qui a été compté : rien n’est inscrit.")
        return shell.back(url_for("gift_batches.show", batch_id=batch_id), shell.say(message), kind="refused")
    said = shell.say_count(N_("Un don est inscrit."), N_("%(n)s dons sont inscrits."), len(booked))
    return shell.back(url_for("gifts.index"), said)


@guard.page(blueprint, "/<int:batch_id>/drop", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def drop(batch_id: int) -> ResponseReturnValue:
    """Throws away a pile that does not count yet."""
    try:
        with shell.assembly().database.transaction() as session:
            batches.drop(session, BatchId(batch_id))
            note(session, "gift-batch.drop", batch_id, subject="gift-batch")
    except BatchMissing:
        return shell.back(url_for("gift_batches.index"))
    return shell.back(url_for("gift_batches.index"), shell.say(N_("La pile est jetée : rien n’en est inscrit.")))
