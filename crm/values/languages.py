"""The languages people and pages speak."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """ISO 639-1 codes of the languages the house writes."""

    FR = "fr"
    NL = "nl"
    DE = "de"
    EN = "en"

    @classmethod
    def best(cls, wanted: str | None, default: Language | None = None) -> Language:
        """The language a tag such as `fr-BE` asks for; `default` (French) where it is not one of ours."""
        code = (wanted or "").strip().lower().replace("_", "-").split("-")[0]
        return cls(code) if code in cls._value2member_map_ else (default or cls.FR)
