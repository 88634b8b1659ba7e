"""Rows of people. They do not leave this room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId, Word
from crm.people.model import ContactKind, Deliverability
from crm.values.languages import Language


class PersonRow(Base):
    """`folded_name` is what a search compares: both names without accents or case."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    first_name: Mapped[str] = mapped_column(String(100), default="")
    last_name: Mapped[str] = mapped_column(String(100), default="")
    folded_name: Mapped[str] = mapped_column(String(420), default="")
    language: Mapped[Language] = mapped_column(Word(Language))
    source: Mapped[str] = mapped_column(String(100), default="")
    created_at: Mapped[datetime]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ContactPointRow(Base):
    __tablename__ = "contact_point"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "address_key"),
        Index("ix_contact_point_address_key", "address_key"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[ContactKind] = mapped_column(Word(ContactKind))
    value: Mapped[str] = mapped_column(String(320))
    address_key: Mapped[str] = mapped_column(String(80))
    is_primary: Mapped[bool]
    deliverability: Mapped[Deliverability] = mapped_column(Word(Deliverability), default=Deliverability.LIVE)
    created_at: Mapped[datetime]
