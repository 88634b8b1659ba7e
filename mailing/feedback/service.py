"""The door of feedback: take in what comes back, and act on it; one-click unsubscription."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.consent.errors import NobodyThere, PurposeMissing
from crm.consent.model import SERVICE, SuppressionCause, Way
from crm.foundation.signing import LinkSigner, Sealer, TokenPurpose
from crm.people import service as people
from crm.people.model import Deliverability
from crm.values.identifiers import ContactPointId, DeliveryId, PersonId
from mailing.delivery import links as delivery_links
from mailing.delivery import service as delivery
from mailing.delivery.model import Delivery
from mailing.feedback import reports, rules, store
from mailing.feedback.maildir import Waiting, put_away, set_aside, waiting
from mailing.feedback.model import BounceReport, Finding, Kind, Returned

__all__ = ["Waiting", "put_away", "set_aside", "waiting"]

OVERLAP = 1000
"""Refusals are looked at again for so many numbers: another sender's may be committed after a later one of ours."""


def take_in(session: Session, sealer: Sealer, links: LinkSigner, raw: bytes, *, at: datetime) -> Finding | None:
    """Acts on one mail that came back; what it meant, or None where that very mail was taken in before.

    Only an address of ours with a mark that we made says whose mail it is about. A dead address and a complaint stop
    all writing to that address; a mail to the unsubscribe address withdraws. Everything else is only recorded.
    """
    returned = reports.read(raw)
    token = _token(links, returned)
    about = delivery.find_delivery(session, token[1]) if token else None
    finding, report = _meaning(returned, token[0] if token else None, about)
    if not store.add_event(
        session,
        source_key=hashlib.sha256(raw).hexdigest(),
        delivery_id=about.id if about else None,
        finding=finding,
        status=report.status if report else "",
        detail=report.diagnostic if report else returned.feedback_type,
        at=at,
    ):
        return None
    if about is not None:
        _act(session, sealer, finding, about, status=report.status if report else "", at=at)
    return finding


def read_refusals(session: Session, *, at: datetime) -> Counter[str]:
    """Acts on recipients that our own relay refused since the last time, as if a report about each had come back."""
    counts: Counter[str] = Counter()
    after = max(0, store.last_refusal(session) - OVERLAP)
    for refused in delivery.refused_recipients(session, after=after, limit=OVERLAP * 2):
        code, _, words = refused.reply.partition(" ")
        report = BounceReport(action="failed", status=words.partition(" ")[0], diagnostic=f"{code} {words}")
        finding = rules.finding(report) or Finding.TEMPORARY
        about = delivery.find_delivery(session, refused.delivery_id)
        if about is None or not store.add_event(
            session,
            source_key=store.refusal_key(refused.event_id),
            delivery_id=refused.delivery_id,
            finding=finding,
            status=report.status,
            detail=refused.reply,
            at=at,
        ):
            continue
        counts[finding.value] += 1
        _act(session, None, finding, about, status=report.status, at=at)
    return counts


def undelivered(session: Session, code: str, *, since: datetime) -> tuple[tuple[str, datetime], ...]:
    """Of the letters of a kind owed since then those that reached nobody: for which occasion, and when it was owed."""
    return store.undelivered(session, code, since)


def one_click(session: Session, sealer: Sealer, value: Any, at: datetime) -> bool:
    """Withdraws what an unsubscribe token (`value` is what it holds) speaks of. True if that changed anything.

    Doing it twice is doing it once; a token about nobody or nothing we know changes nothing.
    """
    match value:
        case [int(person_id), int() | None as point_id, str(purpose), int() | None as delivery_id]:
            pass
        case _:
            return False
    person = people.find_survivor(session, PersonId(person_id))
    if person is None or purpose == SERVICE:
        return False
    # Two records that were one when the mail left may be two again: it is whoever holds the mailbox today who leaves.
    point = people.find_contact_point(session, ContactPointId(point_id)) if point_id is not None else None
    address_key = point.address_key if point else ""
    if not address_key and delivery_id is not None:
        sent = delivery.find_delivery(session, DeliveryId(delivery_id))
        address_key = sent.address_key if sent and sent.recorded_person_id == person_id else ""
    if not address_key:
        return False
    leaving = [PersonId(person_id)]
    if point is not None and point.person_id not in {person.id, person_id}:
        leaving.append(point.person_id)
    facts: dict[str, Any] = {"purpose": purpose, "address_key": address_key, "evidence": {"delivery": delivery_id}}
    left = [_withdraw(session, sealer, one, at=at, **facts) for one in leaving]
    return any(left)


def _withdraw(session: Session, sealer: Sealer, person_id: PersonId, **facts: Any) -> bool:
    try:
        return consent.withdraw(session, sealer, person_id=person_id, way=Way.ONE_CLICK, **facts)
    except (NobodyThere, PurposeMissing):
        return False


def _token(links: LinkSigner, returned: Returned) -> tuple[TokenPurpose, DeliveryId] | None:
    places = returned.sent_to + (returned.mentioned if returned.kind is Kind.COMPLAINT else ())
    found = (delivery_links.read_returned(links, address) for address in places)
    return next((token for token in found if token is not None), None)


def _meaning(
    returned: Returned, token: TokenPurpose | None, about: Delivery | None
) -> tuple[Finding, BounceReport | None]:
    if returned.kind is Kind.MAIL:
        if token is TokenPurpose.UNSUBSCRIBE and about is not None and not returned.is_automatic:
            return Finding.UNSUBSCRIBED, None
        return Finding.NOT_A_REPORT, None
    if about is None:
        return Finding.UNKNOWN_MAIL, None
    if returned.kind is Kind.COMPLAINT:
        return (Finding.COMPLAINT if rules.complains(returned) else Finding.NOT_A_REPORT), None
    if token is not TokenPurpose.BOUNCE:
        return Finding.UNKNOWN_MAIL, None
    worst = rules.gravest(returned.recipients)
    return worst or (Finding.NOT_A_REPORT, None)


def _act(
    session: Session, sealer: Sealer | None, finding: Finding, about: Delivery, *, status: str, at: datetime
) -> None:
    if not about.address_key or about.person_id is None:
        return
    evidence = {"delivery": about.id, "status": status}
    match finding:
        case Finding.DEAD_ADDRESS:
            consent.suppress(
                session,
                address_key=about.address_key,
                cause=SuppressionCause.DEAD_ADDRESS,
                way=Way.BOUNCE,
                at=at,
                evidence=evidence,
            )
            people.mark_deliverability(session, about.address_key, Deliverability.DEAD)
        case Finding.COMPLAINT:
            consent.suppress(
                session,
                address_key=about.address_key,
                cause=SuppressionCause.COMPLAINT,
                way=Way.COMPLAINT,
                at=at,
                evidence=evidence,
            )
        case Finding.UNSUBSCRIBED if sealer is not None:
            purpose = delivery.mailing(session, about.mailing_id).purpose
            value = [about.recorded_person_id, about.contact_point_id, purpose, about.id]
            one_click(session, sealer, value, at)
        case _:
            return
