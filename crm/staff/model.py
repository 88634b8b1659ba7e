"""The nouns of staff: accounts, roles and what a role may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from crm.values.identifiers import AccountId
from crm.values.languages import Language


class Role(StrEnum):
    """Sets of permissions, named after the people who have them. One person may have several."""

    EDITOR = "editor"
    FUNDRAISER = "fundraiser"
    FINANCE = "finance"
    CARE = "care"
    DATA_PROTECTION = "data-protection"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What a route asks for. Every office route names exactly one."""

    SIGNED_IN = "signed-in"
    CONTENT_READ = "content.read"
    CONTENT_EDIT = "content.edit"
    EDITIONS_READ = "editions.read"
    EDITIONS_EDIT = "editions.edit"
    EDITIONS_APPROVE = "editions.approve"
    DELIVERIES_READ = "deliveries.read"
    DELIVERIES_ACT = "deliveries.act"
    SENDING_STOP = "sending.stop"
    SENDING_RESUME = "sending.resume"
    SUPPORTERS_READ = "supporters.read"
    SUPPORTERS_EDIT = "supporters.edit"
    SUPPORTERS_EXPORT = "supporters.export"
    DUPLICATES_ACT = "duplicates.act"
    IMPORTS_READ = "imports.read"
    IMPORTS_ACT = "imports.act"
    SEGMENTS_READ = "segments.read"
    SEGMENTS_EDIT = "segments.edit"
    CAMPAIGNS_READ = "campaigns.read"
    CAMPAIGNS_EDIT = "campaigns.edit"
    DONATIONS_READ = "donations.read"
    DONATIONS_EDIT = "donations.edit"
    BANKING_READ = "banking.read"
    BANKING_ACT = "banking.act"
    ATTESTATIONS_READ = "attestations.read"
    ATTESTATIONS_ACT = "attestations.act"
    NATIONAL_NUMBER_REVEAL = "national-number.reveal"
    MAGAZINE_READ = "magazine.read"
    MAGAZINE_ACT = "magazine.act"
    PRIVACY_READ = "privacy.read"
    PRIVACY_ACT = "privacy.act"
    AUDIT_READ = "audit.read"
    STAFF_MANAGE = "staff.manage"
    API_MANAGE = "api.manage"
    JOBS_READ = "jobs.read"
    JOBS_ACT = "jobs.act"


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """Someone of the staff."""

    id: AccountId
    email: str
    name: str
    roles: frozenset[Role]
    language: Language
    is_active: bool
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionLimits:
    """How long a session lives: `idle` since its last page, `absolute` since the sign-in."""

    idle: timedelta = timedelta(hours=2)
    absolute: timedelta = timedelta(hours=12)

    @classmethod
    def of(cls, *, idle_minutes: int, hours: int) -> SessionLimits:
        """The limits as settings write them."""
        return cls(idle=timedelta(minutes=idle_minutes), absolute=timedelta(hours=hours))


@dataclass(frozen=True, kw_only=True, slots=True)
class StaffSession:
    """A signed-in browser. `csrf` proves that a form came from one of our pages."""

    id: int
    account: Account
    csrf: str = field(repr=False)
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """A new session and the secret its browser keeps; only a hash of `token` is stored."""

    token: str = field(repr=False)
    session: StaffSession


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """A try to sign in, counted before the password is looked at.

    Where the account is unknown, disabled or being guessed at, `account_id` is None and no password is right.
    """

    id: int
    account_id: AccountId | None
    password_hash: str = field(repr=False)
