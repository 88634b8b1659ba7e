"""Gifts of the years before, or of another program: who gave how much, on which day, and how; or what, in kind."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from crm.donations import in_kind
from crm.donations.model import GENERAL, GiftKind, Method
from crm.donations.rules import OUR_PROVIDERS
from crm.foundation.translation import N_
from crm.imports.kinds import binding
from crm.imports.kinds import fields as shared
from crm.imports.kinds.cells import Cells
from crm.imports.kinds.model import Choice, ChoiceSort, Field, Sort
from crm.imports.model import Reason
from crm.imports.wish import Gave, Wish
from crm.values.errors import Invalid
from crm.values.folding import folded

LONGEST_REFERENCE = 100
LONGEST_PROVIDER = 40
LONGEST_CODE = 40

_METHODS = {
    Method.TRANSFER: "transfer virement vir overschrijving overschr uberweisung bank banque wire",
    Method.DIRECT_DEBIT: "direct-debit domiciliation domiciliering sepa dom prelevement incasso lastschrift debit",
    Method.ONLINE: "online en-ligne paiement-en-ligne carte card creditcard bancontact mollie stripe paypal ideal "
    "payconiq web",
    Method.CASH: "cash especes liquide contant bar",
    Method.CHEQUE: "cheque check scheck",
}
_KINDS = {
    GiftKind.ONE_OFF: "one-off don don-ponctuel ponctuel gift donation eenmalig spende",
    GiftKind.INSTALMENT: "instalment don-regulier regulier recurring mensuel monthly maandelijks recurrent",
    GiftKind.MEMBERSHIP_FEE: "membership-fee cotisation membership lidgeld adhesion lidmaatschap mitgliedsbeitrag",
    GiftKind.SALE: "sale vente bougies bougie verkoop shop boutique",
    GiftKind.LEGACY: "legacy legs legaat heritage",
    GiftKind.SPONSORING: "sponsoring parrainage mecenat",
    GiftKind.IN_KIND: "in-kind nature en-nature don-en-nature in-natura natura gift-in-kind sachspende",
}
_METHOD_OF = {word: one for one, words in _METHODS.items() for word in words.split()}
_KIND_OF = {word: one for one, words in _KINDS.items() for word in words.split()}
One = TypeVar("One", bound=StrEnum)


class Gifts:
    """Money that people gave, row by row."""

    code = "gifts"
    label = N_("Dons")
    about = N_(
        "Qui a donné combien, quand et comment. Une référence par paiement fait qu’un don n’entre qu’une fois ; "
        "sans elle, un don du même jour et du même montant attend une décision."
    )
    fields: tuple[Field, ...] = (
        Field(
            name="amount",
            label=N_("Montant en euros"),
            sort=Sort.AMOUNT,
            required=True,
            aliases=("montant", "amount", "bedrag", "somme", "total", "total amount", "betrag", "don"),
        ),
        Field(
            name="given_on",
            label=N_("Date du don"),
            sort=Sort.DAY,
            required=True,
            aliases=("date du don", "date de reception", "receive date", "gift date", "date", "datum", "paid at"),
        ),
        Field(
            name="reference",
            label=N_("Référence du paiement"),
            aliases=(
                "reference",
                "ref",
                "transaction",
                "transaction id",
                "trxn id",
                "numero du don",
                "n° du don",
                "n° don",
                "numero don",
                "id don",
                "payment id",
                "id",
            ),
            help=N_("Le numéro que l’ancien système ou le prestataire donne à ce paiement, et à lui seul."),
        ),
        shared.MEMBER_NUMBER,
        shared.OLD_NUMBER,
        shared.TITLE,
        shared.FIRST_NAME,
        shared.LAST_NAME,
        binding.NAMED,
        binding.ENTERPRISE,
        *shared.EMAILS,
        *shared.PHONES,
        *shared.ADDRESS,
        shared.LANGUAGE,
        Field(
            name="kind",
            label=N_("Genre de don"),
            aliases=("genre", "type", "type de don", "financial type", "soort", "kind"),
            help=N_("Don, don régulier, cotisation, vente, legs, parrainage ou don en nature."),
        ),
        Field(
            name="method",
            label=N_("Moyen de paiement"),
            aliases=(
                *("moyen de paiement", "mode de paiement", "payment method", "methode", "betaalwijze", "instrument"),
                "mode",
            ),
            help=N_("Virement, domiciliation, en ligne, espèces ou chèque."),
        ),
        Field(
            name="what",
            label=N_("Ce qui a été donné"),
            aliases=("ce qui a ete donne", "objet", "description du don", "what was given", "omschrijving van de gift"),
            help=N_("Pour un don en nature : « 12 chaises de bureau ». Le montant en est la valeur déclarée."),
        ),
        Field(name="fund", label=N_("Code du fonds"), aliases=("fonds", "fund", "code du fonds", "affectation")),
        Field(
            name="source_code",
            label=N_("Code source de l’appel"),
            aliases=("code source", "source code", "source", "code appel", "appel", "campagne"),
        ),
        Field(name="currency", label=N_("Monnaie"), aliases=("monnaie", "devise", "currency", "munt")),
    )
    choices: tuple[Choice, ...] = (
        Choice(
            name="method",
            label=N_("Moyen de paiement, si aucune colonne ne le dit"),
            sort=ChoiceSort.METHOD,
            required=True,
        ),
        Choice(
            name="kind",
            label=N_("Genre de don, si aucune colonne ne le dit"),
            sort=ChoiceSort.GIFT_KIND,
            help=N_("Sans choix : un don ponctuel."),
        ),
        Choice(
            name="system",
            label=N_("Nom de l’ancien système ou du prestataire"),
            help=N_("Par exemple « civicrm » ou « mollie » ; nécessaire si une colonne porte ses numéros."),
        ),
        shared.LANGUAGE_CHOICE,
        binding.ADDRESS_OF,
    )

    def read(self, cells: Cells) -> Wish | None:
        """The donor, and what they gave."""
        who, group, bound = binding.split(cells)
        shared.require_somebody(cells, who)
        cents, day = cells.cents("amount"), cells.day("given_on")
        if day is None and not cells.when("given_on"):
            cells.refuse(Reason.LACKING, "given_on")
        if folded(cells.text("currency")) not in {"", "eur", "euro", "euros", "€"}:
            cells.refuse(Reason.NOT_EURO, "currency")
        kind = _one(cells, "kind", _KIND_OF, Reason.NOT_GIFT_KIND, GiftKind.ONE_OFF)
        method = _one(cells, "method", _METHOD_OF, Reason.NOT_METHOD, Method.TRANSFER)
        what = _what(cells) if kind is GiftKind.IN_KIND else ""
        reference, fund, source = cells.text("reference"), cells.text("fund"), cells.text("source_code")
        for name, text, most in (
            ("reference", reference, LONGEST_REFERENCE),
            ("fund", fund, LONGEST_CODE),
            ("source_code", source, LONGEST_CODE),
        ):
            if len(text) > most or any(unicodedata.category(c)[0] == "C" for c in text):
                cells.refuse(Reason.TOO_LONG, name)
        if cells.reasons or cents is None or day is None:
            return None
        gave = Gave(
            cents=cents,
            given_on=day,
            kind=kind,
            method=Method.NONE if kind is GiftKind.IN_KIND else method,
            what=what,
            fund=fund or GENERAL,
            source_code=source,
            provider=_provider(cells.choice("system")) if reference else "",
            reference=reference,
        )
        return Wish(arrival=who, organisation=group, bound=bound, gave=gave)


def _what(cells: Cells) -> str:
    """What came in kind, said as a form says it."""
    try:
        return in_kind.said(cells.text("what"))
    except Invalid:
        cells.refuse(Reason.TOO_LONG if cells.text("what").strip() else Reason.LACKING, "what")
        return ""


def _provider(system: str) -> str:
    """The system as movements name it, never one of our own rooms."""
    name = folded(system)[:LONGEST_PROVIDER]
    return f"file {name}" if name in OUR_PROVIDERS else name


def _one(cells: Cells, field: str, words: Mapping[str, One], why: Reason, otherwise: One) -> One:
    """What a cell names, else what was chosen for the whole file."""
    text = cells.text(field)
    if not text:
        chosen = cells.choice(field)
        return type(otherwise)(chosen) if chosen else otherwise
    found = words.get("-".join(folded(text).replace("_", " ").strip(" .").split()))
    if found is None:
        cells.refuse(why, field)
    return found or otherwise
