"""What can go wrong with duplicates."""

from __future__ import annotations

from crm.values.errors import Conflict, Invalid, Missing
from crm.values.identifiers import PersonId


class PairMissing(Missing):
    """There is no such pair."""

    def __init__(self) -> None:
        super().__init__("no such pair")


class MergeMissing(Missing):
    """There is no such merge."""

    def __init__(self) -> None:
        super().__init__("no such merge")


class SamePerson(Invalid):
    """Somebody cannot be merged with themself."""

    def __init__(self) -> None:
        super().__init__("one record cannot be merged with itself", field="other")


class KindsDiffer(Invalid):
    """A person is not an organisation."""

    def __init__(self) -> None:
        super().__init__("a person and an organisation are never one", field="other")


class AlreadyMerged(Conflict):
    """Somebody was quicker: one of the two lives on in another record already."""

    def __init__(self, survivor_id: PersonId) -> None:
        super().__init__("one of these records has just been merged")
        self.survivor_id = survivor_id


class ChangedSince(Conflict):
    """Somebody changed one of the two records after they were shown side by side."""

    def __init__(self) -> None:
        super().__init__("one of these records has changed since it was shown")


class AlreadyUndone(Conflict):
    """Somebody was quicker: that merge has been undone already."""

    def __init__(self) -> None:
        super().__init__("this merge has been undone already")


class OuterMergeStands(Conflict):
    """The survivor was merged into somebody else later: that merge has to be undone first."""

    def __init__(self, survivor_id: PersonId) -> None:
        super().__init__("the record was merged into another one later: undo that merge first")
        self.survivor_id = survivor_id
