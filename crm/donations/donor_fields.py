"""What one may ask about donors beside each other: scores among their peers, and how near the top they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, case, cast, select
from sqlalchemy.orm import Session, aliased

from crm.contracts.segment_fields import Asking, Column, Cost, Kind, Measure, Option, Source
from crm.donations import donor_store
from crm.donations.donor_selects import donors, is_regular, score
from crm.donations.donor_tables import DonorTopRow
from crm.donations.portraits import Measure as Scored
from crm.donations.portraits import Peers
from crm.foundation.columns import Word
from crm.foundation.translation import N_, say
from crm.people import selects as people
from crm.values.languages import Language

READ = "donations.read"
SCORES = {"recency": Scored.RECENCY, "frequency": Scored.FREQUENCY, "money": Scored.MONEY}
PEERS = {Peers.OTHERS: N_("dons ponctuels"), Peers.REGULAR: N_("don régulier en cours")}


def _peers(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=one.value, label=say(language, word)) for one, word in PEERS.items()]


def _donors(asking: Asking) -> Select[*tuple[Any, ...]]:
    """One row a donor, as counted last: windows end on that day, and so do the scores."""
    donor = donors()
    found = select(
        donor.person_id, donor.gifts, donor.years, donor.cents, donor.cents_36m, donor.largest_cents, donor.first_on
    )
    windows = donor_store.windows(asking.session) if asking.columns & {*SCORES, "peers"} else None
    cuts = donor_store.cuts(asking.session) if windows is not None else {}
    day = asking.on if windows is None else windows.as_of_on
    found = found.add_columns(
        *(score(donor, which, day, cuts).label(key) for key, which in SCORES.items() if key in asking.columns)
    )
    if "peers" in asking.columns:
        whom = case((is_regular(donor, day), Peers.REGULAR.value), else_=Peers.OTHERS.value)
        found = found.add_columns(cast(whom, Word(Peers)).label("peers"))
    if "top" in asking.columns:
        who, cut = people.everybody().subquery("who"), aliased(DonorTopRow)
        percent = select(cut.percent).where(cut.kind == who.c.kind, cut.least_cents <= donor.cents_36m)
        nearest = percent.order_by(cut.least_cents.desc()).limit(1).correlate(who, donor).scalar_subquery()
        lives = and_(donor.cents_36m > 0, ~who.c.is_deceased, ~who.c.is_merged)
        found = found.add_columns(case((lives, nearest)).label("top"))
        found = found.join(who, who.c.person_id == donor.person_id)
    return found


SOURCES: tuple[Source, ...] = (
    Source(
        key="donor",
        label=N_("Rang parmi les donateurs"),
        definition=N_(
            "Une ligne par donateur ou donatrice, comptée chaque nuit. Les notes vont de 1 à 5 (0 : rien en cinq ans), "
            "par cinquièmes, les réguliers entre eux. Le sommet se compte entre personnes, et entre organisations."
        ),
        columns=(
            Column(key="peers", label=N_("comparé à"), kind=Kind.WORD, options=_peers),
            Column(key="recency", label=N_("note de récence"), kind=Kind.NUMBER),
            Column(key="frequency", label=N_("note de fréquence"), kind=Kind.NUMBER),
            Column(key="money", label=N_("note de montant"), kind=Kind.NUMBER),
            Column(key="top", label=N_("parmi les … % du sommet, sur 36 mois"), kind=Kind.NUMBER),
            Column(key="cents_36m", label=N_("total de 36 mois"), kind=Kind.CENTS),
            Column(key="largest_cents", label=N_("plus grand don"), kind=Kind.CENTS),
            Column(key="gifts", label=N_("nombre de dons"), kind=Kind.NUMBER),
            Column(key="years", label=N_("années avec un don"), kind=Kind.NUMBER),
            Column(key="first_on", label=N_("premier don"), kind=Kind.DAY),
        ),
        rows=_donors,
        permission=READ,
        phrases={Measure.HAS: N_("ont leur place parmi les donateurs %(when)s")},
        denied=N_("n’ont pas leur place parmi les donateurs %(when)s"),
        day="first_on",
        cost=Cost.HEAVY,
    ),
)
