"""Rows of the magazine. Copies, exclusions and versions of the rule only grow; a copy that is not printed says why."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId, Word, Words
from crm.magazine.model import (
    Basis,
    Claim,
    Format,
    Neighbours,
    OrderState,
    Reason,
    Removal,
    ReturnEffect,
    ReturnReason,
    RunKind,
    Tariff,
)
from crm.people.model import Title
from crm.values.languages import Language


class PublicationRow(Base):
    __tablename__ = "magazine_publication"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    approval_number: Mapped[str] = mapped_column(String(20))
    deposit_office: Mapped[str] = mapped_column(String(80))
    tariff: Mapped[Tariff] = mapped_column(Word(Tariff))
    customer_number: Mapped[str] = mapped_column(String(20))
    account_number: Mapped[str] = mapped_column(String(20))
    printer: Mapped[str] = mapped_column(String(120))
    keep_days: Mapped[int]


class EligibilityRow(Base):
    """A version of who has a right to a copy; never changed."""

    __tablename__ = "magazine_eligibility"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    members: Mapped[bool]
    grace_months: Mapped[int]
    regular_plans: Mapped[bool]
    plan_months: Mapped[int]
    gift_count: Mapped[int]
    gift_cents: Mapped[int] = mapped_column(BigInteger)
    gift_months: Mapped[int]
    said: Mapped[frozenset[Basis]] = mapped_column(Words(Basis))
    note: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]
    saved_by: Mapped[int | None] = mapped_column(BigId)


class IssueRow(Base):
    __tablename__ = "magazine_issue"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(String(120))
    cover_on: Mapped[date]
    file_due_on: Mapped[date]
    drop_on: Mapped[date]
    home_on: Mapped[date]
    copy_cents: Mapped[int]
    postage_cents: Mapped[int]
    postage_abroad_cents: Mapped[int]
    pdf_url: Mapped[str] = mapped_column(String(500))
    frozen_at: Mapped[datetime | None]
    eligibility_id: Mapped[int | None] = mapped_column(ForeignKey("magazine_eligibility.id"))


class SubscriptionRow(Base):
    """One for each of whom something is said; whoever gets it by the rule alone, as everybody does, has none."""

    __tablename__ = "magazine_subscription"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    basis: Mapped[Basis | None] = mapped_column(Word(Basis))
    copies: Mapped[int]
    format: Mapped[Format] = mapped_column(Word(Format))
    from_number: Mapped[int | None]
    until_number: Mapped[int | None]
    paused_from_on: Mapped[date | None]
    paused_until_on: Mapped[date | None]
    own_copy: Mapped[bool]
    address_id: Mapped[int | None] = mapped_column(ForeignKey("postal_address.id", ondelete="SET NULL"), index=True)
    notes: Mapped[str] = mapped_column(String(200))
    by_hand: Mapped[bool]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(BigId)


class IssueRunRow(Base):
    """Copies frozen together. `place` is 0 for the main run of an issue: there is one."""

    __tablename__ = "magazine_run"
    __table_args__ = (UniqueConstraint("issue_id", "place"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("magazine_issue.id"))
    place: Mapped[int]
    kind: Mapped[RunKind] = mapped_column(Word(RunKind))
    frozen_at: Mapped[datetime]
    frozen_by: Mapped[int | None] = mapped_column(BigId)
    everybody: Mapped[int]
    entitled: Mapped[int]
    mailed: Mapped[int]
    copies: Mapped[int]
    mixed: Mapped[int]
    cents: Mapped[int] = mapped_column(BigInteger)
    outlook: Mapped[dict[str, Any]]


class OrderRow(Base):
    """A freeze that was asked for, or the files of a run (`token`: where they lie until they are forgotten).

    Who works at it holds a lease: what a dead worker took is free again afterwards.
    """

    __tablename__ = "magazine_order"
    __table_args__ = (Index("ix_magazine_order_state", "state", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("magazine_issue.id"), index=True)
    kind: Mapped[RunKind] = mapped_column(Word(RunKind))
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(BigId)
    state: Mapped[OrderState] = mapped_column(Word(OrderState))
    seen: Mapped[int]
    total: Mapped[int]
    lease_until: Mapped[datetime | None]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("magazine_run.id"), index=True)
    xlsx: Mapped[bool]
    mail_id: Mapped[bool]
    recipient: Mapped[str] = mapped_column(String(200), server_default="")
    file_id: Mapped[int | None] = mapped_column(BigId)
    token: Mapped[str] = mapped_column(String(32))
    ready_at: Mapped[datetime | None]


class CopyRow(Base):
    """What is printed and where it goes, for good. `lines` are those of the envelope, one below the other."""

    __tablename__ = "magazine_copy"
    __table_args__ = (
        UniqueConstraint("issue_id", "person_id", "again"),
        Index("ix_magazine_copy_run", "run_id", "seq"),
        Index("ix_magazine_copy_person", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("magazine_issue.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("magazine_run.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    again: Mapped[int]
    seq: Mapped[int]
    basis: Mapped[Basis] = mapped_column(Word(Basis))
    version: Mapped[str] = mapped_column(String(10))
    copies: Mapped[int]
    by_hand: Mapped[bool]
    is_seed: Mapped[bool]
    member_number: Mapped[str] = mapped_column(String(20))
    title: Mapped[Title] = mapped_column(Word(Title))
    first_name: Mapped[str] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    organisation: Mapped[str] = mapped_column(String(200))
    complement: Mapped[str] = mapped_column(String(210))
    street: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(20))
    box: Mapped[str] = mapped_column(String(20))
    postcode: Mapped[str] = mapped_column(String(12))
    locality: Mapped[str] = mapped_column(String(100))
    country: Mapped[str] = mapped_column(String(2))
    language: Mapped[Language] = mapped_column(Word(Language))
    lines: Mapped[str] = mapped_column(Text)
    notes: Mapped[str] = mapped_column(String(200), server_default="")
    box_key: Mapped[str] = mapped_column(String(300))
    postal_address_id: Mapped[int | None] = mapped_column(BigId)
    removal: Mapped[Removal | None] = mapped_column(Word(Removal))
    removed_at: Mapped[datetime | None]


_STRUCK = CopyRow.removal.is_not(None)
Index("ix_magazine_copy_struck", CopyRow.run_id, sqlite_where=_STRUCK, postgresql_where=_STRUCK)


class ExclusionRow(Base):
    """Who had a right to a copy of a run and got none, and why."""

    __tablename__ = "magazine_exclusion"
    __table_args__ = (Index("ix_magazine_exclusion_person", "person_id"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("magazine_run.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    reason: Mapped[Reason] = mapped_column(Word(Reason))
    basis: Mapped[Basis] = mapped_column(Word(Basis))


class PrintFileRow(Base):
    """The manifest of what left for a printer or a mail house (`recipient`: which); the file itself is not kept."""

    __tablename__ = "magazine_file"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("magazine_run.id"), index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(BigId)
    rows: Mapped[int]
    copies: Mapped[int]
    removed: Mapped[int]
    purge_on: Mapped[date]
    purged_on: Mapped[date | None]
    parts: Mapped[list[Any]]
    recipient: Mapped[str] = mapped_column(String(200), server_default="")


class ReturnRow(Base):
    """A copy that came back."""

    __tablename__ = "magazine_return"
    __table_args__ = (Index("ix_magazine_return_person", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("magazine_issue.id"), index=True)
    copy_id: Mapped[int | None] = mapped_column(ForeignKey("magazine_copy.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[ReturnReason] = mapped_column(Word(ReturnReason))
    effect: Mapped[ReturnEffect] = mapped_column(Word(ReturnEffect))
    postcode: Mapped[str] = mapped_column(String(12))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(BigId)


class ClaimRow(Base):
    """Somebody says that their copy did not come."""

    __tablename__ = "magazine_claim"
    __table_args__ = (Index("ix_magazine_claim_person", "person_id"), Index("ix_magazine_claim_state", "state", "id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("magazine_issue.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[Claim] = mapped_column(Word(Claim))
    note: Mapped[str] = mapped_column(String(500))
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(BigId)
    settled_at: Mapped[datetime | None]


class NeighbourDecisionRow(Base):
    """What was decided of different surnames at one letter box; taken back once `undone_at` is set."""

    __tablename__ = "magazine_neighbour_decision"
    __table_args__ = (Index("ix_magazine_neighbour_decision_standing", "undone_at", "word"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    word: Mapped[Neighbours] = mapped_column(Word(Neighbours))
    box_key: Mapped[str] = mapped_column(String(300))
    household_id: Mapped[int | None] = mapped_column(BigId)
    decided_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(BigId)


class NeighbourRow(Base):
    """Whom a decision was about; `has_joined` where it put them into its household."""

    __tablename__ = "magazine_neighbour"
    __table_args__ = (Index("ix_magazine_neighbour_person", "person_id"),)

    decision_id: Mapped[int] = mapped_column(ForeignKey("magazine_neighbour_decision.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    has_joined: Mapped[bool]
