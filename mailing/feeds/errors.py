"""What can go wrong with a feed."""

from __future__ import annotations

from crm.values.errors import Conflict, Invalid, Missing


class NotAFeed(Invalid):
    """The bytes are not a feed we can read; the sentence says what they are instead."""


class FeedMissing(Missing):
    """We follow no such feed."""


class FeedFollowedAlready(Conflict):
    """A feed with that address is followed under another name."""
