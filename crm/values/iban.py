"""Account numbers of the SEPA countries, as they are compared and as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from stdnum import iban as stdnum_iban

from crm.values.errors import Invalid


@dataclass(frozen=True, slots=True)
class Iban:
    """An account number without spaces, whose checks fit. Printing one by mistake shows its end only."""

    plain: str

    @classmethod
    def parse(cls, text: str, *, field: str = "iban") -> Self:
        """What somebody typed, spaces and small letters and all. Raises Invalid (naming `field`)."""
        tidy = "".join(text.split()).replace("\u00a0", "").replace("-", "").upper()
        if len(tidy) > 34 or not tidy.isascii() or not stdnum_iban.is_valid(tidy, check_country=False):
            raise Invalid("this is no account number", field=field)
        return cls(tidy)

    @property
    def tail(self) -> str:
        """The last four characters: enough to tell two accounts of somebody apart."""
        return self.plain[-4:]

    @property
    def grouped(self) -> str:
        """`BE71 0961 2345 6769`."""
        return " ".join(self.plain[start : start + 4] for start in range(0, len(self.plain), 4))

    def __repr__(self) -> str:
        return f"Iban(…{self.tail})"

    __str__ = __repr__
