"""The mailbox behind an address: spellings that one and the same reader gets, folded. For counting, never for writing.

A part after a plus sign is its owner's own; Gmail minds no dots and has two names. Elsewhere everything else counts.
"""

from __future__ import annotations

from crm.values.email_address import EmailAddress

_GMAIL = frozenset({"gmail.com", "googlemail.com"})


def mailbox_of(email: EmailAddress) -> str:
    """One text for all spellings of a mailbox that we can know of."""
    local, _, domain = email.normal.rpartition("@")
    bare = local.partition("+")[0] or local
    if domain in _GMAIL:
        return f"{bare.replace('.', '') or bare}@gmail.com"
    return f"{bare}@{domain}"
