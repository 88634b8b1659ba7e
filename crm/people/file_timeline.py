"""What happened to somebody's file, for their timeline: they came, moved, could not be reached, died."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, String, bindparam, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from crm.contracts.person_page import Look, TimelineEntry
from crm.foundation.newest import Before, newest
from crm.foundation.templating import locale_filters
from crm.foundation.translation import N_, say
from crm.people import words
from crm.people.model import ContactKind, FailureReason
from crm.people.tables import ContactFailureRow, ContactPointRow, DifferenceRow, PersonRow, PostalAddressRow
from crm.values.errors import Invalid
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber

STAFF = "staff"
"""What a colleague wrote down is told by the trail, with their name; here it would be told twice."""

_STEP = 8
"""The number of an entry is its row's times this, plus the place of its kind: no two meet."""


@dataclass(frozen=True, slots=True)
class FileTimeline:
    """Arrivals, new and ended ways to reach them, what came back, what they said otherwise, a death."""

    source: str = "file"
    kind: str = "file"
    label: str = N_("Fiche")
    permission: str = "supporters.read"

    def entries(self, session: Session, look: Look, *, before: Before | None, size: int) -> Sequence[TimelineEntry]:
        """One query over all of it."""
        query = newest(_DATED, _LINES.c.at, _LINES.c.number, before, size)
        rows = session.execute(query, {"person_id": look.person_id})
        return [_entry(row.number, row.at, row.what, row.about, look.language) for row in rows]


def _line(what: str, place: int, row_id: Any, at: Any, about: Any) -> Select[Any]:
    return select(
        (row_id * _STEP + place).label("number"),
        at.label("at"),
        literal(what).label("what"),
        about.label("about"),
    )


def _arrival(person_id: Any) -> Select[Any]:
    row = PersonRow
    return _line("arrived", 0, row.id, row.created_at, row.source).where(row.id == person_id)


def _death(person_id: Any) -> Select[Any]:
    row = PersonRow
    told = func.coalesce(cast(row.deceased_on, String), "")
    return _line("died", 1, row.id, row.deceased_recorded_at, told).where(row.id == person_id)


def _point(person_id: Any) -> Select[Any]:
    row = ContactPointRow
    about = row.value
    return _line("point", 2, row.id, row.created_at, about).where(
        row.person_id == person_id, row.source != STAFF, row.created_at > _arrived_at(person_id)
    )


def _address(person_id: Any) -> Select[Any]:
    row = PostalAddressRow
    about = row.postcode + " " + row.locality
    return _line("address", 3, row.id, row.created_at, about).where(
        row.person_id == person_id, row.source != STAFF, row.created_at > _arrived_at(person_id)
    )


def _point_failure(person_id: Any) -> Select[Any]:
    row, point = ContactFailureRow, ContactPointRow
    query = _line("failed", 4, row.id, row.at, cast(row.reason, String) + "|" + point.value)
    return query.join(point, point.id == row.contact_point_id).where(row.person_id == person_id)


def _address_failure(person_id: Any) -> Select[Any]:
    row, home = ContactFailureRow, PostalAddressRow
    about = cast(row.reason, String) + "|" + home.postcode + " " + home.locality
    query = _line("returned", 5, row.id, row.at, about)
    return query.join(home, home.id == row.postal_address_id).where(row.person_id == person_id)


def _said(person_id: Any) -> Select[Any]:
    row = DifferenceRow
    return _line("said", 6, row.id, row.said_at, row.field).where(row.person_id == person_id)


def _arrived_at(person_id: Any) -> Any:
    return select(PersonRow.created_at).where(PersonRow.id == person_id).scalar_subquery()


_PARTS = (_arrival, _death, _point, _address, _point_failure, _address_failure, _said)
_LINES = union_all(*(part(bindparam("person_id")) for part in _PARTS)).subquery()
_DATED = select(_LINES).where(_LINES.c.at.is_not(None))


def _entry(number: int, at: datetime, what: str, about: str, language: Language) -> TimelineEntry:
    title, text, shape = _words(what, about, language)
    return TimelineEntry(source="file", number=number, at=at, title=title, text=text, shape=shape)


def _words(what: str, about: str, language: Language) -> tuple[str, str, str]:
    match what:
        case "arrived":
            known = words.SOURCES.get(about)
            source = say(language, known) if known else about
            return (
                say(language, N_("Arrivée parmi nous")),
                say(language, N_("Origine : %(source)s"), source=source),
                "done",
            )
        case "died":
            day = locale_filters(language)["day"](date.fromisoformat(about), "plain") if about else ""
            text = say(language, N_("Le %(day)s"), day=day) if day else ""
            return say(language, N_("Nous avons appris son décès")), text, "stop"
        case "point":
            kind = ContactKind.EMAIL if "@" in about else ContactKind.PHONE
            title = N_("Nouvelle adresse e-mail") if kind is ContactKind.EMAIL else N_("Nouveau téléphone")
            return say(language, title), _shown(about), "note"
        case "address":
            return say(language, N_("Nouvelle adresse postale")), about.strip(), "note"
        case "failed" | "returned":
            reason, _, where = about.partition("|")
            title = N_("Pas joint·e") if what == "failed" else N_("Courrier revenu")
            return (
                say(language, title),
                f"{_shown(where)} : {say(language, words.FAILURES[FailureReason(reason)])}",
                "stop",
            )
    field = say(language, words.FIELDS.get(about, about))
    return say(language, N_("A dit autre chose que la fiche")), field, "note"


def _shown(value: str) -> str:
    try:
        return PhoneNumber.parse(value).international if value.startswith("+") else value.strip()
    except Invalid:
        return value
