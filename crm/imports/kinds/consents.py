"""Consents with their proof. A yes without proof enters as legacy, on which a dated policy alone lets us write."""

from __future__ import annotations

from crm.consent.model import Act
from crm.foundation.translation import N_
from crm.imports.kinds import fields as shared
from crm.imports.kinds.cells import Cells
from crm.imports.kinds.model import Choice, ChoiceSort, Field, Sort
from crm.imports.kinds.states import State, state_of
from crm.imports.model import Reason
from crm.imports.wish import Said, Wish

LONGEST_PROOF = 2000


class Consents:
    """What people allowed or withdrew, row by row."""

    code = "consents"
    label = N_("Consentements")
    about = N_(
        "Qui a dit oui ou non, à quoi, quand et comment. Un oui ne compte qu’avec sa date, sa voie et sa preuve ; "
        "sans elles, il est gardé comme ancien, et seule une politique datée permet d’écrire."
    )
    fields: tuple[Field, ...] = (
        Field(
            name="email",
            label=shared.EMAIL.label,
            sort=Sort.EMAIL,
            aliases=shared.EMAIL.aliases,
            required=True,
        ),
        Field(
            name="state",
            label=N_("Oui ou non"),
            required=True,
            aliases=("consentement", "consent", "statut", "status", "opt-in", "optin", "accord", "toestemming", "etat"),
            help=N_("Oui, non, désinscrit… en toutes lettres. Un mot inconnu fait une ligne en erreur."),
        ),
        Field(
            name="since",
            label=N_("Date du consentement"),
            sort=Sort.DAY,
            aliases=("date du consentement", "consent date", "date", "datum", "date opt-in", "inscrit le"),
        ),
        Field(
            name="way",
            label=N_("Voie"),
            aliases=("voie", "source", "canal", "origine", "methode", "method", "bron"),
            help=N_("Site, papier, téléphone, rue…"),
        ),
        Field(
            name="proof",
            label=N_("Preuve"),
            aliases=("preuve", "texte", "mention", "proof", "bewijs", "formulaire", "consent text"),
            help=N_("Le texte montré, ou la référence du document signé."),
        ),
        Field(
            name="purpose",
            label=N_("Finalité"),
            aliases=("finalite", "purpose", "liste", "listes", "list", "lijst"),
        ),
        shared.FIRST_NAME,
        shared.LAST_NAME,
        shared.LANGUAGE,
    )
    choices: tuple[Choice, ...] = (
        Choice(
            name="purpose",
            label=shared.PURPOSE_CHOICE.label,
            sort=ChoiceSort.PURPOSE,
            required=True,
            help=N_("Pour les lignes dont aucune colonne ne la dit."),
        ),
        Choice(name="way", label=N_("Voie, si aucune colonne ne la dit"), sort=ChoiceSort.WAY),
        Choice(
            name="proof",
            label=N_("Preuve, si aucune colonne ne la dit"),
            help=N_("Le texte exact du formulaire d’alors. Laissez vide si personne ne le connaît plus."),
        ),
        shared.LANGUAGE_CHOICE,
    )

    def read(self, cells: Cells) -> Wish | None:
        """The person, and what they said with all that proves it."""
        who = shared.arrival_of(cells)
        if who.email is None and not cells.reasons:
            cells.refuse(Reason.LACKING, "email")
        state = state_of(cells.text("state"))
        if state is None:
            cells.refuse(Reason.NOT_STATE if cells.text("state") else Reason.LACKING, "state")
        purpose = purpose_of(cells)
        moment = cells.moment("since")
        way, proof = cells.text("way") or cells.choice("way"), cells.text("proof") or cells.choice("proof")
        if len(way) > 100 or len(proof) > LONGEST_PROOF:
            cells.refuse(Reason.TOO_LONG, "way" if len(way) > 100 else "proof")
        if cells.reasons or state is None:
            return None
        if state is State.PENDING:
            return Wish(arrival=who, never_confirmed=True)
        is_proved = moment is not None and bool(way) and bool(proof)
        acts = {State.YES: Act.GIVEN if is_proved else Act.IMPORTED, State.NO: Act.REFUSED, State.LEFT: Act.WITHDRAWN}
        said = Said(purpose=purpose, act=acts[state], occurred_at=moment, way=way, proof=proof)
        return Wish(arrival=who, said=(said,))


def purpose_of(cells: Cells, field: str = "purpose") -> str:
    """The purpose a cell names by its code or one of its names, else the one chosen for the file."""
    text = cells.text(field)
    found = cells.purpose(text) if text else cells.choice("purpose")
    if not found:
        cells.refuse(Reason.NOT_PURPOSE, field)
    return found
