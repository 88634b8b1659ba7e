"""The door of sessions: open, find again, complete with a second factor, prove anew, end."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from crm.foundation.signing import Sealer
from crm.staff import rules, store, trail
from crm.staff.errors import NoSuchSession
from crm.staff.model import Account, Awaited, SessionLimits, SignedIn, StaffSession, Visit
from crm.values.identifiers import AccountId

LIMITS = SessionLimits()
NOWHERE = Visit()


def open_session(
    session: Session, account: Account, *, at: datetime, awaits: Awaited | None = None, visit: Visit = NOWHERE
) -> SignedIn:
    """A session for somebody who has proved who they are. Its token is new: one that was planted is worthless."""
    token, csrf = secrets.token_urlsafe(32), secrets.token_hex(32)
    session_id = store.add_session(
        session, account, token_hash=_hash(token), csrf=csrf, at=at, awaits=awaits, visit=visit
    )
    return SignedIn(
        token=token,
        session=StaffSession(
            id=session_id,
            account=account,
            csrf=csrf,
            created_at=at,
            last_seen_at=at,
            proved_at=at,
            awaits=awaits,
            visit=visit,
        ),
    )


def session_of(session: Session, token: str, at: datetime, *, limits: SessionLimits = LIMITS) -> StaffSession | None:
    """The living session of a token that awaits nothing, or None."""
    found = store.find_session(session, _hash(token))
    if found is None or found.awaits or _is_over(found, at, limits):
        return None
    return found


def half_session_of(session: Session, token: str, at: datetime) -> StaffSession | None:
    """The session of a token that stands at the threshold: the password was right, something more is awaited."""
    found = store.find_session(session, _hash(token))
    if found is None or found.awaits is None or at - found.created_at >= rules.HALF_SESSION:
        return None
    return found


def complete(session: Session, sealer: Sealer, half: StaffSession, *, by: str, at: datetime) -> SignedIn:
    """What was awaited has come (`by` an app, a passkey...): a whole session with a new token in place of the half."""
    store.end_sessions(session, at, session_id=half.id)
    trail.note(session, sealer, "sign-in", half.account.id, by=half.account.id, at=at, facts={"by": by})
    return open_session(session, half.account, at=at, visit=half.visit)


def prove(session: Session, sealer: Sealer, found: StaffSession, *, by: str, at: datetime) -> None:
    """Somebody who is signed in showed again who they are: sensitive actions are open to them for a while."""
    store.prove_session(session, found.id, at)
    trail.note(session, sealer, "prove", found.account.id, by=found.account.id, at=at, facts={"by": by})


def touch(session: Session, session_id: int, at: datetime) -> None:
    """The session was used; its idle time starts again."""
    store.touch_session(session, session_id, at)


def sign_out(session: Session, session_id: int, at: datetime) -> None:
    """Ends a session for good: its token opens nothing any more."""
    store.end_sessions(session, at, session_id=session_id)


def sessions_of(
    session: Session, account_id: AccountId, at: datetime, *, limits: SessionLimits = LIMITS
) -> tuple[StaffSession, ...]:
    """Where an account is signed in, the place used last first."""
    return tuple(found for found in store.sessions_of(session, account_id) if not _is_over(found, at, limits))


def end_one(
    session: Session, sealer: Sealer, account_id: AccountId, session_id: int, *, by: AccountId, at: datetime
) -> None:
    """Ends one session of an account. Raises `NoSuchSession` where it is not theirs, or over already."""
    if not store.end_sessions(session, at, session_id=session_id, account_id=account_id):
        raise NoSuchSession
    trail.note(session, sealer, "end-session", account_id, by=by, at=at, facts={"session": session_id})


def end_all(
    session: Session,
    sealer: Sealer,
    account_id: AccountId,
    *,
    by: AccountId | None,
    at: datetime,
    but: int | None = None,
) -> int:
    """Ends all sessions of an account, `but` one; says how many."""
    ended = store.end_sessions(session, at, account_id=account_id, but=but)
    trail.note(session, sealer, "end-sessions", account_id, by=by, at=at, facts={"ended": ended})
    return ended


def _is_over(found: StaffSession, at: datetime, limits: SessionLimits) -> bool:
    return rules.is_over(created_at=found.created_at, last_seen_at=found.last_seen_at, at=at, limits=limits)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
