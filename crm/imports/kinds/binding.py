"""What a list of supporters says of organisations with their people, of households and of tags."""

from __future__ import annotations

import re
from dataclasses import replace

from crm.foundation.translation import N_
from crm.imports.kinds import fields as shared
from crm.imports.kinds.cells import LONGEST_EXTERNAL_ID, LONGEST_SYSTEM, Cells
from crm.imports.kinds.model import Choice, ChoiceSort, Field
from crm.imports.model import Reason
from crm.imports.wish_beside import Bound
from crm.people.arrivals import Arrival
from crm.people.model import OrganisationKind, PersonKind, TieKind, Title
from crm.people.rules import single_spaced, tidy_organisation
from crm.people.words import ORGANISATIONS, TIES
from crm.values.enterprise_number import enterprise_number
from crm.values.errors import Invalid
from crm.values.folding import folded

ENTERPRISE = Field(
    name="enterprise_number",
    label=N_("Numéro d’entreprise"),
    aliases=(
        *("numero d'entreprise", "numero d’entreprise", "numero entreprise", "n° d'entreprise", "n° entreprise", "bce"),
        *("numero bce", "n° bce", "tva", "numero de tva", "numero tva", "n° tva", "ondernemingsnummer", "kbo"),
        *("kbo nummer", "kbo-nummer", "btw", "btw nummer", "btw-nummer", "vat", "vat number", "enterprise number"),
        *("company number", "unternehmensnummer"),
    ),
    help=N_("BCE ou TVA, avec ou sans points : il fait reconnaître l’organisation, quel que soit son nom."),
)
NAMED = shared.ORGANISATION_NAME.but(
    help=N_(
        "Seule, c’est d’elle qu’il s’agit. Avec un nom de personne : l’organisation et sa personne de contact, "
        "reliées ; ce qui est donné, promis ou reçu est alors à l’organisation."
    ),
)
"""An organisation, alone or beside the person of a row."""
ORGANISATION = (
    shared.ORGANISATION_NAME.but(
        help=N_(
            "Avec un nom de personne sur la même ligne : l’organisation et sa personne de contact, reliées. "
            "Nommée sur plusieurs lignes, elle n’est qu’une, avec plusieurs personnes."
        ),
    ),
    Field(
        name="organisation_kind",
        label=N_("Sorte d’organisation"),
        aliases=(
            *("sorte d'organisation", "type d'organisation", "type organisation", "genre d'organisation"),
            *("soort organisatie", "type organisatie", "organisation type", "kind of organisation", "contact subtype"),
        ),
        help=N_("École, groupe local, point de vente de bougies, association, entreprise, service public, autre."),
    ),
    Field(
        name="organisation_id",
        label=N_("Numéro de l’organisation dans l’ancien système"),
        aliases=(
            *("organisation id", "id organisation", "id de l'organisation", "numero de l'organisation"),
            *("employer id", "company id", "parent company id", "organisatienummer"),
        ),
    ),
    ENTERPRISE,
    Field(
        name="tie",
        label=N_("Rôle dans l’organisation"),
        aliases=(
            "role dans l'organisation",
            "lien avec l'organisation",
            "rol in de organisatie",
            "role in organisation",
        ),
        help=N_(
            "Contact, employé, membre, enseignant, coordinateur, trésorier ou vendeur ; sans cela, personne de contact."
        ),
    ),
)
BONDS = (
    Field(
        name="household",
        label=N_("Foyer"),
        aliases=(
            *("menage", "foyer", "numero de menage", "id menage", "numero du foyer", "id foyer"),
            *("gezin", "gezinsnummer", "huishouden", "household", "household id"),
        ),
        help=N_("Le même numéro ou mot sur plusieurs lignes : ces personnes vivent ensemble."),
    ),
    Field(
        name="envelope",
        label=N_("Nom sur l’enveloppe du foyer"),
        aliases=(
            *("nom sur l'enveloppe", "enveloppe", "nom du menage", "nom du foyer"),
            *("naam op de omslag", "naam gezin", "envelope name", "household name"),
        ),
        help=N_("Sans cela, l’enveloppe porte les noms des deux premières personnes."),
    ),
    Field(
        name="tags",
        label=N_("Étiquettes"),
        aliases=(
            "etiquettes",
            "etiquette",
            "mots-cles",
            "mots cles",
            "tags",
            "tag",
            "labels",
            "trefwoorden",
            "etiketten",
        ),
        help=N_("Plusieurs dans une cellule : séparées par une virgule, un point-virgule ou une barre."),
    ),
)
ADDRESS_OF = Choice(
    name="address_of",
    label=N_("À qui est l’adresse postale d’une ligne qui nomme une organisation et une personne"),
    sort=ChoiceSort.OWNER,
    help=N_("Sans choix, c’est celle de l’organisation ; l’e-mail et le téléphone sont toujours ceux de la personne."),
)
PERSON, BOTH = "person", "both"

