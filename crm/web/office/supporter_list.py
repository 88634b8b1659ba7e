"""The list of supporters: everybody, newest first, or those who answer to what was typed."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.consent import gate
from crm.consent import service as consent
from crm.people import contacts, search
from crm.people import service as people
from crm.people.model import Person, PersonKind
from crm.people.rules import shown_number
from crm.people.search_model import Field, Hit
from crm.values.identifiers import PersonId
from crm.web.office import shell, supporter_words
from crm.web.words import N_

SIZE = 50
LAST_PAGE = 350
"""Beyond, one types a letter more."""


def everybody(after: int | None) -> ResponseReturnValue:
    """A page of everybody."""
    with shell.assembly().database.reading() as session:
        page = people.page(session, after=PersonId(after) if after else None, size=SIZE)
        abodes = contacts.addresses_of(session, [person.id for person in page.people])
        localities = {person_id: own[0].address.locality for person_id, own in abodes.items() if own}
        rows = _rows(session, page.people, localities)
    summary = shell.say_count(
        N_("%(count)s soutien"), N_("%(count)s soutiens"), page.total, count=shell.number(page.total)
    )
    return _show(rows, text="", summary=summary, page=page, is_first=after is None)


def answering(text: str, skip: int, *, is_near: bool = False) -> ResponseReturnValue:
    """The best answers to what was typed; `is_near`: whoever bears a name near it, and not that very one."""
    made, skip = shell.assembly(), min(max(skip, 0), LAST_PAGE)
    with made.database.reading() as session:
        found = (
            search.nearby(session, text, most=SIZE, skip=skip)
            if is_near
            else search.find(session, made.addresses, text, most=SIZE, skip=skip)
        )
        localities = {hit.person.id: hit.abode.address.locality for hit in found.hits if hit.abode}
        rows = _rows(session, [hit.person for hit in found.hits], localities)
    for row, hit in zip(rows, found.hits, strict=True):
        row |= {"because": because(hit), "is_guess": hit.is_guess}
    count = len(rows)
    summary = (
        shell.say(N_("Les plus proches d’abord"))
        if found.has_more or skip
        else shell.say_count(N_("%(count)s réponse"), N_("%(count)s réponses"), count, count=shell.number(count))
    )
    has_next = found.has_more and skip < LAST_PAGE
    next_skip = skip + SIZE if has_next else None
    offers_near = found.is_exact and not is_near
    return _show(
        rows, text=text, summary=summary, skip=skip, next_skip=next_skip, is_near=is_near, offers_near=offers_near
    )


def because(hit: Hit) -> list[str]:
    """What of somebody answered, where the row does not show it by itself."""
    said = []
    for match in hit.matches:
        in_row = match.field in {Field.NAME, Field.ORGANISATION, Field.MEMBER_NUMBER}
        is_primary = hit.person.primary is not None and match.text == hit.person.primary.value
        if match.is_past or not (in_row or is_primary):
            label = supporter_words.OTHER_FIELDS.get(match.kind) or supporter_words.FIELDS[match.field]
            words = N_("%(label)s : %(what)s (ancien)") if match.is_past else N_("%(label)s : %(what)s")
            said.append(shell.say(words, label=shell.say(label), what=match.text))
    return said


def _rows(session: Session, several: Any, localities: dict[PersonId, str]) -> list[dict[str, Any]]:
    persons: tuple[Person, ...] = tuple(several)
    glances = gate.glances(session, persons, shell.now())
    names = {purpose.code: purpose.name(shell.language()) for purpose in consent.purposes(session)}
    return [
        {
            "person": person,
            "number": shown_number(person.member_number),
            "locality": localities.get(person.id, ""),
            "is_organisation": person.kind is PersonKind.ORGANISATION,
            "receives": sorted({names[one.standing.purpose] for one in glances[person.id] if one.verdict.allowed}),
            "because": [],
            "is_guess": False,
        }
        for person in persons
    ]


def _show(rows: list[dict[str, Any]], **values: Any) -> ResponseReturnValue:
    page: dict[str, Any] = {"page": None, "is_first": True, "skip": 0, "next_skip": None}
    page |= {"is_near": False, "offers_near": False, **values}
    template = "office/supporters/found.html" if shell.is_partial() else "office/supporters/index.html"
    return shell.show(template, rows=rows, **page)
