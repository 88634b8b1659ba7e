"""The door of second factors: an authenticator app and recovery codes; passkeys have a door of their own."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from crm.foundation.encryption import Cipher
from crm.foundation.signing import AddressHasher, Sealer
from crm.staff import factor_store, rules, store, totp, trail
from crm.staff.errors import FactorNeeded
from crm.staff.model import Account, Factors, Role
from crm.values.identifiers import AccountId


def factors_of(session: Session, account_id: AccountId) -> Factors:
    """What an account has."""
    return factor_store.factors(session, account_id)


def protected(session: Session) -> frozenset[AccountId]:
    """The accounts that have a second factor."""
    return factor_store.protected(session)


def propose_app(cipher: Cipher, account: Account) -> str:
    """A new secret for an app, encrypted for this account: the page carries it along until a code proves it."""
    return cipher.encrypt(totp.new_secret(), context=_proposed(account.id))


def show_app(cipher: Cipher, account: Account, proposed: str, *, issuer: str) -> tuple[str, str]:
    """(the QR picture as a `data:` address, the secret in groups of four) of what was proposed.

    Raises `Undecipherable` where it was proposed to somebody else.
    """
    secret = cipher.decrypt(proposed, context=_proposed(account.id))
    shown = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return totp.picture(totp.address(secret, account=account.email, issuer=issuer)), shown


def set_app(
    session: Session, cipher: Cipher, sealer: Sealer, account: Account, *, proposed: str, code: str, at: datetime
) -> tuple[str, ...] | None:
    """Takes the app whose code that is, in place of any other; returns new recovery codes, to be shown once.

    None where the code is not that app's. Raises `Undecipherable`.
    """
    secret = cipher.decrypt(proposed, context=_proposed(account.id))
    step = totp.step_of(secret, rules.tidy_code(code), at)
    if step is None:
        return None
    factor_store.put_secret(session, account.id, cipher.encrypt(secret, context=_kept(account.id)), step=step, at=at)
    trail.note(session, sealer, "set-app", account.id, by=account.id, at=at)
    return new_codes(session, sealer, account, at=at)


def new_codes(session: Session, sealer: Sealer, account: Account, *, at: datetime) -> tuple[str, ...]:
    """Ten recovery codes in place of all others, to be shown once: only their hashes are kept."""
    codes = tuple(_drawn() for _ in range(rules.RECOVERY_CODES))
    factor_store.put_codes(session, account.id, [_hash(account.id, code) for code in codes])
    trail.note(session, sealer, "recovery-codes", account.id, by=account.id, at=at)
    return codes


def answer(
    session: Session,
    cipher: Cipher,
    sealer: Sealer,
    addresses: AddressHasher,
    account: Account,
    *,
    typed: str,
    at: datetime,
) -> str | None:
    """The word app or recovery where what was typed is a good code of the account, else None. It is spent by this.

    Tries are counted first; after too many, even a right code is not looked at.
    """
    key = addresses.key_of(f"factor {account.id}")
    store.find_by_email(session, account.email, lock=True)
    is_throttled = rules.is_throttled(
        store.recent_failures(session, key, at - rules.FACTOR_WINDOW), most=rules.FACTOR_FAILURES
    )
    attempt = store.add_attempt(session, key, at)
    if is_throttled:
        return None
    code = rules.tidy_code(typed)
    how = _by_app(session, cipher, account.id, code, at) or _by_recovery(session, account.id, code, at)
    if how:
        store.mark_succeeded(session, [attempt])
    if how == "recovery":
        trail.note(session, sealer, "use-recovery", account.id, by=account.id, at=at)
    return how


def remove_app(session: Session, sealer: Sealer, account: Account, *, required: Collection[Role], at: datetime) -> None:
    """Forgets the app. Raises `FactorNeeded` where it is the only factor of somebody who needs one."""
    factor_store.remove_secret(session, account.id)
    keep_one(session, account, required)
    trail.note(session, sealer, "remove-app", account.id, by=account.id, at=at)


def keep_one(session: Session, account: Account, required: Collection[Role]) -> None:
    """After a factor went: raises `FactorNeeded` where one is needed; without any, recovery codes go too."""
    if factor_store.factors(session, account.id).are_any:
        return
    if account.roles & set(required):
        raise FactorNeeded
    factor_store.put_codes(session, account.id, [])


def reset(session: Session, sealer: Sealer, account_id: AccountId, *, by: AccountId | None, at: datetime) -> None:
    """Somebody lost everything: all factors go, all sessions end; the next sign-in asks to set up anew."""
    factor_store.remove_secret(session, account_id)
    factor_store.remove_passkeys(session, account_id)
    factor_store.put_codes(session, account_id, [])
    store.end_sessions(session, at, account_id=account_id)
    trail.note(session, sealer, "reset-factors", account_id, by=by, at=at)


def _by_app(session: Session, cipher: Cipher, account_id: AccountId, code: str, at: datetime) -> str | None:
    kept = factor_store.find_secret(session, account_id)
    if kept is None:
        return None
    step = totp.step_of(cipher.decrypt(kept, context=_kept(account_id)), code, at)
    return "app" if step is not None and factor_store.spend_step(session, account_id, step) else None


def _by_recovery(session: Session, account_id: AccountId, code: str, at: datetime) -> str | None:
    return "recovery" if factor_store.spend_code(session, account_id, _hash(account_id, code), at) else None


def _drawn() -> str:
    letters = [secrets.choice(rules.CODE_LETTERS) for _ in range(16)]
    return "-".join("".join(letters[i : i + 4]) for i in range(0, 16, 4))


def _hash(account_id: AccountId, code: str) -> str:
    """16 letters of 31 are 79 bits: a plain hash is enough."""
    return hashlib.sha256(f"{account_id}:{rules.tidy_code(code)}".encode()).hexdigest()


def _proposed(account_id: AccountId) -> str:
    return f"proposed app {account_id}"


def _kept(account_id: AccountId) -> str:
    return f"app {account_id}"
