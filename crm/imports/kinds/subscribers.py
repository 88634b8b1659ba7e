"""Subscribers of the printed magazine as an old system lists them: on which ground, how many copies, in which form."""

from __future__ import annotations

from crm.foundation.translation import N_
from crm.imports.kinds import binding
from crm.imports.kinds import fields as shared
from crm.imports.kinds.cells import Cells
from crm.imports.kinds.model import Choice, Field
from crm.imports.model import Reason
from crm.imports.wish import Wish
from crm.imports.wish_beside import Subscribed
from crm.magazine.model import MOST_COPIES, SAID, Basis, Format
from crm.values.folding import folded

MOST_NUMBER = 99_999
_BASES = {
    Basis.PAID: "paye payee abonne abonnee abonnement abonnement-paye paid betaald betalend abonnee bezahlt",
    Basis.COMPLIMENTARY: "offert offerte gratuit gratuite complimentary free gratis kostenlos service-de-presse presse",
    Basis.EXCHANGE: "echange exchange ruil uitwisseling austausch",
    Basis.ARCHIVE: "archive archives depot-legal archief wettelijk-depot archiv bibliotheque",
    Basis.STAFF: "equipe staff personnel temoin medewerker team",
}
_FORMATS = {
    Format.PAPER: "papier paper imprime print courrier poste",
    Format.PDF: "pdf e-mail email numerique digital digitaal electronique",
    Format.BOTH: "les-deux papier-et-pdf both beide tous",
    Format.NONE: "aucun none geen keine",
}
_BASIS_OF = {word: basis for basis, words in _BASES.items() for word in words.split()}
_BASIS_OF |= {basis.value: basis for basis in SAID}
_FORMAT_OF = {word: form for form, words in _FORMATS.items() for word in words.split()}


class MagazineSubscribers:
    """Who receives the magazine for another reason than a fee or gifts, and how."""

    code = "subscribers"
    label = N_("Abonné·es du magazine imprimé")
    about = N_(
        "Qui le reçoit à un autre titre que sa cotisation ou ses dons : abonnement payé, service offert, échange, "
        "archives. Ce qui est déjà dit sur une fiche n’est jamais changé par un fichier."
    )
    fields: tuple[Field, ...] = (
        Field(
            name="basis",
            label=N_("À quel titre"),
            required=True,
            aliases=(
                "titre de l abonnement",
                "type d abonnement",
                "abonnement",
                "base",
                "basis",
                "motif",
                "soort",
                "type",
            ),
            help=N_("Payé, offert, échange, archives ou équipe."),
        ),
        Field(
            name="copies",
            label=N_("Exemplaires"),
            aliases=("exemplaires", "nombre d exemplaires", "copies", "aantal", "quantite", "exemplaren"),
        ),
        Field(
            name="format",
            label=N_("Papier ou PDF"),
            aliases=("format", "support", "forme", "drager", "version"),
            help=N_("Sans cette colonne, sur papier."),
        ),
        Field(
            name="from_number",
            label=N_("Du numéro"),
            aliases=(
                "du numero",
                "premier numero",
                "a partir du numero",
                "from issue",
                "from",
                "vanaf nummer",
                "debut",
            ),
        ),
        Field(
            name="until_number",
            label=N_("Au numéro"),
            aliases=("au numero", "dernier numero", "jusqu au numero", "to issue", "until", "tot nummer", "fin"),
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
            help=N_("Par exemple « civicrm » : ses références seront gardées sous ce nom."),
        ),
        shared.LANGUAGE_CHOICE,
        binding.ADDRESS_OF,
    )

    def read(self, cells: Cells) -> Wish | None:
        """The reader, and their subscription."""
        who, group, bound = binding.split(cells)
        shared.require_somebody(cells, who)
        basis = _BASIS_OF.get(_word(cells.text("basis")))
        form = _FORMAT_OF.get(_word(cells.text("format")) or "papier")
        if basis is None:
            cells.refuse(Reason.NOT_BASIS if cells.text("basis") else Reason.LACKING, "basis")
        if form is None:
            cells.refuse(Reason.NOT_FORM, "format")
        copies = _number(cells, "copies", MOST_COPIES)
        first, last = (_number(cells, name, MOST_NUMBER) for name in ("from_number", "until_number"))
        if first is not None and last is not None and last < first:
            cells.refuse(Reason.NOT_COUNT, "until_number")
        if basis is None or form is None or cells.reasons:
            return None
        said = Subscribed(
            basis=basis.value, copies=copies or 1, format=form.value, from_number=first, until_number=last
        )  # fmt: skip
        return Wish(arrival=who, organisation=group, bound=bound, subscribed=said)


def _word(text: str) -> str:
    return "-".join(folded(text).replace("’", " ").replace("'", " ").split())


def _number(cells: Cells, field: str, most: int) -> int | None:
    text = cells.text(field)
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most:
        return int(text)
    cells.refuse(Reason.NOT_COUNT, field)
    return None
