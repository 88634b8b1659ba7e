"""The door of rounds: what one would do, proposing, deciding, the answers, and what silence comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.consent import taking_over
from crm.consent.model import Act, Channel, NewAct, Purpose, Way
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.foundation.templating import locale_filters
from crm.privacy import rules as months
from crm.values.calendar import brussels_day, day_span
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, PersonId
from crm.values.languages import Language
from mailing.correspondence import leaving, letters
from mailing.correspondence.model import Desk, Reader
from mailing.delivery import service as delivery
from mailing.rendering import service as rendering
from mailing.rendering.model import LetterKind, RenderedEmail
from mailing.rounds import store
from mailing.rounds.errors import OwnRound, RoundDecided
from mailing.rounds.model import Foreseen, Outcome, Reach, Round
from mailing.rounds.tables import RoundRow
from mailing.rounds.terms import SILENCE, SLEEP

NO = frozenset({Act.REFUSED, Act.WITHDRAWN, Act.OBJECTED})
AT_ONCE = 2000
"""Silences that become acts in one go."""
Spans = Mapping[str, int]
"""Months of `terms.TERMS`, as they hold today."""


def foresee(session: Session, purpose: str, reach: Reach, *, spans: Spans, at: datetime) -> Foreseen:
    """What a round would do now; nothing is written. Reasons are words of `Refusal`, `awake`, `asked-lately`."""
    since = _asleep_since(spans, at)
    asked, awake, lately = store.foreseen(session, purpose, reach, since=since, at=at)
    left_out = store.refusals(session, purpose, at=at) | {"awake": awake, "asked-lately": lately}
    return Foreseen(
        asked=asked,
        left_out={reason: number for reason, number in left_out.items() if number},
        since=since,
        answer_by_on=_answer_by(spans, at),
    )


def propose(session: Session, purpose: str, reach: Reach, *, reason: str, by: AccountId | None, at: datetime) -> Round:
    """Writes a round that waits for a second person. Raises `Invalid` for no reason, or no such letter."""
    if purpose not in {one.code for one in consent.letters(session)}:
        raise Invalid("one of the letters", field="purpose")
    if not reason.strip():
        raise Invalid("a reason, for whoever reads it in ten years", field="reason")
    row = RoundRow(
        purpose=purpose, reach=reach, reason=reason.strip()[:2000], proposed_by=by, proposed_at=at, is_approved=False
    )
    session.add(row)
    session.flush()
    return _rounds(session, [row])[0]


def decide(
    session: Session, desk: Desk, round_id: int, *, approve: bool, spans: Spans, by: AccountId, at: datetime
) -> Round:
    """A second person agrees, and the questions leave to whoever fits at that moment; or does not.

    Raises `RoundDecided`, `OwnRound`.
    """
    hold(session, "permission rounds")
    row = session.get(RoundRow, round_id, populate_existing=True)
    if row is None or row.decided_at is not None:
        raise RoundDecided
    if row.proposed_by is not None and row.proposed_by == by:
        raise OwnRound
    row.is_approved, row.decided_by, row.decided_at = approve, by, at
    if approve:
        _launch(session, desk, row, spans=spans, at=at)
    session.flush()
    return _rounds(session, [row])[0]


def _launch(session: Session, desk: Desk, row: RoundRow, *, spans: Spans, at: datetime) -> None:
    row.answer_by_on = _answer_by(spans, at)
    purpose = next(one for one in consent.purposes(session) if one.code == row.purpose)
    chosen = store.chosen(session, row.purpose, row.reach, since=_asleep_since(spans, at), at=at)
    headers = replace(
        letters.headers(desk),
        list_id=f"{row.purpose}.{desk.mail.sender_domain}",
        list_name=purpose.name(Language.FR),
        owner=desk.organisation.email,
        auto_submitted=False,
    )
    mailing = delivery.enqueue_letters(
        session,
        code=f"still-{row.id}",
        rendered={one: _rendered(desk, purpose, one, row.answer_by_on) for one in Language},
        headers=headers,
        readers=chosen,
        purpose=row.purpose,
        now=at,
    )
    row.mailing_id = mailing.id
    store.add_questions(session, row.id, chosen, at=at)


def _rendered(desk: Desk, purpose: Purpose, language: Language, until: date) -> RenderedEmail:
    facts = {
        "purposes": (purpose.name(language),),
        "words": (purpose.promise(language),),
        "until": locale_filters(language)["day"](until, "plain"),
    }
    return rendering.render_letter(
        LetterKind.STILL, language, desk.organisation, public_url=desk.public_url, facts=facts
    )


def rounds(session: Session, *, limit: int = 50) -> tuple[Round, ...]:
    """Every round, the newest first, with what its questions came to."""
    return _rounds(session, session.scalars(select(RoundRow).order_by(RoundRow.id.desc()).limit(limit)).all())


def outcome_of(session: Session, reader: Reader) -> Outcome | None:
    """What became of the last question of the reader's letter; None where they were not asked.

    A no that was said since, by any way, is the answer: an old mail never signs anybody up again.
    """
    found = store.question_of(session, reader.person.id, reader.purpose)
    if found is None:
        return None
    stands = [one for one in consent.standings(session, reader.person.id) if one.purpose == reader.purpose]
    if any(one.act in NO and one.since_at >= found.asked_at for one in stands):
        return Outcome.NO
    return found.outcome


def answer(
    session: Session, desk: Desk, reader: Reader, *, is_yes: bool, text: str, language: Language, at: datetime
) -> bool:
    """Writes what somebody answered to the question, in the words that were shown. True if that changed anything.

    A yes by the link of the question is as good as a confirmation: only who opens the mailbox has it. By an older link,
    which may have been forwarded, it is a yes without proof, and takes nothing away from one that was proved. It counts
    while no no came since.
    """
    hold(session, f"consent {reader.person.id}")
    found, before = store.question_of(session, reader.person.id, reader.purpose), outcome_of(session, reader)
    if found is None or before is Outcome.NO or (is_yes and before is Outcome.YES):
        return False
    is_proved = _is_by_the_question(session, found.round_id, reader)
    if is_yes and (is_proved or not _is_confirmed(session, reader)):
        notice = consent.notice_for(session, purpose=reader.purpose, language=language, text=text, at=at)
        act = NewAct(
            person_id=reader.person.id,
            purpose=reader.purpose,
            address_key=reader.point.address_key,
            act=Act.GIVEN,
            way=Way.CONFIRMATION if is_proved else Way.PREFERENCES,
            occurred_at=at,
            notice_id=notice.id,
            evidence={"round": found.round_id} | leaving.evidence_of(reader),
        )
        consent.record(session, desk.sealer, act, at=at)
    elif not is_yes:
        leaving.leave_everywhere(session, desk, reader, at=at)
    found.outcome, found.settled_at = Outcome.YES if is_yes else Outcome.NO, at
    session.flush()
    return True


def _is_by_the_question(session: Session, round_id: int, reader: Reader) -> bool:
    """True where the reader came by the mail that asked."""
    asked, sent = session.get(RoundRow, round_id), reader.delivery_id
    mail = None if sent is None else delivery.find_delivery(session, sent)
    return asked is not None and mail is not None and mail.mailing_id == asked.mailing_id


def _is_confirmed(session: Session, reader: Reader) -> bool:
    here = (reader.purpose, reader.point.address_key)
    return any(
        one.is_confirmed
        for one in consent.standings(session, reader.person.id)
        if (one.purpose, one.address_key) == here
    )


def close(session: Session, sealer: Sealer, *, at: datetime) -> int:
    """Ends rounds whose last day is over: the yes of whoever kept silent expires; how many.

    Silence counts only where the question arrived. Of the sleeping, any sign of life since is an answer; a yes without
    proof needs one of their own. Twice is once.
    """
    hold(session, "permission rounds")
    query = select(RoundRow).where(RoundRow.closed_at.is_(None), RoundRow.answer_by_on < brussels_day(at))
    expired = 0
    for row in session.scalars(query.order_by(RoundRow.id)).all():
        store.settle_without_silence(session, row, at=at)
        while silent := store.silent(session, row, AT_ONCE):
            acts = [
                NewAct(
                    person_id=PersonId(person_id),
                    purpose=row.purpose,
                    address_key=key,
                    channel=Channel.EMAIL,
                    act=Act.EXPIRED,
                    way=Way.RETENTION,
                    occurred_at=at,
                    evidence={"round": row.id},
                )
                for _, person_id, key in silent
            ]
            taking_over.record(session, sealer, acts, at=at)
            questions = {number for number, _, _ in silent}
            store.expire(session, questions, at=at)
            expired += len(questions)
        row.closed_at = at
        session.flush()
    return expired


def _asleep_since(spans: Spans, at: datetime) -> datetime:
    return day_span(months.months_later(brussels_day(at), -spans[SLEEP]))[0]


def _answer_by(spans: Spans, at: datetime) -> date:
    return months.months_later(brussels_day(at), spans[SILENCE])


def _rounds(session: Session, rows: Sequence[RoundRow]) -> tuple[Round, ...]:
    outcomes = store.outcomes(session, [row.id for row in rows])
    return tuple(
        Round(
            id=row.id,
            purpose=row.purpose,
            reach=row.reach,
            reason=row.reason,
            proposed_by=None if row.proposed_by is None else AccountId(row.proposed_by),
            proposed_at=row.proposed_at,
            decided_by=None if row.decided_by is None else AccountId(row.decided_by),
            decided_at=row.decided_at,
            is_approved=row.is_approved,
            answer_by_on=row.answer_by_on,
            closed_at=row.closed_at,
            outcomes=outcomes[row.id],
        )
        for row in rows
    )
