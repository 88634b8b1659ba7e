"""Rows of figures: the last count of each part. Nobody is named in them; they are made anew from gifts and plans."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from crm.figures.model import Part
from crm.foundation.columns import Base, Json, Word


class FigureSheetRow(Base):
    """`asked_at`: somebody wants it counted anew."""

    __tablename__ = "figure_sheet"

    part: Mapped[Part] = mapped_column(Word(Part), primary_key=True)
    on: Mapped[date] = mapped_column("counted_on")
    counted_at: Mapped[datetime]
    milliseconds: Mapped[int]
    numbers: Mapped[dict[str, Any]] = mapped_column(Json)
    asked_at: Mapped[datetime | None]
