"""What one may ask about duplicates: whose record may be that of somebody we hold twice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select, union_all

from crm.contracts.segment_fields import Asking, Column, Kind, Measure, Source
from crm.duplicates.model import PairState
from crm.duplicates.tables import PairRow
from crm.foundation.translation import N_

READ = "supporters.read"


def _pairs(_asking: Asking) -> Select[*tuple[Any, ...]]:
    """Each pair that nobody has decided about, once for each of the two."""
    row = PairRow
    sides = (select(side.label("person_id"), row.score, row.seen_at).where(row.state == PairState.OPEN)
             for side in (row.low_id, row.high_id))  # fmt: skip
    return select(*union_all(*sides).subquery("sides").c)


SOURCES: tuple[Source, ...] = (
    Source(
        key="duplicate",
        label=N_("Doublons possibles"),
        definition=N_("Chaque autre fiche qui est peut-être celle de la même personne, tant que personne n’a tranché."),
        columns=(
            Column(key="score", label=N_("points de ressemblance"), kind=Kind.NUMBER),
            Column(key="seen_at", label=N_("trouvé"), kind=Kind.INSTANT),
        ),
        rows=_pairs,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont peut-être une autre fiche %(when)s"),
            Measure.COUNT: N_("ont peut-être %(how)s autres fiches %(when)s"),
        },
        denied=N_("n’ont pas d’autre fiche connue %(when)s"),
        day="seen_at",
    ),
)
