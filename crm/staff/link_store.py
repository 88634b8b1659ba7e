"""SQL of the links by which people choose a password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from crm.staff import store
from crm.staff.model import Account, AccountLink, LinkKind
from crm.staff.tables import AccountLinkRow, AccountRow
from crm.values.identifiers import AccountId


def add(session: Session, account: Account, kind: LinkKind, *, at: datetime, expires_at: datetime) -> AccountLink:
    """A new link for the account as it stands."""
    row = AccountLinkRow(
        account_id=account.id,
        kind=kind,
        epoch=account.epoch,
        created_at=at,
        expires_at=expires_at,
        used_at=None,
        withdrawn_at=None,
    )
    session.add(row)
    session.flush()
    return _link(row, account)


def find(session: Session, link_id: int, *, lock: bool = False) -> AccountLink | None:
    """The link of that number; locked until the transaction ends."""
    query = select(AccountLinkRow, AccountRow).join(AccountRow, AccountRow.id == AccountLinkRow.account_id)
    query = query.where(AccountLinkRow.id == link_id).execution_options(populate_existing=True)
    found = session.execute(query.with_for_update(of=AccountLinkRow) if lock else query).one_or_none()
    return _link(found[0], store.noun(found[1])) if found else None


def use(session: Session, link_id: int, at: datetime) -> None:
    """The link has done what it is for."""
    session.execute(update(AccountLinkRow).where(AccountLinkRow.id == link_id).values(used_at=at))


def withdraw(session: Session, account_id: AccountId, at: datetime) -> int:
    """Every open link of an account is worthless from now on; says how many."""
    query = update(AccountLinkRow).where(
        AccountLinkRow.account_id == account_id,
        AccountLinkRow.used_at.is_(None),
        AccountLinkRow.withdrawn_at.is_(None),
    )
    return len(session.execute(query.values(withdrawn_at=at).returning(AccountLinkRow.id)).all())


def newest(session: Session, kind: LinkKind) -> dict[AccountId, AccountLink]:
    """The newest link of that kind of each account."""
    query = select(AccountLinkRow, AccountRow).join(AccountRow, AccountRow.id == AccountLinkRow.account_id)
    query = query.where(AccountLinkRow.kind == kind).order_by(AccountLinkRow.id)
    return {AccountId(row.account_id): _link(row, store.noun(account)) for row, account in session.execute(query)}


def remove(session: Session, account_id: AccountId) -> None:
    """With an account that was never used."""
    session.execute(delete(AccountLinkRow).where(AccountLinkRow.account_id == account_id))


def forget(session: Session, before: datetime) -> int:
    """Takes out links that ended before then; says how many."""
    gone = delete(AccountLinkRow).where(AccountLinkRow.expires_at < before).returning(AccountLinkRow.id)
    return len(session.execute(gone).all())


def _link(row: AccountLinkRow, account: Account) -> AccountLink:
    return AccountLink(
        id=row.id,
        account=account,
        kind=row.kind,
        epoch=row.epoch,
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        withdrawn_at=row.withdrawn_at,
    )