_MORE_KINDS = {
    OrganisationKind.COMPANY: ("entreprise", "societe", "firme", "bedrijf", "company", "unternehmen"),
    OrganisationKind.ASSOCIATION: ("association", "asbl", "vereniging", "vzw", "verein", "ngo", "ong"),
    OrganisationKind.LOCAL_GROUP: ("groupe local", "groupe", "lokale groep", "groep", "local group"),
    OrganisationKind.SCHOOL: ("ecole", "school", "schule", "ecole secondaire", "ecole primaire"),
    OrganisationKind.CANDLE_SELLER: ("point de vente de bougies", "vendeur de bougies", "kaarsenverkoper"),
    OrganisationKind.PUBLIC_BODY: ("service public", "commune", "cpas", "overheid", "gemeente", "public body"),
    OrganisationKind.OTHER: ("autre", "autre organisation", "andere", "other", "organisation"),
}
_TIES = {
    TieKind.CONTACT: ("contact", "personne de contact", "contactpersoon", "contact person"),
    TieKind.EMPLOYEE: ("employe", "employee", "travaille chez", "employe de", "werknemer"),
    TieKind.MEMBER: ("membre", "lid", "member"),
    TieKind.TEACHER: ("enseignant", "enseignante", "enseignant·e", "professeur", "leerkracht", "teacher"),
    TieKind.COORDINATOR: ("coordinateur", "coordinatrice", "coordinateur·trice", "coordinator", "responsable"),
    TieKind.TREASURER: ("tresorier", "tresoriere", "tresorier·e", "penningmeester", "treasurer"),
    TieKind.SELLER: ("vendeur", "vendeuse", "vendeur·euse", "verkoper", "seller"),
}
_KIND_OF = {folded(word): kind for kind, words in _MORE_KINDS.items() for word in (*words, kind, ORGANISATIONS[kind])}
_TIE_OF = {folded(word): kind for kind, words in _TIES.items() for word in (*words, kind, TIES[kind][0])}
_NONE = frozenset({"0", "-", "/", "false", "non", "aucun", "geen", "none", "null"})
"""What old systems write for somebody who lives in no household of theirs."""
_BETWEEN_TAGS = re.compile(r"[,;|]")
LONGEST_TAG = 80
LONGEST_ENVELOPE = 200


def split(cells: Cells, *, address_of: str = "") -> tuple[Arrival, Arrival | None, Bound | None]:
    """Who the row speaks of, the organisation whose contact they are, and what binds them; for every kind of file.

    `address_of`: whose the postal address is, where nothing is chosen for the file.
    """
    system = cells.choice("system")
    who = shared.arrival_of(cells, system=system, id_field="external_id")
    who, group = parted(cells, who, system, address_of=address_of)
    return who, group, bound_of(cells, who, group, system)


def _enterprise(cells: Cells, name: str) -> str:
    text = cells.text("enterprise_number")
    number = enterprise_number(text) if text else ""
    if number is None:
        cells.refuse(Reason.NOT_ENTERPRISE, text[:40])
    elif number and not name:
        cells.remark(Reason.ENTERPRISE_ALONE)
    return number or ""


def parted(cells: Cells, who: Arrival, system: str, *, address_of: str = "") -> tuple[Arrival, Arrival | None]:
    """The person of a row and the organisation it names beside; an organisation alone is whom the row is about."""
    enterprise = _enterprise(cells, who.organisation_name)
    kind, ids = _kind(cells), cells.external_ids("organisation_id", system)
    if not who.organisation_name:
        if ids or cells.text("organisation_kind"):
            cells.refuse(Reason.NO_ORGANISATION)
        return who, None
    if not (who.first_name or who.last_name):
        own = (*who.external_ids, *(one for one in ids if one not in who.external_ids))
        said = {"organisation_kind": kind, "enterprise_number": enterprise, "external_ids": own}
        return replace(who, title=Title.NONE, **said), None  # type: ignore[arg-type] # the keys are its own
    owner = cells.choice("address_of") or address_of
    group = Arrival(
        organisation_name=who.organisation_name,
        organisation_kind=kind,
        enterprise_number=enterprise,
        language=who.language,
        presumed_language=who.presumed_language,
        address=None if owner == PERSON else who.address,
        external_ids=ids,
    )
    return replace(who, organisation_name="", address=who.address if owner in {PERSON, BOTH} else None), group


def bound_of(cells: Cells, who: Arrival, group: Arrival | None, system: str) -> Bound | None:
    """What the row binds its person to; None where it says nothing of the kind."""
    household = _household(cells, system)
    if household and who.kind is PersonKind.ORGANISATION:
        cells.refuse(Reason.NOT_HOUSEHOLD)
    envelope = single_spaced(cells.text("envelope")) if household else ""
    if len(envelope) > LONGEST_ENVELOPE or any(c in "<>{}" or not c.isprintable() for c in envelope):
        cells.refuse(Reason.NOT_NAME, "envelope")
    bound = Bound(tie=_tie(cells) if group else "", household=household, envelope=envelope, tags=_tags(cells))
    return bound if bound != Bound() else None


def _kind(cells: Cells) -> OrganisationKind | None:
    text = cells.text("organisation_kind")
    found = _KIND_OF.get(folded(text).replace("_", " ")) if text else None
    if text and found is None:
        cells.refuse(Reason.NOT_ORGANISATION_KIND, text[:100])
    return found


def _tie(cells: Cells) -> TieKind:
    text = cells.text("tie")
    found = _TIE_OF.get(folded(text)) if text else TieKind.CONTACT
    if found is None:
        cells.refuse(Reason.NOT_TIE, text[:100])
    return found or TieKind.CONTACT


def _household(cells: Cells, system: str) -> str:
    text = cells.text("household")
    if not text or folded(text) in _NONE:
        return ""
    if len(text) > LONGEST_EXTERNAL_ID or not text.isprintable():
        cells.refuse(Reason.TOO_LONG, "household")
    return f"{system[:LONGEST_SYSTEM].strip()}/{text}"


def _tags(cells: Cells) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for text in _BETWEEN_TAGS.split(cells.text("tags")):
        try:
            name = tidy_organisation(text, field="tags")
        except Invalid:
            name = text[: LONGEST_TAG + 1] or "?"
            cells.refuse(Reason.NOT_TAG, name)
        if len(name) > LONGEST_TAG:
            cells.refuse(Reason.NOT_TAG, name[:LONGEST_TAG])
        if name:
            found.setdefault(folded(name), name)
    return tuple(found.values())
