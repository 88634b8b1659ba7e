"""A proof as a consent record: the structure of ISO/IEC TS 27560 in the terms of the W3C Data Privacy Vocabulary."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from crm.consent.model import Act, Channel, LegalBasis, Way
from crm.consent.proofs import Proof, ProvenAct
from crm.foundation.settings import Organisation

CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "pd": "https://w3id.org/dpv/pd#",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
SCHEMA = "https://w3id.org/dpv/guides/consent-27560"

STATES = {
    Act.ANNULLED: "dpv:ConsentInvalidated",
    Act.IMPORTED: "dpv:ConsentUnknown",
    Act.REQUESTED: "dpv:ConsentRequested",
    Act.GIVEN: "dpv:ConsentGiven",
    Act.EXPIRED: "dpv:ConsentExpired",
    Act.REFUSED: "dpv:ConsentRefused",
    Act.WITHDRAWN: "dpv:ConsentWithdrawn",
    Act.OBJECTED: "dpv:ConsentWithdrawn",
}
BASES = {
    LegalBasis.CONSENT: "eu-gdpr:A6-1-a",
    LegalBasis.CONTRACT: "eu-gdpr:A6-1-b",
    LegalBasis.LEGITIMATE_INTEREST: "eu-gdpr:A6-1-f",
}
DATA = {
    Channel.EMAIL: "pd:EmailAddress",
    Channel.SMS: "pd:TelephoneNumber",
    Channel.PHONE: "pd:TelephoneNumber",
    Channel.POST: "pd:PhysicalAddress",
}
BY_THE_HOUSE = frozenset({Way.RETENTION, Way.BOUNCE, Way.IMPORT})


def record(proof: Proof, organisation: Organisation, *, recipients: Collection[str]) -> Mapping[str, Any]:
    """Header, processing, parties and events, as JSON-LD. The person is named by their number alone.

    `recipients`: the names of those who get data from the house, as its register says.
    """
    shown = proof.shown
    return {
        "@context": CONTEXT,
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": SCHEMA,
        "dct:identifier": f"{proof.person.id}/{proof.purpose.code}/{proof.channel.value}",
        "dct:created": _instant(proof.at),
        "dpv:hasDataSubject": {"@type": "dpv:DataSubject", "dct:identifier": proof.person.member_number},
        "dpv:hasDataController": {
            "@type": "dpv:DataController",
            "dpv:hasName": organisation.legal_name or organisation.name,
            "dpv:hasAddress": ", ".join(organisation.postal_lines),
            "dpv:hasContact": organisation.email,
        },
        "dpv:hasProcess": {
            "@type": "dpv:Process",
            "dpv:hasPurpose": {
                "@type": "dpv:Purpose",
                "dct:identifier": proof.purpose.code,
                "dct:title": dict(proof.purpose.names),
            },
            "dpv:hasPersonalData": DATA[proof.channel],
            "dpv:hasProcessing": ["dpv:Collect", "dpv:Store", "dpv:Use"],
            "dpv:hasLegalBasis": BASES[proof.last.event.legal_basis] if proof.last else BASES[LegalBasis.CONSENT],
            "dpv:hasJurisdiction": "https://w3id.org/dpv/loc#BE",
            "dpv:hasStorageCondition": {"@type": "dpv:StorageCondition", "dpv:hasLocation": organisation.country},
            "dpv:hasDuration": "dpv:UntilEventDuration",
            "dpv:hasRecipient": [{"@type": "dpv:Recipient", "dpv:hasName": name} for name in recipients],
            "dpv:hasRight": ["eu-gdpr:A7-3", "eu-gdpr:A15", "eu-gdpr:A17", "eu-gdpr:A21"],
        },
        "dpv:hasNotice": None
        if shown is None
        else {
            "@type": "dpv:ConsentNotice",
            "dct:identifier": shown.id,
            "dct:hasVersion": shown.version,
            "dct:language": shown.language.value,
            "dct:description": shown.text,
            "dpv:isPolicyFor": organisation.privacy_url,
        },
        "dpv:hasConsentControl": {
            "@type": "dpv:WithdrawConsent",
            "dct:description": "a link in every mail, the page of one's choices, or a word to the organisation",
        },
        "dpv:hasConsentStatus": STATES[proof.last.event.act] if proof.last else "dpv:ConsentUnknown",
        "dpv:hasRecordOfActivity": [_event(act) for act in proof.acts],
    }


def _event(act: ProvenAct) -> Mapping[str, Any]:
    event = act.event
    return {
        "@type": "dpv:ExpressedConsent" if event.act is Act.GIVEN else "dpv:Consent",
        "dct:identifier": event.id,
        "dpv:hasConsentStatus": STATES[event.act],
        "dpv:isIndicatedAtTime": _instant(event.occurred_at),
        "dct:dateSubmitted": _instant(event.recorded_at),
        "dpv:isIndicatedBy": "dpv:DataController" if event.way in BY_THE_HOUSE else "dpv:DataSubject",
        "dpv:hasIndicationMethod": event.way.value,
        "dpv:hasNotice": None if act.notice is None else act.notice.id,
        "dpv:hasLegalBasis": BASES[event.legal_basis],
        "proof": {"mark": act.mark, "block": act.block, "whole": act.is_whole},
    }


def _instant(at: Any) -> Mapping[str, str]:
    return {"@type": "xsd:dateTime", "@value": at.isoformat()}
