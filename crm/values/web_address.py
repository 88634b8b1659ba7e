"""A link that may stand in a page or a mail: http or https, absolute, nothing else."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from crm.values.errors import Invalid


def web_address(text: str, *, field: str = "url") -> str:
    """`text` as a tidy absolute http(s) address.

    Raises `Invalid` for anything else: `javascript:`, `data:`, relative, with a password.
    """
    cleaned = "".join(c for c in text.strip() if ord(c) > 32 and not 0x7F <= ord(c) <= 0x9F)
    try:
        parts = urlsplit(cleaned)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise Invalid("not a web address", field=field) from error
    if parts.scheme.lower() not in ("http", "https") or not host or parts.username or parts.password:
        raise Invalid("not a web address", field=field)
    return urlunsplit((parts.scheme.lower(), parts.netloc, parts.path or "/", parts.query, parts.fragment))


def is_web_address(text: str | None) -> bool:
    """True where `web_address(text)` would accept it."""
    try:
        web_address(text or "")
    except Invalid:
        return False
    return True
