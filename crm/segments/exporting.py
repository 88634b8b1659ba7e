"""A segment as a file: those of its people whom the gate lets us reach; who is left out, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import ColumnElement, Subquery, func, select

from crm.consent import do_not_call, gate
from crm.consent import selects as consent
from crm.consent.model import Channel
from crm.foundation.translation import N_, say
from crm.people import selects as people
from crm.people import words as people_words
from crm.people.model import Title
from crm.people.rules import shown_number
from crm.segments import more_columns
from crm.segments.asking import reasons
from crm.segments.model import Definition
from crm.segments.more_columns import More
from crm.segments.selects import Question, members
from crm.values.identifiers import PersonId
from crm.values.languages import Language

AT_ONCE = 1000
DO_NOT_CALL = "do-not-call"
"""Why somebody is left out whom the gate lets through."""
NAMES = (
    N_("N° de membre"),
    N_("Civilité"),
    N_("Prénom"),
    N_("Nom"),
    N_("Organisation"),
    N_("Langue"),
)
PARTS = (
    N_("Organisation (adresse)"),
    N_("Service"),
    N_("Complément"),
    N_("Rue"),
    N_("Numéro"),
    N_("Boîte"),
    N_("Code postal"),
    N_("Localité"),
    N_("Pays"),
)
REACHED = {Channel.EMAIL: N_("Adresse e-mail"), Channel.PHONE: N_("Téléphone"), Channel.SMS: N_("Téléphone")}
_PARTS = (
    "organisation",
    "department",
    "complement",
    "street",
    "number",
    "box",
    "postcode",
    "locality",
    "country",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """What an export would hold: how many of how many, and why the others are left out ("": never said anything)."""

    people: int
    rows: int
    excluded: Mapping[str, int] = field(default_factory=dict)


def outlook(definition: Definition, question: Question, purpose: str, channel: Channel) -> Outlook:
    """Counts it before anything leaves."""
    picked = members(definition, question).subquery("picked")
    may = _allowed(question, purpose, channel)
    total = question.session.scalar(select(func.count()).select_from(picked)) or 0
    kept = select(func.count()).select_from(picked.join(may, may.c.person_id == picked.c.person_id))
    allowed = question.session.scalar(kept) or 0
    rows = allowed if channel is not Channel.PHONE else question.session.scalar(kept.where(_unlisted(may))) or 0
    lost = select(picked.c.person_id).where(picked.c.person_id.not_in(select(may.c.person_id)))
    excluded = reasons(question, lost, purpose, channel) if total > allowed else {}
    if allowed > rows:
        excluded[DO_NOT_CALL] = allowed - rows
    return Outlook(people=total, rows=rows, excluded=excluded)


def head(channel: Channel, language: Language, more: Sequence[str] = ()) -> list[str]:
    """The first line of the file; `more` are the names of what it says besides."""
    words = (*NAMES, *(PARTS if channel is Channel.POST else (REACHED[channel],)))
    return [*(say(language, word) for word in words), *more]


def rows(
    definition: Definition,
    question: Question,
    purpose: str,
    channel: Channel,
    language: Language,
    *,
    more: Collection[More] = (),
) -> Iterator[tuple[PersonId, list[str]]]:
    """Each with their line, as they are found; a thousand in memory at once. Nobody twice."""
    found = _lines(definition, question, purpose, channel, language)
    if not more:
        yield from found
        return
    while several := list(islice(found, AT_ONCE)):
        besides = more_columns.cells(more, definition.tree, question, language, [number for number, _ in several])
        for (number, line), added in zip(several, besides, strict=True):
            yield number, [*line, *added]


def _lines(
    definition: Definition, question: Question, purpose: str, channel: Channel, language: Language
) -> Iterator[tuple[PersonId, list[str]]]:
    may, names = _allowed(question, purpose, channel), people.written_names().subquery("names")
    picked = members(definition, question)
    wanted = select(names, may.c.language, may.c.address).join(may, may.c.person_id == names.c.person_id)
    wanted = wanted.where(names.c.person_id.in_(picked))
    if channel is Channel.PHONE:
        wanted = wanted.where(_unlisted(may))
    if channel is Channel.POST:
        parts = people.letter_parts().subquery("parts")
        wanted = wanted.join(parts, parts.c.postal_address_id == may.c.contact_point_id).add_columns(
            *(parts.c[name].label(f"at_{name}") for name in _PARTS)
        )
        wanted = wanted.order_by(parts.c.country, parts.c.postcode, parts.c.street, parts.c.number, names.c.person_id)
    else:
        wanted = wanted.order_by(names.c.person_id)
    found = question.session.execute(wanted.execution_options(yield_per=AT_ONCE)).mappings()
    for row in found:
        title = Title(row["title"])
        line = [
            shown_number(row["member_number"] or ""),
            say(language, people_words.TITLES[title]) if title is not Title.NONE else "",
            row["first_name"],
            row["last_name"],
            row["organisation_name"],
            str(row["language"]),
        ]
        if channel is Channel.POST:
            line += [row[f"at_{name}"] for name in _PARTS]
        else:
            line.append(row["address"])
        yield PersonId(row["person_id"]), line


def _unlisted(may: Subquery) -> ColumnElement[bool]:
    """Whose number is not on the national do-not-call list."""
    return may.c.address_key.not_in(do_not_call.blocked())


def _allowed(question: Question, purpose: str, channel: Channel) -> Subquery:
    moment = gate.moment(question.session, question.at)
    return consent.allowed(purpose, channel, moment=moment).subquery("may")
