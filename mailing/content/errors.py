"""What can go wrong with content."""

from __future__ import annotations

from crm.values.errors import Missing


class ContentMissing(Missing):
    """The library holds no such thing."""


class TermMissing(Missing):
    """No list has such a term, or no thing wears such a tag."""
