"""The demonstration's appeals: of last spring and autumn with what came of them, and one that is being prepared."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from tempfile import TemporaryFile

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import do_not_call, policies
from crm.consent.model import APPEALS, Channel, LegalBasis
from crm.consent.policy import Need, NewPolicy, Population
from crm.donations import appeals
from crm.donations import service as donations
from crm.donations.model import GENERAL, Basis, Method, Movement, NewGift, NewLine
from crm.fundraising import exporting, freezing
from crm.fundraising import service as fundraising
from crm.fundraising.errors import NobodyToAsk
from crm.fundraising.model import FileForm, FileState, Kind, Ladder, NewAppeal, NewCell
from crm.segments import asking as counting
from crm.segments import service as segments
from crm.segments.library import READY
from crm.segments.model import Every, NewSegment, Run, Tree
from crm.staff import service as staff
from crm.values.calendar import brussels_day, instant_of
from crm.values.identifiers import AccountId, AppealId, PersonId, SegmentId
from crm.values.phone_number import PhoneNumber

SEED = 1948
LESS, LEAST = 0.7, 500
"""So many of those who answer again give less, but so many cents at least."""
LETTER = (
    "Une lettre, une bougie, une signature : c’est avec cela que des portes s’ouvrent.\n\n"
    "Cet hiver, des centaines de personnes attendent encore derrière la leur. Votre don nous permet d’enquêter, "
    "d’écrire et d’insister, jusqu’à ce que quelqu’un rentre chez soi."
)


def let_them_ask(assembly: Assembly, now: datetime) -> None:
    """Once: a house that has a campaign is left alone."""
    with assembly.database.transaction() as session:
        if fundraising.campaigns(session):
            return
        by, other = [account.id for account in staff.accounts(session)][:2]
        today = brussels_day(now)
        _allow(session, by, other, now)
        generous, everybody = _segments(assembly, session, by, now)
        past = date(today.year if today.month > 10 else today.year - 1, 10, 6)
        answered: dict[PersonId, int] = {}
        for code, campaign, name, on in (
            ("PRINT", "Printemps", "Des voix pour le printemps", past.replace(month=4)),
            ("AUTOM", "Automne", "Les bougies d’octobre", past),
        ):
            appeal = _appeal(session, code=f"{code}{on:%y}", campaign=campaign, name=name, on=on, by=by)
            for new in (
                NewCell(name="Généreux et fidèles", segment_id=generous, package="A", ladder=Ladder(most_cents=100000)),
                NewCell(name="Tous les autres", segment_id=everybody, rival="B", rival_share=500, control_share=200),
            ):
                fundraising.add_cell(session, appeal, new, by=by)
            with suppress(NobodyToAsk):
                frozen_at = instant_of(on - timedelta(days=9), time(10))
                freezing.freeze(session, assembly.questions, appeal, by=by, at=frozen_at)
                _leave(session, appeal, by=by, other=other, at=frozen_at + timedelta(days=2))
                answered = _answer(session, assembly, appeal, answered, sent=on, now=now)
        coming = today + timedelta(days=12)
        winter = _appeal(session, code=f"NOEL{coming:%y}", campaign="Noël", name="La lettre de Noël", on=coming, by=by)
        for new in (
            NewCell(name="Généreux et fidèles", segment_id=generous, ladder=Ladder(percents=(120, 160, 220))),
            NewCell(name="Tous les autres", segment_id=everybody, rival="B", rival_share=300, cap=60),
        ):
            fundraising.add_cell(session, winter, new, by=by)
        _call(session, assembly, generous, by=by, now=now)


def _leave(session: Session, appeal_id: AppealId, *, by: AccountId, other: AccountId, at: datetime) -> None:
    """Its list goes to a mail house, which destroyed it since."""
    asked = exporting.ask(session, appeal_id, FileForm.LIST, recipient="Imprimerie des Bougies", by=by, at=at)
    if asked.state is FileState.ASKED:
        exporting.decide(session, appeal_id, asked.id, approve=True, by=other, at=at)
    with TemporaryFile() as file:
        made = exporting.write(session, fundraising.appeal(session, appeal_id), file, recipient=asked.recipient, at=at)
    exporting.note(session, appeal_id, asked.id, made, by=by, at=at)
    exporting.say_purged(session, appeal_id, asked.id, by=by, at=at + timedelta(days=20))


def _call(session: Session, assembly: Assembly, segment_id: SegmentId, *, by: AccountId, now: datetime) -> None:
    """An appeal by phone, frozen; the national list of this morning spares one number that nobody has."""
    today = brussels_day(now)
    begins_on = today + timedelta(days=3)
    numbers = [PhoneNumber.parse("+32 470 00 00 00").e164]
    do_not_call.bring(session, assembly.addresses, numbers, dated_on=today, sha256=f"{SEED:064x}", by=by, at=now)
    code = f"VOIX{begins_on:%y}"
    voices = _appeal(
        session, code=code, campaign="Voix", name="Un appel de vive voix", on=begins_on, by=by, channel=Channel.PHONE
    )
    fundraising.add_cell(session, voices, NewCell(name="Généreux et fidèles", segment_id=segment_id), by=by)
    with suppress(NobodyToAsk):
        freezing.freeze(session, assembly.questions, voices, by=by, at=now)


def _allow(session: Session, by: AccountId, other: AccountId, now: datetime) -> None:
    fundraising.open_purpose(session)
    for channel in (Channel.POST, Channel.PHONE):
        new = NewPolicy(
            purpose=APPEALS,
            channel=channel,
            population=Population.EVERYBODY if channel is Channel.POST else Population.DONORS,
            need=Need.NO_OBJECTION,
            legal_basis=LegalBasis.LEGITIMATE_INTEREST,
            valid_from_on=date(2024, 1, 1),
            reason="Demander un don à qui nous connaît déjà ; chacun·e peut s’y opposer d’un mot.",
        )
        proposed = policies.propose(session, new, by=by, at=now)
        policies.decide(session, proposed.id, approve=True, by=other, at=now)


def _segments(assembly: Assembly, session: Session, by: AccountId, now: datetime) -> tuple[SegmentId, SegmentId]:
    trees: dict[str, Tree] = {one.key: one.tree for one in READY if one.tree is not None}
    made = []
    for name, tree in (("Donateurs et donatrices fidèles", trees["loyal"]), ("Tous les soutiens", Every())):
        new = NewSegment(name=name, tree=tree, folder="Appels")
        made.append(segments.create(session, assembly.questions, new, by=by, at=now))
        question = segments.question(session, assembly.questions, [tree], at=now)
        people = counting.count(segments.definition(tree, {}), question)
        segments.note_run(session, made[-1], Run(people=people, milliseconds=1, counted_at=now, number=1))
    return made[0], made[1]


def _appeal(
    session: Session,
    *,
    code: str,
    campaign: str,
    name: str,
    on: date,
    by: AccountId,
    channel: Channel = Channel.POST,
) -> AppealId:
    made = fundraising.add_campaign(session, code=code, name=f"{campaign} {on.year}")
    plan = NewAppeal(
        name=name,
        kind=Kind.GENERAL,
        channel=channel,
        purpose=APPEALS,
        planned_on=on,
        fund=GENERAL,
        cost_cents=42000,
        letter=LETTER if channel is Channel.POST else "",
        rest_days=60 if channel is Channel.POST else 0,
        gift_months=3 if channel is Channel.POST else 0,
        spares_regular=channel is Channel.POST,
    )
    at = instant_of(on - timedelta(days=30), time(10))
    return fundraising.plan(session, made.id, "P1", plan, seed=f"{SEED} {code}", by=by, at=at).id


def _answer(
    session: Session,
    assembly: Assembly,
    appeal_id: AppealId,
    before: Mapping[PersonId, int],
    *,
    sent: date,
    now: datetime,
) -> dict[PersonId, int]:
    """Some answer by their communication, on the days after: who gave how much. Of those who answered the appeal
    `before`, some do so again, most of them with less.
    """
    chance = random.Random(f"{SEED} {sent:%m}")  # noqa: S311 - made-up gifts, not secrets
    asked = list(exporting.recipients(session, appeal_id))
    known = appeals.printed(session, {one.digits for one in asked})
    several = chance.sample(asked, max(len(asked) // (9 if before else 6), min(len(asked), 3)))
    again = [one for one in asked if known[one.digits].person_id in before and one not in several]
    given: dict[PersonId, int] = {}
    for one in (*several, *again):
        person_id, on = (
            known[one.digits].person_id,
            min(sent + timedelta(days=chance.randrange(3, 40)), brussels_day(now)),
        )
        cents = chance.choice(one.asks)
        if chance.random() < LESS:
            cents = max(min(cents, before.get(person_id, cents) * 3 // 5), LEAST)
        new = NewGift(
            person_id=person_id,
            lines=(NewLine(cents=cents),),
            given_on=on,
            basis=Basis.SETTLEMENT,
            source_code=one.source_code,
            movement=Movement(
                method=Method.TRANSFER, booked_on=on, provider="demo", external_id=f"appeal-{appeal_id}-{one.seq}"
            ),
        )
        donations.record(session, assembly.sealer, new, at=now)
        given[person_id] = cents
    return given
