"""Who a row speaks of, as it is kept beside the row: small, and without what is not said."""

from __future__ import annotations

from datetime import date
from typing import Any

from crm.imports.wish_beside import without_empty
from crm.people.arrivals import Arrival
from crm.people.model import ExternalId, OrganisationKind, Title
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress

_ADDRESS = ("complement", "street", "number", "box", "postcode", "locality", "country")


def arrival_json(who: Arrival) -> dict[str, Any]:
    """What is said of somebody, and nothing else."""
    address = who.address
    return without_empty(
        {
            "first_name": who.first_name,
            "last_name": who.last_name,
            "organisation_name": who.organisation_name,
            "organisation_kind": who.organisation_kind.value if who.organisation_kind else "",
            "enterprise": who.enterprise_number,
            "title": who.title.value,
            "language": who.language.value if who.language else "",
            "presumed_language": who.presumed_language.value if who.presumed_language else "",
            "birth_on": who.birth_on.isoformat() if who.birth_on else "",
            "member_number": who.member_number,
            "died": who.died,
            "died_on": who.died_on.isoformat() if who.died_on else "",
            "email": who.email.text if who.email else "",
            "more_emails": [one.text for one in who.more_emails],
            "phones": [phone.e164 for phone in who.phones],
            "address": without_empty({name: getattr(address, name) for name in _ADDRESS}) if address else "",
            "ids": [[one.system, one.value] for one in who.external_ids],
        }
    )


def arrival_of(kept: dict[str, Any]) -> Arrival:
    """The arrival again, from what was kept of it."""
    return Arrival(
        first_name=kept.get("first_name", ""),
        last_name=kept.get("last_name", ""),
        organisation_name=kept.get("organisation_name", ""),
        organisation_kind=OrganisationKind(kept["organisation_kind"]) if "organisation_kind" in kept else None,
        enterprise_number=kept.get("enterprise", ""),
        title=Title(kept.get("title", "")),
        language=Language(kept["language"]) if "language" in kept else None,
        presumed_language=Language(kept["presumed_language"]) if "presumed_language" in kept else None,
        birth_on=date.fromisoformat(kept["birth_on"]) if "birth_on" in kept else None,
        member_number=kept.get("member_number", ""),
        died=kept.get("died", False),
        died_on=date.fromisoformat(kept["died_on"]) if "died_on" in kept else None,
        email=EmailAddress.kept(kept["email"]) if "email" in kept else None,
        more_emails=tuple(EmailAddress.kept(text) for text in kept.get("more_emails", ())),
        phones=tuple(PhoneNumber(e164=number) for number in kept.get("phones", ())),
        address=PostalAddress(**kept["address"]) if "address" in kept else None,
        external_ids=tuple(ExternalId(system=system, value=value) for system, value in kept.get("ids", ())),
    )
