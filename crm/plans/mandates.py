"""The door of mandates: sign, amend, end; the account is opened for the bank's file alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.foundation.encryption import Cipher
from crm.foundation.signing import AddressHasher
from crm.people import links, search
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.plans import rules, store
from crm.plans.errors import MandateMissing, MandateOver, ReferenceTaken, ReferenceWrong
from crm.plans.model import Amended, Amendment, Mandate, NewMandate
from crm.plans.tables import MandateAmendmentRow, MandateRow
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.iban import Iban
from crm.values.identifiers import AccountId, MandateId, PersonId

IBAN = "iban"
"""The kind of key by which somebody is known by their account, as the bank's lines know it."""
HOLDER = 70


@dataclass(frozen=True, kw_only=True, slots=True)
class Safe:
    """Where account numbers are kept: what seals them, and what makes the key by which one is known again."""

    secrets: Cipher
    addresses: AddressHasher


@dataclass(frozen=True, kw_only=True, slots=True)
class Enclosed:
    """An account in its envelope, under the name `uid` of the mandate it is for: it may be kept until that is written.

    Only `sealed` differs from one envelope of an account to the next; `key` and `tail` are always the same.
    """

    uid: str
    sealed: str
    key: str
    tail: str


def enclose(safe: Safe, account: Iban) -> Enclosed:
    """Puts an account in an envelope of its own."""
    uid = secrets.token_hex(16)
    key = account_key(safe.addresses, account)
    return Enclosed(uid=uid, sealed=_sealed(safe, uid, account), key=key, tail=account.tail)


def account_key(addresses: AddressHasher, account: Iban) -> str:
    """By which an account is known again without being held; the bank's lines make the same of the same."""
    return addresses.key_of(f"account {account.plain}")


def sign(session: Session, safe: Safe, new: NewMandate, *, at: datetime, by: AccountId | None = None) -> Mandate:
    """Writes a signed mandate down. One of that reference and person that is there already is given back as it stands.

    Raises ReferenceTaken, ReferenceWrong, PersonMissing, and Invalid for a day to come or a name that is missing.
    """
    if new.signed_on > brussels_day(at):
        raise Invalid("nobody has signed on a day to come", field="signed_on")
    if not new.holder.strip() or len(new.holder.strip()) > HOLDER:
        raise Invalid("whose account it is, in 70 characters", field="holder")
    person = people.find_survivor(session, new.person_id)
    if person is None:
        raise PersonMissing
    hold(session, "mandates")
    reference = new.reference.strip() or _next_reference(session, at)
    if not rules.is_reference(reference):
        raise ReferenceWrong
    there = store.mandate_called(session, reference)
    if there is not None:
        if there.person_id != person.id:
            raise ReferenceTaken
        return store.mandate(there)
    enclosed = enclose(safe, new.account)
    row = MandateRow(
        person_id=person.id,
        reference=reference,
        holder=new.holder.strip(),
        uid=enclosed.uid,
        sealed_account=enclosed.sealed,
        account_key=enclosed.key,
        tail=enclosed.tail,
        bic=new.bic.strip().upper(),
        signed_on=new.signed_on,
        proof=new.proof.strip()[:200],
        source=new.source.strip()[:80],
        last_collected_on=new.last_collected_on,
        recorded_at=at,
        recorded_by=by,
    )
    store.add(session, row)
    _learn(session, person.id, enclosed.key, enclosed.tail)
    return store.mandate(row)


def amend_account(
    session: Session, safe: Safe, mandate_id: MandateId, account: Iban, *, at: datetime, by: AccountId | None = None
) -> Mandate:
    """The same mandate from another account; the bank is told with the next collection. The same one changes nothing.

    Raises MandateMissing, and MandateOver where it has ended.
    """
    return amend_enclosed(session, mandate_id, enclose(safe, account), at=at, by=by)[0]


def amend_enclosed(
    session: Session,
    mandate_id: MandateId,
    account: Enclosed,
    *,
    at: datetime,
    by: AccountId | None = None,
    bic: str = "",
) -> tuple[Mandate, bool]:
    """The same of an account that stands in its envelope already; and whether its person was not known by it before.

    Raises MandateMissing, and MandateOver where it has ended.
    """
    row, is_taught = _row(session, mandate_id), False
    if row.ended_on is not None:
        raise MandateOver
    if row.account_key != account.key:
        _amend(session, mandate_id, Amended.ACCOUNT, row.tail, brussels_day(at), at=at, by=by)
        row.uid, row.sealed_account = account.uid, account.sealed
        row.account_key, row.tail, row.bic = account.key, account.tail, bic
        session.flush()
        is_taught = _learn(session, PersonId(row.person_id), account.key, account.tail)
    return store.mandate(row), is_taught


