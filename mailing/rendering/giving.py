"""Links to the organisation's own pages to give on, which carry the code of the appeal a letter belongs to.

A code is that of a cell of an appeal: thousands share it, and nothing in it leads to a person.
"""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit, urlunsplit

from crm.foundation.settings import Organisation
from mailing.rendering.model import Slot
from mailing.rendering.slots import mark

_PORTS = {"http": 80, "https": 443}


def with_code(url: str, organisation: Organisation) -> str:
    """`url` with a mark for the reader's code, where it leads to such a page; any other as it is.

    A code that stands in it already gives way; everything else of the address stays.
    """
    parts = _parts(url)
    pages = [_parts(page) for page in (organisation.donate_url, *organisation.giving_pages) if page]
    if parts is None or not any(_is_below(parts, page) for page in pages if page is not None):
        return url
    name = organisation.source_parameter
    kept = [one for one in parts.query.split("&") if one and one.partition("=")[0] != name]
    return urlunsplit(parts._replace(query="&".join([*kept, f"{name}={mark(Slot.SOURCE_CODE)}"])))


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in _PORTS and parts.hostname else None


def _is_below(parts: SplitResult, page: SplitResult) -> bool:
    """Whether one address is that of the page, or of one below it; with or without TLS, whatever stands behind."""
    if parts.hostname != page.hostname or _port(parts) != _port(page):
        return False
    above = page.path.rstrip("/")
    return parts.path.rstrip("/") == above or parts.path.startswith(f"{above}/")


def _port(parts: SplitResult) -> int:
    return 0 if parts.port in (None, _PORTS[parts.scheme]) else parts.port or 0
