"""The words of payments online, as the office says them."""

from __future__ import annotations

from crm.foundation.translation import N_

MORE_BACK = N_("%(provider)s a repris plus que ce qui reste de ce don : voir ce qui s’est passé")
"""What is left to do, as the title of a task."""
PROVIDERS = {"mollie": "Mollie"}
MEANS: dict[str, str] = {
    "bancontact": "Bancontact",
    "creditcard": N_("Carte de crédit"),
    "paypal": "PayPal",
    "kbc": "KBC/CBC",
    "belfius": "Belfius",
    "applepay": "Apple Pay",
    "ideal": "iDEAL",
    "directdebit": N_("Domiciliation"),
    "banktransfer": N_("Virement"),
}
"""How people pay at a provider, by its word for it; another is shown as it is."""
