"""Who may do what, when guessing is slowed, when a session is over, which password will do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from crm.staff.model import Permission, Role, SessionLimits

_EVERYBODY = frozenset(
    {
        Permission.SIGNED_IN,
        Permission.CONTENT_READ,
        Permission.EDITIONS_READ,
        Permission.DELIVERIES_READ,
        Permission.SENDING_STOP,
    }
)

PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.EDITOR: _EVERYBODY
        | {
            Permission.CONTENT_EDIT,
            Permission.EDITIONS_EDIT,
            Permission.EDITIONS_APPROVE,
            Permission.DELIVERIES_ACT,
            Permission.SEGMENTS_READ,
            Permission.JOBS_READ,
        },
        Role.FUNDRAISER: _EVERYBODY
        | {
            Permission.SUPPORTERS_READ,
            Permission.SUPPORTERS_EXPORT,
            Permission.IMPORTS_READ,
            Permission.IMPORTS_ACT,
            Permission.SEGMENTS_READ,
            Permission.SEGMENTS_EDIT,
            Permission.CAMPAIGNS_READ,
            Permission.CAMPAIGNS_EDIT,
            Permission.DONATIONS_READ,
            Permission.MAGAZINE_READ,
            Permission.MAGAZINE_ACT,
        },
        Role.FINANCE: _EVERYBODY
        | {
            Permission.SUPPORTERS_READ,
            Permission.SUPPORTERS_EXPORT,
            Permission.IMPORTS_READ,
            Permission.IMPORTS_ACT,
            Permission.CAMPAIGNS_READ,
            Permission.DONATIONS_READ,
            Permission.DONATIONS_EDIT,
            Permission.BANKING_READ,
            Permission.BANKING_ACT,
            Permission.ATTESTATIONS_READ,
            Permission.ATTESTATIONS_ACT,
            Permission.NATIONAL_NUMBER_REVEAL,
        },
        Role.CARE: _EVERYBODY
        | {
            Permission.SUPPORTERS_READ,
            Permission.SUPPORTERS_EDIT,
            Permission.DUPLICATES_ACT,
            Permission.IMPORTS_READ,
            Permission.IMPORTS_ACT,
            Permission.DONATIONS_READ,
            Permission.ATTESTATIONS_READ,
            Permission.MAGAZINE_READ,
        },
        Role.DATA_PROTECTION: _EVERYBODY
        | {
            Permission.SUPPORTERS_READ,
            Permission.SUPPORTERS_EXPORT,
            Permission.IMPORTS_READ,
            Permission.SEGMENTS_READ,
            Permission.DONATIONS_READ,
            Permission.ATTESTATIONS_READ,
            Permission.PRIVACY_READ,
            Permission.PRIVACY_ACT,
            Permission.AUDIT_READ,
            Permission.JOBS_READ,
        },
        Role.ADMINISTRATOR: frozenset(Permission) - {Permission.NATIONAL_NUMBER_REVEAL},
    }
)
"""Everybody may stop the sending: an alarm has no rank. Only administrators let it go on.

Only finance sees a national number; an administrator who needs one takes that role first, and the trail shows it.
"""

FAILURES = 10
"""So many wrong tries on one address..."""

WINDOW = timedelta(minutes=10)
"""...in this time, and further tries are not even looked at."""

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200


def may(roles: Collection[Role], permission: Permission) -> bool:
    """True where one of these roles has that permission."""
    return any(permission in PERMISSIONS[role] for role in roles)


def is_throttled(recent_failures: int) -> bool:
    """True where an address has been guessed at too often lately."""
    return recent_failures >= FAILURES


def is_over(*, created_at: datetime, last_seen_at: datetime, at: datetime, limits: SessionLimits) -> bool:
    """True where a session has been idle, or has lived, too long."""
    return at - last_seen_at >= limits.idle or at - created_at >= limits.absolute


def weakness(password: str, *, email: str) -> str | None:
    """Why a password will not do, or None where it will (NIST SP 800-63B: length counts, odd characters do not)."""
    if len(password) < SHORTEST_PASSWORD:
        return f"a password needs at least {SHORTEST_PASSWORD} characters"
    if len(password) > LONGEST_PASSWORD:
        return f"a password has at most {LONGEST_PASSWORD} characters"
    if len(set(password)) < 5:
        return "a password needs more different characters"
    if password.casefold() in (email.casefold(), email.casefold().partition("@")[0]):
        return "a password may not be the address"
    return None
