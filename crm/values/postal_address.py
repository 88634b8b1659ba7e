"""A postal address as its parts: what is printed on an envelope is made from them, never the other way round."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypedDict, Unpack

from crm.values.belgium.languages import written_language
from crm.values.belgium.localities import nis_of, spelling
from crm.values.countries import COUNTRIES
from crm.values.errors import Invalid
from crm.values.foreign_lines import tidy_postcode
from crm.values.languages import Language
from crm.values.street_line import LONGEST_BOX, LONGEST_NUMBER, Door, bare_box, read_street_line, street_line

LONGEST: Final = {
    "organisation": 100,
    "department": 100,
    "complement": 100,
    "street": 120,
    "number": LONGEST_NUMBER,
    "box": LONGEST_BOX,
    "postcode": 12,
    "locality": 100,
    "country": 2,
    "nis_code": 5,
}
"""Characters of each part; columns that keep them are as wide."""


class AddressFlaw(StrEnum):
    """Why a part cannot be used as it is; pages have a sentence for each."""

    TOO_LONG = "too_long"
    UNPRINTABLE = "unprintable"
    POSTCODE = "postcode"
    COUNTRY = "country"
    NIS_CODE = "nis_code"
    EMPTY = "empty"


class AddressInvalid(Invalid):
    """A part of an address cannot be used as it is: `field` names it, `flaw` says why."""

    def __init__(self, flaw: AddressFlaw, message: str, *, field: str) -> None:
        super().__init__(message, field=field)
        self.flaw = flaw


class TypedParts(TypedDict, total=False):
    """What a form, a file or a letter gives for an address, part by part."""

    organisation: str
    department: str
    complement: str
    street: str
    number: str
    box: str
    postcode: str
    locality: str
    country: str
    nis_code: str
    language: Language | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PostalAddress:
    """Where somebody's post goes. The recipient is not a part of it. Only `parse` makes one from typed text.

    `complement` is the line before the street (building, floor, door); `language` is the one in which all of the
    address is written, None where that is not known.
    """

    organisation: str = ""
    department: str = ""
    complement: str = ""
    street: str = ""
    number: str = ""
    box: str = ""
    postcode: str = ""
    locality: str = ""
    country: str = "BE"
    nis_code: str = ""
    language: Language | None = None

    @classmethod
    def parse(cls, **typed: Unpack[TypedParts]) -> PostalAddress:
        """The tidied address of typed parts. Raises `AddressInvalid`, with the field to mend.

        Nothing typed is lost: what is not understood stays where it was typed.
        """
        language = typed.pop("language", None)
        parts = {field: _tidy(str(value), field=field) for field, value in typed.items()}
        country = parts["country"] = parts.get("country", "").upper() or "BE"
        if country not in COUNTRIES:
            raise AddressInvalid(AddressFlaw.COUNTRY, "a country of the list", field="country")
        hint = _doors(parts, country)
        if not any(parts.get(field) for field in ("organisation", "complement", "street", "number", "locality")):
            raise AddressInvalid(AddressFlaw.EMPTY, "an address needs a street or a locality", field="street")
        nis_code = parts.get("nis_code", "")
        if nis_code and not (nis_code.isascii() and nis_code.isdigit() and len(nis_code) == 5):
            raise AddressInvalid(AddressFlaw.NIS_CODE, "a NIS code has five digits", field="nis_code")
        if country == "BE":
            language = _place(parts, language or hint)
        else:
            language = language or hint
            parts["postcode"] = tidy_postcode(parts.get("postcode", ""), country=country)
        return cls(**parts, language=language)


def _doors(parts: dict[str, str], country: str) -> Language | None:
    """Makes street, number and box what their printed line says, whichever field they were typed in."""
    box, hint = bare_box(parts.get("box", ""))
    door = Door(street=parts.get("street", ""), number=parts.get("number", ""), box=box)
    read = _read(door, country)
    language = hint if box else read.language
    for _ in range(4):  # « 0,X X » becomes « 0 X X », which reads as number « 0 X »
        if (door.street, door.number, door.box) == (read.street, read.number, read.box):
            break
        door, read = read, _read(read, country)
    parts |= {"street": read.street, "number": read.number, "box": read.box}
    if read.complement:
        joined = ", ".join(part for part in (parts.get("complement", ""), read.complement) if part)
        parts["complement"] = _tidy(joined, field="complement")
    for field in ("street", "number", "box"):
        _tidy(parts[field], field=field)
    return language


def _read(door: Door, country: str) -> Door:
    """What the printed line of a door says, whatever the word before its box."""
    line = street_line(street=door.street, number=door.number, box=door.box, country=country, language=Language.FR)
    read = read_street_line(line, country=country)
    if not door.complement:
        return read
    return replace(read, complement=", ".join(part for part in (door.complement, read.complement) if part))


def _place(parts: dict[str, str], language: Language | None) -> Language | None:
    """Postcode, locality and NIS code of a Belgian address as the tables have them; its language, where it shows."""
    postcode = parts["postcode"] = _belgian(parts.get("postcode", ""))
    locality = parts["locality"] = spelling(postcode, parts.get("locality", ""))
    parts["nis_code"] = parts.get("nis_code") or nis_of(postcode, locality) or ""
    return language or written_language(street=parts["street"], postcode=postcode, locality=locality)


def _tidy(text: str, *, field: str) -> str:
    line = unicodedata.normalize("NFC", " ".join(text.split())).strip(" ,;")
    if len(line) > LONGEST[field]:
        raise AddressInvalid(AddressFlaw.TOO_LONG, f"at most {LONGEST[field]} characters", field=field)
    if not line.isprintable():
        raise AddressInvalid(AddressFlaw.UNPRINTABLE, "letters, digits and signs that can be printed", field=field)
    return line


def _belgian(typed: str) -> str:
    """A Belgian postcode: four digits, not beginning with 0. `B-1000` and `BE 1000` are taken for 1000."""
    code = typed.upper().removeprefix("BE").removeprefix("B").strip(" -.")
    if code and not (len(code) == 4 and code.isascii() and code.isdigit() and code[0] != "0"):
        raise AddressInvalid(AddressFlaw.POSTCODE, "a Belgian postcode has four digits", field="postcode")
    return code
