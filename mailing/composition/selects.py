"""Editions for the statements of upper rooms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from mailing.composition.tables import EditionRow, NewsletterRow


def numbered() -> Select[*tuple[Any, ...]]:
    """(id, name of the newsletter, number, subject, due_at) of every edition, the latest first."""
    row, of = EditionRow, NewsletterRow
    return (
        select(row.id, of.name, row.number, row.subject, row.due_at)
        .join(of, of.id == row.newsletter_id)
        .order_by(row.due_at.desc(), row.id.desc())
    )
