"""What can go wrong with plans and mandates."""

from __future__ import annotations

from crm.values.errors import Conflict, Invalid, Missing


class PlanMissing(Missing):
    """There is no such plan."""

    def __init__(self) -> None:
        super().__init__("no such plan")


class MandateMissing(Missing):
    """There is no such mandate."""

    def __init__(self) -> None:
        super().__init__("no such mandate")


class ReferenceTaken(Conflict):
    """Another mandate, or a plan of somebody else, bears that reference."""

    def __init__(self) -> None:
        super().__init__("that reference is taken")


class ReferenceWrong(Invalid):
    """A reference that no bank takes: 1 to 35 letters, figures and the few signs of SEPA."""

    def __init__(self) -> None:
        super().__init__("a reference of 1 to 35 plain characters", field="reference")


class PaperRefused(Invalid):
    """A scan that is not kept; `why` says the reason in one word."""

    def __init__(self, why: str) -> None:
        super().__init__(f"a scan of a signed paper: {why}", field="paper")
        self.why = why


class PaperMissing(Missing):
    """There is no such paper, or its file is gone."""

    def __init__(self) -> None:
        super().__init__("no such paper")


class TermsWrong(Invalid):
    """An amount, a day or a rhythm that a plan cannot have; `field` says which."""

    def __init__(self, field: str) -> None:
        super().__init__("a plan cannot have these terms", field=field)


class PlanChanged(Conflict):
    """Somebody changed the plan since it was looked at."""

    def __init__(self) -> None:
        super().__init__("this plan was changed meanwhile")


class PlanOver(Conflict):
    """The plan has ended, or has not: this cannot be done with it."""

    def __init__(self) -> None:
        super().__init__("the plan does not stand so that this can be done")


class MandateOver(Conflict):
    """The mandate has ended, serves another plan, or has slept for 36 months."""

    def __init__(self) -> None:
        super().__init__("this mandate cannot be used")
