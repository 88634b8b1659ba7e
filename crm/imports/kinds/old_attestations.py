"""Tax attestations that an old system gave: the year, the number, how much, and to whom."""

from __future__ import annotations

from crm.foundation.translation import N_
from crm.imports.kinds import binding
from crm.imports.kinds import fields as shared
from crm.imports.kinds.cells import Cells
from crm.imports.kinds.model import Choice, Field, Sort
from crm.imports.model import Reason
from crm.imports.wish import Wish
from crm.imports.wish_beside import Attested

FIRST, LAST = 1984, 2100
"""No older attestation is of use to anybody, and a later year is a slip."""
LONGEST = 40


class OldAttestations:
    """Who was given which attestation, so that nobody is given a second one for that year."""

    code = "attestations"
    label = N_("Attestations fiscales déjà délivrées")
    about = N_(
        "Les numéros donnés par l’ancien système, année par année. Qui en a un n’en reçoit pas de second pour cette "
        "année, et nos numéros commencent après eux."
    )
    fields: tuple[Field, ...] = (
        Field(
            name="year",
            label=N_("Année des dons"),
            required=True,
            aliases=("annee", "annee des dons", "annee de revenus", "exercice", "year", "income year", "jaar", "jahr"),
        ),
        Field(
            name="paper_number",
            label=N_("Numéro de l’attestation"),
            required=True,
            aliases=(
                "numero d attestation",
                "numero de l attestation",
                "attestation",
                "n attestation",
                "numero",
                "number",
                "attestnummer",
                "nummer",
                "receipt number",
            ),
        ),
        Field(
            name="amount",
            label=N_("Montant attesté"),
            sort=Sort.AMOUNT,
            required=True,
            aliases=("montant", "montant atteste", "total", "amount", "bedrag", "betrag"),
        ),
        Field(
            name="issued_on",
            label=N_("Délivrée le"),
            sort=Sort.DAY,
            aliases=("delivree le", "date de l attestation", "date d emission", "date", "issued on", "datum"),
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
        """The donor, and their attestation."""
        system = cells.choice("system")
        who, group, bound = binding.split(cells)
        shared.require_somebody(cells, who)
        year, number = cells.text("year"), cells.text("paper_number")
        for name, text in (("year", year), ("paper_number", number)):
            if not text:
                cells.refuse(Reason.LACKING, name)
        if year and not (year.isascii() and year.isdigit() and len(year) == 4 and FIRST <= int(year) <= LAST):
            cells.refuse(Reason.NOT_COUNT, "year")
        if len(number) > LONGEST:
            cells.refuse(Reason.TOO_LONG, "paper_number")
        cents, issued_on = cells.cents("amount"), cells.day("issued_on")
        if cells.reasons or cents is None:
            return None
        return Wish(
            arrival=who,
            organisation=group,
            bound=bound,
            attested=Attested(system=system, year=int(year), number=number, cents=cents, issued_on=issued_on),
        )
