"""Plans and mandates of an old system: who gives how much, how often, by which mandate, and what was collected."""

from __future__ import annotations

from crm.foundation.translation import N_
from crm.imports.kinds import binding, promises
from crm.imports.kinds import fields as shared
from crm.imports.kinds.cells import Cells
from crm.imports.kinds.model import Choice, Field, Sort
from crm.imports.model import Reason
from crm.imports.wish import Wish
from crm.plans.model import Channel
from crm.values.folding import folded

_ORDERS = {"ordre-permanent", "standing-order", "permanente-opdracht", "doorlopende-opdracht", "dauerauftrag"}


class Mandates:
    """Monthly gifts, member by member, as they were signed elsewhere."""

    code = "mandates"
    label = N_("Dons réguliers et mandats")
    about = N_(
        "Qui a promis combien, à quel rythme, par quel mandat. Chaque référence entre une fois ; "
        "ce qui fut collecté jusqu’à la dernière collecte n’est plus demandé."
    )
    fields: tuple[Field, ...] = (
        Field(
            name="reference",
            label=N_("Référence du mandat"),
            required=True,
            aliases=(
                "reference du mandat",
                "reference mandat",
                "mandat",
                "mandate reference",
                "mandate",
                "umr",
                "rum",
                "mandaat",
                "mandaatreferentie",
                "reference",
            ),
            help=N_("Ou, pour un ordre permanent, le numéro que l’ancien système lui donne."),
        ),
        Field(
            name="signed_on",
            label=N_("Signé le"),
            sort=Sort.DAY,
            required=True,
            aliases=("signe le", "date de signature", "signature", "date du mandat", "signature date", "getekend op"),
        ),
        promises.AMOUNT.but(required=True),
        promises.EVERY,
        promises.ACCOUNT,
        promises.BIC,
        promises.HOLDER,
        Field(
            name="way",
            label=N_("Domiciliation ou ordre permanent"),
            aliases=("moyen de paiement", "mode de paiement", "payment method", "methode", "betaalwijze", "way"),
            help=N_("Sans cette colonne, une domiciliation : il faut alors un compte."),
        ),
        promises.STARTS,
        promises.ANCHOR,
        promises.LAST,
        promises.STATE,
        promises.ENDED,
        promises.FEE,
        promises.SOURCE,
        promises.PROOF,
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
    )
    choices: tuple[Choice, ...] = (
        Choice(
            name="system",
            label=N_("Nom de l’ancien système"),
            required=True,
            help=N_("Par exemple « civicrm » : ses références seront gardées sous ce nom."),
        ),
        shared.LANGUAGE_CHOICE,
        binding.ADDRESS_OF,
    )

    def read(self, cells: Cells) -> Wish | None:
        """The donor, and what they promised."""
        system = cells.choice("system")
        who, group, bound = binding.split(cells)
        shared.require_somebody(cells, who)
        is_order = "-".join(folded(cells.text("way")).split()) in _ORDERS
        if not cells.text("reference"):
            cells.refuse(Reason.LACKING, "reference")
            return None
        promised = promises.promise_of(
            cells,
            group or who,
            supplier=system,
            reference=cells.text("reference"),
            channel=Channel.IMPORT,
            is_order=is_order,
        )
        return None if promised is None else Wish(arrival=who, organisation=group, bound=bound, promised=promised)
