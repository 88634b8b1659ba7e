"""What can be wrong with a segment."""

from __future__ import annotations

from collections.abc import Sequence

from crm.values.errors import Conflict, Invalid, Missing


class TreeInvalid(Invalid):
    """A tree cannot be asked as it is. `field` is the path of the part to mend (`tree.every.0`)."""


class YearFar(TreeInvalid):
    """A day is named in a year that nothing asked about lies in: a slip of the pen."""


class WordUnlisted(TreeInvalid):
    """A word is named that the list it is chosen from does not have: nothing could ever be so."""


class SegmentCycle(Invalid):
    """A segment would ask about itself, by way of others: it cannot be put."""


class SegmentTooDeep(SegmentCycle):
    """A segment would ask, by way of others, more than anybody can answer."""


class SegmentMissing(Missing):
    """There is no such segment, or it is not the asker's to see."""


class SegmentUnreadable(SegmentMissing):
    """A segment is kept in a form that we do not know: nobody may be picked by it, nor by one that asks about it."""


class SegmentChanged(Conflict):
    """Somebody changed the segment meanwhile."""


class SegmentUsed(Conflict):
    """Another segment asks about this one."""


class SegmentPutAway(SegmentMissing):
    """A segment was put away: it can be brought back."""


class ThingGone(Conflict):
    """A tree names what was deleted meanwhile: nobody is picked by it, nor by its contrary.

    `things`: each as its column is called (a marked sentence), and under the name it had; `unknown`: those of them of
    which no name was ever kept, since they never were.
    """

    def __init__(self, things: Sequence[tuple[str, str]], unknown: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__("a segment names something that is gone")
        self.things, self.unknown = tuple(things), frozenset(unknown)


class ExportUndecided(Conflict):
    """A second colleague has not agreed to this file, or it has left already."""


class OwnExport(Conflict):
    """Two colleagues let a large file leave: whoever asked for it does not agree to it."""


class TooLarge(Conflict):
    """So many people leave only once a second colleague has agreed."""


class SegmentUnshared(Conflict):
    """Nobody else sees this segment, so nobody else can agree to its file."""
