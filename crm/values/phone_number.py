"""A phone number that has been checked once, at the door."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from crm.values.errors import Invalid

LONGEST_TYPED = 40
"""Characters somebody may need to write a number down."""


class PhoneKind(StrEnum):
    """What can be done with a number: text messages go to mobiles only."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    OTHER = "other"


class PhoneFlaw(StrEnum):
    """Why something is no number one can call; pages have a sentence for each."""

    UNREADABLE = "unreadable"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    COUNTRY = "country"
    UNKNOWN = "unknown"


class PhoneInvalid(Invalid):
    """Nobody can be called there: `flaw` says why."""

    def __init__(self, flaw: PhoneFlaw, message: str, *, field: str) -> None:
        super().__init__(message, field=field)
        self.flaw = flaw


_REASONS = {
    NumberParseException.INVALID_COUNTRY_CODE: (PhoneFlaw.COUNTRY, "no country has this prefix"),
    NumberParseException.TOO_SHORT_AFTER_IDD: (PhoneFlaw.TOO_SHORT, "digits are missing"),
    NumberParseException.TOO_SHORT_NSN: (PhoneFlaw.TOO_SHORT, "digits are missing"),
    NumberParseException.TOO_LONG: (PhoneFlaw.TOO_LONG, "there are too many digits"),
}
_KINDS = {
    PhoneNumberType.MOBILE: PhoneKind.MOBILE,
    PhoneNumberType.FIXED_LINE: PhoneKind.LANDLINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: PhoneKind.LANDLINE,
}


@dataclass(frozen=True, slots=True, order=True)
class PhoneNumber:
    """A number that exists in its country's plan. `e164` is how it is kept and compared: `+32470123456`."""

    e164: str

    @classmethod
    def parse(cls, text: str, *, region: str = "BE", field: str = "phone") -> PhoneNumber:
        """`text` as a number; one without prefix is of `region`. Raises `PhoneInvalid` (with `field`)."""
        if len(text) > LONGEST_TYPED:
            raise PhoneInvalid(PhoneFlaw.TOO_LONG, "there are too many digits", field=field)
        try:
            found = phonenumbers.parse(text.strip(), region)
        except NumberParseException as error:
            flaw, message = _REASONS.get(error.error_type, (PhoneFlaw.UNREADABLE, "not a phone number"))
            raise PhoneInvalid(flaw, message, field=field) from error
        if found.extension:
            raise PhoneInvalid(PhoneFlaw.UNREADABLE, "a number without an extension", field=field)
        if not phonenumbers.is_valid_number(found):
            match phonenumbers.is_possible_number_with_reason(found):
                case phonenumbers.ValidationResult.TOO_SHORT:
                    raise PhoneInvalid(PhoneFlaw.TOO_SHORT, "digits are missing", field=field)
                case phonenumbers.ValidationResult.TOO_LONG:
                    raise PhoneInvalid(PhoneFlaw.TOO_LONG, "there are too many digits", field=field)
                case _:
                    raise PhoneInvalid(PhoneFlaw.UNKNOWN, "no such number in that country's plan", field=field)
        return cls(phonenumbers.format_number(found, PhoneNumberFormat.E164))

    @property
    def international(self) -> str:
        """As it is dialled from anywhere: `+32 470 12 34 56`."""
        return phonenumbers.format_number(phonenumbers.parse(self.e164), PhoneNumberFormat.INTERNATIONAL)

    @property
    def national(self) -> str:
        """As it is written at home: `0470 12 34 56`, digits by pairs as in Belgium and France."""
        return phonenumbers.format_number(phonenumbers.parse(self.e164), PhoneNumberFormat.NATIONAL)

    @property
    def at_home(self) -> str:
        """The digits that are dialled in its own country: `0470123456`, in Luxembourg `621123456`."""
        try:
            found = phonenumbers.parse(self.e164)
        except NumberParseException:
            return self.e164.removeprefix("+")
        return phonenumbers.normalize_digits_only(phonenumbers.format_number(found, PhoneNumberFormat.NATIONAL))

    @property
    def region(self) -> str:
        """ISO 3166 code of its country; empty for numbers of no country."""
        return phonenumbers.region_code_for_number(phonenumbers.parse(self.e164)) or ""

    @property
    def kind(self) -> PhoneKind:
        """Mobile, landline, or something else (free numbers, premium numbers, the internet)."""
        return _KINDS.get(phonenumbers.number_type(phonenumbers.parse(self.e164)), PhoneKind.OTHER)

    @property
    def masked(self) -> str:
        """Enough to recognise, not enough to call: `+32 … 56`."""
        return f"{self.international.split()[0]} … {self.e164[-2:]}"

    def __str__(self) -> str:
        return self.international
