"""Every kind of file there is, in the order in which an organisation that moves in brings them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from crm.imports.errors import KindMissing
from crm.imports.kinds.consents import Consents, Refusals
from crm.imports.kinds.gifts import Gifts
from crm.imports.kinds.mailsubscribers import MailSubscribers
from crm.imports.kinds.mandates import Mandates
from crm.imports.kinds.memberships import Memberships
from crm.imports.kinds.model import Kind
from crm.imports.kinds.old_attestations import OldAttestations
from crm.imports.kinds.people import People
from crm.imports.kinds.signatures import Signatures
from crm.imports.kinds.street import StreetRecruits, WelcomeCalls
from crm.imports.kinds.subscribers import MagazineSubscribers
from crm.imports.kinds.suppressions import Suppressions
from crm.staff.model import Permission

_ALL: tuple[Kind, ...] = (
    People(),
    Suppressions(),
    Refusals(),
    MailSubscribers(),
    Consents(),
    Signatures(),
    Memberships(),
    Gifts(),
    Mandates(),
    MagazineSubscribers(),
    OldAttestations(),
    StreetRecruits(),
    WelcomeCalls(),
)
KINDS: Mapping[str, Kind] = {kind.code: kind for kind in _ALL}

DAY_ZERO = (
    *("people", "suppressions", "refusals", "mailsubscribers", "consents", "signatures", "memberships"),
    *("gifts", "mandates", "subscribers", "attestations"),
)
"""Whom we know, whom we leave alone, who wants no more of something, who read the old letter, allowed what, signed
what, is a member, gave, gives on, reads, has papers. Members come before the gifts, whose fees then carry the
memberships that are there."""

NEEDS: Mapping[str, Permission] = {
    "memberships": Permission.MEMBERS_EDIT,
    "gifts": Permission.DONATIONS_EDIT,
    "mandates": Permission.PLANS_EDIT,
    "subscribers": Permission.MAGAZINE_SERVE,
    "attestations": Permission.DONATIONS_EDIT,
}
"""What bringing such a file takes beside the permission to import."""

OF_CONSENT = frozenset({"consents", "refusals"})
"""Files that say who allows or refuses any of what one may be addressed for, appeals and the magazine too, and that
know people by name and letter box where they have no other key."""

PROMISING = frozenset({"amount", "account", "outcome"})
"""Columns of a street file, and of the calls after it, that make or change a plan with its mandate."""


def needed(kind: str, columns: Collection[str] = ()) -> frozenset[Permission]:
    """What somebody may have to do to bring a file of that kind with those columns, beside importing."""
    found = {NEEDS[kind]} if kind in NEEDS else set()
    if kind in {"street-recruits", "welcome-calls"} and not PROMISING.isdisjoint(columns):
        found.add(Permission.PLANS_EDIT)
    return frozenset(found)


def kind_of(code: str) -> Kind:
    """The kind of that code. Raises `KindMissing`."""
    found = KINDS.get(code)
    if found is None:
        raise KindMissing
    return found
