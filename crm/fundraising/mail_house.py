"""The rows that a mail house or a phone agency reads: what is printed, and nothing else that we know of somebody."""

from __future__ import annotations

from crm.consent.model import Channel
from crm.fundraising.model import MOST_LADDER, Recipient
from crm.values.address_lines import MOST_LINES
from crm.values.money import exact
from crm.values.structured_communication import StructuredCommunication

_WHO = ("seq", "cellule", "package", "code", "n_membre", "civilite", "prenom", "nom", "organisation")
_ASKS = tuple(f"montant{place + 1}" for place in range(MOST_LADDER))
RESULT = ("resultat", "appele_le", "montant_promis", "rythme", "remarque")
"""What an agency fills in and sends back (`call_reading`)."""
TITLES = {"madam": "Madame", "sir": "Monsieur"}
COLUMNS = {
    Channel.POST: (
        *_WHO, "complement", "rue", "numero", "boite", "cp", "localite", "pays", "langue", "formule",
        *(f"ligne{place + 1}" for place in range(MOST_LINES)), "communication", *_ASKS,
    ),
    Channel.PHONE: (*_WHO, "langue", "formule", "telephone", "communication", *_ASKS, *RESULT),
}  # fmt: skip


def row(one: Recipient, channel: Channel, *, cell: int) -> list[str]:
    """Somebody, in the order of the columns of that channel; `cell` is the place of theirs, from 1."""
    asks = [exact(cents) for cents in one.asks] + [""] * (MOST_LADDER - len(one.asks))
    printed = str(StructuredCommunication(one.digits)) if one.digits else ""
    who = [
        str(one.seq),
        f"{cell:02d}",
        one.package,
        one.source_code,
        one.member_number,
        TITLES.get(one.title, ""),
        one.first_name,
        one.last_name,
        one.organisation,
    ]
    if channel is Channel.PHONE:
        return [*who, one.language.value, one.opening, one.phone, printed, *asks, *("" for _ in RESULT)]
    lines = [*one.lines, *[""] * (MOST_LINES - len(one.lines))][:MOST_LINES]
    where = [one.complement, one.street, one.number, one.box, one.postcode, one.locality, one.country]
    return [*who, *where, one.language.value, one.opening, *lines, printed, *asks]
