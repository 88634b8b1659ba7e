"""Rows of consent. The event tables only ever grow; the standing tables are folds that can be rebuilt."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.consent.interest import InterestKind
from crm.consent.model import Act, Channel, LegalBasis, SuppressionCause, Way
from crm.consent.pace import Rhythm
from crm.consent.policy import Need, Population
from crm.foundation.columns import AddressKey, Base, BigId, Chained, Held, Json, Word
from crm.values.languages import Language


class PurposeRow(Base):
    __tablename__ = "purpose"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    names: Mapped[dict[str, Any]] = mapped_column(Json)
    promises: Mapped[dict[str, Any]] = mapped_column(Json)
    position: Mapped[int]


class NoticeRow(Base):
    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("purpose", "language", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    purpose: Mapped[str] = mapped_column(ForeignKey("purpose.code"))
    language: Mapped[Language] = mapped_column(Word(Language))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class PolicyRow(Base):
    """Never changed once decided; `is_approved` is written by a second person."""

    __tablename__ = "policy"
    __table_args__ = (Index("ix_policy_purpose", "purpose", "channel", "population"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    purpose: Mapped[str] = mapped_column(ForeignKey("purpose.code"))
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    population: Mapped[Population] = mapped_column(Word(Population))
    need: Mapped[Need] = mapped_column(Word(Need))
    legal_basis: Mapped[LegalBasis] = mapped_column(Word(LegalBasis))
    longest_days: Mapped[int | None]
    valid_from_on: Mapped[date]
    valid_until_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[int | None] = mapped_column(BigId)
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    decided_at: Mapped[datetime | None]
    is_approved: Mapped[bool]


class PopulationRow(Base):
    """Who belongs to a population, as upper rooms say (who bought, who gave, who is a member)."""

    __tablename__ = "population_member"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    population: Mapped[Population] = mapped_column(Word(Population), primary_key=True)
    since_at: Mapped[datetime]


class ConsentEventRow(Chained, Base):
    """`recorded_person_id` is covered by the mark and never changes; a merge moves only `person_id`.

    `annuls_id` is the event of the same stream that an annulment takes back; each can be taken back once.
    """

    __tablename__ = "consent_event"
    __table_args__ = (
        Index("ix_consent_event_person", "person_id", "purpose"),
        Index("ix_consent_event_block", "block", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    recorded_person_id: Mapped[int] = mapped_column(BigId)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[str] = mapped_column(ForeignKey("purpose.code"))
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    address_key: Mapped[str] = mapped_column(AddressKey(80))
    act: Mapped[Act] = mapped_column(Word(Act))
    way: Mapped[Way] = mapped_column(Word(Way))
    legal_basis: Mapped[LegalBasis] = mapped_column(Word(LegalBasis))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"))
    evidence: Mapped[dict[str, Any]] = mapped_column(Json)
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    annuls_id: Mapped[int | None] = mapped_column(BigId, index=True, unique=True)

    notice: Mapped[NoticeRow | None] = relationship(lazy="raise", viewonly=True)


class ConsentStandingRow(Base):
    """Where a person stands on one purpose, channel and address: the fold of their events."""

    __tablename__ = "consent_standing"
    __table_args__ = (Index("ix_consent_standing_audience", "purpose", "channel", "act", "person_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(ForeignKey("purpose.code"), primary_key=True)
    channel: Mapped[Channel] = mapped_column(Word(Channel), primary_key=True)
    address_key: Mapped[str] = mapped_column(AddressKey(80), primary_key=True)
    act: Mapped[Act] = mapped_column(Word(Act))
    way: Mapped[Way] = mapped_column(Word(Way))
    since_at: Mapped[datetime]
    event_id: Mapped[int] = mapped_column(ForeignKey("consent_event.id"))
    asked_id: Mapped[int | None] = mapped_column(ForeignKey("consent_event.id"))


class PaceEventRow(Chained, Base):
    """What somebody declared about how often, whole each time; only grows. A merge moves only `person_id`."""

    __tablename__ = "pace_event"
    __table_args__ = (
        Index("ix_pace_event_person", "person_id", "channel"),
        Index("ix_pace_event_block", "block", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    recorded_person_id: Mapped[int] = mapped_column(BigId)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    pause_until_on: Mapped[date | None]
    rhythm: Mapped[Rhythm] = mapped_column(Word(Rhythm))
    way: Mapped[Way] = mapped_column(Word(Way))
    evidence: Mapped[dict[str, Any]] = mapped_column(Json)
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class PaceRow(Base):
    """How often somebody wants to hear from us: the fold of their words."""

    __tablename__ = "pace"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    channel: Mapped[Channel] = mapped_column(Word(Channel), primary_key=True)
    pause_until_on: Mapped[date | None]
    rhythm: Mapped[Rhythm] = mapped_column(Word(Rhythm))
    since_at: Mapped[datetime]
    event_id: Mapped[int] = mapped_column(ForeignKey("pace_event.id"))


class InterestRow(Base):
    """What somebody declared they care about: a theme, a country, a province. Deleted when they take it back."""

    __tablename__ = "interest"
    __table_args__ = (Index("ix_interest_code", "kind", "code"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[InterestKind] = mapped_column(Word(InterestKind), primary_key=True)
    code: Mapped[str] = mapped_column(String(120), primary_key=True)
    declared_at: Mapped[datetime]


class AskedRow(Base):
    """That a mailbox (its spellings folded, as a keyed hash) was asked to confirm on a day; kept two days."""

    __tablename__ = "asked_mailbox"

    mailbox_key: Mapped[str] = mapped_column(AddressKey(80), primary_key=True)
    asked_on: Mapped[date] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    is_patient: Mapped[bool]


class ErasedProofRow(Base):
    """Whose acts are kept after an erasure as proof alone, since when; their term runs from then."""

    __tablename__ = "erased_proof"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    erased_at: Mapped[datetime] = mapped_column(index=True)


class LastLetterRow(Base):
    """When somebody who chose a rhythm last came to be owed a letter, as the room that owes them says."""

    __tablename__ = "last_letter"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    channel: Mapped[Channel] = mapped_column(Word(Channel), primary_key=True)
    written_at: Mapped[datetime]


class RestrictionRow(Base):
    """That somebody's data are kept and not used (GDPR art. 18), and when that ended. Of one person one stands."""

    __tablename__ = "processing_restriction"
    __table_args__ = (Index("ix_processing_restriction_person", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    since_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    set_by: Mapped[int | None] = mapped_column(BigId)
    set_at: Mapped[datetime]
    told_on: Mapped[date | None]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[int | None] = mapped_column(BigId)
    lifted_why: Mapped[str] = mapped_column(Text, default="")


class SuppressionEventRow(Held, Base):
    """Bears no mark of its own: the block that chains it covers what it holds."""

    __tablename__ = "suppression_event"
    __table_args__ = (Index("ix_suppression_event_block", "block", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address_key: Mapped[str] = mapped_column(AddressKey(80), index=True)
    suppressed: Mapped[bool]
    cause: Mapped[SuppressionCause] = mapped_column(Word(SuppressionCause))
    way: Mapped[Way] = mapped_column(Word(Way))
    evidence: Mapped[dict[str, Any]] = mapped_column(Json)
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class SuppressedDigestRow(Base):
    """A hashed address from somebody's list, which no keyed hash of ours can be compared to before it arrives."""

    __tablename__ = "suppressed_digest"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    since_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class SuppressionRow(Base):
    """Addresses not written to as things stand, one row per cause: the fold of suppression events."""

    __tablename__ = "suppression"

    address_key: Mapped[str] = mapped_column(AddressKey(80), primary_key=True)
    cause: Mapped[SuppressionCause] = mapped_column(Word(SuppressionCause), primary_key=True)
    since_at: Mapped[datetime]


class BlockListRow(Base):
    """A do-not-call list that was brought as a file; of the newest one of each source the numbers are kept."""

    __tablename__ = "do_not_call_list"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    source: Mapped[str] = mapped_column(String(60))
    is_held: Mapped[bool]
    dated_on: Mapped[date]
    numbers: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    brought_at: Mapped[datetime]
    brought_by: Mapped[int | None] = mapped_column(BigId)


class BlockedNumberRow(Base):
    """A number nobody may call, as the keyed hash under which we know phones."""

    __tablename__ = "do_not_call_number"

    address_key: Mapped[str] = mapped_column(AddressKey(80), primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("do_not_call_list.id"), primary_key=True, index=True)
