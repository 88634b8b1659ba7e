"""Whether somebody wants to be asked for gifts, said by themselves in their own space."""

from __future__ import annotations

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from crm.fundraising import objecting
from crm.fundraising.own_space import PATH
from crm.people.model import Person
from crm.visits.model import Visit
from crm.web.public import page, space_door
from crm.web.words import N_
from mailing.correspondence import receipts
from mailing.correspondence.model import Reader

blueprint = Blueprint("asking", __name__)

AGAIN = N_("Vous pouvez de nouveau m’adresser vos appels aux dons, par courrier, par téléphone, par SMS ou par e-mail.")

LEFT_ALONE = N_("Nous ne vous demanderons plus de don, ni par courrier, ni par téléphone, ni par SMS, ni par e-mail.")
ASKED_AGAIN = N_("Nous pouvons de nouveau vous demander un don.")


@blueprint.get(PATH)
def look() -> Response:
    """What stands."""
    with page.assembly().database.reading() as session:
        person = space_door.visitor(session)
        return space_door.ask_page(is_over=True) if person is None else _show(session, person)


@blueprint.post(PATH)
def say() -> Response:
    """Writes it; the page says what has changed."""
    made, now = page.assembly(), page.now()
    with made.database.transaction() as session:
        visit, person = space_door.visit_here(session), space_door.visitor(session)
        if visit is None or person is None or not space_door.is_our_form(visit):
            return space_door.ask_page(is_over=True)
        if request.form.get("wish") == "stop":
            if objecting.object_to(session, made.sealer, person.id, at=now):
                _receipt(session, visit, person, said=LEFT_ALONE)
        elif request.form.get("wish") == "again":
            speaks = page.language(person.language)
            words = page.say(speaks, AGAIN)
            if objecting.allow_again(session, made.sealer, person.id, words=words, language=speaks, at=now):
                _receipt(session, visit, person, said=ASKED_AGAIN, words=(words,))
        else:
            return _show(session, person, status=422)
        return _show(session, person, done=True)


def _receipt(session: Session, visit: Visit, person: Person, *, said: str, words: tuple[str, ...] = ()) -> None:
    made, point = page.assembly(), person.at(visit.address_key)
    if point is not None and point.is_living:
        speaks = page.language(person.language)
        reader = Reader(person=person, point=point)
        receipts.send(
            session, made.desk, reader, said=[page.say(speaks, said)], words=words, language=speaks, at=page.now()
        )


def _show(session: Session, person: Person, *, done: bool = False, status: int = 200) -> Response:
    visit = space_door.visit_here(session)
    if visit is None or not objecting.is_open(session):
        return page.lost_link()
    return page.show(
        "space/asking.html",
        speaks=page.language(person.language),
        status=status,
        is_private=True,
        csrf=visit.csrf,
        left_alone=objecting.has_objected(session, person.id),
        again=page.say(page.language(person.language), AGAIN),
        done=done,
        path=PATH,
    )
