"""Who may do what, when guessing is slowed, when a session is over, which password will do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from crm.staff.model import AccountLink, Awaited, Factors, Permission, Role, SessionLimits

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
            Permission.DONATIONS_THANK,
            Permission.NATIONAL_NUMBER_KNOWN,
            Permission.MEMBERS_READ,
            Permission.MAGAZINE_READ,
            Permission.MAGAZINE_ACT,
            Permission.MAGAZINE_SERVE,
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
            Permission.DONATIONS_THANK,
            Permission.MEMBERS_READ,
            Permission.MEMBERS_EDIT,
            Permission.PLANS_EDIT,
            Permission.BANKING_READ,
            Permission.BANKING_ACT,
            Permission.ATTESTATIONS_READ,
            Permission.NATIONAL_NUMBER_KNOWN,
            Permission.ATTESTATIONS_ACT,
            Permission.NATIONAL_NUMBER_WRITE,
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
            Permission.MEMBERS_READ,
            Permission.MEMBERS_EDIT,
            Permission.PLANS_EDIT,
            Permission.ATTESTATIONS_READ,
            Permission.NATIONAL_NUMBER_KNOWN,
            Permission.NATIONAL_NUMBER_WRITE,
            Permission.MAGAZINE_READ,
            Permission.MAGAZINE_SERVE,
        },
        Role.LEGACIES: _EVERYBODY
        | {
            Permission.SUPPORTERS_READ,
            Permission.DONATIONS_READ,
            Permission.LEGACIES_READ,
            Permission.LEGACIES_EDIT,
        },
        Role.DATA_PROTECTION: _EVERYBODY
        | {
            Permission.SUPPORTERS_READ,
            Permission.SUPPORTERS_EXPORT,
            Permission.IMPORTS_READ,
            Permission.SEGMENTS_READ,
            Permission.DONATIONS_READ,
            Permission.MEMBERS_READ,
            Permission.ATTESTATIONS_READ,
            Permission.NATIONAL_NUMBER_KNOWN,
            Permission.PRIVACY_READ,
            Permission.PRIVACY_ACT,
            Permission.AUDIT_READ,
            Permission.JOBS_READ,
        },
        Role.ADMINISTRATOR: frozenset(Permission)
        - {Permission.NATIONAL_NUMBER_REVEAL, Permission.LEGACIES_READ, Permission.LEGACIES_EDIT},
    }
)
"""Everybody may stop the sending: an alarm has no rank. Only administrators let it go on.

Whether a national number is held may be asked by fundraisers too, who have to ask for the missing ones. Only finance
sees the number, and only those who look after legacies see their files; an administrator who needs
one takes that role first, and the trail shows it.
"""

FAILURES = 10
"""So many wrong tries on one address..."""

WINDOW = timedelta(minutes=10)
"""...in this time, and further tries are not even looked at."""

ORIGIN_FAILURES = 60
"""So many wrong tries from one network address in that time: many people may share one."""

LETTERS = 3
"""So many letters about a forgotten password to one address..."""

LETTERS_WINDOW = timedelta(hours=1)
"""...in this time, and so many from one network address:"""
LETTERS_FROM = 20

FACTOR_FAILURES = 5
"""So many wrong codes for one account..."""

FACTOR_WINDOW = timedelta(minutes=30)
"""...in this time: a code has a million values, and three are good at any moment."""

FRESH = timedelta(minutes=10)
"""How long a proof of who one is lasts for what is sensitive."""

HALF_SESSION = timedelta(minutes=15)
"""How long one may take for the second factor after the password."""

INVITATION_LASTS = timedelta(days=3)
RESET_LASTS = timedelta(hours=1)
CHALLENGE_LASTS = timedelta(minutes=10)

TRIES_KEPT = timedelta(days=30)
SESSIONS_KEPT = timedelta(days=90)
"""How long what was is kept."""

RECOVERY_CODES = 10
CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letter that looks like another or like a figure."""

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200


def may(roles: Collection[Role], permission: Permission) -> bool:
    """True where one of these roles has that permission."""
    return any(permission in PERMISSIONS[role] for role in roles)


def is_throttled(recent_failures: int, *, most: int = FAILURES) -> bool:
    """True where there were too many tries lately."""
    return recent_failures >= most


def is_fresh(proved_at: datetime, at: datetime) -> bool:
    """True where somebody showed who they are so lately that a sensitive action need not ask again."""
    return at - proved_at < FRESH


def awaited(roles: Collection[Role], factors: Factors, *, required: Collection[Role]) -> Awaited | None:
    """What a right password alone still lacks."""
    if factors.are_any:
        return Awaited.FACTOR
    return Awaited.ENROLMENT if set(roles) & set(required) else None


def is_open(link: AccountLink, at: datetime) -> bool:
    """True where a link may still be used: once, in time, and for the password it was made for."""
    is_untouched = link.used_at is None and link.withdrawn_at is None
    return is_untouched and at < link.expires_at and link.epoch == link.account.epoch and link.account.is_active


def tidy_code(typed: str) -> str:
    """A code as it is compared: without spaces and dashes, in small letters."""
    return "".join(c for c in typed.casefold() if c.isalnum())[:40]


_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """A browser in two words, enough for its owner to know it again; empty where it says neither."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part)


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
