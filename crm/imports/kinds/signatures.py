"""Signatures of petitions, gathered elsewhere: once per petition and person. They never mean « write to me »."""

from __future__ import annotations

from crm.actions.model import LONGEST_COMMENT, LONGEST_TITLE
from crm.foundation.translation import N_
from crm.imports.kinds import binding
from crm.imports.kinds import fields as shared
from crm.imports.kinds.cells import Cells
from crm.imports.kinds.model import Choice, Field, Sort
from crm.imports.kinds.states import State, state_of
from crm.imports.model import Reason
from crm.imports.wish import Signed, Wish


class Signatures:
    """Who signed what, and when."""

    code = "signatures"
    label = N_("Signatures de pétitions")
    about = N_(
        "Qui a signé quelle pétition, et quand. Une signature n’autorise pas à écrire ; "
        "« transmettez ma signature » n’est repris qu’avec les mots montrés alors."
    )
    fields: tuple[Field, ...] = (
        Field(
            name="petition",
            label=N_("Code de la pétition"),
            aliases=("petition", "code petition", "code de la petition", "petitie", "campaign", "campagne"),
        ),
        Field(
            name="signed_on",
            label=N_("Signée le"),
            sort=Sort.DAY,
            required=True,
            aliases=("date de signature", "signe le", "signee le", "signed at", "date", "datum", "created at"),
        ),
        shared.MEMBER_NUMBER,
        shared.OLD_NUMBER,
        *shared.EMAILS,
        shared.FIRST_NAME,
        shared.LAST_NAME,
        binding.NAMED.but(
            help=N_("Avec un nom de personne : c’est elle qui signe, comme personne de contact de l’organisation.")
        ),
        binding.ENTERPRISE,
        *shared.PHONES,
        *shared.ADDRESS,
        shared.LANGUAGE,
        Field(
            name="deliver",
            label=N_("Transmettre la signature (oui ou non)"),
            aliases=("transmettre", "transmettre ma signature", "deliver", "overhandigen"),
        ),
        Field(name="comment", label=N_("Commentaire"), aliases=("commentaire", "message", "comment", "opmerking")),
    )
    choices: tuple[Choice, ...] = (
        Choice(
            name="petition",
            label=N_("Code de la pétition, si aucune colonne ne le dit"),
            help=N_("Tel qu’il figure dans la liste des pétitions."),
        ),
        Choice(
            name="delivery_words",
            label=N_("Mots montrés à côté de « transmettez ma signature »"),
            help=N_("Sans eux, aucune signature ne sera transmise."),
        ),
        Choice(
            name="system",
            label=N_("Nom de l’ancien système"),
            help=N_("Par exemple « civicrm » ; nécessaire si une colonne porte ses numéros."),
        ),
        shared.LANGUAGE_CHOICE,
        binding.ADDRESS_OF,
    )

    def read(self, cells: Cells) -> Wish | None:
        """The person, and what they signed."""
        who, group, bound = binding.split(cells)
        shared.require_somebody(cells, who)
        moment = cells.moment("signed_on")
        petition = (cells.text("petition") or cells.choice("petition")).strip().lower()
        comment = cells.text("comment")
        if moment is None and not cells.when("signed_on"):
            cells.refuse(Reason.LACKING, "signed_on")
        if not petition:
            cells.refuse(Reason.LACKING, "petition")
        if len(comment) > LONGEST_COMMENT:
            cells.refuse(Reason.TOO_LONG, "comment")
        wanted = cells.text("deliver")
        state = state_of(wanted) if wanted else State.NO
        if state is None or state is State.PENDING:
            cells.refuse(Reason.NOT_STATE, "deliver")
        if cells.reasons or moment is None:
            return None
        words = cells.choice("delivery_words")[:LONGEST_TITLE]
        says_no = bool(wanted) and state is not State.YES
        signed = Signed(
            petition=petition,
            signed_at=moment,
            comment=comment,
            delivery_words=words if wanted else "",
            declines=says_no,
        )
        return Wish(arrival=who, organisation=group, bound=bound, signed=signed)
