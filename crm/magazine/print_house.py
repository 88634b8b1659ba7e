"""The rows that a print house reads. Never an e-mail address, a phone number or a birthday."""

from __future__ import annotations

from typing import NamedTuple

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
    "consignes",
)
TITLES = {
    "FR": {"madam": "Madame", "sir": "Monsieur"},
    "NL": {"madam": "Mevrouw", "sir": "De heer"},
    "DE": {"madam": "Frau", "sir": "Herr"},
    "EN": {"madam": "Ms", "sir": "Mr"},
}
"""In the language of the version."""


class Printed(NamedTuple):
    """What a file says of a copy, as it was frozen; the lines of the envelope one below the other."""

    seq: int
    member_number: str
    version: str
    copies: int
    title: str
    first_name: str
    last_name: str
    organisation: str
    complement: str
    street: str
    number: str
    box: str
    postcode: str
    locality: str
    country: str
    language: str
    lines: str
    notes: str
    by_hand: bool
    basis: str


def row(copy: Printed, issue_number: int) -> list[str]:
    """One copy, in the order of `COLUMNS`."""
    seq, member_number, version, copies, title, *parts, printed, notes, _, _ = copy
    several = printed.split("\n")[:MOST_LINES]
    filled = [*several, *[""] * (MOST_LINES - len(several))]
    code = return_code(member_number, issue_number)
    return [
        str(seq),
        member_number,
        version,
        str(copies),
        TITLES.get(version, {}).get(title, ""),
        *parts,
        *filled,
        code,
        notes,
    ]


def return_code(member_number: str, issue_number: int) -> str:
    """What the code on the wrapper says: which issue, whose; read back by `returning.read_code`."""
    return f"{issue_number}/{member_number}"
