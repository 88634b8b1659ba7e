"""SQL of second factors: what an app shares, recovery codes, passkeys, answered challenges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from crm.staff.model import Factors, Passkey
from crm.staff.tables import AppSecretRow, PasskeyRow, RecoveryCodeRow, SpentChallengeRow
from crm.values.identifiers import AccountId


def factors(session: Session, account_id: AccountId) -> Factors:
    """What an account has."""
    left = select(func.count()).where(RecoveryCodeRow.account_id == account_id, RecoveryCodeRow.used_at.is_(None))
    return Factors(
        has_app=session.scalar(select(exists().where(AppSecretRow.account_id == account_id))) or False,
        passkeys=passkeys_of(session, account_id),
        recovery_codes=session.scalar(left) or 0,
    )


def protected(session: Session) -> frozenset[AccountId]:
    """The accounts that have a second factor."""
    found = set(session.scalars(select(AppSecretRow.account_id)))
    return frozenset(AccountId(n) for n in found | set(session.scalars(select(PasskeyRow.account_id).distinct())))


def find_secret(session: Session, account_id: AccountId) -> str | None:
    """What the app of an account shares, encrypted."""
    return session.scalar(select(AppSecretRow.secret).where(AppSecretRow.account_id == account_id))


def put_secret(session: Session, account_id: AccountId, secret: str, *, step: int, at: datetime) -> None:
    """Instead of any other; the code that proved it is spent."""
    remove_secret(session, account_id)
    session.add(AppSecretRow(account_id=account_id, secret=secret, last_step=step, created_at=at))
    session.flush()


def spend_step(session: Session, account_id: AccountId, step: int) -> bool:
    """True where no code of that half minute or a later one was taken before. It is now."""
    spent = (
        update(AppSecretRow)
        .where(AppSecretRow.account_id == account_id, AppSecretRow.last_step < step)
        .values(last_step=step)
        .returning(AppSecretRow.account_id)
    )
    return session.execute(spent, execution_options={"synchronize_session": False}).first() is not None


def remove_secret(session: Session, account_id: AccountId) -> None:
    """The app opens nothing any more."""
    session.execute(delete(AppSecretRow).where(AppSecretRow.account_id == account_id))


def put_codes(session: Session, account_id: AccountId, hashes: Sequence[str]) -> None:
    """These recovery codes and no others."""
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.account_id == account_id))
    session.add_all(RecoveryCodeRow(account_id=account_id, code_hash=one, used_at=None) for one in hashes)
    session.flush()


def spend_code(session: Session, account_id: AccountId, code_hash: str, at: datetime) -> bool:
    """True where that recovery code was good. It is spent now."""
    spent = (
        update(RecoveryCodeRow)
        .where(
            RecoveryCodeRow.account_id == account_id,
            RecoveryCodeRow.code_hash == code_hash,
            RecoveryCodeRow.used_at.is_(None),
        )
        .values(used_at=at)
        .returning(RecoveryCodeRow.id)
    )
    return session.execute(spent, execution_options={"synchronize_session": False}).first() is not None


def passkeys_of(session: Session, account_id: AccountId) -> tuple[Passkey, ...]:
    """The passkeys of an account, oldest first."""
    query = select(PasskeyRow).where(PasskeyRow.account_id == account_id).order_by(PasskeyRow.id)
    return tuple(_passkey(row) for row in session.scalars(query))


def find_passkey(session: Session, credential_id: str) -> Passkey | None:
    """The passkey a browser names."""
    row = session.scalar(select(PasskeyRow).where(PasskeyRow.credential_id == credential_id))
    return _passkey(row) if row else None


def add_passkey(session: Session, passkey: Passkey) -> Passkey:
    """One more; its number is drawn here."""
    row = PasskeyRow(
        account_id=passkey.account_id,
        credential_id=passkey.credential_id,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
        name=passkey.name,
        is_synced=passkey.is_synced,
        created_at=passkey.created_at,
        last_used_at=passkey.last_used_at,
    )
    session.add(row)
    session.flush()
    return _passkey(row)


def use_passkey(session: Session, passkey_id: int, *, sign_count: int, at: datetime) -> None:
    """It was used, and its own counter stands there."""
    session.execute(
        update(PasskeyRow).where(PasskeyRow.id == passkey_id).values(sign_count=sign_count, last_used_at=at)
    )


def remove_passkeys(session: Session, account_id: AccountId, *, passkey_id: int | None = None) -> int:
    """One passkey of an account, or all of them; says how many."""
    query = delete(PasskeyRow).where(PasskeyRow.account_id == account_id)
    if passkey_id is not None:
        query = query.where(PasskeyRow.id == passkey_id)
    return len(session.execute(query.returning(PasskeyRow.id)).all())


def spend_challenge(session: Session, digest: str, at: datetime) -> bool:
    """True where that challenge was not answered before. It is now."""
    if session.get(SpentChallengeRow, digest) is not None:
        return False
    session.add(SpentChallengeRow(digest=digest, spent_at=at))
    session.flush()
    return True


def forget_challenges(session: Session, before: datetime) -> int:
    """Takes out challenges that are too old to be answered again anyway; says how many."""
    gone = delete(SpentChallengeRow).where(SpentChallengeRow.spent_at < before).returning(SpentChallengeRow.digest)
    return len(session.execute(gone).all())


def _passkey(row: PasskeyRow) -> Passkey:
    return Passkey(
        id=row.id,
        account_id=AccountId(row.account_id),
        credential_id=row.credential_id,
        public_key=row.public_key,
        sign_count=row.sign_count,
        name=row.name,
        is_synced=row.is_synced,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
    )
