"""The door of origins: who is to be told where we have their data from, telling them, and who knows already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.people import contacts
from crm.people import service as people
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, PersonId
from crm.values.languages import Language
from mailing.correspondence import letters
from mailing.correspondence.model import Desk
from mailing.delivery import service as delivery
from mailing.origins import rules, store
from mailing.origins.errors import NobodyWaits
from mailing.origins.model import Addressee, Known, Waiting
from mailing.origins.tables import KnownOriginRow
from mailing.rendering import service as rendering
from mailing.rendering.model import LetterKind

LONGEST = 300
"""Characters of how a source is said."""
MOST_LETTERS = 500
"""Letters of one print."""


def waiting(session: Session, *, at: datetime) -> tuple[Waiting, ...]:
    """Who is still to be told, by origin, the most urgent first; origins whose people know already are left out."""
    knowing = {row.name for row in store.known(session)}
    found: dict[str, Waiting] = {}
    for source, first_at, by_mail, by_letter, neither in store.waiting(session, brussels_day(at)):
        name, came_on = rules.name_of(source), brussels_day(first_at)
        if name in knowing:
            continue
        before = found.get(name)
        since_on = came_on if before is None else min(before.since_on, came_on)
        found[name] = Waiting(
            name=name,
            sources=(*(before.sources if before else ()), source),
            by_mail=by_mail + (before.by_mail if before else 0),
            by_letter=by_letter + (before.by_letter if before else 0),
            unreachable=neither + (before.unreachable if before else 0),
            since_on=since_on,
            due_on=rules.due_on(since_on),
        )
    return tuple(sorted(found.values(), key=lambda one: (one.due_on, one.name)))


def find(session: Session, key: str, *, at: datetime) -> Waiting:
    """One origin by its `key`. Raises `NobodyWaits`."""
    found = next((one for one in waiting(session, at=at) if one.key == key), None)
    if found is None:
        raise NobodyWaits
    return found


def tell_by_mail(session: Session, desk: Desk, name: str, *, told_as: str, at: datetime) -> int:
    """Owes everybody of that origin who has an address one letter that says where their data came from; how many.

    A service mail, never an ask. Nobody is told twice, whoever asks. Raises `Invalid` where nothing is told.
    """
    said = _said(told_as)
    hold(session, "origins")
    sources = _sources(session, name, at)
    rendered = {
        language: rendering.render_letter(
            LetterKind.ORIGIN, language, desk.organisation, public_url=desk.public_url, facts={"source": said}
        )
        for language in Language
    }
    if not sources:
        return 0
    delivery.enqueue_letters(
        session,
        code=LetterKind.ORIGIN.value,
        rendered=rendered,
        headers=letters.headers(desk),
        readers=store.readers(sources, brussels_day(at)),
        now=at,
    )
    return store.remember_mailed(session, sources, told_as=said, at=at)


def tell_by_letter(session: Session, name: str, *, told_as: str, at: datetime) -> tuple[Addressee, ...]:
    """Remembers as told those who have a letter box and no mailbox, `MOST_LETTERS` at a time; whom to write to."""
    said = _said(told_as)
    hold(session, "origins")
    sources, today = _sources(session, name, at), brussels_day(at)
    ids = [PersonId(row.person_id) for row in session.execute(store.by_post(sources, today, MOST_LETTERS))]
    found = _addressees(session, ids, at)
    store.remember_lettered(session, sources, today, MOST_LETTERS, told_as=said, at=at)
    return found


def _addressees(session: Session, ids: Sequence[PersonId], at: datetime) -> tuple[Addressee, ...]:
    several = people.people(session, ids)
    lines = contacts.letter_lines_on(session, several, brussels_day(at))
    return tuple(
        Addressee(person_id=number, language=several[number].language.value, lines=lines[number])
        for number in ids
        if number in lines
    )


def know_already(session: Session, name: str, *, reason: str, by: AccountId | None, at: datetime) -> None:
    """Writes down that the people of an origin have the information (art. 14(5)(a)). Raises `Invalid` without a reason.

    It holds for those who come later by the same origin too.
    """
    if not reason.strip():
        raise Invalid("a reason, for whoever reads it in ten years", field="reason")
    hold(session, "origins")
    if _sources(session, name, at):
        session.add(KnownOriginRow(name=name, reason=reason.strip()[:2000], decided_by=by, decided_at=at))
        session.flush()


def known(session: Session) -> tuple[Known, ...]:
    """Origins whose people know already."""
    return tuple(Known(name=row.name, reason=row.reason) for row in store.known(session))


def _said(told_as: str) -> str:
    said = " ".join(told_as.split())[:LONGEST]
    if not said:
        raise Invalid("where the data came from, as it is told", field="told_as")
    return said


def _sources(session: Session, name: str, at: datetime) -> tuple[str, ...]:
    return next((one.sources for one in waiting(session, at=at) if one.name == name), ())
