"""The door of the welcome series: write its letters, and owe each to whoever is due, once, through the gate.

Thanks are a service mail. These letters tell of our work and our campaigns, so that they ask for the yes to the purpose
of each, when they are owed and once more when they leave: who objected, left or died gets none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from crm.consent import gate
from crm.consent import selects as allowed
from crm.consent import service as consent
from crm.donations import donor_selects, thank_selects
from crm.foundation.database import hold
from crm.foundation.settings import Organisation
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId
from crm.values.languages import Language
from mailing.correspondence import letters
from mailing.correspondence.model import Desk
from mailing.delivery import selects as deliveries
from mailing.delivery import service as delivery
from mailing.rendering import service as rendering
from mailing.rendering.model import RenderedEmail
from mailing.series.errors import StepMissing
from mailing.series.model import Step, Words
from mailing.series.tables import StepRow, WordsRow

LATE_DAYS = 7
"""A letter that could not leave on its day still may for so long; then it would tell old news."""
MOST_DAYS = 365
SUBJECT, TEXT = 90, 8000


def steps(session: Session) -> tuple[Step, ...]:
    """Every letter of the series, by its day."""
    words: dict[int, dict[Language, Words]] = {}
    for row in session.scalars(select(WordsRow)):
        words.setdefault(row.step_id, {})[row.language] = Words(subject=row.subject, text=row.text)
    return tuple(
        Step(id=row.id, days=row.days, purpose=row.purpose, is_open=row.is_open, words=words.get(row.id, {}))
        for row in session.scalars(select(StepRow).order_by(StepRow.days, StepRow.id))
    )


def step(session: Session, step_id: int) -> Step:
    """One letter. Raises StepMissing."""
    found = next((one for one in steps(session) if one.id == step_id), None)
    if found is None:
        raise StepMissing
    return found


def add(session: Session, *, days: int, purpose: str) -> Step:
    """One more letter, which waits for its words. Raises Invalid with the field that cannot be so."""
    _check(session, days=days, purpose=purpose)
    row = StepRow(days=days, purpose=purpose, is_open=False)
    session.add(row)
    session.flush()
    return Step(id=row.id, days=days, purpose=purpose, is_open=False, words={})


def change(
    session: Session,
    organisation: Organisation,
    step_id: int,
    *,
    days: int,
    purpose: str,
    is_open: bool,
    words: Mapping[Language, Words],
    at: datetime,
    by: AccountId | None,
) -> Step:
    """Says anew when, under which yes and in which words. What left already stays as it was.

    Words that are empty in both parts take the language away. Raises StepMissing, Invalid (field `days`, `purpose`,
    `open` where a language lacks, or `subject-fr` and `text-fr` and so on).
    """
    step(session, step_id)
    _check(session, days=days, purpose=purpose)
    tidy = {one: Words(subject=said.subject.strip(), text=said.text.strip()) for one, said in words.items()}
    tidy = {one: said for one, said in tidy.items() if said.subject or said.text}
    new = Step(id=step_id, days=days, purpose=purpose, is_open=is_open, words=tidy)
    if is_open and not new.is_ready:
        raise Invalid("written in French and Dutch first", field="open")
    for language, said in tidy.items():
        if not said.subject or len(said.subject) > SUBJECT:
            raise Invalid("a subject", field=f"subject-{language}")
        if not said.text or len(said.text) > TEXT:
            raise Invalid("a text", field=f"text-{language}")
        rendered(new, language, organisation, public_url="")
    row = session.get_one(StepRow, step_id)
    row.days, row.purpose, row.is_open = days, purpose, is_open
    session.execute(delete(WordsRow).where(WordsRow.step_id == step_id))
    session.add_all(
        WordsRow(step_id=step_id, language=language, subject=said.subject, text=said.text, changed_at=at, changed_by=by)
        for language, said in tidy.items()
    )
    session.flush()
    return replace(new, words=tidy)


def rendered(one: Step, language: Language, organisation: Organisation, *, public_url: str) -> RenderedEmail:
    """The letter in a language. Raises Invalid (naming `subject-fr` or `text-fr`) for a placeholder nobody knows."""
    said = one.words[language]
    return rendering.render_series(language, organisation, public_url=public_url, subject=said.subject, text=said.text)


def send(session: Session, desk: Desk, *, at: datetime) -> int:
    """Owes each open letter to whoever is due and allows it; how many. Nobody gets one twice, whoever they become."""
    hold(session, "welcome series")
    owed = 0
    for one in steps(session):
        if not (one.is_open and one.is_ready):
            continue
        code = code_of(one)
        before = owed_count(session, one)
        readers = due(session, one, at=at)
        mails = {lang: rendered(one, lang, desk.organisation, public_url=desk.public_url) for lang in one.words}
        headers = replace(
            letters.headers(desk),
            list_id=f"{one.purpose}.{desk.mail.sender_domain}",
            list_name=next(p for p in consent.purposes(session) if p.code == one.purpose).name(Language.FR),
            owner=desk.organisation.email,
            auto_submitted=False,
        )
        delivery.enqueue_letters(
            session, code=code, rendered=mails, headers=headers, readers=readers, purpose=one.purpose, now=at
        )
        owed += owed_count(session, one) - before
    return owed


def due(session: Session, one: Step, *, at: datetime) -> Select[*tuple[Any, ...]]:
    """To whom a letter is due: who first gave so many days ago, was thanked, allows it, and reads its languages."""
    today = brussels_day(at)
    last = today - timedelta(days=one.days)
    first = donor_selects.first_given(after=last - timedelta(days=LATE_DAYS), until=last).subquery("first")
    fit = allowed.allowed(one.purpose, moment=gate.moment(session, at)).subquery("fit")
    waiting = thank_selects.awaiting().subquery("waiting")
    told = deliveries.owed_of(code_of(one)).subquery("told")
    return (
        select(fit)
        .join(first, first.c.person_id == fit.c.person_id)
        .where(
            fit.c.language.in_([language.value for language in one.words]),
            fit.c.person_id.not_in(select(waiting.c.person_id)),
            fit.c.person_id.not_in(select(told.c.person_id)),
        )
    )


def owed_count(session: Session, one: Step) -> int:
    """To how many people a letter was owed."""
    return session.scalar(select(func.count()).select_from(deliveries.owed_of(code_of(one)).subquery())) or 0


def due_count(session: Session, one: Step, *, at: datetime) -> int:
    """To how many people a letter would be owed now."""
    return session.scalar(select(func.count()).select_from(due(session, one, at=at).subquery())) or 0


def code_of(one: Step) -> str:
    """What the ledger of deliveries calls the mails of a letter."""
    return f"series-{one.id}"


def _check(session: Session, *, days: int, purpose: str) -> None:
    if not 0 <= days <= MOST_DAYS:
        raise Invalid("from the day itself to a year", field="days")
    if purpose not in {one.code for one in consent.letters(session)}:
        raise Invalid("one of the letters", field="purpose")
