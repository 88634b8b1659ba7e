"""What several kinds of file say of a plan: how much, how often, from which account, by which mandate."""

from __future__ import annotations

from datetime import date

from crm.foundation.translation import N_
from crm.imports.kinds.cells import Cells
from crm.imports.kinds.model import Field, Sort
from crm.imports.model import Reason
from crm.imports.wish import Promised
from crm.people.arrivals import Arrival
from crm.plans import rules
from crm.plans.model import Channel
from crm.values.folding import folded

LONGEST_HOLDER = 70
LONGEST_PROOF = 200
LONGEST_BIC = 11
LONGEST_CODE = 40

_RHYTHMS = {
    1: "1 mensuel mensuelle monthly maandelijks monatlich mois month maand m chaque-mois",
    2: "2 bimestriel bimestrielle bimonthly tweemaandelijks",
    3: "3 trimestriel trimestrielle quarterly driemaandelijks kwartaal vierteljahrlich trimestre q t",
    6: "6 semestriel semestrielle half-yearly halfjaarlijks semestre zesmaandelijks",
    12: "12 annuel annuelle yearly annual jaarlijks jahrlich an year jaar a y",
}
_RHYTHM_OF = {word: months for months, words in _RHYTHMS.items() for word in words.split()}
_STATES = {
    True: "actif active en-cours current ongoing in-progress actief lopend running oui yes 1 a",
    False: "termine terminee annule annulee cancelled canceled ended stopped inactif inactive beeindigd stopgezet "
    "geannuleerd resilie resiliee clos close closed non no 0 completed failed",
}
_RUNS_ON = {word: runs for runs, words in _STATES.items() for word in words.split()}

AMOUNT = Field(
    name="amount",
    label=N_("Montant de chaque fois, en euros"),
    sort=Sort.AMOUNT,
    aliases=("montant", "amount", "bedrag", "don mensuel", "montant mensuel", "instalment", "betrag"),
)
ACCOUNT = Field(
    name="account",
    label=N_("Numéro de compte (IBAN)"),
    aliases=("iban", "compte", "numero de compte", "rekening", "rekeningnummer", "account", "bank account", "konto"),
    help=N_("Il est mis sous clé dès la lecture : nous n’en montrons que la fin."),
)
BIC = Field(name="bic", label=N_("BIC"), aliases=("bic", "swift", "code bic"))
HOLDER = Field(
    name="holder",
    label=N_("Titulaire du compte"),
    aliases=(
        "titulaire",
        "titulaire du compte",
        "account holder",
        "rekeninghouder",
        "nom du titulaire",
        "kontoinhaber",
    ),
    help=N_("Sans cette colonne, le nom de la personne."),
)
EVERY = Field(
    name="every_months",
    label=N_("Rythme"),
    aliases=("rythme", "frequence", "frequency", "periodicite", "frequentie", "periodiciteit", "interval"),
    help=N_("Mensuel, trimestriel, semestriel, annuel, ou le nombre de mois. Sans cette colonne : chaque mois."),
)
STARTS = Field(
    name="starts_on",
    label=N_("Commence le"),
    sort=Sort.DAY,
    aliases=(
        "commence le",
        "debut",
        "date de debut",
        "premiere collecte",
        "start date",
        "startdatum",
        "first collection",
    ),
)
ANCHOR = Field(
    name="anchor_day",
    label=N_("Jour du mois"),
    aliases=("jour du mois", "jour", "jour de collecte", "collection day", "cycle day", "dag"),
    help=N_("De 1 à 31. Sans cette colonne : le jour où le plan commence."),
)
FEE = Field(
    name="fee",
    label=N_("Dont cotisation, en euros"),
    sort=Sort.AMOUNT,
    aliases=("cotisation", "dont cotisation", "membership fee", "lidgeld"),
    help=N_("La part de chaque montant qui est une cotisation de membre."),
)
PROOF = Field(
    name="proof",
    label=N_("Où est le mandat signé"),
    aliases=("preuve", "document", "proof", "scan", "fichier du mandat", "bewijs"),
)
SOURCE = Field(
    name="source_code",
    label=N_("Code source de l’appel"),
    aliases=("code source", "source code", "source", "code appel", "appel", "campagne", "campaign"),
)
LAST = Field(
    name="last_collected_on",
    label=N_("Dernière collecte"),
    sort=Sort.DAY,
    aliases=("derniere collecte", "dernier prelevement", "last collection", "last collected", "laatste inning"),
    help=N_("Jusqu’à ce jour, rien ne sera demandé une deuxième fois."),
)
STATE = Field(
    name="state",
    label=N_("État"),
    aliases=("etat", "statut", "status", "state", "staat"),
    help=N_("En cours ou terminé. Ce qui est terminé n’est plus jamais collecté."),
)
ENDED = Field(
    name="ended_on",
    label=N_("Terminé le"),
    sort=Sort.DAY,
    aliases=("termine le", "fin", "date de fin", "end date", "cancel date", "date d'annulation", "einddatum"),
)


