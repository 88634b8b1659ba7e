"""Why somebody is in a segment or not, as one reads it: what was found of them, also in the segments it asks about."""

from __future__ import annotations

from typing import Any

from crm.contracts.segment_fields import Kind, Measure
from crm.segments.model import Comparison, Condition, Every, InSegment, Not, Some, Told, Tree
from crm.segments.reading import Reader
from crm.web.office import shell
from crm.web.office.segment_draft import group_values
from crm.web.office.segment_words import GROUPS
from crm.web.words import N_


def shown(told: Told, reads: Reader) -> dict[str, Any]:
    """Whether it holds, its clause, what was found, and the parts below it."""
    part = told.part
    inner = told.parts[0] if isinstance(part, Not) else told
    below = inner.parts if isinstance(inner.part, Every | Some) or _is_seen(inner.part, reads) else ()
    return {
        "holds": told.holds,
        "clause": group_word(part) or reads.clause(part),
        "found": _found(inner, reads),
        "parts": [shown(one, reads) for one in below],
    }


def _is_seen(part: Tree, reads: Reader) -> bool:
    return isinstance(part, InSegment) and part.segment_id in reads.names


def group_word(part: Tree) -> str:
    """What a group asks of its parts, as the builder says it; nothing of what is no group."""
    values = group_values(part)
    if values is None:
        return ""
    return shell.say(GROUPS[values["mode"][0]]).replace("…", "".join(values.get("least", ())))


def _found(told: Told, reads: Reader) -> str:
    part, found = told.part, told.found
    if isinstance(part, InSegment) and found is not None:
        return shell.say(N_("ajoutée à la main") if found else N_("retirée à la main"))
    if isinstance(part, Comparison):
        kinds = [Kind.NUMBER if side.measure is Measure.COUNT else Kind.CENTS for side in (part.left, part.right)]
        values = [
            reads.value(value, kind) if value is not None else "—" for value, kind in zip(found, kinds, strict=True)
        ]
        return shell.say(N_("trouvé : %(left)s contre %(right)s"), left=values[0], right=values[1])
    if not isinstance(part, Condition):
        return ""
    if found is None:
        return shell.say(N_("trouvé : rien"))
    match part.measure:
        case Measure.HAS | Measure.COUNT:
            value = reads.value(found, Kind.NUMBER)
        case Measure.FIRST | Measure.LAST:
            value = reads.day(found)
        case Measure.AVERAGE:
            value = reads.value(found[0] // found[1], Kind.CENTS)
        case _:
            value = reads.value(found, Kind.CENTS)
    return shell.say(N_("trouvé : %(value)s"), value=value)
