"""The door for many at once: what files say people allowed or withdrew, lists of addresses left alone, and undoing."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.consent import store, taking_over_store
from crm.consent.model import Act, Channel, NewAct, Standing, SuppressionCause, Way
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.values.identifiers import PersonId

Stream = tuple[int, str, Channel, str]
"""(person, purpose, channel, address key): what one stands on."""


def standings(session: Session, person_ids: Collection[int]) -> dict[Stream, Standing]:
    """Where those people stand, in one query."""
    found = store.standings_of_all(session, person_ids) if person_ids else ()
    return {(one.person_id, one.purpose, one.channel, one.address_key): one for one in found}


def record(session: Session, sealer: Sealer, acts: Sequence[NewAct], *, at: datetime) -> list[int]:
    """Writes acts of people not merged into others, and where they stand now; the ids of the events, in order."""
    ids = taking_over_store.insert_acts(session, sealer, acts, at=at)
    taking_over_store.refold(session, {act.person_id for act in acts})
    return ids


def annul(session: Session, sealer: Sealer, event_ids: Collection[int], *, way: Way, at: datetime) -> set[int]:
    """Writes for each event that it never counted; those not annulled before, and where people stand follows.

    The ledger keeps both: the word, and that it was recorded by mistake.
    """
    found = taking_over_store.events(session, event_ids)
    wanted = sorted(set(found) - taking_over_store.annulled(session, event_ids))
    acts = [
        NewAct(
            person_id=PersonId(found[i].person_id),
            purpose=found[i].purpose,
            channel=found[i].channel,
            address_key=found[i].address_key,
            act=Act.ANNULLED,
            way=way,
            occurred_at=at,
        )
        for i in wanted
    ]
    taking_over_store.insert_acts(session, sealer, acts, at=at, annuls=[found[i] for i in wanted])
    taking_over_store.refold(session, {act.person_id for act in acts})
    return set(wanted)


def silenced(session: Session, address_keys: Collection[str], cause: SuppressionCause) -> set[str]:
    """Those addresses on which that cause stands."""
    return {key for key, one in taking_over_store.causes_at(session, address_keys) if one is cause}


def stopped(session: Session, address_keys: Collection[str]) -> set[str]:
    """Those addresses on which any cause stands."""
    return {key for key, _ in taking_over_store.causes_at(session, address_keys)}


def suppress(
    session: Session,
    items: Mapping[str, datetime],
    *,
    cause: SuppressionCause,
    way: Way,
    at: datetime,
    evidence: Mapping[str, Any],
) -> set[str]:
    """Stops all writing to those addresses, since those moments; the ones that cause did not stop already."""
    new = set(items) - silenced(session, items, cause)
    undone = taking_over_store.undone_at(session, new, cause)
    taking_over_store.insert_suppressions(
        session,
        # A list that comes again after its import was undone has the last word again.
        [(key, at if undone.get(key, items[key]) > items[key] else items[key]) for key in sorted(new)],
        suppressed=True,
        cause=cause,
        way=way,
        at=at,
        evidence=evidence,
    )
    return new


def lift(
    session: Session,
    address_keys: Collection[str],
    *,
    cause: SuppressionCause,
    way: Way,
    at: datetime,
    evidence: Mapping[str, Any],
) -> set[str]:
    """Ends that cause on those addresses; the ones on which it stood."""
    stood = silenced(session, address_keys, cause)
    taking_over_store.insert_suppressions(
        session, [(key, at) for key in sorted(stood)], suppressed=False, cause=cause, way=way, at=at, evidence=evidence
    )
    return stood


def digests_of(normal_address: str) -> tuple[str, str, str]:
    """How lists write an address they hash: MD5, SHA-1, SHA-256. Weak ones too, since the list is theirs."""
    plain = normal_address.encode()
    return (
        hashlib.md5(plain, usedforsecurity=False).hexdigest(),
        hashlib.sha1(plain, usedforsecurity=False).hexdigest(),
        hashlib.sha256(plain).hexdigest(),
    )


def held_digests(session: Session, digests: Collection[str]) -> set[str]:
    """Those digests that are on the list already."""
    return set(taking_over_store.digests_held(session, digests))


def put_digests(session: Session, items: Mapping[str, datetime], *, at: datetime) -> set[str]:
    """Puts digests of unknown addresses on the list, since those moments; the ones that were not on it."""
    new = set(items) - held_digests(session, items)
    taking_over_store.insert_digests(session, [(digest, items[digest]) for digest in sorted(new)], at=at)
    return new


def has_digests(session: Session) -> bool:
    """True where any hashed address waits on the list."""
    return taking_over_store.has_digests(session)


def take_digests(session: Session, digests: Collection[str]) -> set[str]:
    """Takes digests off the list; the ones that were on it."""
    return taking_over_store.delete_digests(session, digests)


def heed_lists(session: Session, normal_address: str, address_key: str, at: datetime) -> None:
    """Stops writing to a new mailbox that a hashed list has been waiting for, as if the list had named it.

    What its holder confirms after the day of the list outranks it, as it does a list in clear.
    """
    if has_digests(session) and held_digests(session, digests_of(normal_address)):
        hold(session, f"suppression {address_key}")  # two who bring one address at once
        evidence = {"hashed_list": True}
        meet_digests(session, {normal_address: address_key}, way=Way.IMPORT, at=at, evidence=evidence)


def meet_digests(
    session: Session, addresses: Mapping[str, str], *, way: Way, at: datetime, evidence: Mapping[str, Any]
) -> dict[str, str]:
    """Stops writing to those addresses (normal form to address key) whose digest is on the list; key to digest."""
    if not addresses or not taking_over_store.has_digests(session):
        return {}
    owner = {digest: key for normal, key in addresses.items() for digest in digests_of(normal)}
    held = taking_over_store.digests_held(session, owner)
    items = {owner[digest]: since for digest, since in held.items()}
    new = suppress(session, items, cause=SuppressionCause.LISTED, way=way, at=at, evidence=evidence)
    return {owner[digest]: digest for digest in held if owner[digest] in new}
