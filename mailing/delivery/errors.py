"""The news of delivery."""

from __future__ import annotations

from crm.values.errors import Conflict, Invalid, Missing, Unavailable


class MailingMissing(Missing):
    """There is no such mailing."""

    def __init__(self) -> None:
        super().__init__("no such mailing")


class DeliveryMissing(Missing):
    """There is no such delivery."""

    def __init__(self) -> None:
        super().__init__("no such delivery")


class EditionNotReady(Conflict):
    """The edition is not approved, or no longer what was approved."""


class MailingSettled(Conflict):
    """The mailing is over or cancelled: nothing about it can be changed any more."""

    def __init__(self) -> None:
        super().__init__("this mailing is over or cancelled")


class NotInDoubt(Conflict):
    """Only a mail in doubt can be settled by a person."""

    def __init__(self) -> None:
        super().__init__("this mail is not in doubt (any more)")


class UnsafeHeader(Invalid):
    """A value cannot stand in that header, or the headers written are not the headers meant."""


class RelayDown(Unavailable):
    """The relay cannot be reached, or does not let us in. No mail was tried."""


class LogUnreadable(Invalid):
    """The file is not a log we can read times from."""
