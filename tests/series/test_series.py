"""The welcome series: due days after a first gift, through the gate, once; its texts in two languages at least."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Act, NewAct, Way
from crm.donations import service as donations
from crm.donations import thanks
from crm.donations.model import Method, Movement, NewGift, NewLine
from crm.donations.thanking import ThankWay
from crm.duplicates import merges
from crm.people import service as people
from crm.people.model import NewPerson
from crm.staff.model import Role
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, DeliveryId, PersonId
from crm.values.languages import Language
from jobs import send_welcomes
from mailing.delivery import service as delivery
from mailing.delivery.tables import DeliveryRow
from mailing.rendering.model import Slot
from mailing.rendering.slots import slots_in
from mailing.series import service as series
from mailing.series.errors import StepMissing
from mailing.series.model import Step, Words
from tests.conftest import NOW
from tests.web.conftest import Browser, app, browser
from tests.web.supporters import PURPOSES, words_of

__all__ = ["app", "browser"]

WORDS = {
    Language.FR: Words(
        subject="((prénom)), voici la suite", text="Bonjour ((prénom|ami·e)),\n\nhttps://exemple.be/nous"
    ),
    Language.NL: Words(subject="Hier is het vervolg", text="Dag ((prénom)),"),
}
ME = AccountId(3)


def furnish(session: Session, assembly: Assembly, days: int = 3, *, is_open: bool = True) -> Step:
    """A letter of the series, under the yes to the news."""
    for purpose in PURPOSES:
        consent.put_purpose(session, purpose)
    made = series.add(session, days=days, purpose="news")
    return series.change(
        session, assembly.settings.organisation, made.id, days=days, purpose="news", is_open=is_open, words=WORDS,
        at=NOW, by=None,
    )  # fmt: skip


def newcomer(
    session: Session,
    assembly: Assembly,
    name: str,
    days: int,
    *,
    act: Act | None = Act.GIVEN,
    language: Language = Language.FR,
    is_thanked: bool = True,
) -> PersonId:
    """Somebody who first gave so many days ago, and said yes (or something else) to the news."""
    new = NewPerson(language=language, first_name=name, email=EmailAddress.parse(f"{name.lower()}@exemple.be"))
    person = people.add(session, assembly.addresses, new, at=NOW)
    on = NOW.date() - timedelta(days)
    gift = NewGift(
        person_id=person.id,
        lines=(NewLine(cents=2500),),
        given_on=on,
        movement=Movement(method=Method.TRANSFER, booked_on=on),
    )
    made = donations.record(session, assembly.sealer, gift, at=NOW)
    if is_thanked:
        thanks.thank(session, [made.id], ThankWay.MAIL, at=NOW, by=None)
    if act is not None:
        say(session, assembly, person.id, act)
    return person.id


def say(session: Session, assembly: Assembly, person_id: PersonId, act: Act) -> None:
    """What somebody says of the news."""
    person = people.find_survivor(session, person_id)
    assert person is not None
    assert person.primary is not None
    key = person.primary.address_key
    assert key is not None
    told = NewAct(person_id=person_id, purpose="news", address_key=key, act=act, way=Way.CONFIRMATION, occurred_at=NOW)
    consent.record(session, assembly.sealer, told, at=NOW)


def owed(session: Session) -> list[str]:
    """To whom a mail is owed, in order."""
    return sorted(session.scalars(select(DeliveryRow.address)))


def test_each_is_written_to_once_who_is_due_was_thanked_and_says_yes(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        one = furnish(session, assembly)
        newcomer(session, assembly, "Early", 2)
        due = newcomer(session, assembly, "Due", 3)
        newcomer(session, assembly, "Late", 9)
        newcomer(session, assembly, "Old", 11)
        newcomer(session, assembly, "Silent", 3, act=None)
        newcomer(session, assembly, "No", 3, act=Act.OBJECTED)
        newcomer(session, assembly, "Unthanked", 3, is_thanked=False)
        newcomer(session, assembly, "German", 3, language=Language.DE)
        dutch = newcomer(session, assembly, "Dutch", 3, language=Language.NL)
        assert series.due_count(session, one, at=NOW) == 3
    assert send_welcomes.run(assembly, NOW) == {"owed": 3}
    with assembly.database.transaction() as session:
        first = owed(session)
        assert first == ["due@exemple.be", "dutch@exemple.be", "late@exemple.be"]
        twin = newcomer(session, assembly, "Twin", 3)
        merges.merge(
            session, assembly.sealer, assembly.pointers, survivor_id=twin, loser_id=due, chosen={}, by=ME, at=NOW
        )
    assert send_welcomes.run(assembly, NOW) == {"owed": 0}
    with assembly.database.transaction() as session:
        assert owed(session) == first
        bodies = {}
        for row in session.scalars(select(DeliveryRow)):
            body = delivery.body_of(session, DeliveryId(row.id))
            assert body is not None
            bodies[row.recorded_person_id] = body.subject
            assert Slot.FIRST_NAME in slots_in(body.html)
            assert Slot.FIRST_NAME in slots_in(body.text)
        assert bodies[dutch] == "Hier is het vervolg"
        newcomer(session, assembly, "New", 3)
        closed = {"days": 3, "purpose": "news", "is_open": False, "words": WORDS, "at": NOW, "by": None}
        series.change(session, assembly.settings.organisation, one.id, **closed)  # type: ignore[arg-type] # by name
    assert send_welcomes.run(assembly, NOW) == {"owed": 0}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"days": 366}, "days"),
        ({"purpose": "service"}, "purpose"),
        ({"words": {Language.FR: WORDS[Language.FR]}}, "open"),
        ({"words": WORDS | {Language.DE: Words(subject="", text="x")}}, "subject-de"),
        ({"words": WORDS | {Language.DE: Words(subject="x", text="")}}, "text-de"),
        ({"words": WORDS | {Language.DE: Words(subject="x", text="((montant))")}}, "text-de"),
        ({"words": WORDS | {Language.DE: Words(subject="((x))", text="x")}}, "subject-de"),
    ],
)
def test_what_a_letter_cannot_be_is_said_at_the_field(
    assembly: Assembly, change: dict[str, object], field: str
) -> None:
    with assembly.database.transaction() as session:
        one = furnish(session, assembly)
        facts = {"days": 3, "purpose": "news", "is_open": True, "words": WORDS, "at": NOW, "by": None} | change
        with pytest.raises(Invalid) as wrong:
            series.change(session, assembly.settings.organisation, one.id, **facts)  # type: ignore[arg-type] # by name
        assert wrong.value.field == field
        with pytest.raises(StepMissing):
            series.step(session, 99)


def test_the_desk_writes_opens_and_stops_a_letter(assembly: Assembly, browser: Callable[..., Browser]) -> None:
    here, someone = "/office/gifts/thanks/series", browser(Role.FUNDRAISER)
    with assembly.database.transaction() as session:
        for purpose in PURPOSES:
            consent.put_purpose(session, purpose)
    assert "Aucune lettre pour l’instant" in words_of(someone.get(here).text)
    for wrong in ({"days": "x", "purpose": "news"}, {"days": "3", "purpose": "?"}):
        assert someone.post(here, wrong).status_code == 422
    place = someone.post(here, {"days": "3", "purpose": "news"}).headers["Location"]
    said = {"days": "4", "purpose": "news", "subject-fr": "Bonjour", "text-fr": "((prénom)), merci."}
    assert someone.post(place, said | {"open": "on"}).status_code == 422
    assert someone.post(place, said | {"text-fr": "((x))"}).status_code == 422
    both = said | {"subject-nl": "Dag", "text-nl": "((prénom)), bedankt."}
    assert someone.post(place, both | {"open": "on"}).status_code == 303
    shown = words_of(someone.get(place).text)
    assert "Cette lettre part d’elle-même." in shown
    assert "Bonjour" in shown
    assert "Camille, merci." in shown
    assert "zqslot" not in shown
    assert "part d’elle-même" in words_of(someone.get(here).text)
    assert browser(Role.FINANCE).post(place, both).status_code == 403
    assert browser(Role.FINANCE).get(place).status_code == 200
