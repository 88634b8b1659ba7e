"""The plain Belgian grid of recency, frequency and money, each cell a segment."""

from __future__ import annotations

from crm.contracts.segment_fields import Measure
from crm.foundation.translation import N_
from crm.segments.library import BY_KEY as BY_READY
from crm.segments.model import Condition, Every, Not, Rolling, Span, Tree
from crm.segments.phrases import ACTIVE, EURO, GIFT, REGULAR_NOW, Ready, last
from crm.segments.questions import BY_KEY as BY_ASKED

_THREE_YEARS = Rolling(length=36)
_MORE_OFTEN = Condition(source=GIFT, measure=Measure.COUNT, window=_THREE_YEARS, asks=Span(low=4))
_MORE_MONEY = Condition(source=GIFT, measure=Measure.SUM, window=_THREE_YEARS, asks=Span(low=120 * EURO + 1))
_RECENCY = (ACTIVE, last(12, 13), last(None, 25))
_REGULARLY = Every(parts=(ACTIVE, REGULAR_NOW))
RFM_AXES: tuple[Tree, ...] = (*_RECENCY, _MORE_OFTEN, _MORE_MONEY, _REGULARLY)
REGULAR = 4
"""The habit of whoever gives by standing order or direct debit: they stand apart."""
RECENCIES = (N_("Dernier don il y a moins de 13 mois"), N_("De 13 à 24 mois"), N_("25 mois ou plus"))
HABITS = (
    N_("Un don par an ou moins, 120 € ou moins"),
    N_("Un don par an ou moins, plus de 120 €"),
    N_("Plus d’un don par an, 120 € ou moins"),
    N_("Plus d’un don par an, plus de 120 €"),
    N_("Don régulier en cours"),
)


def _cell(recency: int, habit: int) -> tuple[tuple[tuple[int, int], ...], Tree]:
    if habit == REGULAR:
        return ((recency, 1), (5, 1)), Every(parts=(_RECENCY[recency], REGULAR_NOW))
    often, money = habit // 2, habit % 2
    parts: list[Tree] = [_RECENCY[recency]]
    parts += [part if wanted else Not(part=part) for part, wanted in ((_MORE_OFTEN, often), (_MORE_MONEY, money))]
    if recency == 0:  # whose last gift is older stands where its age says, a plan or not
        parts.append(Not(part=REGULAR_NOW))
    return ((recency, 1), (3, often), (4, money), (5, 0)), Every(parts=tuple(parts))


RFM = {
    f"rfm-{recency}-{habit}": _cell(recency, habit)
    for recency in range(3)
    for habit in range(5)
    if recency == 0 or habit != REGULAR
}
"""The plain Belgian grid: recency, frequency and money over 36 months. Each cell: what its axes are, and its tree."""
BY_KEY = (
    BY_READY
    | BY_ASKED
    | {
        key: Ready(key=key, name=HABITS[int(key[-1])], definition=RECENCIES[int(key[4])], tree=tree)
        for key, (_, tree) in RFM.items()
    }
)
"""Every segment one can begin with: the library, the questions, the cells of the grid."""
