"""What can be wrong with a segment."""

from __future__ import annotations

from crm.values.errors import Conflict, Invalid, Missing


class TreeInvalid(Invalid):
    """A tree cannot be asked as it is. `field` is the path of the part to mend (`tree.every.0`)."""


class SegmentCycle(Invalid):
    """A segment would ask about itself, by way of others."""


class SegmentMissing(Missing):
    """There is no such segment, or it is not the asker's to see."""


class SegmentChanged(Conflict):
    """Somebody changed the segment meanwhile."""


class SegmentUsed(Conflict):
    """Another segment asks about this one."""
