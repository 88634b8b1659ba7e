"""What a proposal of rules would change, value by value, for the second person who decides on it."""

from __future__ import annotations

from datetime import date

from crm.attestations import wording, words
from crm.attestations.model import YearRules
from crm.values import money
from crm.web.office import shell
from crm.web.words import N_

LABELS = {
    "approved_from_on": N_("Agrément dès le"),
    "approved_until_on": N_("Agrément jusqu’au"),
    "threshold_cents": N_("Seuil par an (euros)"),
    "rate_percent": N_("Réduction d’impôt (%)"),
    "due_on": N_("À déclarer au plus tard le"),
    "missing_number": N_("Sans numéro national"),
    "nature_person": N_("Zone 2.030, particulier"),
    "nature_enterprise": N_("Zone 2.030, entreprise"),
    "legal_item": N_("Zone 2.045"),
}
NOTHING = "—"


def differences(held: YearRules, proposed: YearRules) -> list[tuple[str, str, str]]:
    """(what it is, what holds, what would hold) of each value that would change."""
    found = [
        (shell.say(label), _said(name, held), _said(name, proposed))
        for name, label in LABELS.items()
        if getattr(held, name) != getattr(proposed, name)
    ]
    for name in wording.SENTENCES:
        before, after = held.sentences.get(name, ""), proposed.sentences.get(name, "")
        if before != after:
            language = name.rpartition("_")[2].upper()
            is_legend = name.startswith("legend")
            label = N_("Mention légale (%(language)s)") if is_legend else N_("Certification (%(language)s)")
            found.append((shell.say(label, language=language), before or NOTHING, after or NOTHING))
    return found


def _said(name: str, rules: YearRules) -> str:
    value = getattr(rules, name)
    if name == "threshold_cents":
        return money.exact(rules.threshold_cents)
    if name == "missing_number":
        return shell.say(words.MISSING[rules.missing_number])
    if isinstance(value, date):
        return shell.day(value, "plain")
    return str(value) if value not in (None, "") else NOTHING
