"""The links and addresses in a mail that only its reader has: unsubscribe, preferences, web version, return path."""

from __future__ import annotations

import re

from crm.foundation.signing import LinkSigner, TokenPurpose
from crm.values.identifiers import DeliveryId
from mailing.delivery.model import Claim

_RETURNED = re.compile(r"^([bu])\+(\d{1,18})-([a-z2-7]{26})$", re.IGNORECASE)
_PURPOSES = {"b": TokenPurpose.BOUNCE, "u": TokenPurpose.UNSUBSCRIBE}


def token_value(claim: Claim, purpose: str) -> list[object]:
    """What a link of this mail stands for: [person, contact point, purpose, delivery]."""
    return [claim.recorded_person_id, claim.contact_point_id, purpose, claim.id]


def unsubscribe_url(links: LinkSigner, public_url: str, value: object) -> str:
    """The page (GET) and the one-click door (POST) of one reader and purpose."""
    return f"{public_url}/u/{links.sign(TokenPurpose.UNSUBSCRIBE, value)}"


def preferences_url(links: LinkSigner, public_url: str, value: object) -> str:
    """The page where a reader says what they want to receive."""
    return f"{public_url}/p/{links.sign(TokenPurpose.PREFERENCES, value)}"


def web_url(links: LinkSigner, public_url: str, value: object) -> str:
    """This very mail, in a browser."""
    return f"{public_url}/w/{links.sign(TokenPurpose.WEB_VERSION, value)}"


def return_path(links: LinkSigner, delivery_id: int, domain: str) -> str:
    """Where reports about this mail go; the mark in it is what makes a report believable."""
    return f"b+{delivery_id}-{links.short_mark(TokenPurpose.BOUNCE, str(delivery_id))}@{domain}"


def unsubscribe_address(links: LinkSigner, delivery_id: int, domain: str) -> str:
    """An empty mail to this address unsubscribes the reader of this mail."""
    return f"u+{delivery_id}-{links.short_mark(TokenPurpose.UNSUBSCRIBE, str(delivery_id))}@{domain}"


def read_returned(links: LinkSigner, address: str) -> tuple[TokenPurpose, DeliveryId] | None:
    """Which mail an address of ours was made for, and for what; None for every address that we did not make."""
    found = _RETURNED.match(address.strip().strip("<>").partition("@")[0])
    if found is None:
        return None
    purpose = _PURPOSES[found[1].lower()]
    return (purpose, DeliveryId(int(found[2]))) if links.verifies(purpose, found[2], found[3]) else None
