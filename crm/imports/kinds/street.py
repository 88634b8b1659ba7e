"""What a supplier of street recruitment sends: new donors day by day, and what a welcome call brought."""

from __future__ import annotations

from dataclasses import replace

from crm.consent.model import Act
from crm.foundation.translation import N_
from crm.imports.kinds import fields as shared
from crm.imports.kinds import promises
from crm.imports.kinds.cells import Cells
from crm.imports.kinds.consents import refusal
from crm.imports.kinds.model import Choice, ChoiceSort, Field, Sort
from crm.imports.kinds.states import State, state_of
from crm.imports.model import Reason
from crm.imports.wish import Said, Wish
from crm.imports.wish_beside import Amended
from crm.people.arrivals import Arrival
from crm.plans.model import Channel
from crm.values.calendar import brussels_day
from crm.values.folding import folded

SUPPLIER = Choice(
    name="system",
    label=N_("Nom du fournisseur"),
    required=True,
    help=N_("Ses numéros de donateur·rice seront gardés sous ce nom, le même pour chaque fichier."),
)
NEWSLETTER_PURPOSE = Choice(
    name="purpose",
    label=N_("Finalité de la lettre d’information"),
    sort=ChoiceSort.PURPOSE,
    required=True,
    help=N_("Ce que veut dire « oui » dans la colonne de la lettre d’information."),
)
DONOR_ID = Field(
    name="donor_id",
    label=N_("Numéro chez le fournisseur"),
    required=True,
    aliases=("donor id", "donorid", "id donateur", "numero donateur", "donor", "donateur", "donateursnummer", "id"),
)
NEWSLETTER = Field(
    name="newsletter",
    label=N_("Lettre d’information (oui ou non)"),
    aliases=("newsletter", "lettre d'information", "nieuwsbrief", "lettre", "mailing"),
)


MANDATE = Field(
    name="mandate",
    label=N_("Référence du mandat"),
    aliases=("mandat", "mandate", "reference mandat", "reference du mandat", "mandate reference", "umr", "mandaat"),
    help=N_("Celle du fournisseur : elle reste sur la fiche, et fait reconnaître la personne."),
)
LONGEST_MANDATE = 35
"""Characters of a mandate's reference (SEPA)."""


def mandates_of(supplier: str) -> str:
    """The system under which the references of a supplier's mandates are kept."""
    return f"{supplier[:32].strip()} mandat"


def _day(name: str, label: str, *aliases: str) -> Field:
    return Field(name=name, label=label, sort=Sort.DAY, required=True, aliases=(*aliases, "date", "datum"))


def _newsletter(cells: Cells, who: Arrival, day_field: str, way: str) -> tuple[Said, ...]:
    """A yes on a signed form or in a recorded call is proved by it; silence is no answer.

    A yes is to an address; a no of a row without one holds for every address of theirs.
    """
    text = cells.text("newsletter")
    if not text:
        return ()
    state = state_of(text)
    if state is None or state is State.PENDING:
        cells.refuse(Reason.NOT_STATE, "newsletter")
        return ()
    proof = f"{cells.choice('system')} {cells.text('donor_id')}"
    purpose, moment = cells.choice("purpose"), cells.moment(day_field)
    if state is State.YES:
        return (Said(purpose=purpose, act=Act.GIVEN, occurred_at=moment, way=way, proof=proof),) if who.email else ()
    no = refusal(cells, who, (purpose,), (), act=Act.REFUSED, since=moment, way=way, proof=proof)
    return no.said if no else ()


class StreetRecruits:
    """People who signed in the street: their numbers at the supplier's, the person's and the mandate's, are kept."""

    code = "street-recruits"
    label = N_("Recrutement de rue")
    about = N_(
        "Les personnes rencontrées en rue, sous le numéro de leur fournisseur, et leur mandat si le fichier le porte. "
        "Un oui à la lettre d’information compte avec la date de signature."
    )
    fields: tuple[Field, ...] = (
        DONOR_ID,
        MANDATE,
        _day("signed_on", N_("Signé le"), "date de signature", "signature", "recruitment date", "date recrutement"),
        shared.TITLE,
        shared.FIRST_NAME,
        shared.LAST_NAME,
        *shared.EMAILS,
        *shared.PHONES,
        *shared.ADDRESS,
        shared.LANGUAGE,
        shared.BIRTH,
        NEWSLETTER,
        promises.AMOUNT,
        promises.EVERY,
        promises.ACCOUNT,
        promises.BIC,
        promises.HOLDER,
        promises.STARTS,
        promises.ANCHOR,
        promises.SOURCE,
        promises.PROOF,
    )
    choices: tuple[Choice, ...] = (SUPPLIER, NEWSLETTER_PURPOSE, shared.LANGUAGE_CHOICE, shared.ASSIGNEE)

    def read(self, cells: Cells) -> Wish | None:
        """The donor under the supplier's number, their answer about the letter, and what they signed for."""
        wish = _donor(cells, "signed_on", "street", must_be_known=False)
        if wish is None or wish.arrival is None or not (cells.text("amount") or cells.text("account")):
            return wish
        promised = promises.promise_of(
            cells,
            wish.arrival,
            supplier=cells.choice("system"),
            reference=cells.text("mandate") or cells.text("donor_id"),
            channel=Channel.STREET,
        )
        return None if promised is None else replace(wish, promised=promised)


