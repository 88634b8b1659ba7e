"""The rows that a print house reads. Never an e-mail address, a phone number or a birthday."""

from __future__ import annotations

from crm.magazine.model import Copy
from crm.values.address_lines import MOST_LINES

COLUMNS = (
    "seq",
    "n_membre",
    "version",
    "copies",
    "civilite",
    "prenom",
    "nom",
    "ligne2_org",
    "ligne3_complement",
    "rue",
    "numero",
    "boite",
    "cp",
    "localite",
    "pays",
    "langue",
    *(f"ligne{place + 1}" for place in range(MOST_LINES)),
    "code_retour",
)
TITLES = {"madam": "Madame", "sir": "Monsieur"}


def row(copy: Copy, issue_number: int) -> list[str]:
    """One copy, in the order of `COLUMNS`."""
    printed = [*copy.lines, *[""] * (MOST_LINES - len(copy.lines))]
    return [
        str(copy.seq),
        copy.member_number,
        copy.version,
        str(copy.copies),
        TITLES.get(copy.title, ""),
        copy.first_name,
        copy.last_name,
        copy.organisation,
        copy.complement,
        copy.street,
        copy.number,
        copy.box,
        copy.postcode,
        copy.locality,
        copy.country,
        copy.language.value,
        *printed[:MOST_LINES],
        return_code(copy, issue_number),
    ]


def return_code(copy: Copy, issue_number: int) -> str:
    """What the code on the wrapper says: which issue, whose; read back by `returning.read_code`."""
    return f"{issue_number}/{copy.member_number}"
