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
    LEGACIES = "legacies"
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
    DONATIONS_THANK = "donations.thank"
    PLANS_EDIT = "plans.edit"
    MEMBERS_READ = "members.read"
    MEMBERS_EDIT = "members.edit"
    LEGACIES_READ = "legacies.read"
    LEGACIES_EDIT = "legacies.edit"
    BANKING_READ = "banking.read"
    BANKING_ACT = "banking.act"
    ATTESTATIONS_READ = "attestations.read"
    ATTESTATIONS_ACT = "attestations.act"
    NATIONAL_NUMBER_KNOWN = "national-number.known"
    NATIONAL_NUMBER_WRITE = "national-number.write"
    NATIONAL_NUMBER_REVEAL = "national-number.reveal"
    MAGAZINE_READ = "magazine.read"
    MAGAZINE_ACT = "magazine.act"
    MAGAZINE_SERVE = "magazine.serve"
    PRIVACY_READ = "privacy.read"
    PRIVACY_ACT = "privacy.act"
    AUDIT_READ = "audit.read"
    STAFF_MANAGE = "staff.manage"
    API_MANAGE = "api.manage"
    JOBS_READ = "jobs.read"
    JOBS_ACT = "jobs.act"


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """Someone of the staff. `joined_at` is None until they followed their invitation.

    `epoch` grows with each change of password: sessions and links of an earlier one are worthless.
    """

    id: AccountId
    email: str
    name: str
    roles: frozenset[Role]
    language: Language
    is_active: bool
    created_at: datetime
    joined_at: datetime | None
    epoch: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionLimits:
    """How long a session lives: `idle` since its last page, `absolute` since the sign-in."""

    idle: timedelta = timedelta(hours=2)
    absolute: timedelta = timedelta(hours=12)

    @classmethod
    def of(cls, *, idle_minutes: int, hours: int) -> SessionLimits:
        """The limits as settings write them."""
        return cls(idle=timedelta(minutes=idle_minutes), absolute=timedelta(hours=hours))


class Awaited(StrEnum):
    """What a session still needs before it opens anything: the second factor, or that one is set up."""

    FACTOR = "factor"
    ENROLMENT = "enrolment"


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """Where somebody comes from: their browser in two words, and the network address it shows."""

    device: str = ""
    origin: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StaffSession:
    """A browser that has shown who it is. `csrf` proves that a form came from one of our pages.

    `proved_at`: when the person last gave a password, a code or a passkey.
    """

    id: int
    account: Account
    csrf: str = field(repr=False)
    created_at: datetime
    last_seen_at: datetime
    proved_at: datetime
    awaits: Awaited | None
    visit: Visit


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

    ids: tuple[int, ...]
    account_id: AccountId | None
    password_hash: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Passkey:
    """A key that a device or a password safe keeps for one account. `is_synced`: it lives on several devices."""

    id: int
    account_id: AccountId
    credential_id: str
    public_key: str = field(repr=False)
    sign_count: int
    name: str
    is_synced: bool
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Factors:
    """The second factors of an account: an authenticator app, passkeys, and how many recovery codes are left."""

    has_app: bool
    passkeys: tuple[Passkey, ...]
    recovery_codes: int

    @property
    def are_any(self) -> bool:
        return self.has_app or bool(self.passkeys)


class LinkKind(StrEnum):
    """What a link by mail is for: to join, or to choose a new password."""

    INVITATION = "invitation"
    RESET = "reset"


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountLink:
    """A link by mail that lets its reader choose a password, once. `address` is where the mail goes."""

    id: int
    account: Account
    kind: LinkKind
    epoch: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    withdrawn_at: datetime | None
