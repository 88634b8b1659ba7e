"""What somebody declares they care about, so that their letters begin with it. Nouns; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class InterestKind(StrEnum):
    """What one can declare; nothing of it is ever inferred."""

    THEME = "theme"
    COUNTRY = "country"
    REGION = "region"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Interest:
    """One declared choice: the code of a theme or country of the organisation's lists, or of a province."""

    kind: InterestKind
    code: str
