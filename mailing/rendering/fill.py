"""A mail as one reader sees it, for previews and the web version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from mailing.rendering.model import Slot
from mailing.rendering.slots import Gap, mark, split

SAMPLE_CODE = "APERCU"
"""A code that no appeal has: what a colleague tries out counts nowhere."""
_PARAMETER = re.compile(rf"[?&](?:amp;)?[^?&=;\"'<>\s]+={re.escape(mark(Slot.SOURCE_CODE))}")
"""Where a link carries the code: the last of its parameters, as `giving.with_code` writes it."""


def fill_html(html: str, values: Mapping[Slot, str]) -> str:
    """`html` with each mark replaced by the reader's value, escaped. Raises `UnfilledSlot` where one is missing.

    Links of a reader without a code have no parameter for it.
    """
    own = _uncoded(html, values)
    return "".join(escape(part.value(values)) if isinstance(part, Gap) else part for part in split(own))


def fill_text(text: str, values: Mapping[Slot, str]) -> str:
    """`text` (a plain-text part or a subject) with each mark replaced by the reader's value as it is."""
    own = _uncoded(text, values)
    return "".join(part.value(values) if isinstance(part, Gap) else part for part in split(own))


def _uncoded(text: str, values: Mapping[Slot, str]) -> str:
    return _PARAMETER.sub("", text) if values.get(Slot.SOURCE_CODE) == "" else text


def sample_values(public_url: str) -> dict[Slot, str]:
    """What a preview shows: a reader who does not exist, whose links lead to our front page."""
    front = f"{public_url.rstrip('/')}/"
    return {
        Slot.FIRST_NAME: "Camille",
        Slot.ADDRESS: "camille@exemple.be",
        Slot.UNSUBSCRIBE_URL: front,
        Slot.PREFERENCES_URL: front,
        Slot.WEB_URL: front,
        Slot.CONFIRM_URL: front,
        Slot.SOURCE_CODE: SAMPLE_CODE,
    }
