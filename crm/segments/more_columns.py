"""Columns a file may have besides names and addresses: how the address holds, the attestation, what is measured."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from crm.attestations import selects as attestations
from crm.contracts.segment_fields import Measure
from crm.foundation import bulk
from crm.foundation.translation import N_, say
from crm.people import selects as people
from crm.people.model import Deliverability
from crm.segments.catalogue import OF_AMOUNTS
from crm.segments.facts import facts_of
from crm.segments.model import Condition, Every, Tree
from crm.segments.reading import Reader
from crm.segments.rules import leaves, measured
from crm.segments.selects import Question
from crm.values import money
from crm.values.languages import Language

MOST_MEASURES = 12


class More(StrEnum):
    """What a file may say besides."""

    ADDRESS = "address"
    ATTESTATION = "attestation"
    MEASURES = "measures"


NAMES: dict[More, tuple[str, ...]] = {
    More.ADDRESS: (N_("Adresse postale"),),
    More.ATTESTATION: (N_("Attestation, année"), N_("Attestation, numéro"), N_("Attestation, montant")),
}
STATES = {
    Deliverability.LIVE: N_("en ordre"),
    Deliverability.FAILING: N_("un envoi est revenu"),
    Deliverability.DEAD: N_("rien n’y arrive plus"),
}
NONE = N_("aucune")


def measures(tree: Tree) -> tuple[Condition, ...]:
    """The conditions of a tree that measure something: each is a column."""
    found = [one for one in leaves(tree) if isinstance(one, Condition) and one.measure is not Measure.HAS]
    return tuple(dict.fromkeys(found))[:MOST_MEASURES]


def head(more: Collection[More], tree: Tree, reads: Reader) -> list[str]:
    """The names of those columns, in order."""
    found = [say(reads.language, word) for one in NAMES if one in more for word in NAMES[one]]
    return found + ([reads.clause(one) for one in measures(tree)] if More.MEASURES in more else [])


def cells(
    more: Collection[More], tree: Tree, question: Question, language: Language, several: Sequence[int]
) -> Iterator[list[str]]:
    """Those columns of some people, in their order; a query for each kind of them."""
    session, whom = question.session, bulk.numbers(question.session, several)
    states: Mapping[int, Deliverability] = {}
    papers: Mapping[int, tuple[str, str, str]] = {}
    if More.ADDRESS in more:
        homes = people.principal_addresses().subquery("homes")
        rows = session.execute(select(homes.c.person_id, homes.c.deliverability).where(homes.c.person_id.in_(whom)))
        states = {number: Deliverability(word) for number, word in rows}
    if More.ATTESTATION in more:
        last = attestations.latest().subquery("last")
        found = session.execute(select(last).where(last.c.person_id.in_(whom))).mappings()
        papers = {row["person_id"]: (str(row["year"]), str(row["number"]), cents(row["cents"])) for row in found}
    asked = measures(tree) if More.MEASURES in more else ()
    facts = facts_of(question, Every(parts=asked), several) if asked else ()
    for place, number in enumerate(several):
        line: list[str] = []
        if More.ADDRESS in more:
            line.append(say(language, STATES[states[number]] if number in states else NONE))
        if More.ATTESTATION in more:
            line += papers.get(number, ("", "", ""))
        for one in asked:
            value = measured(one, facts[place], today=question.today, catalogue=question.catalogue)
            line.append(_shown(one, value))
        yield line


def cents(value: int) -> str:
    """An amount as a spreadsheet of ours reads it."""
    return money.exact(value).replace(".", ",")


def _shown(condition: Condition, value: Any) -> str:
    match value:
        case None:
            return ""
        case date():
            return value.isoformat()
        case (total, count):
            return cents(int(total) // int(count))
        case _:
            return cents(int(value)) if condition.measure in OF_AMOUNTS else str(value)
