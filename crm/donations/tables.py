"""Rows of gifts. `money_entry` and `gift_move` only grow; `net_cents` are folds of the entries, kept with them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.donations import donor_tables  # noqa: F401 - whoever knows the tables of a room knows all of them
from crm.donations.costing import Donors
from crm.donations.model import Basis, EntryKind, GiftKind, LineKind, Method, RefundState, Why
from crm.donations.thanking import ThankWay
from crm.foundation.columns import Base, BigId, Chained, Word
from crm.values.languages import Language


class FundRow(Base):
    __tablename__ = "fund"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    is_open: Mapped[bool]


class CampaignRow(Base):
    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))


class AppealRow(Base):
    __tablename__ = "appeal"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date | None]
    cost_cents: Mapped[int] = mapped_column(BigInteger)


class SourceRow(Base):
    """What is printed on a slip: a package of an appeal for a cell of its audience, and what it cost alone."""

    __tablename__ = "gift_source"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeal.id"), index=True)
    package: Mapped[str] = mapped_column(String(80))
    cell: Mapped[str] = mapped_column(String(80))
    cost_cents: Mapped[int] = mapped_column(BigInteger, default=0)


class AppealReferenceRow(Base):
    """The structured communication of one person in one appeal."""

    __tablename__ = "appeal_reference"
    __table_args__ = (UniqueConstraint("appeal_id", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeal.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    source_code: Mapped[str | None] = mapped_column(ForeignKey("gift_source.code"), index=True)
    digits: Mapped[str | None] = mapped_column(String(12), unique=True)


class DeductionRuleRow(Base):
    __tablename__ = "deduction_rule"
    __table_args__ = (UniqueConstraint("gift_kind", "line_kind", "valid_from_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    gift_kind: Mapped[GiftKind] = mapped_column(Word(GiftKind))
    line_kind: Mapped[LineKind] = mapped_column(Word(LineKind))
    is_deductible: Mapped[bool]
    why: Mapped[Why] = mapped_column(Word(Why))
    valid_from_on: Mapped[date]
    valid_until_on: Mapped[date | None]


class DeductionProposalRow(Base):
    """What should be deductible from a day on, and what became of it; without kinds it is about the magazine."""

    __tablename__ = "deduction_proposal"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    gift_kind: Mapped[GiftKind | None] = mapped_column(Word(GiftKind))
    line_kind: Mapped[LineKind | None] = mapped_column(Word(LineKind))
    is_deductible: Mapped[bool]
    valid_from_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[int] = mapped_column(BigId)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    is_accepted: Mapped[bool]


class GiftRow(Base):
    """`recorded_person_id` is who gave as it was recorded; a merge or a move changes `person_id`.

    `given_cents` is what of `net_cents` makes a donor (`rules.given`). `in_kind_name` is how whoever told of a gift in
    kind calls it, `in_kind_what` what it was; `owes_thanks`: written down while it was fresh, and nobody is
    asked before thanks.
    """

    __tablename__ = "gift"
    __table_args__ = (
        Index("ix_gift_person", "person_id", "given_on"),
        Index("ix_gift_day", "given_on", "id"),
        # All that « who gave so much since then? » reads: asked of everybody, it need not look at one gift.
        Index("ix_gift_kind", "kind", "given_on", "person_id", "net_cents", "given_cents", "is_test"),
        Index("ix_gift_source", "source_code"),
        Index("uq_gift_in_kind_name", "in_kind_name", unique=True),
        Index("ix_gift_owed", "owes_thanks", "thanked_at", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_person_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[GiftKind] = mapped_column(Word(GiftKind))
    given_on: Mapped[date]
    basis: Mapped[Basis] = mapped_column(Word(Basis))
    method: Mapped[Method] = mapped_column(Word(Method))
    source_code: Mapped[str | None] = mapped_column(ForeignKey("gift_source.code"))
    split_beforehand: Mapped[bool]
    cents: Mapped[int] = mapped_column(BigInteger)
    net_cents: Mapped[int] = mapped_column(BigInteger)
    given_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    in_kind_name: Mapped[str | None] = mapped_column(String(170))
    in_kind_what: Mapped[str | None] = mapped_column(String(120))
    owes_thanks: Mapped[bool] = mapped_column(default=False, server_default="0")
    tribute: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    is_test: Mapped[bool]
    thanked_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(BigId)


class GiftLineRow(Base):
    __tablename__ = "gift_line"
    __table_args__ = (Index("ix_gift_line_gift", "gift_id", "position"), Index("ix_gift_line_fund", "fund_code"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"))
    position: Mapped[int]
    kind: Mapped[LineKind] = mapped_column(Word(LineKind))
    fund_code: Mapped[str] = mapped_column(ForeignKey("fund.code"))
    cents: Mapped[int] = mapped_column(BigInteger)
    net_cents: Mapped[int] = mapped_column(BigInteger)
    is_deductible: Mapped[bool]
    why: Mapped[Why] = mapped_column(Word(Why))


class MoneyEntryRow(Chained, Base):
    __tablename__ = "money_entry"
    __table_args__ = (
        UniqueConstraint("provider", "external_id"),
        Index("ix_money_entry_gift", "gift_id", "id"),
        Index("ix_money_entry_day", "accounted_on", "id"),
        Index("ix_money_entry_block", "block", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"))
    kind: Mapped[EntryKind] = mapped_column(Word(EntryKind))
    cents: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[Method] = mapped_column(Word(Method))
    booked_on: Mapped[date]
    value_on: Mapped[date | None]
    executed_on: Mapped[date | None]
    accounted_on: Mapped[date]
    provider: Mapped[str] = mapped_column(String(40))
    external_id: Mapped[str | None] = mapped_column(String(120))
    reason_code: Mapped[str] = mapped_column(String(20))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(BigId)


class MoneyPartRow(Base):
    """How a movement falls on the lines of its gift: what each fund is owed is read here."""

    __tablename__ = "money_part"
    __table_args__ = (Index("ix_money_part_line", "line_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("money_entry.id"), primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("gift_line.id"), primary_key=True)
    cents: Mapped[int] = mapped_column(BigInteger)


class GiftMoveRow(Base):
    __tablename__ = "gift_move"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"), index=True)
    from_person_id: Mapped[int] = mapped_column(BigId)
    to_person_id: Mapped[int] = mapped_column(BigId)
    reason: Mapped[str] = mapped_column(Text)
    moved_at: Mapped[datetime]
    moved_by: Mapped[int | None] = mapped_column(BigId)


class ThankRuleRow(Base):
    __tablename__ = "thank_rule"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    way: Mapped[ThankWay] = mapped_column(Word(ThankWay))
    least_cents: Mapped[int] = mapped_column(BigInteger)
    first_only: Mapped[bool]
    language: Mapped[Language | None] = mapped_column(Word(Language))
    method: Mapped[Method | None] = mapped_column(Word(Method))


class ThanksRow(Base):
    """That somebody was thanked for a gift: once."""

    __tablename__ = "thanks"

    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"), primary_key=True)
    way: Mapped[ThankWay] = mapped_column(Word(ThankWay))
    thanked_at: Mapped[datetime]
    thanked_by: Mapped[int | None] = mapped_column(BigId)


class ThankCallRow(Base):
    """A task for a colleague to thank by telephone: whoever closes it has thanked for the gift."""

    __tablename__ = "thank_call"

    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"), primary_key=True)
    task_id: Mapped[int] = mapped_column(BigId, index=True)


class RefundRow(Base):
    __tablename__ = "refund"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"), index=True)
    cents: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[RefundState] = mapped_column(Word(RefundState), index=True)
    asked_by: Mapped[int] = mapped_column(BigId)
    asked_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    decided_at: Mapped[datetime | None]


class GiftCorrectionRow(Base):
    """What a gift should have come to, or been, and what two colleagues made of it.

    Where it should have been something else: `cents` of its line, or all of that where it is `was_cents`. Where it is
    about its day: that, by which basis, and the day it had. Where it is about the code of its appeal: that and the
    one it bore, empty for none. Where it came in kind: what it was; where it was money after all: by which means.
    """

    __tablename__ = "gift_correction"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"), index=True)
    was_cents: Mapped[int] = mapped_column(BigInteger)
    cents: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[GiftKind | None] = mapped_column(Word(GiftKind))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("gift_line.id"))
    line_kind: Mapped[LineKind | None] = mapped_column(Word(LineKind))
    fund_code: Mapped[str | None] = mapped_column(ForeignKey("fund.code"))
    was_on: Mapped[date | None]
    given_on: Mapped[date | None]
    basis: Mapped[Basis | None] = mapped_column(Word(Basis))
    was_source: Mapped[str | None] = mapped_column(String(40))
    source_code: Mapped[str | None] = mapped_column(String(40))
    what: Mapped[str | None] = mapped_column(String(120))
    method: Mapped[Method | None] = mapped_column(Word(Method))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[RefundState] = mapped_column(Word(RefundState), index=True)
    asked_by: Mapped[int] = mapped_column(BigId)
    asked_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    decided_at: Mapped[datetime | None]


class ClosedMonthRow(Base):
    __tablename__ = "closed_month"

    month_on: Mapped[date] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]
    closed_by: Mapped[int | None] = mapped_column(BigId)


class CentreRuleRow(Base):
    """To which cost centre money is accounted; an empty column asks nothing."""

    __tablename__ = "cost_centre_rule"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    appeal_id: Mapped[int | None] = mapped_column(ForeignKey("appeal.id"))
    fund_code: Mapped[str | None] = mapped_column(ForeignKey("fund.code"))
    gift_kind: Mapped[GiftKind | None] = mapped_column(Word(GiftKind))
    donors: Mapped[Donors] = mapped_column(Word(Donors))


class PostedCentreRow(Base):
    """To which cost centre a movement was accounted when its month closed; a provider's fee is for no fund (empty)."""

    __tablename__ = "posted_centre"

    entry_id: Mapped[int] = mapped_column(ForeignKey("money_entry.id"), primary_key=True)
    fund_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(60))