def enclosed(session: Session, mandate_id: MandateId) -> Enclosed | None:
    """The account of a mandate in its envelope; None where it was forgotten. Raises MandateMissing."""
    row = _row(session, mandate_id)
    if row.sealed_account is None or row.account_key is None:
        return None
    return Enclosed(uid=row.uid, sealed=row.sealed_account, key=row.account_key, tail=row.tail)


def amend_reference(
    session: Session, mandate_id: MandateId, reference: str, *, at: datetime, by: AccountId | None = None
) -> Mandate:
    """The same mandate by another reference (whoever held it called it otherwise); the bank is told.

    Raises MandateMissing, ReferenceTaken, ReferenceWrong.
    """
    row, wanted = _row(session, mandate_id), reference.strip()
    if not rules.is_reference(wanted):
        raise ReferenceWrong
    if wanted != row.reference:
        if store.mandate_called(session, wanted) is not None:
            raise ReferenceTaken
        _amend(session, mandate_id, Amended.REFERENCE, row.reference, brussels_day(at), at=at, by=by)
        row.reference = wanted
        session.flush()
    return store.mandate(row)


def unlearn(session: Session, person_id: PersonId, account: Enclosed) -> None:
    """Somebody is known no more by an account that none of their mandates has."""
    theirs = store.accounts_of(session, person_id)
    if account.key not in theirs:
        links.forget_keys(session, IBAN, {(person_id, account.key)})
    if account.tail not in theirs.values():
        search.forget_words(session, IBAN, {(person_id, account.tail)})


def end(session: Session, mandate_id: MandateId, *, on: date) -> Mandate:
    """Nothing is collected by it from a day on; the earlier of two days holds."""
    row = _row(session, mandate_id)
    row.ended_on = on if row.ended_on is None else min(on, row.ended_on)
    session.flush()
    return store.mandate(row)


def account_of(session: Session, safe: Safe, mandate_id: MandateId) -> Iban:
    """The account itself, for the bank's file. Raises MandateMissing, also where it was forgotten."""
    row = _row(session, mandate_id)
    if row.sealed_account is None:
        raise MandateMissing
    return Iban(safe.secrets.decrypt(row.sealed_account, context=f"mandate {row.uid}"))


def mandate(session: Session, mandate_id: MandateId) -> Mandate:
    """A mandate as it stands. Raises MandateMissing."""
    return store.mandate(_row(session, mandate_id))


def of_person(session: Session, person_id: PersonId) -> tuple[Mandate, ...]:
    """Somebody's mandates, the newest first."""
    return store.mandates_of(session, person_id)


def amendments(session: Session, mandate_id: MandateId) -> tuple[Amendment, ...]:
    """What was changed of a mandate, the oldest first."""
    return store.amendments(session, [mandate_id])


def _amend(
    session: Session,
    mandate_id: int,
    kind: Amended,
    before: str,
    on: date,
    *,
    at: datetime,
    by: AccountId | None,
) -> None:
    row = MandateAmendmentRow(
        mandate_id=mandate_id, kind=kind, before=before, made_on=on, recorded_at=at, recorded_by=by
    )
    store.add(session, row)


def _row(session: Session, mandate_id: int) -> MandateRow:
    row = store.find_mandate(session, mandate_id)
    if row is None:
        raise MandateMissing
    return row


def _learn(session: Session, person_id: PersonId, key: str, tail: str) -> bool:
    taught = links.remember_keys(session, IBAN, {(person_id, key)})
    search.remember_words(session, IBAN, {(person_id, tail)})
    return bool(taught)


def _next_reference(session: Session, at: datetime) -> str:
    number = store.last_mandate_number(session) + 1
    while store.mandate_called(session, reference := f"PV{brussels_day(at):%y}{number:07d}"):
        number += 1
    return reference


def _sealed(safe: Safe, uid: str, account: Iban) -> str:
    return safe.secrets.encrypt(account.plain, context=f"mandate {uid}")
