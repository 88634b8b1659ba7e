"""The examples of the documentation; a test sends each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOTICE = {
    "text": "Oui, je veux recevoir la lettre d’information. Je peux me désinscrire à tout moment.",
    "language": "fr",
    "version": "2026-03",
}
MARIE = {"email": "marie.dubois@exemple.be", "first_name": "Marie", "last_name": "Dubois", "language": "fr"}

PERSON: Mapping[str, Any] = {
    "person": {
        **MARIE,
        "phone": "0470 12 34 56",
        "address": {"street": "Rue Haute", "number": "12", "postcode": "1000", "locality": "Bruxelles"},
    },
    "source": "formulaire-contact",
}
CONSENT: Mapping[str, Any] = {"act": "request", "person": MARIE, "purpose": "newsletter", "notice": NOTICE}
SIGNATURE: Mapping[str, Any] = {
    "petition": {"code": "liberez-nadia"},
    "person": MARIE,
    "comment": "Nous ne l’oublions pas.",
    "delivery": {
        "allowed": True,
        "notice": {"text": "Transmettez ma signature aux autorités concernées.", "language": "fr"},
    },
    "consents": [{"purpose": "newsletter", "notice": NOTICE}],
    "source": "page-petition",
}
REGISTRATION: Mapping[str, Any] = {"event": {"code": "nuit-des-bougies"}, "person": MARIE, "seats": 2}
URGENT_ACTION: Mapping[str, Any] = {
    "urgent_action": {"code": "au-12-2026"},
    "person": MARIE,
    "kind": "letter",
    "done_at": "2026-11-20T18:30:00+01:00",
}
GIFT: Mapping[str, Any] = {
    "person": MARIE,
    "cents": 2500,
    "given_on": "2026-11-20",
    "payment": {"provider": "mollie", "reference": "tr_7UhSN1zuXS", "method": "online"},
    "source": "page-don",
}