class BatchRow(Base):
    """A pile of cheques or an envelope of cash, typed in by somebody: it counts once it agrees with its total."""

    __tablename__ = "gift_batch"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    method: Mapped[Method] = mapped_column(Word(Method))
    received_on: Mapped[date]
    control_count: Mapped[int]
    control_cents: Mapped[int] = mapped_column(BigInteger)
    opened_at: Mapped[datetime]
    opened_by: Mapped[int] = mapped_column(BigId)
    posted_at: Mapped[datetime | None]
    posted_by: Mapped[int | None] = mapped_column(BigId)


class BatchEntryRow(Base):
    __tablename__ = "gift_batch_entry"
    __table_args__ = (
        Index("ix_gift_batch_entry_batch", "batch_id", "id"),
        Index("ix_gift_batch_entry_gift", "gift_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("gift_batch.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    cents: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[GiftKind] = mapped_column(Word(GiftKind))
    fund_code: Mapped[str] = mapped_column(ForeignKey("fund.code"))
    source_code: Mapped[str | None] = mapped_column(ForeignKey("gift_source.code"))
    tribute: Mapped[str] = mapped_column(String(200), default="", server_default="")
    postmark_on: Mapped[date | None]
    what: Mapped[str] = mapped_column(String(120), default="", server_default="")
    gift_id: Mapped[int | None] = mapped_column(ForeignKey("gift.id"))
