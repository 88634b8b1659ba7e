"""What a supporter declared they care about (GDPR art. 9): counted on their page, shown when asked, the look noted."""

from __future__ import annotations

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from crm.consent import interests
from crm.consent.interest import InterestKind
from crm.staff.model import Permission
from crm.web.office import guard, in_place, shell
from crm.web.office.noting import note
from crm.web.office.supporter_page import find
from crm.web.public.interests import named
from crm.web.words import N_
from mailing.content import service as content

blueprint = Blueprint("supporter_interests", __name__, url_prefix="/office/supporters/<int:person_id>")

KINDS = {
    InterestKind.THEME: N_("Thèmes"),
    InterestKind.COUNTRY: N_("Pays"),
    InterestKind.REGION: N_("Province"),
}


@guard.page(blueprint, "/interests", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def reveal(person_id: int) -> ResponseReturnValue:
    """Themes, countries and province, in words; the trail keeps who looked, never what was seen."""
    person = find(person_id)
    with shell.assembly().database.transaction() as session:
        chosen = interests.interests_of(session, person.id)
        if not chosen:
            abort(404)
        names = named(content.terms(session), shell.language())
        note(session, "supporter.interests-revealed", person.id, {"count": len(chosen)})
    groups = [
        (shell.say(title), [names.get(one, one.code) for one in chosen if one.kind is kind])
        for kind, title in KINDS.items()
    ]
    return in_place.form(
        "interests", shell.say(N_("Ce qui lui tient à cœur")), person, groups=[group for group in groups if group[1]]
    )
