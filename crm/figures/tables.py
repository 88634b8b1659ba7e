"""Rows of figures. Nobody is named in them; they are made anew from gifts and plans."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from crm.figures.model import Part
from crm.foundation.columns import Base, BigId, Json, Word


class Counted:
    """A last count. `asked_at`: somebody, or a gift, wants it made anew."""

    on: Mapped[date] = mapped_column("counted_on")
    counted_at: Mapped[datetime]
    milliseconds: Mapped[int]
    numbers: Mapped[dict[str, Any]] = mapped_column(Json)
    asked_at: Mapped[datetime | None]


class FigureSheetRow(Counted, Base):
    """The last count of a part."""

    __tablename__ = "figure_sheet"

    part: Mapped[Part] = mapped_column(Word(Part), primary_key=True)


class AppealSheetRow(Counted, Base):
    """What came of a frozen appeal. `seen_entry`: the last movement of money that was looked at for gifts of it."""

    __tablename__ = "appeal_sheet"

    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeal_plan.appeal_id"), primary_key=True, autoincrement=False)
    seen_entry: Mapped[int] = mapped_column(BigId)
