"""Making up editions at their time, and looking whether an approved one may leave."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.foundation.settings import Organisation
from crm.values.identifiers import NewsletterId
from mailing.composition import blocks, proposing, rules, slots, store, words
from mailing.composition.model import Because, Edition, EditionState, Newsletter, Proposal, Reason
from mailing.composition.proposing import Facts
from mailing.content import service as content


def propose_due(
    session: Session, now: datetime, *, organisation: Organisation, only: NewsletterId | None
) -> tuple[Edition, ...]:
    """See `service.propose_due`."""
    made = []
    for schedule in store.schedules(session):
        series = schedule.newsletter
        if only is not None and series.id != only:
            continue
        found = slots.due_slots(series.cadence, after=schedule.after, now=now)
        if found.propose is None:
            made += _look_again(session, series, now, organisation)
            continue
        hold(session, f"newsletter {series.id}")
        after = store.last_slot(session, series.id, else_at=schedule.after)
        found = slots.due_slots(series.cadence, after=max(after, schedule.after), now=now)
        for slot in found.missed:
            _write(session, series, slot, now=now, reason=Reason(because=Because.MISSED))
        if found.propose:
            made.append(_make(session, series, found.propose, now, organisation))
        store.renumber(session, series.id)
    return tuple(_read(session, edition) for edition in made)


def propose(
    session: Session, series: Newsletter, due_at: datetime, now: datetime, *, organisation: Organisation
) -> Edition:
    """See `service.propose`."""
    hold(session, f"newsletter {series.id}")
    there = store.edition_at(session, series.id, due_at)
    if there is None:
        edition = _make(session, series, due_at, now, organisation)
        store.renumber(session, series.id)
        there = edition.id
    found = store.find_edition(session, there)
    assert found is not None
    return found


def next_free_slot(session: Session, series: Newsletter, now: datetime) -> datetime:
    """See `service.next_slot`."""
    for slot in slots.slots_after(series.cadence, now):
        if store.edition_at(session, series.id, slot) is None:
            return slot
    raise AssertionError("slots never end")


def fill(session: Session, edition: Edition, series: Newsletter, now: datetime, *, organisation: Organisation) -> None:
    """Gives an empty draft the blocks and words that would be proposed now."""
    proposal = _proposal(session, series, edition.due_at, now, organisation)
    blocks.add(session, edition.id, proposal.blocks)
    store.change(
        session,
        edition.id,
        {
            "subject": words.subject(proposal.blocks),
            "preheader": words.preheader(proposal.blocks),
            "greeting": words.greeting(series.language),
            "proposed_at": now,
        },
        states={EditionState.DRAFT},
    )


def news_within(series: Newsletter) -> timedelta:
    """How old news may be: twice the time between two editions, so that what found no room gets a second chance."""
    return slots.PERIODS[series.cadence.frequency] * 2


def hold_unfit(session: Session, now: datetime) -> tuple[Edition, ...]:
    """See `service.hold_unfit`."""
    held = []
    for edition in store.due(session, now):
        series = store.find_newsletter(session, edition.newsletter_id)
        assert series is not None
        because = _against(session, edition, series, now)
        if because is None:
            continue
        values = {"state": EditionState.HELD, "reason": str(Reason(because=because, since=now))}
        if store.change(session, edition.id, values, states={EditionState.APPROVED}, revision=edition.revision):
            held.append(_read(session, edition))
    return tuple(held)


def _against(session: Session, edition: Edition, series: Newsletter, now: datetime) -> Because | None:
    if rules.is_late(edition, series, now):
        return Because.LATE
    if rules.digest_of(edition, series) != edition.digest:
        return Because.CHANGED
    sent = store.sent(session, series.id, apart_from=edition.id)
    if rules.urgent(rules.findings(edition, send_at=now, sent=sent)):
        return Because.NOT_READY
    return None


def _look_again(session: Session, series: Newsletter, now: datetime, organisation: Organisation) -> list[Edition]:
    """A slot skipped for want of news, whose hour is still ahead, becomes a draft as soon as there is news."""
    waiting = store.editions(session, newsletter_id=series.id, states={EditionState.SKIPPED}, before=None, limit=1)
    if not waiting or waiting[0].due_at <= now:
        return []
    reason = Reason.read(waiting[0].reason)
    if reason is None or reason.because is not Because.NOTHING_NEW:
        return []
    if _proposal(session, series, waiting[0].due_at, now, organisation).unsent < series.minimum_items:
        return []
    back = {"state": EditionState.DRAFT, "reason": ""}
    if not store.change(session, waiting[0].id, back, states={EditionState.SKIPPED}, revision=waiting[0].revision):
        return []
    fill(session, waiting[0], series, now, organisation=organisation)
    store.renumber(session, series.id)
    return [waiting[0]]


def _make(session: Session, series: Newsletter, slot: datetime, now: datetime, organisation: Organisation) -> Edition:
    _give_up_older(session, series.id, slot, now)
    proposal = _proposal(session, series, slot, now, organisation)
    if proposal.unsent < max(series.minimum_items, 1):
        since = store.made_up_before(session, series.id, slot)
        reason = Reason(because=Because.NOTHING_NEW, since=since)
        return _write(session, series, slot, now=now, reason=reason)
    edition = _write(session, series, slot, now=now, proposal=proposal)
    blocks.add(session, edition.id, proposal.blocks)
    return edition


def _give_up_older(session: Session, newsletter_id: NewsletterId, slot: datetime, now: datetime) -> None:
    """A draft nobody approved before its hour gives way to the next one, which may carry the same things."""
    reason = str(Reason(because=Because.SUPERSEDED, since=slot))
    for edition_id in store.slept_through(session, newsletter_id, before=min(slot, now)):
        values = {"state": EditionState.SKIPPED, "reason": reason, "number": 0}
        store.change(session, edition_id, values, states={EditionState.DRAFT})


def _proposal(
    session: Session, series: Newsletter, slot: datetime, now: datetime, organisation: Organisation
) -> Proposal:
    send_at = max(slot, now)
    within = news_within(series)
    facts = Facts(
        send_at=send_at,
        new_since=store.made_up_before(session, series.id, slot) or now - within / 2,
        news_within=within,
        sent=store.sent(session, series.id),
        house=words.house_blocks(organisation, series.language),
    )
    oldest = send_at - max(within * 2, proposing.BLOG_WITHIN)
    candidates = content.candidates(session, language=series.language, now=send_at, since=oldest)
    return proposing.propose(candidates, series.layout, facts)


def _write(
    session: Session,
    series: Newsletter,
    slot: datetime,
    *,
    now: datetime,
    reason: Reason | None = None,
    proposal: Proposal | None = None,
) -> Edition:
    """A draft with that proposal, or a slot skipped for that reason."""
    edition_id = store.add_edition(
        session,
        newsletter_id=series.id,
        number=0,
        due_at=slot,
        state=EditionState.DRAFT if proposal else EditionState.SKIPPED,
        subject=words.subject(proposal.blocks) if proposal else "",
        preheader=words.preheader(proposal.blocks) if proposal else "",
        greeting=words.greeting(series.language) if proposal else "",
        reason=str(reason) if reason else "",
        proposed_at=now,
    )
    found = store.find_edition(session, edition_id)
    assert found is not None
    return found


def _read(session: Session, edition: Edition) -> Edition:
    found = store.find_edition(session, edition.id)
    assert found is not None
    return found
