"""A row in doubt, once a person has said who it is: where it lands then, and what may be said of it at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crm.imports.model import Reason, Row
from crm.imports.wish import Decided
from crm.people.arrivals import Arrival, Doubt, Known, Landing, Verdict, compared, land
from crm.people.rules import is_ours

OF_WHOM = frozenset(
    {
        *(Reason.EMAIL_OF_ANOTHER, Reason.KEYS_DISAGREE, Reason.SEVERAL_ALIKE),
        *(Reason.NUMBER_OF_ANOTHER, Reason.NUMBER_LIKE_OURS, Reason.NAMESAKE),
    }
)
"""Reasons that leave open who a row is about."""


def asks_who(row: Row) -> bool:
    """Whether a person may say who this row is about."""
    return any(why in OF_WHOM for why, _ in row.reasons)


def asks_another_gift(row: Row) -> bool:
    """Whether a person may say that this is a second gift of that day and amount."""
    return any(why is Reason.GIFT_ALIKE for why, _ in row.reasons)


def asks_account(row: Row) -> bool:
    """Whether a person may say that the account of a row takes the place of the one we hold, or does not."""
    return any(why is Reason.ACCOUNT_OTHERWISE for why, _ in row.reasons)


def answers(row: Row, said: Decided) -> bool:
    """Whether what a person said answers what a row leaves open."""
    if said.takes_account is not None:
        return asks_account(row)
    return asks_another_gift(row) if said.is_another_gift else asks_who(row)


def decided(said: Decided, arrival: Arrival, candidates: Sequence[Known]) -> Landing:
    """Where an arrival lands of whom a person said who they are; a number that another has stays with the other.

    Somebody who is no more, or who died, is not added to: the row stays in doubt.
    """
    if said.person_id is None:
        return land(arrival, candidates)
    known = next((one for one in candidates if one.person.id == said.person_id), None)
    if said.person_id and (known is None or known.person.is_deceased):
        doubt = Doubt.KEYS_DISAGREE if known is None else Doubt.DECEASED
        return Landing(verdict=Verdict.REVIEW, known=known, doubt=doubt)
    own = _without_those_of(arrival, [one for one in candidates if one is not known])
    if known is None:
        return Landing(
            verdict=Verdict.CREATE,
            emails=own.emails,
            phones=own.phones,
            address=own.address,
            external_ids=own.external_ids,
        )
    return compared(replace(own, member_number="") if own.number in known.numbers else own, known)


def own_of(said: Decided, arrival: Arrival, candidates: Sequence[Known]) -> Arrival:
    """The arrival as it is written: for somebody new, without numbers that others have or that look like ours."""
    return arrival if said.person_id != 0 else _without_those_of(arrival, candidates)


def _without_those_of(arrival: Arrival, others: Iterable[Known]) -> Arrival:
    taken = {pair for one in others for pair in one.external_ids}
    numbers = {number for one in others for number in (one.person.member_number, *one.numbers)}
    ids = tuple(one for one in arrival.external_ids if (one.system, one.value) not in taken)
    is_free = arrival.number not in numbers and not is_ours(arrival.number)
    return replace(arrival, external_ids=ids, member_number=arrival.member_number if is_free else "")