def promise_of(
    cells: Cells, who: Arrival, *, supplier: str, reference: str, channel: Channel, is_order: bool = False
) -> Promised | None:
    """The plan of a row, or None where `cells` says why it is a bad one. `is_order`: no account is needed."""
    cents, signed_on = cells.cents("amount"), cells.day("signed_on")
    account = cells.account("account")
    if account is None and not is_order and not cells.text("account"):
        cells.refuse(Reason.LACKING, "account")
    if signed_on is None and not cells.when("signed_on"):
        cells.refuse(Reason.LACKING, "signed_on")
    holder = cells.text("holder") or who.organisation_name or f"{who.first_name} {who.last_name}".strip()
    for name, text, most in (
        ("holder", holder, LONGEST_HOLDER),
        ("proof", cells.text("proof"), LONGEST_PROOF),
        ("bic", cells.text("bic"), LONGEST_BIC),
        ("source_code", cells.text("source_code"), LONGEST_CODE),
    ):
        if len(text) > most:
            cells.refuse(Reason.TOO_LONG, name)
    if not rules.is_reference(reference):
        cells.refuse(Reason.NOT_REFERENCE, "reference")
    every, anchor, fee = _rhythm(cells), _anchor(cells), _fee(cells)
    last, ended = cells.day("last_collected_on"), _ended(cells)
    if cents is not None and fee > cents:
        cells.refuse(Reason.FEE_TOO_LARGE, "fee")
    slept_since = last or signed_on
    if slept_since is not None and account is not None and ended is None and _sleeps(slept_since, cells):
        cells.refuse(Reason.MANDATE_ASLEEP, "last_collected_on")
    starts_on = cells.day("starts_on", may_come=True)
    if cells.reasons or cents is None or signed_on is None:
        return None
    return Promised(
        supplier=supplier,
        reference=reference,
        cents=cents,
        signed_on=signed_on,
        channel=channel.value,
        account=account,
        holder=holder if account else "",
        bic=cells.text("bic") if account else "",
        every_months=every,
        starts_on=starts_on,
        anchor_day=anchor,
        fee_cents=fee,
        proof=cells.text("proof"),
        source_code=cells.text("source_code"),
        last_collected_on=last,
        ended_on=ended,
    )


def _rhythm(cells: Cells) -> int:
    text = cells.text("every_months")
    if not text:
        return 1
    words = "-".join(folded(text).replace("_", " ").split())
    found = _RHYTHM_OF.get(words) or _RHYTHM_OF.get(words.removesuffix("-mois").removesuffix("-months"))
    if found is None:
        cells.refuse(Reason.NOT_RHYTHM, "every_months")
    return found or 1


def _anchor(cells: Cells) -> int | None:
    text = cells.text("anchor_day")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:3]) <= 31):
        cells.refuse(Reason.NOT_DAY_OF_MONTH, "anchor_day")
        return None
    return int(text)


def _fee(cells: Cells) -> int:
    text = cells.text("fee")
    is_none = not text.strip("0.,€ ")
    return 0 if is_none else cells.cents("fee") or 0


def _ended(cells: Cells) -> date | None:
    """The day it ended; a state that says so without a day is a bad row, since nobody may be asked again by mistake."""
    ended, text = cells.day("ended_on"), "-".join(folded(cells.text("state")).split())
    if text and text not in _RUNS_ON:
        cells.refuse(Reason.NOT_PLAN_STATE, "state")
    elif text and not _RUNS_ON[text] and ended is None:
        cells.refuse(Reason.LACKING, "ended_on")
    return ended


def _sleeps(since: date, cells: Cells) -> bool:
    return cells.today >= rules.asleep_on(since)
