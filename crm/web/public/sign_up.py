"""The sign-up page: nothing ticked beforehand, one sentence per purpose, and the same answer for every address."""

from __future__ import annotations

from flask import Blueprint, Response, request

from crm.consent import asking
from crm.values.languages import Language
from crm.web.even_pace import even_pace
from crm.web.public import notices, page, sign_up_form
from crm.web.public.sign_up_form import Age, Meant, Typed
from mailing.correspondence import service as correspondence
from mailing.correspondence.model import SaidAge, SignUp

blueprint = Blueprint("sign_up", __name__)


@blueprint.get("/inscription")
def form() -> Response:
    """The empty form."""
    speaks = page.language()
    return _show(_offers(speaks), Typed(language=speaks), speaks)


@blueprint.post("/inscription")
def send() -> Response:
    """Writes the wish down and owes the letter; or shows the form again with everything that was typed."""
    speaks, made, now = page.language(), page.assembly(), page.now()
    offers = _offers(speaks)
    if request.form.get("age") == sign_up_form.CHILD:
        # Before anything is looked at: of a child nothing is kept, not even that they asked.
        return page.show("too_young.html", speaks=speaks, is_private=True)
    typed = sign_up_form.read(request.form, offers, speaks)
    given = request.form.get("form", "")[: sign_up_form.LONGEST_TYPED]
    age = sign_up_form.age(made.links, offers, given, now)
    if typed.errors or typed.address is None:
        return _show(offers, typed, speaks, given=given if age is Age.TOO_QUICK else "", status=422)
    if not typed.is_trapped:
        if age is not Age.RIGHT:
            again = given if age is Age.TOO_QUICK else ""
            if age is Age.STALE and not given and request.form.get("from") == sign_up_form.FROM_A_SITE:
                return _show(offers, typed, speaks, said=sign_up_form.ERRORS[sign_up_form.FROM_A_SITE])
            return _show(offers, typed, speaks, given=again, said=sign_up_form.ERRORS[age], status=422)
        with made.database.reading() as session:
            is_calm, has_patience = asking.is_calm(session, at=now), asking.has_patience(session, at=now)
        work = request.form.get("work", "")
        meant = sign_up_form.meant(given, typed.address, work, links=made.links, is_calm=is_calm, at=now)
        if meant is Meant.NOT_YET or (meant is Meant.PATIENT and not has_patience):
            said = sign_up_form.ERRORS[Meant.NOT_YET]
            return _show(offers, typed, speaks, given=given, said=said, status=429)
        asked = SignUp(
            email=typed.address,
            first_name=typed.first_name,
            language=typed.language,
            words=notices.chosen(offers, typed.purposes),
            age=SaidAge(typed.age),
            patient=meant is Meant.PATIENT,
        )
        with even_pace(), made.database.transaction() as session:
            correspondence.sign_up(session, page.assembly().desk, asked, at=now)
    return page.show("check_mailbox.html", speaks=speaks, is_private=True, address=typed.address.text)


def _offers(speaks: Language) -> tuple[notices.Offer, ...]:
    made = page.assembly()
    with made.database.reading() as session:
        return notices.offers(session, speaks, made.settings.organisation)


def _show(
    offers: tuple[notices.Offer, ...],
    typed: Typed,
    speaks: Language,
    *,
    given: str = "",
    said: str = "",
    status: int = 200,
) -> Response:
    made = page.assembly()
    with made.database.reading() as session:
        is_calm = asking.is_calm(session, at=page.now())
    return page.show(
        "sign_up.html",
        speaks=speaks,
        status=status,
        offers=offers,
        information=notices.information(speaks, made.settings.organisation),
        typed=typed,
        errors={name: page.say(speaks, text) for name, text in typed.errors.items()},
        said=page.say(speaks, said) if said else "",
        ages=[(code, page.say(speaks, text)) for code, text in sign_up_form.AGES.items()],
        form_token=given or sign_up_form.token(made.links, offers, page.now()),
        trap=sign_up_form.TRAP,
        work_bits=0 if is_calm else sign_up_form.WORK_BITS,
        own_names={one.value: name for one, name in page.OWN_NAMES.items()},
    )