OUTCOME = Field(
    name="outcome",
    label=N_("Issue de l’appel"),
    aliases=("issue", "resultat", "resultat de l'appel", "outcome", "result", "resultaat", "statut", "status"),
    help=N_("Confirmé, changé ou pas joint ne change rien de soi ; annulé met fin au don régulier."),
)
_GOES_ON = (
    "confirme confirmee confirmed bevestigd ok oui yes ja maintenu change changed gewijzigd modifie "
    "pas-joint injoignable no-answer not-reached niet-bereikt"
)
_ENDS = "annule annulee annulation cancelled canceled cancel geannuleerd stop stopgezet resilie"
_OUTCOMES = dict.fromkeys(_GOES_ON.split(), False) | dict.fromkeys(_ENDS.split(), True)
"""What a call came to: whether the plan ends."""


class WelcomeCalls:
    """What the welcome call learnt of a donor the supplier named before: ways to reach them, another amount, an end."""

    code = "welcome-calls"
    label = N_("Appels de bienvenue")
    about = N_(
        "Ce que l’appel de bienvenue a appris. La personne doit être arrivée par un fichier du même fournisseur ; "
        "ce qui contredit sa fiche attend une décision."
    )
    fields: tuple[Field, ...] = (
        DONOR_ID,
        MANDATE,
        _day("called_on", N_("Appelé·e le"), "date d'appel", "call date", "appel"),
        *shared.EMAILS,
        *shared.PHONES,
        *shared.ADDRESS,
        shared.LANGUAGE,
        shared.BIRTH,
        NEWSLETTER,
        promises.AMOUNT.but(help=N_("Le nouveau montant, si l’appel l’a changé.")),
        promises.ACCOUNT.but(help=N_("Un autre compte que celui du mandat met la ligne de côté.")),
        OUTCOME,
    )
    choices: tuple[Choice, ...] = (SUPPLIER, NEWSLETTER_PURPOSE, shared.ASSIGNEE)

    def read(self, cells: Cells) -> Wish | None:
        """What is new of a donor we know by the supplier's number, and of what they promised."""
        wish = _donor(cells, "called_on", "telephone", must_be_known=True)
        cents = cells.cents("amount") if cells.text("amount") else None
        account = cells.account("account") if cells.text("account") else None
        word = "-".join(folded(cells.text("outcome")).split())
        if word and word not in _OUTCOMES:
            cells.refuse(Reason.NOT_OUTCOME, "outcome")
        called_on = cells.moment("called_on")
        if wish is None or cells.reasons or called_on is None:
            return None
        cancels = bool(word) and _OUTCOMES[word]
        if cents is None and account is None and not cancels:
            return wish
        said = Amended(
            supplier=cells.choice("system"),
            called_on=brussels_day(called_on),
            references=tuple(name for name in (cells.text("mandate"), cells.text("donor_id")) if name),
            cents=cents,
            cancels=cancels,
            account=account,
        )
        return replace(wish, amended=said)


def _donor(cells: Cells, day_field: str, way: str, *, must_be_known: bool) -> Wish | None:
    who = shared.arrival_of(cells, system=cells.choice("system"), id_field="donor_id")
    if len(cells.text("mandate")) > LONGEST_MANDATE:
        cells.refuse(Reason.TOO_LONG, "mandate")
    mandates = cells.external_ids("mandate", mandates_of(cells.choice("system")))
    who = replace(who, external_ids=(*who.external_ids, *mandates))
    for name in ("donor_id", day_field):
        if not cells.text(name):
            cells.refuse(Reason.LACKING, name)
    cells.moment(day_field)
    said = _newsletter(cells, who, day_field, way)
    if any(one.act is Act.GIVEN for one in said) and shared.has_several(cells, who):
        cells.refuse(Reason.SEVERAL_EMAILS, "email")
    return None if cells.reasons else Wish(arrival=who, must_be_known=must_be_known, said=said)
