"""Art. 14: who came by a file or a partner, by when they are told, and telling them by mail or by letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.foundation import documents
from crm.foundation.templating import locale_filters
from crm.foundation.translation import say
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.languages import Language
from crm.web.office import guard, shell
from crm.web.office.noting import note
from crm.web.office.supporter_proof import download
from crm.web.words import N_
from mailing.origins import service as origins
from mailing.origins import words
from mailing.origins.model import Addressee

blueprint = Blueprint("origins", __name__, url_prefix="/office/origins")

LEAVES = N_("Le message part (%(count)s).")
SAY_IT = N_("Écrivez d’où viennent ces données, tel que les personnes le liront.")
SAY_WHY = N_("Dites pourquoi ces personnes le savent déjà : quelqu’un le relira dans dix ans.")


@guard.page(blueprint, "", permission=Permission.PRIVACY_READ)
def index() -> ResponseReturnValue:
    """Who is still to be told, the most urgent first."""
    today = brussels_day(shell.now())
    with shell.assembly().database.reading() as session:
        waiting, known = origins.waiting(session, at=shell.now()), origins.known(session)
    return shell.show(
        "office/privacy/origins.html",
        waiting=[{"one": one, "name": _name(one.name), "left": (one.due_on - today).days} for one in waiting],
        known=[(_name(one.name), one.reason) for one in known],
    )


@guard.page(blueprint, "/<key>", permission=Permission.PRIVACY_READ)
def show(key: str) -> ResponseReturnValue:
    """One origin: how many, by which way, and the words it will be told in."""
    return _page(key)


@guard.page(blueprint, "/<key>/mail", permission=Permission.PRIVACY_ACT, methods=("POST",))
def mail(key: str) -> ResponseReturnValue:
    """Owes each a letter by mail, once."""
    made, told_as = shell.assembly(), request.form.get("told_as", "")
    try:
        with made.database.transaction() as session:
            name = origins.find(session, key, at=shell.now()).name
            count = origins.tell_by_mail(session, made.desk, name, told_as=told_as, at=shell.now())
            note(session, "privacy.origin-mail", None, {"count": count}, subject="origin")
    except Invalid:
        return _page(key, {"told_as": shell.say(SAY_IT)})
    return shell.back(url_for("origins.index"), shell.say(LEAVES, count=shell.number(count)))


@guard.page(blueprint, "/<key>/letters", permission=Permission.PRIVACY_ACT, methods=("POST",))
def letters(key: str) -> ResponseReturnValue:
    """Letters to print for those without a mailbox, as one PDF; they count as told."""
    told_as = request.form.get("told_as", "")
    try:
        with shell.assembly().database.transaction() as session:
            name = origins.find(session, key, at=shell.now()).name
            found = origins.tell_by_letter(session, name, told_as=told_as, at=shell.now())
            note(session, "privacy.origin-letters", None, {"count": len(found)}, subject="origin")
    except Invalid:
        return _page(key, {"told_as": shell.say(SAY_IT)})
    return download(documents.pdf("origin", _facts(found, told_as), at=shell.now()), "lettres.pdf", "application/pdf")


@guard.page(blueprint, "/<key>/known", permission=Permission.PRIVACY_ACT, methods=("POST",))
def know(key: str) -> ResponseReturnValue:
    """These people have the information already, now and later, for a reason that is kept."""
    try:
        with shell.assembly().database.transaction() as session:
            name, by = origins.find(session, key, at=shell.now()).name, guard.signed_in().account.id
            origins.know_already(session, name, reason=request.form.get("reason", ""), by=by, at=shell.now())
            note(session, "privacy.origin-known", None, subject="origin")
    except Invalid:
        return _page(key, {"reason": shell.say(SAY_WHY)})
    return shell.back(url_for("origins.index"), shell.say(N_("C’est noté : ces personnes le savent déjà.")))


def _page(key: str, errors: Mapping[str, str] | None = None) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        one = origins.find(session, key, at=shell.now())
    return shell.show(
        "office/privacy/origin.html",
        status=422 if errors else 200,
        one=one,
        name=_name(one.name),
        left=(one.due_on - brussels_day(shell.now())).days,
        typed={"told_as": request.form.get("told_as", ""), "reason": request.form.get("reason", "")},
        errors=dict(errors or {}),
    )


def _name(name: str) -> str:
    return words.said(name, shell.language())


def _facts(found: Sequence[Addressee], told_as: str) -> dict[str, Any]:
    organisation, now = shell.assembly().settings.organisation, shell.now()
    return {
        "title": shell.say(words.TITLE),
        "language": shell.language().value,
        "organisation": organisation.letterhead,
        "letters": [
            {
                "language": one.language,
                "address": list(one.lines),
                "day": locale_filters(Language(one.language))["day"](brussels_day(now), "plain"),
                "title": say(Language(one.language), words.TITLE),
                "paragraphs": words.paragraphs(told_as, Language(one.language), organisation.email),
            }
            for one in found
        ],
    }
