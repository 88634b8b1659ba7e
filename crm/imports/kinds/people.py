"""People and organisations: who they are and how to reach them. It says nothing of what they allow."""

from __future__ import annotations

from dataclasses import replace

from crm.foundation.translation import N_
from crm.imports.kinds import binding
from crm.imports.kinds import fields as shared
from crm.imports.kinds.cells import Cells
from crm.imports.kinds.model import Choice, Field, Sort
from crm.imports.model import Reason
from crm.imports.wish import Wish


class People:
    """A list of supporters, members or groups."""

    code = "people"
    label = N_("Personnes et organisations")
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
        *binding.ORGANISATION,
        *shared.EMAILS,
        *shared.PHONES,
        *shared.ADDRESS,
        shared.LANGUAGE,
        shared.BIRTH,
        Field(
            name="deceased_on",
            label=N_("Décédé·e le"),
            sort=Sort.DAY,
            aliases=(
                *("decede le", "decedee le", "decede·e le", "decede(e) le", "date de deces", "date du deces", "deces"),
                *("overleden op", "datum overlijden", "overlijdensdatum", "date of death", "deceased date", "died on"),
            ),
        ),
        Field(
            name="deceased",
            label=N_("Décédé·e (oui ou non)"),
            aliases=("decede", "decedee", "decede·e", "decede(e)", "overleden", "deceased", "is deceased", "dcd"),
            help=N_(
                "Une personne nouvelle vient comme décédée : rien ne lui est envoyé. Pour quelqu’un que nous "
                "connaissons, la nouvelle attend une décision, et rien ne part d’ici là."
            ),
        ),
        *binding.BONDS,
    )
    choices: tuple[Choice, ...] = (
        Choice(
            name="system",
            label=N_("Nom de l’ancien système"),
            help=N_("Par exemple « civicrm » ; nécessaire si une colonne porte ses numéros."),
        ),
        shared.LANGUAGE_CHOICE,
        binding.ADDRESS_OF,
    )

    def read(self, cells: Cells) -> Wish | None:
        """The person of the row."""
        who, group, bound = binding.split(cells)
        shared.require_somebody(cells, who)
        died, died_on = cells.death()
        if died_on is not None and who.birth_on is not None and died_on < who.birth_on:
            cells.refuse(Reason.NOT_DAY, "deceased_on")
        arrival = replace(who, died=died, died_on=died_on)
        return None if cells.reasons else Wish(arrival=arrival, organisation=group, bound=bound)
