"""The door of one's own space: a link by mail; looking at it changes nothing, its button lets in once.

Whether an address is known shows nowhere: the page after asking is the same, and takes as long.
"""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.foundation.signing import TokenPurpose
from crm.people import contacts
from crm.people import service as people
from crm.people.model import Person
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.visits import service as visits
from crm.visits.model import Entered, Visit, VisitLink
from crm.visits.rules import Knowledge, who_knows
from crm.web.even_pace import even_pace
from crm.web.public import page
from crm.web.public.sign_up_form import ERRORS, LONGEST_TYPED, TRAP
from crm.web.words import N_
from mailing.correspondence import visiting

blueprint = Blueprint("space_door", __name__)

HERE = "/mon-espace"
UNKNOWN = N_("Nous ne vous avons pas reconnu·e. Relisez, puis réessayez.")


def cookie_name(made: Assembly) -> str:
    """`__Host-` binds the cookie to this host and to https; plain for local trials. Apart from the staff's."""
    return "__Host-portevoix-espace" if made.settings.secure_cookies else "portevoix-espace"


def visit_here(session: Session) -> Visit | None:
    """The visit of this browser, while it lasts."""
    made = page.assembly()
    return visits.visit_of(session, request.cookies.get(cookie_name(made), ""), at=page.now())


def visitor(session: Session) -> Person | None:
    """Who is in their own space; None for nobody, and for somebody of whom we were told that they died."""
    visit = visit_here(session)
    person = people.find_survivor(session, visit.person_id) if visit else None
    return None if person is None or person.is_deceased else person


def is_our_form(visit: Visit) -> bool:
    """False for a form that was not made for this very visit."""
    typed = request.form.get("csrf", "")
    from_here = request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}
    return from_here and secrets.compare_digest(typed.encode(), visit.csrf.encode())


def ask_page(*, email: str = "", error: str = "", is_over: bool = False) -> Response:
    """The form that asks for an address."""
    speaks = page.language()
    return page.show(
        "space/ask.html",
        speaks=speaks,
        status=422 if error else 200,
        is_private=True,
        email=email,
        errors={"email": page.say(speaks, error)} if error else {},
        is_over=is_over,
        trap=TRAP,
    )


@blueprint.post(HERE)
def ask() -> Response:
    """Owes a link to the mailbox, if we know it; says the same to everybody."""
    made, speaks = page.assembly(), page.language()
    typed = request.form.get("email", "").strip()[:LONGEST_TYPED]
    try:
        email = EmailAddress.parse(typed)
    except Invalid:
        return ask_page(email=typed, error=ERRORS["email" if typed else "no-email"])
    if not request.form.get(TRAP):
        with even_pace(), made.database.transaction() as session:
            visiting.send_link(session, made.desk, email, at=page.now())
    return page.show("space/asked.html", speaks=speaks, is_private=True, address=email.text)


@blueprint.get(f"{HERE}/<token>")
def look(token: str) -> Response:
    """A button, and where several people share the mailbox, the question which of them it is. Changes nothing."""
    made = page.assembly()
    with made.database.reading() as session:
        link = _link(session, token)
        several = visiting.living_at(session, link.address_key) if link else ()
    if link is None or not several:
        return _spent()
    return _door(several)


@blueprint.post(f"{HERE}/<token>")
def enter(token: str) -> Response:
    """Begins the visit. A wrong proof and one of nobody are answered alike; five of them, and the link is spent."""
    made, now = page.assembly(), page.now()
    entered: Entered | None = None
    with even_pace(), made.database.transaction() as session:
        link = _link(session, token)
        several = visiting.living_at(session, link.address_key) if link else ()
        if link is None or not several:
            return _spent()
        if len(several) > 1 and not visits.may_guess(session, link):
            return _spent()
        who = several[0] if len(several) == 1 else _who(session, several)
        if who is None:
            return _door(several, said=UNKNOWN)
        entered = visits.enter(session, link, who.id, at=now)
    if entered is None:
        return _spent()
    response = redirect(f"{HERE}?lang={page.language(who.language).value}", 303)
    assert isinstance(response, Response)
    response.set_cookie(
        cookie_name(made), entered.token, path="/", httponly=True, secure=made.settings.secure_cookies, samesite="Lax"
    )
    return response


def _link(session: Session, token: str) -> VisitLink | None:
    value = page.assembly().links.read(TokenPurpose.VISIT, token)
    return visits.find_link(session, value, at=page.now())


def _who(session: Session, several: tuple[Person, ...]) -> Person | None:
    abodes = contacts.addresses_of(session, [person.id for person in several])
    known = [
        Knowledge(
            person.id,
            member_number=person.member_number,
            birth_on=person.birth_on,
            postcodes=[abode.address.postcode for abode in abodes[person.id]],
        )
        for person in several
    ]
    typed = {name: request.form.get(name, "")[:LONGEST_TYPED] for name in ("number", "postcode", "year")}
    found = who_knows(known, **typed)
    return next((person for person in several if person.id == found), None)


def _door(several: tuple[Person, ...], *, said: str = "") -> Response:
    speaks = page.language(several[0].language)
    return page.show(
        "space/door.html",
        speaks=speaks,
        status=422 if said else 200,
        is_private=True,
        is_shared=len(several) > 1,
        said=page.say(speaks, said) if said else "",
    )


def _spent() -> Response:
    return page.show("space/spent.html", speaks=page.language(), status=404, is_private=True)
