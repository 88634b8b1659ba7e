"""What can go wrong with memberships and assemblies."""

from __future__ import annotations

from crm.values.errors import Conflict, Invalid, Missing


class MembershipMissing(Missing):
    """There is no such membership."""

    def __init__(self) -> None:
        super().__init__("no such membership")


class AlreadyMember(Conflict):
    """They have a membership that has not ended."""

    def __init__(self) -> None:
        super().__init__("this person has a membership already")


class MembershipOver(Conflict):
    """The membership has ended, or has not: this cannot be done with it."""

    def __init__(self) -> None:
        super().__init__("the membership does not stand so that this can be done")


class KindUnknown(Invalid):
    """No kind of membership bears that name, or it is closed."""

    def __init__(self) -> None:
        super().__init__("no such kind of membership", field="kind")


class AssemblyMissing(Missing):
    """There is no such assembly."""

    def __init__(self) -> None:
        super().__init__("no such assembly")


class ProxyRefused(Conflict):
    """This proxy cannot be; `why` is one word for it."""

    def __init__(self, why: str) -> None:
        super().__init__("this proxy cannot be given")
        self.why = why
