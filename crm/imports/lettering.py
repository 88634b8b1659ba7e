"""Which encoding a text file is in: one pass over its bytes, then a word from French and Dutch spelling."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from crm.imports.layout import Encoding

_COMMON = "éèêëàâçîïôûùüöäœæñáíóúßÉÈÊÀÂÇÎÔÖÜÄŒ’‘“”«»€–—…°ëïöü·"
_POSSIBLE = "ÁÍÓÚÑÏËÙÛåøÅØãõýžšŽŠ§²³´`¨µ£\u00a0"
_CANDIDATES = (Encoding.WINDOWS, Encoding.MAC, Encoding.DOS)
_MIXED = {
    Encoding.WINDOWS: Encoding.MIXED_WINDOWS,
    Encoding.MAC: Encoding.MIXED_MAC,
    Encoding.DOS: Encoding.MIXED_DOS,
}

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, Encoding.UTF_8),
    (codecs.BOM_UTF16_LE, Encoding.UTF_16_LE),
    (codecs.BOM_UTF16_BE, Encoding.UTF_16_BE),
)


@dataclass(frozen=True, slots=True)
class Lettering:
    """The encoding of a file, and how many of its lines are in another one than the rest."""

    encoding: Encoding
    odd_lines: int = 0


def by_its_head(head: bytes) -> Encoding | None:
    """What the first bytes say alone: a byte order mark, or the noughts of UTF-16 between Latin letters."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding
    pairs = len(head) // 2
    if pairs and (nul := head.count(0)) > pairs * 0.4:
        odd = head[1::2].count(0)
        if odd > nul * 0.9:
            return Encoding.UTF_16_LE
        if odd < nul * 0.1:
            return Encoding.UTF_16_BE
    return None


def by_its_lines(lines: Iterable[bytes]) -> Lettering:
    """What all lines say together: UTF-8 if every line is, else the code page that makes the likelier French."""
    letters: Counter[int] = Counter()
    odd = proper = 0
    for line in lines:
        if line.isascii():
            continue
        try:
            line.decode()
            proper += 1
        except UnicodeDecodeError:
            odd += 1
            letters.update(byte for byte in line if byte >= 0x80)
    if not odd:
        return Lettering(Encoding.UTF_8)
    likeliest = max(_CANDIDATES, key=lambda page: _likelihood(letters, page))
    return Lettering(_MIXED[likeliest], odd) if proper else Lettering(likeliest)


def decoded(line: bytes, encoding: Encoding) -> str:
    """One line as text. What cannot be read becomes U+FFFD, which no row with meaning holds."""
    if encoding.is_mixed:
        try:
            return line.decode()
        except UnicodeDecodeError:
            pass
    if encoding in {Encoding.UTF_16_LE, Encoding.UTF_16_BE}:
        return line.decode(errors="replace")  # it was written anew in UTF-8 as it came in
    return line.decode(encoding.fallback, errors="replace")


def _likelihood(letters: Counter[int], page: Encoding) -> int:
    score = 0
    for byte, count in letters.items():
        letter = bytes([byte]).decode(page.value, errors="replace")
        if letter in _COMMON:
            score += 4 * count
        elif letter in _POSSIBLE:
            score += count
        else:
            score -= 5 * count
    return score
