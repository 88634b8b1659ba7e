"""What the demonstration's supporters did: petitions of its site signed, events joined, an urgent action taken."""

from __future__ import annotations

import random
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crm.actions import service as actions
from crm.actions.model import Call, CallKind, Deed, DeedKind, NewCall, NewRegistration, NewSignature
from crm.assembly import Assembly
from crm.demo.organisation import MARK
from crm.people import service as people
from crm.people.model import Person, Sensitivity
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from mailing.content import calls
from mailing.content import service as content
from mailing.content.model import ContentKind, Standing

SEED = 1977
MOST = 4
"""So many open petitions, and so many coming events, have people already."""
KEEN = 0.06
"""So many of them sign each petition that they see."""
GONE = (
    (
        "soiree-bougies",
        "Soirée d’ouverture de la campagne Bougies",
        "Maison des associations, Namur",
        timedelta(days=70),
    ),
    ("cine-debat", "Ciné-débat : une journaliste raconte", "Cinéma Nova, Bruxelles", timedelta(days=240)),
)
"""Evenings that are over, and how long ago they were."""
CAME = 0.16
WORDS = "Transmettez ma signature aux autorités concernées."
COMMENTS = ("", "", "", "Courage.", "Nous ne vous oublions pas.", "Libérez-la.", "Chaque jour compte.")


def let_them_act(assembly: Assembly, now: datetime) -> None:
    """Lets a part of the supporters act on what the site calls to; doing it twice is doing it once."""
    chance = random.Random(SEED)  # noqa: S311 - made-up people, not secrets
    with assembly.database.transaction() as session:
        if any(actions.page(session, kind, size=1).total for kind in CallKind):
            return
        supporters = people.page(session, size=400).people
        day = brussels_day(now)
        keen = {one.id for one in supporters if chance.random() < KEEN}
        for kind in (ContentKind.PETITION, ContentKind.EVENT):
            found = content.page(session, kind=kind, standing=(Standing.OPEN, day), size=MOST).items
            for item in reversed(found):
                call = calls.call_of(session, item, at=now - timedelta(days=20))
                _come(session, call, supporters, chance, now, keen=keen)
        for code, title, place, ago in GONE:
            _gone(session, (code, title, place), supporters, chance, now - ago)
        _urgent(session, supporters, chance, now)


def _come(
    session: Session,
    call: Call,
    supporters: tuple[Person, ...],
    chance: random.Random,
    now: datetime,
    *,
    keen: Collection[PersonId],
) -> None:
    share = chance.uniform(0.15, 0.5) if call.kind is CallKind.PETITION else chance.uniform(0.04, 0.12)
    signs_all = keen if call.kind is CallKind.PETITION else ()
    coming = [person for person in supporters if chance.random() < share or person.id in signs_all]
    acting = [(person, _moment(chance, person, now)) for person in coming]
    for person, at in sorted(acting, key=lambda one: one[1]):
        if call.kind is CallKind.PETITION:
            deliver = chance.random() < 0.85
            signature = NewSignature(
                petition_id=call.id, person_id=person.id, signed_at=at, source=MARK,
                comment=chance.choice(COMMENTS), deliver=deliver, delivery_words=WORDS, delivery_language=Language.FR,
            )  # fmt: skip
            actions.sign(session, signature, at=at)
        else:
            seats = chance.choice((1, 1, 1, 2, 2, 4))
            new = NewRegistration(event_id=call.id, person_id=person.id, at=at, seats=seats, source=MARK)
            actions.register(session, new)
            if chance.random() < 0.1:
                actions.cancel(session, call.id, person.id, at=min(now, at + timedelta(hours=30)))


def _gone(
    session: Session,
    what: tuple[str, str, str],
    supporters: tuple[Person, ...],
    chance: random.Random,
    at: datetime,
) -> None:
    """An evening of ours that is over: who had said they would come, and most of whom did."""
    code, title, place = what
    new = NewCall(
        kind=CallKind.EVENT, code=f"{code}-{at:%Y}", title=title, place=place, language=Language.FR,
        sensitivity=Sensitivity.ORDINARY, starts_on=brussels_day(at),
    )  # fmt: skip
    call = actions.put_call(session, new, at=at - timedelta(days=30))
    for person in supporters:
        if chance.random() < CAME and not person.is_deceased:
            said = at - timedelta(days=chance.randrange(1, 25))
            new_one = NewRegistration(event_id=call.id, person_id=person.id, at=said, source=MARK)
            known = actions.register(session, new_one).registration
            if chance.random() < 0.8:
                actions.set_attendance(session, known.id, came=True, at=at)


def _urgent(session: Session, supporters: tuple[Person, ...], chance: random.Random, now: datetime) -> None:
    new = NewCall(
        kind=CallKind.URGENT_ACTION, code="au-12-2026", title="Écrire aux autorités : trois journalistes disparus",
        language=Language.FR, closes_on=brussels_day(now) + timedelta(days=21),
    )  # fmt: skip
    call = actions.put_call(session, new, at=now - timedelta(days=9))
    for person in supporters:
        if chance.random() < 0.14:
            kind = chance.choice((DeedKind.LETTER, DeedKind.EMAIL, DeedKind.EMAIL, DeedKind.SOCIAL_MEDIA))
            at = _moment(chance, person, now, days=9)
            deed = Deed(action_id=call.id, person_id=person.id, kind=kind, done_at=at, source=MARK)
            actions.act(session, deed, at=at)


def _moment(chance: random.Random, person: Person, now: datetime, *, days: int = 20) -> datetime:
    """Some minute of the last days, never before the person came."""
    since = max(now - timedelta(days=days), person.created_at)
    return since + (now - since) * chance.random()
