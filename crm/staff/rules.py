"""Who may do what, when guessing is slowed, when a session is over, which password will do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from crm.staff.model import Permission, Role, SessionLimits

_ALL = frozenset(Permission)
_READ = frozenset(
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
        Role.ADMINISTRATOR: _ALL,
        Role.EDITOR: _READ
        | {
            Permission.CONTENT_EDIT,
            Permission.EDITIONS_EDIT,
            Permission.EDITIONS_APPROVE,
            Permission.DELIVERIES_ACT,
            Permission.JOBS_READ,
        },
        Role.CARE: _READ | {Permission.SUPPORTERS_READ, Permission.SUPPORTERS_EDIT},
    }
)
"""Everybody may stop the sending: an alarm has no rank. Only administrators let it go on."""

FAILURES = 10
"""So many wrong tries on one address..."""

WINDOW = timedelta(minutes=10)
"""...in this time, and further tries are not even looked at."""

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200


def may(role: Role, permission: Permission) -> bool:
    """True where people of that role have that permission."""
    return permission in PERMISSIONS[role]


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
