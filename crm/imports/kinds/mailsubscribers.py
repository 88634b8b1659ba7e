"""The export of SPIP's plugin mailsubscribers: `email,nom,lang,date,statut,listes`.

Its states: `valide` was confirmed once, `refuse` has left, `prepa` and `prop` never confirmed, `poubelle` was binned.
"""

from __future__ import annotations

from crm.consent.model import Act
from crm.foundation.translation import N_
from crm.imports.kinds import fields as shared
from crm.imports.kinds.cells import Cells
from crm.imports.kinds.model import Choice, Field, Sort
from crm.imports.model import Reason
from crm.imports.wish import Said, Wish

_PENDING = {"prepa", "prop", "poubelle"}
_SAID = {"valide": Act.IMPORTED, "refuse": Act.WITHDRAWN}


class MailSubscribers:
    """The subscribers of the old letter, as SPIP exports them."""

    code = "mailsubscribers"
    label = N_("Abonné·es de l’ancienne lettre (SPIP)")
    about = N_(
        "L’export du plugin mailsubscribers. Les inscriptions valides entrent comme anciennes, avec leur date ; "
        "les départs sont repris ; ce qui n’a jamais été confirmé n’entre pas."
    )
    fields: tuple[Field, ...] = (
        Field(name="email", label=shared.EMAIL.label, sort=Sort.EMAIL, aliases=shared.EMAIL.aliases, required=True),
        shared.LAST_NAME,
        shared.LANGUAGE,
        Field(name="since", label=N_("Date"), sort=Sort.DAY, aliases=("date", "date d'inscription")),
        Field(name="state", label=N_("Statut"), aliases=("statut", "status"), required=True),
        Field(
            name="lists",
            label=N_("Listes"),
            aliases=("listes", "liste", "lists"),
            help=N_("Une liste qui porte le nom d’une finalité va vers elle ; les autres, vers la finalité choisie."),
        ),
    )
    choices: tuple[Choice, ...] = (shared.PURPOSE_CHOICE, shared.LANGUAGE_CHOICE)

    def read(self, cells: Cells) -> Wish | None:
        """The subscriber and, for each list, what the old letter knew of them."""
        who = shared.arrival_of(cells)
        if who.email is None and not cells.reasons:
            cells.refuse(Reason.LACKING, "email")
        state = cells.text("state").strip().lower()
        moment = cells.moment("since")
        if state not in _PENDING and state not in _SAID:
            cells.refuse(Reason.NOT_STATE if state else Reason.LACKING, "state")
        elif state == "valide" and shared.has_several(cells, who):
            cells.refuse(Reason.SEVERAL_EMAILS, "email")
        if cells.reasons:
            return None
        if state in _PENDING:
            return Wish(arrival=who, never_confirmed=True)
        lists = [name.strip() for name in cells.text("lists").split(",") if name.strip()]
        wanted = dict.fromkeys(cells.purpose(name) or cells.choice("purpose") for name in lists or [""])
        proof = ", ".join(lists)[:200]
        return Wish(
            arrival=who,
            said=tuple(
                Said(purpose=purpose, act=_SAID[state], occurred_at=moment, way="mailsubscribers", proof=proof)
                for purpose in wanted
            ),
        )
