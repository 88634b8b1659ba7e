"""SQL of visits. Never commits, decides nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from crm.values.identifiers import PersonId
from crm.visits.model import Visit, VisitLink
from crm.visits.tables import VisitLinkRow, VisitRow


def add_link(session: Session, address_key: str, *, at: datetime, expires_at: datetime) -> VisitLink:
    """A new link."""
    row = VisitLinkRow(address_key=address_key, created_at=at, expires_at=expires_at, misses=0)
    session.add(row)
    session.flush()
    return _link(row)


def find_link(session: Session, link_id: int) -> VisitLink | None:
    """That link, or None."""
    row = session.get(VisitLinkRow, link_id, populate_existing=True)
    return None if row is None else _link(row)


def links_since(session: Session, address_key: str, since: datetime) -> int:
    """How many links a mailbox was sent since then."""
    counted = select(func.count()).where(VisitLinkRow.address_key == address_key, VisitLinkRow.created_at > since)
    return session.scalar(counted) or 0


def spend(session: Session, link_id: int, at: datetime) -> bool:
    """Marks a link as used; False where it was already."""
    done = session.execute(
        update(VisitLinkRow)
        .where(VisitLinkRow.id == link_id, VisitLinkRow.used_at.is_(None))
        .values(used_at=at)
        .returning(VisitLinkRow.id)
        .execution_options(synchronize_session=False)
    )
    return done.first() is not None


def add_guess(session: Session, link_id: int, most: int) -> bool:
    """One guess more, counted before it is looked at; False where there were enough."""
    done = session.execute(
        update(VisitLinkRow)
        .where(VisitLinkRow.id == link_id, VisitLinkRow.misses < most)
        .values(misses=VisitLinkRow.misses + 1)
        .returning(VisitLinkRow.id)
        .execution_options(synchronize_session=False)
    )
    return done.first() is not None


def add_visit(
    session: Session,
    *,
    token_hash: str,
    csrf: str,
    person_id: PersonId,
    address_key: str,
    at: datetime,
    ends_at: datetime,
) -> Visit:
    """A visit that begins."""
    row = VisitRow(
        token_hash=token_hash, csrf=csrf, person_id=person_id, address_key=address_key, created_at=at, ends_at=ends_at
    )
    session.add(row)
    session.flush()
    return _visit(row)


def find_visit(session: Session, token_hash: str) -> Visit | None:
    """The visit of that token, over or not."""
    row = session.scalar(select(VisitRow).where(VisitRow.token_hash == token_hash))
    return None if row is None else _visit(row)


def end(session: Session, visit_id: int) -> None:
    """The visit is gone."""
    session.execute(delete(VisitRow).where(VisitRow.id == visit_id))


def tidy(session: Session, before: datetime) -> None:
    """Deletes what was over before then."""
    session.execute(delete(VisitLinkRow).where(VisitLinkRow.expires_at < before))
    session.execute(delete(VisitRow).where(VisitRow.ends_at < before))


def _link(row: VisitLinkRow) -> VisitLink:
    return VisitLink(
        id=row.id,
        address_key=row.address_key,
        created_at=row.created_at,
        expires_at=row.expires_at,
        misses=row.misses,
        used_at=row.used_at,
    )


def _visit(row: VisitRow) -> Visit:
    return Visit(
        id=row.id,
        person_id=PersonId(row.person_id),
        address_key=row.address_key,
        csrf=row.csrf,
        created_at=row.created_at,
        ends_at=row.ends_at,
    )
