"""Thanks: who waits for them, by mail, by letter or by telephone, and the rules of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.donations import thank_letters, thanks
from crm.donations import words as gift_words
from crm.donations.model import Method
from crm.donations.thanking import BY_DEFAULT, Due, ThankWay
from crm.foundation import documents
from crm.foundation.templating import locale_filters
from crm.people import contacts
from crm.people import service as people
from crm.people.model import Person
from crm.staff.model import Permission
from crm.values import money
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.web.office import guard, print_runs, shell
from crm.web.office.noting import note
from crm.web.office.supporter_proof import download
from crm.web.words import N_
from mailing.correspondence import thanks as mails

blueprint = Blueprint("gift_thanks", __name__, url_prefix="/office/gifts/thanks")

WAYS: dict[ThankWay, str] = {
    ThankWay.MAIL: N_("Par mail"),
    ThankWay.LETTER: N_("Par lettre"),
    ThankWay.PHONE: N_("Par téléphone"),
    ThankWay.NONE: N_("Sans remerciement"),
}
LANGUAGES = {"fr": N_("français"), "nl": N_("néerlandais"), "de": N_("allemand"), "en": N_("anglais")}
CHANNELS = (Method.ONLINE, Method.TRANSFER, Method.DIRECT_DEBIT, Method.CHEQUE, Method.CASH)
"""By which a gift comes, as a rule may ask."""
TASK = N_("Remercier par téléphone pour %(money)s")
SENT = (N_("Un mail de remerciement va partir."), N_("%(n)s mails de remerciement vont partir."))
WRITTEN = (N_("Une lettre est notée comme partie."), N_("%(n)s lettres sont notées comme parties."))
TASKED = (N_("Une tâche est créée."), N_("%(n)s tâches sont créées."))
LEFT = (N_("Une personne ne sera pas remerciée."), N_("%(n)s personnes ne seront pas remerciées."))


@guard.page(blueprint, "", permission=Permission.DONATIONS_READ)
def index() -> ResponseReturnValue:
    """Who waits, by way, and the rules."""
    return _index()


def _index(error: str = "") -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        waiting = thanks.due(session, brussels_day(shell.now()))
        known = people.people(session, {one.person_id for one in waiting})
        rules = thanks.thank_rules(session)
    return shell.show(
        "office/gifts/thanks.html",
        status=422 if error else 200,
        piles=[(way, shell.say(word), [one for one in waiting if one.way is way]) for way, word in WAYS.items()],
        known=known,
        rules=rules or BY_DEFAULT,
        is_default=not rules,
        ways=[(way.value, shell.say(word)) for way, word in WAYS.items()],
        way_words=WAYS,
        languages=[("", shell.say(N_("Toutes")))] + [(code, shell.say(word)) for code, word in LANGUAGES.items()],
        language_words=LANGUAGES,
        channels=[("", shell.say(N_("Tous")))] + [(one.value, shell.say(gift_words.METHODS[one])) for one in CHANNELS],
        channel_words=gift_words.METHODS,
        is_full=len(waiting) == thanks.MOST,
        error=error,
    )


@guard.page(blueprint, "/mails", permission=Permission.DONATIONS_THANK, methods=("POST",))
def mail() -> ResponseReturnValue:
    """Thanks everybody who waits for a mail."""
    made, now = shell.assembly(), shell.now()
    with made.database.transaction() as session:
        sent = 0
        for one, person in _waiting(session, ThankWay.MAIL):
            if thanks.thank(session, one.gift_ids, ThankWay.MAIL, at=now, by=guard.signed_in().account.id):
                given = thank_letters.given(one, person.language)
                occasion = f"gift {one.gift_ids[-1]}"
                mails.send(session, made.desk, person, given=given, is_first=one.is_first, occasion=occasion, at=now)
                sent += 1
        note(session, "gift-thanks.mail", None, {"people": sent}, subject="gift")
    return shell.back(url_for("gift_thanks.index"), shell.say_count(*SENT, sent))


@guard.page(blueprint, "/letters", permission=Permission.DONATIONS_THANK, methods=("POST",))
def letters() -> ResponseReturnValue:
    """The letters as one file to be printed; nobody counts as thanked before they have left."""
    made, today = shell.assembly(), brussels_day(shell.now())
    with made.database.transaction() as session:
        found = []
        for one, person in _waiting(session, ThankWay.LETTER):
            abode = contacts.address_on(session, person.id, today)
            if abode is not None:
                found.append(thank_letters.Letter(due=one, person=person, address=abode.address))
        gifts = [int(gift_id) for letter in found for gift_id in letter.due.gift_ids]
        note(session, "gift-thanks.print", None, {"letters": len(found), "gifts": gifts}, subject="gift")
    if not found:
        return shell.back(url_for("gift_thanks.index"), shell.say(N_("Aucune lettre n’attend.")), kind="note")
    page = thank_letters.facts(found, made.settings.organisation, language=shell.language(), on=today)
    name = f"remerciements-{today:%Y-%m-%d}.pdf"
    return download(documents.pdf("letters", page, at=shell.now()), name, "application/pdf")


@guard.page(blueprint, "/done", permission=Permission.DONATIONS_THANK, methods=("POST",))
def done() -> ResponseReturnValue:
    """The letters that were printed have left, for the gifts they name; or who cannot be reached is let be."""
    way = ThankWay.LETTER if request.form.get("way") == ThankWay.LETTER.value else ThankWay.NONE
    shown = {PersonId(number) for number in request.form.getlist("person", type=int)}
    with shell.assembly().database.transaction() as session:
        thanks.note_calls(session)
        these = [one for one, _ in _waiting(session, way) if one.person_id in shown]
        if way is ThankWay.LETTER:
            printed = print_runs.last(session, "gift-thanks.print", "gifts")
            mine = [replace(one, gift_ids=tuple(g for g in one.gift_ids if g in printed)) for one in these]
            these = [one for one in mine if one.gift_ids]
        _mark(session, these, way)
        note(session, "gift-thanks.done", None, {"people": len(these), "way": way.value}, subject="gift")
    words = WRITTEN if way is ThankWay.LETTER else LEFT
    return shell.back(url_for("gift_thanks.index"), shell.say_count(*words, len(these)))


@guard.page(blueprint, "/calls", permission=Permission.DONATIONS_THANK, methods=("POST",))
def calls() -> ResponseReturnValue:
    """A task for each call that is owed: whoever closes it has thanked them."""
    by, now = guard.signed_in().account.id, shell.now()
    with shell.assembly().database.transaction() as session:
        tasked = 0
        for one, _ in _waiting(session, ThankWay.PHONE):
            title = shell.say(TASK, money=locale_filters(shell.language())["money"](one.cents))
            tasked += thanks.call(session, one, title=title, at=now, on=brussels_day(now), by=by)
        note(session, "gift-thanks.call", None, {"people": tasked}, subject="gift")
    return shell.back(url_for("gift_thanks.index"), shell.say_count(*TASKED, tasked))


@guard.page(blueprint, "/rules", permission=Permission.DONATIONS_THANK, methods=("POST",))
def add_rule() -> ResponseReturnValue:
    """One more rule."""
    try:
        way, language = ThankWay(request.form.get("way", "")), request.form.get("language", "")
        channel = request.form.get("channel", "")
        least = request.form.get("least", "").strip()
        with shell.assembly().database.transaction() as session:
            made = thanks.add_rule(
                session,
                way=way,
                least_cents=money.typed(least) if least else 0,
                first_only=request.form.get("first") == "on",
                language=Language(language) if language in LANGUAGES else None,
                method=Method(channel) if channel in CHANNELS else None,
            )
            note(
                session,
                "gift-thanks.rule",
                made.id,
                {"way": way.value, "least": made.least_cents},
                subject="thank-rule",
            )
    except (Invalid, ValueError):
        return _index(shell.say(N_("Écrivez un montant, par exemple 250, et choisissez une façon.")))
    return shell.back(url_for("gift_thanks.index") + "#rules", shell.say(N_("La règle est ajoutée.")))


@guard.page(blueprint, "/rules/<int:rule_id>/drop", permission=Permission.DONATIONS_THANK, methods=("POST",))
def drop_rule(rule_id: int) -> ResponseReturnValue:
    """One rule less."""
    with shell.assembly().database.transaction() as session:
        thanks.drop_rule(session, rule_id)
        note(session, "gift-thanks.drop-rule", rule_id, subject="thank-rule")
    return shell.back(url_for("gift_thanks.index") + "#rules", shell.say(N_("La règle est retirée.")))


def _waiting(session: Session, way: ThankWay) -> list[tuple[Due, Person]]:
    found = [one for one in thanks.due(session, brussels_day(shell.now())) if one.way is way]
    known = people.people(session, {one.person_id for one in found})
    return [(one, known[one.person_id]) for one in found]


def _mark(session: Session, several: Sequence[Due], way: ThankWay) -> None:
    ids = [gift_id for one in several for gift_id in one.gift_ids]
    thanks.thank(session, ids, way, at=shell.now(), by=guard.signed_in().account.id)
