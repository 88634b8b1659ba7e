"""The references that banks carry: Belgian structured communications, ISO 11649, account numbers."""

from __future__ import annotations

import re

from stdnum import iso11649

from crm.values.structured_communication import StructuredCommunication, fits

_DELIMITED = re.compile(r"(\+{3}|\*{3}) ?(\d{3}) ?/ ?(\d{4}) ?/ ?(\d{5}) ?\1")
_SLASHED = re.compile(r"(?<![\d/])(\d{3}) ?/ ?(\d{4}) ?/ ?(\d{5})(?![\d/])")
_BARE = re.compile(r"[+* ]*(\d{12})[+* ]*")
_CREDITOR = re.compile(r"(?<![A-Za-z0-9])RF\d{2}(?: ?[A-Za-z0-9]){1,21}(?![A-Za-z0-9])")
_LONGEST = 25


def written(structured: str) -> str:
    """A structured communication as people write it: `+++090/9337/55493+++`, or the ISO reference as it is."""
    return str(StructuredCommunication(structured)) if fits(structured) else structured


def structured_in(text: str) -> str | None:
    """The structured communication that somebody typed in a free text, where it stands out and its check fits."""
    if "/" in text:
        for pattern in (_DELIMITED, _SLASHED):
            for found in pattern.finditer(text):
                digits = "".join(found.groups()[-3:])
                if fits(digits):
                    return digits
    if (bare := _BARE.fullmatch(text)) and fits(bare.group(1)):
        return bare.group(1)
    creditor = _CREDITOR.search(text) if "RF" in text else None
    words = creditor.group().split(" ") if creditor else []
    tried = (creditor_reference("".join(words[:upto])) for upto in range(len(words), 0, -1))
    return next(filter(None, tried), None)


def creditor_reference(text: str) -> str | None:
    """An ISO 11649 reference without its spaces, or None where its check does not fit."""
    plain = text.replace(" ", "").upper()
    if not plain.startswith("RF") or len(plain) > _LONGEST or not (plain.isascii() and plain.isalnum()):
        return None
    return plain if iso11649.is_valid(plain) else None


def account(text: str) -> str | None:
    """An account as it is compared: without spaces, an old Belgian number as its IBAN; None for nothing."""
    plain = text.replace(" ", "").replace("\u00a0", "").upper()
    if not plain.strip("0"):
        return None
    old = plain.replace("-", "")
    if fits(old):  # the same check as that of a structured communication
        return f"BE{98 - int(old + '111400') % 97:02d}{old}"
    return plain
