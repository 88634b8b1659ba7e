"""The fields that several kinds share, and who they make of a row."""

from __future__ import annotations

from crm.foundation.translation import N_
from crm.imports.kinds.cells import Cells
from crm.imports.kinds.model import Choice, ChoiceSort, Field, Sort
from crm.imports.model import Reason
from crm.people.arrivals import Arrival

EMAIL = Field(
    name="email",
    label=N_("Adresse e-mail"),
    sort=Sort.EMAIL,
    aliases=("email", "e-mail", "mail", "courriel", "adresse e-mail", "adresse mail", "adresse email", "email address"),
)
EMAIL_2 = Field(
    name="email_2",
    label=N_("Autre adresse e-mail"),
    sort=Sort.EMAIL,
    aliases=(
        *("email 2", "e-mail 2", "mail 2", "email2", "e-mail2", "mail2", "deuxieme e-mail", "second email"),
        *("autre e-mail", "autre email", "autre adresse e-mail", "email secondaire", "e-mail secondaire"),
        *("e-mail professionnel", "email professionnel", "work email", "tweede e-mail", "ander e-mailadres"),
    ),
)
EMAILS = (EMAIL.but(help=N_("Plusieurs dans une cellule : chacune est gardée, la première est la préférée.")), EMAIL_2)
FIRST_NAME = Field(
    name="first_name", label=N_("Prénom"), aliases=("prenom", "voornaam", "first name", "firstname", "vorname")
)
LAST_NAME = Field(
    name="last_name",
    label=N_("Nom de famille"),
    aliases=("nom", "nom de famille", "naam", "achternaam", "familienaam", "last name", "lastname", "surname", "name"),
)
LANGUAGE = Field(name="language", label=N_("Langue"), aliases=("langue", "lang", "taal", "language", "sprache"))
MEMBER_NUMBER = Field(
    name="member_number",
    label=N_("Numéro de membre"),
    aliases=("numero de membre", "n° de membre", "membre", "lidnummer", "member number", "no membre"),
)
ORGANISATION_NAME = Field(
    name="organisation_name",
    label=N_("Organisation"),
    aliases=("organisation", "societe", "entreprise", "association", "ecole", "organisatie", "company"),
)
OLD_NUMBER = Field(
    name="external_id",
    label=N_("Numéro de la personne dans l’ancien système"),
    aliases=("contact id", "donor id", "id donateur", "numero de contact", "id contact", "contact", "donateur"),
)
NAMES = (EMAIL, FIRST_NAME, LAST_NAME, LANGUAGE)

PHONES = (
    Field(
        name="phone",
        label=N_("Téléphone"),
        sort=Sort.PHONE,
        aliases=(
            *("telephone", "tel", "telefoon", "phone", "fixe", "numero de telephone", "telephone fixe", "tel fixe"),
            *("telephone prive", "tel prive", "home phone", "telephone 1", "tel 1", "telefoon prive", "vast nummer"),
        ),
    ),
    Field(
        name="mobile",
        label=N_("Téléphone mobile"),
        sort=Sort.PHONE,
        aliases=("gsm", "mobile", "portable", "mobiel", "cell", "telephone mobile"),
    ),
    Field(
        name="phone_3",
        label=N_("Autre téléphone"),
        sort=Sort.PHONE,
        aliases=(
            *("telephone 2", "tel 2", "gsm 2", "telephone2", "tel2", "gsm2", "phone 2", "autre telephone"),
            *("telephone professionnel", "telephone bureau", "tel bureau", "work phone", "tweede telefoon"),
        ),
    ),
)
ADDRESS = (
    Field(
        name="street",
        label=N_("Rue"),
        aliases=("rue", "adresse", "straat", "street", "address", "adres", "rue et numero"),
        help=N_("Un numéro à la fin de la rue est reconnu."),
    ),
    Field(name="number", label=N_("Numéro"), aliases=("numero", "n°", "no", "nr", "huisnummer", "nummer", "number")),
    Field(name="box", label=N_("Boîte"), aliases=("boite", "bte", "bus", "box")),
    Field(
        name="complement",
        label=N_("Complément d’adresse"),
        aliases=("complement", "complement d'adresse", "batiment", "adresse 2", "address 2"),
    ),
    Field(
        name="postcode",
        label=N_("Code postal"),
        aliases=("code postal", "cp", "postcode", "zip", "postal code", "code_postal", "zipcode"),
    ),
    Field(
        name="locality",
        label=N_("Localité"),
        aliases=("localite", "ville", "commune", "gemeente", "plaats", "stad", "city", "woonplaats"),
    ),
    Field(name="country", label=N_("Pays"), aliases=("pays", "land", "country")),
)
BIRTH = Field(
    name="birth_on",
    label=N_("Date de naissance"),
    sort=Sort.DAY,
    aliases=(
        *("date de naissance", "naissance", "geboortedatum", "birthdate", "date of birth", "ne le", "birthday"),
        *("date naiss", "naiss", "date de naiss", "ddn", "geb datum", "geb. datum", "geboren op", "geboren"),
    ),
)
TITLE = Field(name="title", label=N_("Civilité"), aliases=("civilite", "titre", "aanspreking", "title", "aanhef"))
SINCE = Field(
    name="since",
    label=N_("Date"),
    sort=Sort.DAY,
    aliases=("date", "datum", "depuis", "date d'inscription", "inscrit le", "created", "created at", "signup date"),
)

LANGUAGE_CHOICE = Choice(
    name="language",
    label=N_("Langue des lignes qui n’en disent rien"),
    sort=ChoiceSort.LANGUAGE,
    help=N_("Sans choix, une personne nouvelle reçoit la langue de la maison."),
)
ASSIGNEE = Choice(
    name="assignee",
    label=N_("Qui s’occupe des lignes mises de côté"),
    sort=ChoiceSort.COLLEAGUE,
    help=N_("Cette personne reçoit une tâche quand des lignes n’entrent pas, pour ce fichier et les suivants."),
)
PURPOSE_CHOICE = Choice(
    name="purpose",
    label=N_("Finalité"),
    sort=ChoiceSort.PURPOSE,
    required=True,
    help=N_("Ce pour quoi ces personnes acceptent, ou refusent, qu’on leur écrive."),
)


def arrival_of(cells: Cells, *, system: str = "", id_field: str = "") -> Arrival:
    """Who the row speaks of, from whichever of the shared fields have a column."""
    emails = cells.emails("email", "email_2")
    return Arrival(
        first_name=cells.name("first_name"),
        last_name=cells.name("last_name"),
        organisation_name=cells.organisation(),
        title=cells.title(),
        language=cells.language(),
        presumed_language=cells.presumed_language(),
        birth_on=cells.birth("birth_on"),
        member_number=cells.member_number(),
        email=emails[0] if emails else None,
        more_emails=emails[1:],
        phones=cells.phones("phone", "mobile", "phone_3"),
        address=cells.address(),
        external_ids=cells.external_ids(id_field, system) if id_field else (),
    )


def require_somebody(cells: Cells, who: Arrival) -> None:
    """A row that names nobody is a bad one."""
    if not (who.words or who.email or who.phones or who.member_number or who.external_ids) and not cells.reasons:
        cells.refuse(Reason.NOBODY)


def has_several(cells: Cells, who: Arrival) -> bool:
    """True where the column of the address holds more than one, so that nobody can tell to which a yes was said."""
    return bool(who.more_emails) and len(cells.emails("email")) > 1
