"""What one may ask about gifts of a household: whoever of it gave, each of it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select, union_all
from sqlalchemy.orm import Session

from crm.contracts.segment_fields import Asking, Column, Cost, Kind, Measure, Option, Source
from crm.donations import kept_figures, words
from crm.donations.selects import effective_gifts
from crm.foundation.translation import N_, say
from crm.people import selects as people
from crm.values.languages import Language

READ = "donations.read"


def _methods(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=method.value, label=say(language, name)) for method, name in words.METHODS.items()]


def _of_household(asking: Asking) -> Select[*tuple[Any, ...]]:
    """Each gift once for everybody of the household of whoever gave it; for the giver alone where they have none."""
    every = effective_gifts().subquery("every")
    gifts = select(every).where(every.c.given_cents > 0).subquery("gifts")
    giver = people.living_together(asking.among).subquery("giver")
    other = people.living_together(asking.among).subquery("other")
    facts = [gifts.c.given_on, gifts.c.method, gifts.c.given_cents.label("cents")]
    together = (
        select(other.c.person_id, *facts)
        .select_from(gifts)
        .join(giver, giver.c.person_id == gifts.c.person_id)
        .join(other, other.c.household_id == giver.c.household_id)
    )
    housed = people.living_together(asking.among).subquery("housed")
    alone = select(gifts.c.person_id, *facts).where(
        gifts.c.person_id.not_in(select(housed.c.person_id)), *asking.only(gifts.c.person_id)
    )
    return select(*union_all(together, alone).subquery("either").c)


DAY = Column(key="given_on", label=N_("jour"), kind=Kind.DAY)
CENTS = Column(key="cents", label=N_("montant"), kind=Kind.CENTS)
METHOD = Column(key="method", label=N_("moyen de paiement"), kind=Kind.WORD, options=_methods)

SOURCES: tuple[Source, ...] = (
    Source(
        key="household_gift",
        label=N_("Dons du foyer"),
        definition=N_(
            "Les dons de toutes les personnes du foyer, la personne comprise ; sans foyer, les siens. Chacune du foyer "
            "répond : un appel n’écrit qu’une fois au foyer."
        ),
        columns=(CENTS, METHOD, DAY),
        rows=_of_household,
        permission=READ,
        phrases={
            Measure.HAS: N_("vivent dans un foyer qui a donné %(when)s"),
            Measure.COUNT: N_("vivent dans un foyer qui a donné %(how)s fois %(when)s"),
            Measure.SUM: N_("vivent dans un foyer qui a donné en tout %(how)s %(when)s"),
            Measure.AVERAGE: N_("vivent dans un foyer qui a donné en moyenne %(how)s %(when)s"),
            Measure.LARGEST: N_("vivent dans un foyer dont le plus grand don est de %(how)s %(when)s"),
            Measure.FIRST: N_("vivent dans un foyer qui a donné pour la première fois %(how)s"),
            Measure.LAST: N_("vivent dans un foyer qui a donné pour la dernière fois %(how)s"),
        },
        denied=N_("ne vivent dans aucun foyer qui a donné %(when)s"),
        day="given_on",
        amount="cents",
        cost=Cost.HEAVY,
        kept=kept_figures.of_household,
    ),
)
