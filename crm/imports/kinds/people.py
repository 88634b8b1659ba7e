"""People and organisations: who they are and how to reach them. It says nothing of what they allow."""

from __future__ import annotations

from crm.foundation.translation import N_
from crm.imports.kinds import fields as shared
from crm.imports.kinds.cells import Cells
from crm.imports.kinds.model import Choice, Field
from crm.imports.wish import Wish


class People:
    """A list of supporters, members or groups."""

    code = "people"
    label = N_("Personnes")
    about = N_(
        "Noms, adresses, téléphones, numéros de membre. Ce fichier n’autorise rien : "
        "les consentements s’importent à part, avec leur preuve."
    )
    fields: tuple[Field, ...] = (
        shared.MEMBER_NUMBER,
        Field(
            name="external_id",
            label=N_("Numéro dans l’ancien système"),
            aliases=("id", "identifiant", "contact id", "external id", "ref", "reference", "numero de contact"),
            help=N_("Il permet de reconnaître les mêmes personnes dans les fichiers suivants."),
        ),
        shared.TITLE,
        shared.FIRST_NAME,
        shared.LAST_NAME,
        shared.ORGANISATION_NAME,
        shared.EMAIL,
        *shared.PHONES,
        *shared.ADDRESS,
        shared.LANGUAGE,
        shared.BIRTH,
    )
    choices: tuple[Choice, ...] = (
        Choice(
            name="system",
            label=N_("Nom de l’ancien système"),
            help=N_("Par exemple « civicrm » ; nécessaire si une colonne porte ses numéros."),
        ),
        shared.LANGUAGE_CHOICE,
    )

    def read(self, cells: Cells) -> Wish | None:
        """The person of the row."""
        who = shared.arrival_of(cells, system=cells.choice("system"), id_field="external_id")
        shared.require_somebody(cells, who)
        return None if cells.reasons else Wish(arrival=who)
